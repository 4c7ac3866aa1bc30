//! What a root issued.

use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::error::Error;
use super::inspect::Facts;
use super::key::KeyPair;
use super::pin::Pin;

/// An issued certificate and its private key.
#[derive(Debug)]
pub struct Certificate {
    pub(super) der: CertificateDer<'static>,
    /// Its issuer, and so on up to the root, which is not among them.
    pub(super) intermediates: Vec<CertificateDer<'static>>,
    pub(super) key: KeyPair,
}

impl Certificate {
    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// What a TLS stack presents: the certificate, then intermediates. The root is not part of it.
    #[must_use]
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        std::iter::once(&self.der).chain(&self.intermediates).cloned().collect()
    }

    /// The certificate, then intermediates, PEM: what `cert_file` holds.
    #[must_use]
    pub fn cert_pem(&self) -> String {
        pem_blocks_of(&self.chain())
    }

    /// The private key, PKCS #8 PEM: what `key_file` holds.
    #[must_use]
    pub fn key_pem(&self) -> Zeroizing<String> {
        self.key.to_pem()
    }

    /// The private key, PKCS #8 DER, for rustls.
    #[must_use]
    pub fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.to_pkcs8())
    }

    /// What `pinned_certs` of the peer would list.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin::of_spki(&self.key.spki())
    }

    /// What the certificate says.
    ///
    /// # Errors
    /// Never for a certificate that natscert issued.
    pub fn facts(&self) -> Result<Facts, Error> {
        Facts::of(&self.der)
    }
}

/// Certificates in PEM, one behind the other.
pub(crate) fn pem_blocks_of<D: AsRef<[u8]>>(certificates: &[D]) -> String {
    certificates.iter().map(|der| pem_block(der.as_ref())).collect()
}

/// One certificate in PEM.
pub(crate) fn pem_block(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("CERTIFICATE", der), config)
}

//! `pinned_certs` values: what nats-server compares is the SHA-256 of the DER `SubjectPublicKeyInfo`.

use std::fmt;

use der::{Decode, Encode};
use x509_cert::request::CertReq;

use super::error::Error;
use super::private::PrivateKey;
use super::read::{Item, items};

/// SHA-256 of a DER `SubjectPublicKeyInfo`; shown as 64 lower-case hex digits, as `pinned_certs` wants it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

/// A pin and what it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The pin.
    pub pin: Pin,
    /// The kind of thing that was read.
    pub kind: SourceKind,
}

/// The kind of thing that a pin was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// An X.509 certificate.
    Certificate,
    /// A certificate signing request.
    Request,
    /// A public key.
    PublicKey,
    /// A private key.
    PrivateKey,
}

impl SourceKind {
    /// In words, for reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Request => "certificate request",
            Self::PublicKey => "public key",
            Self::PrivateKey => "private key",
        }
    }
}

impl Pin {
    /// The pin of a public key.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Self {
        let mut pin = [0; 32];
        pin.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, spki).as_ref());
        Self(pin)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::hex(&self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// The pins of everything in PEM or DER `bytes`, in order.
///
/// # Errors
/// When there is nothing with a key in it, or something is damaged or encrypted.
pub fn pins_in(bytes: &[u8]) -> Result<Vec<Pinned>, Error> {
    items(bytes)?.iter().map(pinned).collect()
}

fn pinned(item: &Item) -> Result<Pinned, Error> {
    let (spki, kind) = match item {
        Item::Certificate(der) => {
            let certificate = super::read::certificate(der)?;
            let spki = certificate.tbs_certificate().subject_public_key_info().to_der();
            (spki.map_err(|_| Error::UnreadableCertificate)?, SourceKind::Certificate)
        }
        Item::Request(der) => {
            let request = CertReq::from_der(der).map_err(|_| Error::UnreadableRequest)?;
            (request.info.public_key.to_der().map_err(|_| Error::UnreadableRequest)?, SourceKind::Request)
        }
        Item::PublicKey(der) => {
            x509_cert::spki::SubjectPublicKeyInfoRef::from_der(der).map_err(|_| Error::UnreadableKey)?;
            (der.clone(), SourceKind::PublicKey)
        }
        Item::PrivateKey(der) => (PrivateKey::parse(der)?.spki()?, SourceKind::PrivateKey),
    };
    Ok(Pinned { pin: Pin::of_spki(&spki), kind })
}

#[cfg(test)]
#[path = "pin_tests.rs"]
mod tests;

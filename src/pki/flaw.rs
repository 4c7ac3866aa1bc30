//! Certificates with something wrong on purpose, for tests of refusals. What is asked for is not checked here.

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod,
    KeyUsagePurpose, SanType,
};
use rustls_pki_types::CertificateDer;

use super::ca::{Ca, Request};
use super::draft::{self, Holder, Signer};
use super::error::Error;
use super::intermediate::IntermediateRequest;
use super::key::KeyPair;
use super::kind::KeyKind;
use super::name::dedup;
use super::profile;

/// An extension that nobody knows, below the enterprise number for documentation (RFC 5612).
const UNKNOWN: [u64; 8] = [1, 3, 6, 1, 4, 1, 32473, 1];
/// Its content: NULL.
const NULL: [u8; 2] = [5, 0];

/// What no request can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// No subject alternative names.
    NoNames,
    /// IP addresses stand there as DNS names.
    AddressesAsDns,
    /// An extended key usage that TLS has nothing to do with: emailProtection alone.
    ForeignUsage,
    /// A CA, as RFC 5280 describes it, that is presented as a server or client.
    Ca,
    /// An extension that nobody knows.
    UnknownExtension {
        /// Whether who does not know it has to refuse the certificate.
        critical: bool,
    },
}

impl Ca {
    /// Issues just what is asked for, and with this flaw, whether or not this CA may.
    pub(crate) fn certify_flawed(
        &self,
        request: &Request,
        spki: &[u8],
        flaw: Option<Flaw>,
    ) -> Result<CertificateDer<'static>, Error> {
        let mut params = end_entity(request, spki, &self.facts.spki)?;
        if let Some(flaw) = flaw {
            flaw.put_into(&mut params, spki)?;
        }
        self.encode(&params, &request.subject, spki)
    }

    /// A CA below this one, whatever its path length and constraints allow.
    pub(crate) fn intermediate_unchecked(&self, request: &IntermediateRequest) -> Result<Self, Error> {
        self.certify_ca(request)
    }
}

/// A certificate that its own key signed, and no CA.
pub(crate) fn self_signed(request: &Request, key: &KeyPair) -> Result<CertificateDer<'static>, Error> {
    use rcgen::PublicKeyData as _;
    let spki = key.subject_public_key_info();
    let params = end_entity(request, &spki, &spki)?;
    let name = request.subject.to_der().map_err(|why| Error::Encode(why.to_string()))?;
    let signer = Signer { key, name: &name, key_id: profile::key_id(&spki) };
    draft::certificate(&params, &Holder { name: &name, spki: &spki }, &signer)
}

fn end_entity(request: &Request, spki: &[u8], issuer_spki: &[u8]) -> Result<CertificateParams, Error> {
    let is_rsa = matches!(KeyKind::of_spki(spki).ok_or(Error::UnreadableKey)?, KeyKind::Rsa(_));
    let names = dedup(request.names.clone());
    profile::end_entity(request, &names, request.validity, (spki, is_rsa), issuer_spki)
}

impl Flaw {
    fn put_into(self, params: &mut CertificateParams, spki: &[u8]) -> Result<(), Error> {
        match self {
            Self::NoNames => params.subject_alt_names.clear(),
            Self::AddressesAsDns => {
                for san in &mut params.subject_alt_names {
                    if let SanType::IpAddress(address) = san {
                        let text = Ia5String::try_from(address.to_string());
                        *san = SanType::DnsName(text.map_err(|why| Error::Encode(why.to_string()))?);
                    }
                }
            }
            Self::ForeignUsage => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            }
            Self::Ca => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.key_usages.extend([KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign]);
                // For a CA, rcgen writes the key identifier itself.
                let ours = profile::subject_key_identifier(&[]);
                let is_ours = |e: &CustomExtension| e.oid_components().eq(ours.oid_components());
                params.custom_extensions.retain(|extension| !is_ours(extension));
                params.key_identifier_method = KeyIdMethod::PreSpecified(profile::key_id(spki));
            }
            Self::UnknownExtension { critical } => {
                let mut unknown = CustomExtension::from_oid_content(&UNKNOWN, NULL.to_vec());
                unknown.set_criticality(critical);
                params.custom_extensions.push(unknown);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "flaw_tests.rs"]
mod tests;

//! Certificate revocation lists, version 2 (RFC 5280, section 5): complete ones, of what one CA issued.

use der::asn1::{AnyRef, Int, OctetString, Uint};
use der::oid::AssociatedOid;
use der::{Decode as _, Encode, Sequence};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::time::Time;

use super::ca::Ca;
use super::error::Error;
use super::revocation::{Revocation, Update, date_time, encode};
use super::seal::{algorithm, sealed};

/// Version 2.
const V2: u8 = 1;

/// x509-cert's own `TbsCertList` holds the name decoded, and sorts the attributes of multi-valued RDNs when it writes them.
#[derive(Sequence)]
struct TbsCertList<'a> {
    version: u8,
    signature: AnyRef<'a>,
    issuer: AnyRef<'a>,
    this_update: Time,
    next_update: Time,
    revoked: Option<Vec<Entry>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

#[derive(Clone, Sequence)]
struct Entry {
    serial: Int,
    at: Time,
    extensions: Option<Extensions>,
}

impl Ca {
    /// The list of what this CA revoked, DER. Its number has to grow from one list to the next. Entries of one
    /// certificate count once: the first.
    ///
    /// # Errors
    /// When the CA's key usage does not include cRLSign, or something cannot be encoded.
    pub fn crl(&self, number: u64, update: Update, revoked: &[Revocation]) -> Result<Vec<u8>, Error> {
        if self.facts().key_usage.as_ref().is_some_and(|usages| !usages.contains(&"cRLSign")) {
            return Err(Error::NoCrlSign);
        }
        let algorithm = algorithm(self.key())?;
        let tbs = self.to_be_signed(number, update, revoked, &algorithm).map_err(encode)?;
        sealed(&tbs, self.key())
    }

    fn to_be_signed(
        &self,
        number: u64,
        update: Update,
        revoked: &[Revocation],
        algorithm: &[u8],
    ) -> der::Result<Vec<u8>> {
        let mut seen = std::collections::HashSet::new();
        let once = revoked.iter().filter(|revocation| seen.insert(&revocation.serial));
        let entries = once.map(entry).collect::<der::Result<Vec<_>>>()?;
        let authority = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(self.key_id())?),
            ..AuthorityKeyIdentifier::default()
        };
        let number = CrlNumber(Uint::new(&number.to_be_bytes())?);
        TbsCertList {
            version: V2,
            signature: AnyRef::from_der(algorithm)?,
            issuer: AnyRef::from_der(self.facts().subject_der())?,
            this_update: Time::from(date_time(update.this)?),
            next_update: Time::from(date_time(update.next)?),
            // An empty list is left out (RFC 5280, section 5.1.2.6).
            revoked: (!entries.is_empty()).then_some(entries),
            extensions: vec![extension(&authority)?, extension(&number)?],
        }
        .to_der()
    }
}

/// A list in PEM.
#[cfg(feature = "cli")]
pub(crate) fn crl_pem(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("X509 CRL", der), config)
}

fn entry(revocation: &Revocation) -> der::Result<Entry> {
    let extensions = revocation.reason.code().map(|reason| extension(&reason)).transpose()?;
    Ok(Entry {
        serial: Int::new(&super::octets(&revocation.serial).ok_or(der::Tag::Integer.value_error())?)?,
        at: Time::from(date_time(revocation.at)?),
        extensions: extensions.map(|reason| vec![reason]),
    })
}

/// None of those here is critical.
fn extension<E: Encode + AssociatedOid>(value: &E) -> der::Result<Extension> {
    Ok(Extension { extn_id: E::OID, critical: false, extn_value: OctetString::new(value.to_der()?)? })
}

#[cfg(test)]
#[path = "crl_tests.rs"]
mod tests;

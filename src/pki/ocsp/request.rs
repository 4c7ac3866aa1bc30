//! What is asked.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode as _, Sequence};
use ring::digest::{self, Algorithm};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::super::inspect::Facts;
use super::response::Refusal;

/// id-pkix-ocsp-nonce
pub(super) const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
/// RFC 9654, section 2.1.
const NONCE_OCTETS: std::ops::RangeInclusive<usize> = 1..=128;
/// Hashes that name an issuer: RFC 5754 and OIW.
const HASHES: [(ObjectIdentifier, &Algorithm); 4] = [
    (ObjectIdentifier::new_unwrap("1.3.14.3.2.26"), &digest::SHA1_FOR_LEGACY_USE_ONLY),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"), &digest::SHA256),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"), &digest::SHA384),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"), &digest::SHA512),
];

#[derive(Sequence)]
struct Whole<'a> {
    tbs: TbsRequest<'a>,
    /// Whoever asks is answered: signatures are not looked at.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    signature: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct TbsRequest<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<u8>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    requestor: Option<AnyRef<'a>>,
    list: Vec<Single<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Sequence)]
struct Single<'a> {
    id: AnyRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Sequence)]
struct Id<'a> {
    hash: AlgorithmIdentifierRef<'a>,
    issuer_name: &'a OctetStringRef,
    issuer_key: &'a OctetStringRef,
    serial: SerialNumber,
}

/// A request for the status of certificates, at least one.
#[derive(Clone, Debug)]
pub struct OcspRequest {
    pub(super) ids: Vec<CertId>,
    /// As it came, to be sent back.
    pub(super) nonce: Option<Extension>,
}

/// The certificate that is asked for: its issuer as hashes, and its serial number.
#[derive(Clone, Debug)]
pub struct CertId {
    /// As it came, to be sent back.
    pub(super) der: Vec<u8>,
    hash: ObjectIdentifier,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    serial: String,
}

impl OcspRequest {
    /// Reads a request, DER.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`] when it is none, asks for nothing, has a nonce of a length that RFC 9654 does
    /// not allow, or a critical extension that is not known here.
    pub fn parse(der: &[u8]) -> Result<Self, Refusal> {
        read(der).ok().flatten().ok_or(Refusal::MalformedRequest)
    }

    /// What it asks for, in order.
    #[must_use]
    pub fn ids(&self) -> &[CertId] {
        &self.ids
    }

    /// Whether all that it asks for would have been issued by this CA.
    #[must_use]
    pub fn is_for(&self, issuer: &Facts) -> bool {
        self.ids.iter().all(|id| id.is_of(issuer))
    }
}

impl CertId {
    /// The serial number, as in [`Facts::serial`].
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Whether this is the CA that is named, by the hashes of its name and key.
    #[must_use]
    pub fn is_of(&self, issuer: &Facts) -> bool {
        let Some((_, algorithm)) = HASHES.iter().find(|(oid, _)| *oid == self.hash) else { return false };
        let Ok(spki) = SubjectPublicKeyInfoRef::from_der(&issuer.spki) else { return false };
        let is = |hash: &[u8], of: &[u8]| digest::digest(algorithm, of).as_ref() == hash;
        is(&self.issuer_name, issuer.subject_der())
            && is(&self.issuer_key, spki.subject_public_key.raw_bytes())
    }
}

/// `None`: it can be read, and breaks a rule.
fn read(der: &[u8]) -> der::Result<Option<OcspRequest>> {
    let whole = Whole::from_der(der)?;
    let tbs = whole.tbs;
    let ids = tbs.list.iter().map(|single| cert_id(single.id)).collect::<der::Result<Vec<_>>>()?;
    let of_all = tbs.extensions.unwrap_or_default();
    let of_each = tbs.list.iter().flat_map(|single| single.extensions.iter().flatten());
    let unknown = of_all.iter().chain(of_each).any(|e| e.critical && e.extn_id != NONCE);
    let nonce = of_all.into_iter().find(|e| e.extn_id == NONCE);
    let nonce_is_fine = nonce.as_ref().is_none_or(|nonce| {
        let octets = <&OctetStringRef>::from_der(nonce.extn_value.as_bytes());
        octets.is_ok_and(|octets| NONCE_OCTETS.contains(&octets.as_bytes().len()))
    });
    let fine = !ids.is_empty() && !unknown && nonce_is_fine && tbs.version.unwrap_or(0) == 0;
    Ok(fine.then_some(OcspRequest { ids, nonce }))
}

fn cert_id(id: AnyRef<'_>) -> der::Result<CertId> {
    let der = id.to_der()?;
    let read = Id::from_der(&der)?;
    Ok(CertId {
        hash: read.hash.oid,
        issuer_name: read.issuer_name.as_bytes().to_vec(),
        issuer_key: read.issuer_key.as_bytes().to_vec(),
        serial: super::super::hex(read.serial.as_bytes()),
        der,
    })
}

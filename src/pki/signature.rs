//! Whether one certificate's key has made another one's signature: any certificates, any algorithm that Go takes.

use ::ring::signature::{self as ring, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::draft::Signed;
use super::inspect::Facts;
use super::kind::KeyKind;

/// What there is to say of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// The key has made it.
    Good,
    /// It has not.
    Bad,
    /// SHA-1 or MD5, which Go refuses whoever made it.
    Weak,
    /// An algorithm that is not known here.
    Unknown,
}

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
pub(super) const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
pub(super) const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
pub(super) const ED25519: ObjectIdentifier = oid("1.3.101.112");

/// RFC 8017 and RFC 3279: MD2, MD5 and SHA-1 with RSA; DSA and ECDSA with SHA-1. OIW's name of SHA-1 with RSA.
const WEAK: [ObjectIdentifier; 6] = [
    oid("1.2.840.113549.1.1.2"),
    oid("1.2.840.113549.1.1.4"),
    oid("1.2.840.113549.1.1.5"),
    oid("1.2.840.10040.4.3"),
    oid("1.2.840.10045.4.1"),
    oid("1.3.14.3.2.29"),
];

/// Whether a signature algorithm, as a dotted OID, is one that Go refuses for its hash.
#[must_use]
pub fn is_weak(algorithm: &str) -> bool {
    WEAK.iter().any(|weak| weak.to_string() == algorithm)
}

/// Whether the key of `issuer` has signed `certificate` (DER).
#[must_use]
pub fn signature(certificate: &[u8], issuer: &Facts) -> Signature {
    let judged = Signed::from_der(certificate).and_then(|signed| judge(&signed, &issuer.key, &issuer.spki));
    judged.unwrap_or(Signature::Unknown)
}

/// Whether the key in `spki` (DER), which is of this kind, has signed a certificate or request.
pub(super) fn judge(signed: &Signed<'_>, kind: &KeyKind, spki: &[u8]) -> der::Result<Signature> {
    let algorithm = ObjectIdentifier::from_der(signed.algorithm.value()).or_else(|_| {
        // Parameters follow the OID.
        ObjectIdentifier::from_der_partial(signed.algorithm.value()).map(|(oid, _)| oid)
    })?;
    if WEAK.contains(&algorithm) {
        return Ok(Signature::Weak);
    }
    let Some(scheme) = scheme(algorithm, kind) else {
        return Ok(if fits(algorithm, kind) { Signature::Unknown } else { Signature::Bad });
    };
    let spki = SubjectPublicKeyInfoRef::from_der(spki)?;
    let key = UnparsedPublicKey::new(scheme, spki.subject_public_key.raw_bytes());
    let bits = signed.signature.as_bytes().unwrap_or_default();
    let good = key.verify(&signed.tbs.to_der()?, bits).is_ok();
    Ok(if good { Signature::Good } else { Signature::Bad })
}

fn scheme(algorithm: ObjectIdentifier, key: &KeyKind) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (algorithm, key) {
        (RSA_SHA256, KeyKind::Rsa(..2048)) => &ring::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (RSA_SHA512, KeyKind::Rsa(..2048)) => &ring::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (RSA_SHA256, KeyKind::Rsa(_)) => &ring::RSA_PKCS1_2048_8192_SHA256,
        (RSA_SHA384, KeyKind::Rsa(2048..)) => &ring::RSA_PKCS1_2048_8192_SHA384,
        (RSA_SHA512, KeyKind::Rsa(_)) => &ring::RSA_PKCS1_2048_8192_SHA512,
        (ECDSA_SHA256, KeyKind::Ec(curve)) if curve == "P-256" => &ring::ECDSA_P256_SHA256_ASN1,
        (ECDSA_SHA384, KeyKind::Ec(curve)) if curve == "P-256" => &ring::ECDSA_P256_SHA384_ASN1,
        (ECDSA_SHA256, KeyKind::Ec(curve)) if curve == "P-384" => &ring::ECDSA_P384_SHA256_ASN1,
        (ECDSA_SHA384, KeyKind::Ec(curve)) if curve == "P-384" => &ring::ECDSA_P384_SHA384_ASN1,
        (ED25519, KeyKind::Ed25519) => &ring::ED25519,
        _ => return None,
    })
}

/// Whether a key of this kind can make such signatures at all.
fn fits(algorithm: ObjectIdentifier, key: &KeyKind) -> bool {
    let text = algorithm.to_string();
    match key {
        KeyKind::Rsa(_) => text.starts_with("1.2.840.113549.1.1."),
        KeyKind::Ec(_) => text.starts_with("1.2.840.10045.4."),
        KeyKind::Ed25519 => algorithm == ED25519,
        KeyKind::Other(_) => true,
    }
}

//! Whether the key of a request may be certified, and whether it has signed the request.

use der::asn1::AnyRef;
use der::{Decode, Encode};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use super::draft::Signed;
use super::error::Error;
use super::kind::KeyKind;
use super::kind::key_kind;
use super::signature::{Signature, judge};

/// The kind of a key that may be certified: its signature can be checked, and TLS stacks take it as it is encoded.
pub(super) fn usable(spki: &SubjectPublicKeyInfoOwned) -> Result<KeyKind, Error> {
    let kind = key_kind(spki);
    let parameters = spki.algorithm.parameters.as_ref();
    let octets = spki.subject_public_key.as_bytes().unwrap_or_default();
    let (kind_fits, form) = match &kind {
        KeyKind::Rsa(0) => return Err(Error::UnreadableKey),
        KeyKind::Rsa(bits) => {
            let null = parameters.is_some_and(|any| AnyRef::from(any) == AnyRef::NULL);
            ((2048..=8192).contains(bits), (!null).then_some("its RSA algorithm lacks the NULL parameters"))
        }
        KeyKind::Ec(curve) => {
            let uncompressed = octets.first() == Some(&4);
            (
                matches!(curve.as_str(), "P-256" | "P-384"),
                (!uncompressed).then_some("its point is compressed"),
            )
        }
        KeyKind::Ed25519 => (true, parameters.map(|_| "its Ed25519 algorithm has parameters")),
        KeyKind::Other(_) => (false, None),
    };
    match form {
        _ if !kind_fits => Err(Error::RequestKey(kind.to_string())),
        Some(problem) => Err(Error::KeyForm(problem)),
        None => Ok(kind),
    }
}

/// That the key has signed the request as it lies there, not as it would be encoded again.
pub(super) fn check_signature(der: &[u8], key: &KeyKind, spki: &[u8]) -> Result<(), Error> {
    let decode = || -> der::Result<_> {
        let signed = Signed::from_der(der)?;
        let algorithm = signed.algorithm.to_der()?;
        let algorithm = AlgorithmIdentifierRef::from_der(&algorithm)?;
        // None of the algorithms that are known here has parameters.
        let plain = algorithm.parameters.is_none_or(|any| any == AnyRef::NULL);
        Ok((judge(&signed, key, spki)?, plain, algorithm.oid))
    };
    match decode().map_err(|_| Error::UnreadableRequest)? {
        (Signature::Good, true, _) => Ok(()),
        (Signature::Good | Signature::Bad, ..) => Err(Error::BadRequest),
        (Signature::Weak, ..) => Err(Error::WeakSignature),
        (Signature::Unknown, _, algorithm) => Err(Error::UnknownSignature(algorithm.to_string())),
    }
}

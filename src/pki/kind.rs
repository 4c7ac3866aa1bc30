//! The kinds of public keys.

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::inspect::KeyKind;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const CURVES: [(ObjectIdentifier, &str); 4] = [
    (ObjectIdentifier::new_unwrap("1.3.132.0.33"), "P-224"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "P-256"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "P-384"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "P-521"),
];

pub(super) fn key_kind(spki: &SubjectPublicKeyInfoOwned) -> KeyKind {
    match spki.algorithm.oid {
        RSA => {
            let bits =
                pkcs1::RsaPublicKeyRef::from_der(spki.subject_public_key.raw_bytes()).map_or(0, |key| {
                    let modulus = key.modulus.as_bytes();
                    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
                    modulus.len() * 8 - leading
                });
            KeyKind::Rsa(bits)
        }
        EC => {
            let curve =
                spki.algorithm.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
            let known =
                CURVES.iter().find(|(oid, _)| Some(*oid) == curve).map(|(_, name)| (*name).to_owned());
            let text = || curve.map_or_else(|| "explicit parameters".to_owned(), |oid| oid.to_string());
            KeyKind::Ec(known.unwrap_or_else(text))
        }
        ED25519 => KeyKind::Ed25519,
        other => KeyKind::Other(other.to_string()),
    }
}

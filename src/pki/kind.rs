//! The kinds of public keys.

use std::fmt;

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::key::KeyType;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const CURVES: [(ObjectIdentifier, &str); 4] = [
    (ObjectIdentifier::new_unwrap("1.3.132.0.33"), "P-224"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "P-256"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "P-384"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "P-521"),
];

/// The kind and size of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with this many bits.
    Rsa(usize),
    /// EC on this curve.
    Ec(String),
    /// Ed25519.
    Ed25519,
    /// Something else, by OID.
    Other(String),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::Ec(curve) => write!(f, "ECDSA {curve}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(oid) => write!(f, "unknown ({oid})"),
        }
    }
}

impl KeyKind {
    /// The type that natscert makes such keys by; none: it makes no such keys.
    #[must_use]
    pub fn key_type(&self) -> Option<KeyType> {
        match self {
            Self::Ec(curve) if curve == "P-256" => Some(KeyType::EcdsaP256),
            Self::Ec(curve) if curve == "P-384" => Some(KeyType::EcdsaP384),
            Self::Ed25519 => Some(KeyType::Ed25519),
            Self::Rsa(2048) => Some(KeyType::Rsa2048),
            Self::Rsa(3072) => Some(KeyType::Rsa3072),
            Self::Rsa(4096) => Some(KeyType::Rsa4096),
            _ => None,
        }
    }

    /// The kind of a `SubjectPublicKeyInfo`, DER; none: it cannot be read.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Option<Self> {
        SubjectPublicKeyInfoOwned::from_der(spki).ok().map(|spki| key_kind(&spki))
    }
}

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

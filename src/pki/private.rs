//! Private keys of any origin: PKCS #8, SEC 1 and PKCS #1, with or without their public half.

use der::asn1::{AnyRef, BitString, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode};
use pkcs8::PrivateKeyInfoRef;
use sec1::{EcParameters, EcPrivateKey};
use x509_cert::spki::{AlgorithmIdentifier, AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use zeroize::Zeroizing;

use super::error::Error;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// A private key, taken apart far enough to find its public half.
pub(crate) enum PrivateKey {
    Ec { curve: ObjectIdentifier, secret: Zeroizing<Vec<u8>>, public: Vec<u8> },
    Ed25519 { seed: Zeroizing<Vec<u8>>, public: Vec<u8> },
    Rsa { pkcs1: Zeroizing<Vec<u8>> },
}

impl PrivateKey {
    /// Reads DER in any of the three encodings.
    pub(crate) fn parse(der: &[u8]) -> Result<Self, Error> {
        if let Ok(info) = PrivateKeyInfoRef::from_der(der) {
            return Self::from_pkcs8(&info);
        }
        if let Ok(key) = EcPrivateKey::from_der(der) {
            return Self::from_sec1(&key, None);
        }
        if pkcs1::RsaPrivateKeyRef::from_der(der).is_ok() {
            return Ok(Self::Rsa { pkcs1: Zeroizing::new(der.to_vec()) });
        }
        Err(Error::UnreadableKey)
    }

    fn from_pkcs8(info: &PrivateKeyInfoRef<'_>) -> Result<Self, Error> {
        let inner = info.private_key.as_bytes();
        match info.algorithm.oid {
            EC => {
                let curve = info.algorithm.parameters_oid().map_err(|_| Error::UnreadableKey)?;
                let key = EcPrivateKey::from_der(inner).map_err(|_| Error::UnreadableKey)?;
                Self::from_sec1(&key, Some(curve))
            }
            RSA => {
                pkcs1::RsaPrivateKeyRef::from_der(inner).map_err(|_| Error::UnreadableKey)?;
                Ok(Self::Rsa { pkcs1: Zeroizing::new(inner.to_vec()) })
            }
            ED25519 => {
                let seed = <&OctetStringRef>::from_der(inner).map_err(|_| Error::UnreadableKey)?.as_bytes();
                let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(seed)
                    .map_err(|_| Error::UnreadableKey)?;
                let public = ring::signature::KeyPair::public_key(&pair).as_ref().to_vec();
                Ok(Self::Ed25519 { seed: Zeroizing::new(seed.to_vec()), public })
            }
            other => Err(Error::KeyAlgorithm(other.to_string())),
        }
    }

    fn from_sec1(key: &EcPrivateKey<'_>, curve: Option<ObjectIdentifier>) -> Result<Self, Error> {
        let own = key.parameters.map(|EcParameters::NamedCurve(oid)| oid);
        let curve = curve.or(own).ok_or(Error::UnreadableKey)?;
        let secret = Zeroizing::new(key.private_key.to_vec());
        // A compressed point is the same key, and would not compare as such.
        let public = match key.public_key {
            Some(point) if point.first() == Some(&4) => point.to_vec(),
            _ => public_point(curve, &secret)?,
        };
        Ok(Self::Ec { curve, secret, public })
    }

    /// The public half, as DER of a `SubjectPublicKeyInfo`.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, Error> {
        let (algorithm, bits) = match self {
            Self::Ec { curve, public, .. } => {
                (AlgorithmIdentifier { oid: EC, parameters: Some(curve.into()) }, public.clone())
            }
            Self::Ed25519 { public, .. } => {
                (AlgorithmIdentifier { oid: ED25519, parameters: None }, public.clone())
            }
            Self::Rsa { pkcs1 } => {
                let key = pkcs1::RsaPrivateKeyRef::from_der(pkcs1).map_err(|_| Error::UnreadableKey)?;
                (rsa_algorithm(), key.public_key().to_der().map_err(|_| Error::UnreadableKey)?)
            }
        };
        encode_spki(algorithm, &bits)
    }

    /// The key as PKCS #8, with the public half inside where ring asks for it.
    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let curve_any: der::asn1::Any;
        let (algorithm, inner) = match self {
            Self::Ec { curve, secret, public } => {
                let key = EcPrivateKey { private_key: secret, parameters: None, public_key: Some(public) };
                curve_any = curve.into();
                (AlgorithmIdentifier { oid: EC, parameters: Some(AnyRef::from(&curve_any)) }, key.to_der())
            }
            Self::Ed25519 { seed, .. } => {
                let octets = OctetStringRef::new(seed).and_then(|octets| octets.to_der());
                (AlgorithmIdentifier { oid: ED25519, parameters: None }, octets)
            }
            Self::Rsa { pkcs1 } => {
                (AlgorithmIdentifier { oid: RSA, parameters: Some(AnyRef::NULL) }, Ok(pkcs1.to_vec()))
            }
        };
        let inner = Zeroizing::new(inner.map_err(|_| Error::UnreadableKey)?);
        let octets = OctetStringRef::new(&inner).map_err(|_| Error::UnreadableKey)?;
        PrivateKeyInfoRef::new(algorithm, octets)
            .to_der()
            .map(Zeroizing::new)
            .map_err(|_| Error::UnreadableKey)
    }
}

/// The public point of an EC key whose file leaves it out.
fn public_point(curve: ObjectIdentifier, secret: &[u8]) -> Result<Vec<u8>, Error> {
    let point = match curve {
        P256 => p256::SecretKey::from_slice(secret).map(|k| k.public_key().to_sec1_bytes()),
        P384 => p384::SecretKey::from_slice(secret).map(|k| k.public_key().to_sec1_bytes()),
        P521 => p521::SecretKey::from_slice(secret).map(|k| k.public_key().to_sec1_bytes()),
        other => return Err(Error::KeyAlgorithm(format!("EC on the curve {other}, without its public key"))),
    };
    point.map(Into::into).map_err(|_| Error::UnreadableKey)
}

/// A PKCS #1 public key as a `SubjectPublicKeyInfo`.
pub(crate) fn spki_of_rsa(pkcs1: &[u8]) -> Result<Vec<u8>, Error> {
    encode_spki(rsa_algorithm(), pkcs1)
}

fn rsa_algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifier { oid: RSA, parameters: Some(der::asn1::Any::null()) }
}

fn encode_spki(algorithm: AlgorithmIdentifierOwned, bits: &[u8]) -> Result<Vec<u8>, Error> {
    let subject_public_key = BitString::from_bytes(bits).map_err(|_| Error::UnreadableKey)?;
    SubjectPublicKeyInfoOwned { algorithm, subject_public_key }.to_der().map_err(|_| Error::UnreadableKey)
}

#[cfg(test)]
#[path = "private_tests.rs"]
mod tests;

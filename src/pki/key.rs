//! Key pairs that sign and are certified.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use rcgen::{PublicKeyData, SignatureAlgorithm, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
};
use rsa::pkcs8::EncodePrivateKey;
use rustls_pki_types::PrivatePkcs8KeyDer;
use zeroize::{Zeroize, Zeroizing};

use super::error::Error;
use super::private::PrivateKey;
use super::read::Item;

/// A kind of key that natscert makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// ECDSA on P-256 with SHA-256: the default, small and fast, and every NATS client reads it.
    #[default]
    EcdsaP256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384,
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSA, 2048 bits, PKCS #1 v1.5 with SHA-256.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits: some seconds to make.
    Rsa4096,
}

/// A word that names no key type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a key type")]
pub struct UnknownKeyType(pub String);

impl KeyType {
    /// Every key type, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::EcdsaP256, Self::EcdsaP384, Self::Ed25519, Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// The word of the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcdsaP256 => "ecdsa-p256",
            Self::EcdsaP384 => "ecdsa-p384",
            Self::Ed25519 => "ed25519",
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
        }
    }

    /// Whether it is an RSA key.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        self.rsa_bits().is_some()
    }

    fn rsa_bits(self) -> Option<usize> {
        match self {
            Self::Rsa2048 => Some(2048),
            Self::Rsa3072 => Some(3072),
            Self::Rsa4096 => Some(4096),
            _ => None,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    fn from_str(word: &str) -> Result<Self, UnknownKeyType> {
        Self::ALL.into_iter().find(|t| t.as_str() == word).ok_or_else(|| UnknownKeyType(word.to_owned()))
    }
}

/// A private key that can sign, and its public half. Its memory is wiped when it goes.
pub struct KeyPair {
    pkcs8: Zeroizing<Vec<u8>>,
    /// The content of the `SubjectPublicKeyInfo`'s bit string.
    public: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
    /// Made when it is needed: most keys never sign here, and for ring making it takes as long as making the key.
    signer: OnceLock<Signer>,
}

struct Signer(rcgen::KeyPair);

impl Drop for Signer {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl KeyPair {
    /// Makes a new key from the system's randomness.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate(key_type: KeyType) -> Result<Self, Error> {
        match key_type {
            KeyType::EcdsaP256 => {
                Self::generate_ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, &rcgen::PKCS_ECDSA_P256_SHA256)
            }
            KeyType::EcdsaP384 => {
                Self::generate_ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING, &rcgen::PKCS_ECDSA_P384_SHA384)
            }
            KeyType::Ed25519 => {
                let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(Error::Keygen)?;
                // ring writes PKCS #8 version 2, which OpenSSL 3.0 cannot read: write version 1.
                let version_2 = Zeroizing::new(key.serialize_der());
                let _wiped = Signer(key);
                Self::from_pkcs8(&PrivateKey::parse(&version_2)?.to_pkcs8()?)
            }
            KeyType::Rsa2048 | KeyType::Rsa3072 | KeyType::Rsa4096 => {
                Self::generate_rsa(key_type.rsa_bits().unwrap_or(2048))
            }
        }
    }

    fn generate_ecdsa(
        signing: &'static EcdsaSigningAlgorithm,
        algorithm: &'static SignatureAlgorithm,
    ) -> Result<Self, Error> {
        let document = EcdsaKeyPair::generate_pkcs8(signing, &SystemRandom::new())
            .map_err(|_| Error::Keygen(rcgen::Error::RingUnspecified))?;
        let pkcs8 = Zeroizing::new(document.as_ref().to_vec());
        let PrivateKey::Ec { public, .. } = PrivateKey::parse(&pkcs8)? else {
            return Err(Error::UnreadableKey);
        };
        Ok(Self { pkcs8, public, algorithm, signer: OnceLock::new() })
    }

    /// ring signs with RSA keys but does not make them.
    fn generate_rsa(bits: usize) -> Result<Self, Error> {
        let mut rng = rsa::rand_core::UnwrapErr(getrandom::SysRng);
        let key = rsa::RsaPrivateKey::new(&mut rng, bits).map_err(|_| Error::RsaKeygen)?;
        let document = key.to_pkcs8_der().map_err(|_| Error::RsaKeygen)?;
        Self::from_pkcs8(document.as_bytes())
    }

    /// Reads an unencrypted PKCS #8 key that natscert can sign with: P-256, P-384, Ed25519 or RSA.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        let signer = rcgen::KeyPair::try_from(&PrivatePkcs8KeyDer::from(der));
        let signer = Signer(signer.map_err(|_| Error::UnusableKey)?);
        Ok(Self {
            pkcs8: Zeroizing::new(signer.0.serialize_der()),
            public: signer.0.der_bytes().to_vec(),
            algorithm: signer.0.algorithm(),
            signer: signer.into(),
        })
    }

    /// The first private key in PEM or DER: PKCS #8, SEC 1 or PKCS #1.
    ///
    /// # Errors
    /// When there is none, or none that can sign here.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let found =
            super::read::items_or(bytes, Error::NoPrivateKey)?.into_iter().find_map(|item| match item {
                Item::PrivateKey(key) => Some(key),
                _ => None,
            });
        let key = PrivateKey::parse(&found.ok_or(Error::NoPrivateKey)?)?;
        Self::from_pkcs8(&key.to_pkcs8()?)
    }

    /// DER of the `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        self.subject_public_key_info()
    }

    /// The key as unencrypted PKCS #8 in PEM.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let block = pem::Pem::new("PRIVATE KEY", self.pkcs8.as_slice());
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        let text = Zeroizing::new(pem::encode_config(&block, config));
        let _wiped = Zeroizing::new(block.into_contents());
        text
    }

    /// The key as PKCS #8 DER, for rustls.
    #[must_use]
    pub fn to_pkcs8(&self) -> PrivatePkcs8KeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.pkcs8.to_vec())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        if self.signer.get().is_none() {
            let signer = rcgen::KeyPair::try_from(&PrivatePkcs8KeyDer::from(self.pkcs8.as_slice()));
            // Two threads may make it at once: they make the same.
            _ = self.signer.set(Signer(signer.map_err(Error::Sign)?));
        }
        let signer = self.signer.get().ok_or(Error::UnusableKey)?;
        signer.0.sign(message).map_err(Error::Sign)
    }
}

impl PublicKeyData for KeyPair {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("algorithm", self.algorithm).finish_non_exhaustive()
    }
}

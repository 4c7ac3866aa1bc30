//! Private keys that certificates are issued for and that need not sign here: weak ones, odd ones, encrypted ones.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use der::Encode as _;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params};
use ring::pbkdf2;
use rsa::pkcs8::EncodePrivateKey as _;
use zeroize::Zeroizing;

use super::error::Error;
use super::key::KeyPair;
use super::private::PrivateKey;

const P224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.33");
/// Rounds of PBKDF2: as many as openssl takes. The pass phrase is documented, so more of them would protect nothing.
const ROUNDS: std::num::NonZeroU32 = std::num::NonZeroU32::new(2048).unwrap();

/// A private key of any kind.
pub(crate) struct RawKey {
    pkcs8: Zeroizing<Vec<u8>>,
    spki: Vec<u8>,
}

impl RawKey {
    /// An RSA key of 1024 bits, half of what is the least today.
    pub(crate) fn rsa_1024() -> Result<Self, Error> {
        let mut rng = rsa::rand_core::UnwrapErr(getrandom::SysRng);
        let key = rsa::RsaPrivateKey::new(&mut rng, 1024).map_err(|_| Error::RsaKeygen)?;
        let document = key.to_pkcs8_der().map_err(|_| Error::RsaKeygen)?;
        Self::of(&PrivateKey::parse(document.as_bytes())?)
    }

    /// A key on P-224, a curve that TLS 1.3 does not know.
    pub(crate) fn p224() -> Result<Self, Error> {
        // Not every 28 octets are a key: one in 2^112 is too large, or 0.
        let key = p224::SecretKey::from_slice(&*Zeroizing::new(super::random::<28>()?));
        let key = key.map_err(|_| Error::UnreadableKey)?;
        Self::of(&PrivateKey::Ec {
            curve: P224,
            secret: Zeroizing::new(key.to_bytes().to_vec()),
            public: key.public_key().to_sec1_bytes().into(),
        })
    }

    fn of(key: &PrivateKey) -> Result<Self, Error> {
        Ok(Self { pkcs8: key.to_pkcs8()?, spki: key.spki()? })
    }

    /// DER of the `SubjectPublicKeyInfo`.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// PKCS #8 in PEM.
    pub(crate) fn to_pem(&self) -> Zeroizing<String> {
        encode("PRIVATE KEY", self.pkcs8.as_slice())
    }

    /// The same, encrypted with a pass phrase: PBES2 (RFC 8018) with PBKDF2, HMAC-SHA-256 and AES-256-CBC, as openssl does it.
    pub(crate) fn to_encrypted_pem(&self, pass_phrase: &str) -> Result<Zeroizing<String>, Error> {
        let (salt, iv) = (super::random::<16>()?, super::random::<16>()?);
        let mut key = Zeroizing::new([0; 32]);
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
        pbkdf2::derive(algorithm, ROUNDS, &salt, pass_phrase.as_bytes(), key.as_mut_slice());
        let cipher = cbc::Encryptor::<aes::Aes256>::new((&*key).into(), &iv.into());
        let encrypted = cipher.encrypt_padded_vec::<Pkcs7>(&self.pkcs8);
        let written = |why: der::Error| Error::Encode(why.to_string());
        let kdf = Pbkdf2Params::hmac_sha256(ROUNDS.get(), &salt);
        let kdf = Kdf::Pbkdf2(kdf.map_err(|why| Error::Encode(why.to_string()))?);
        let info = pkcs8::EncryptedPrivateKeyInfoRef {
            encryption_algorithm: Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv } }.into(),
            encrypted_data: OctetStringRef::new(&encrypted).map_err(written)?,
        };
        Ok(encode("ENCRYPTED PRIVATE KEY", info.to_der().map_err(written)?))
    }
}

impl From<&KeyPair> for RawKey {
    fn from(key: &KeyPair) -> Self {
        Self { pkcs8: Zeroizing::new(key.to_pkcs8().secret_pkcs8_der().to_vec()), spki: key.spki() }
    }
}

fn encode(tag: &str, der: impl Into<Vec<u8>>) -> Zeroizing<String> {
    let block = pem::Pem::new(tag, der);
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let text = Zeroizing::new(pem::encode_config(&block, config));
    let _wiped = Zeroizing::new(block.into_contents());
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::KeyKind;

    #[test]
    fn keys_are_of_their_kind() {
        let kinds = [RawKey::rsa_1024(), RawKey::p224()].map(|key| KeyKind::of_spki(key.unwrap().spki()));
        assert_eq!(kinds, [Some(KeyKind::Rsa(1024)), Some(KeyKind::Ec("P-224".to_owned()))]);
    }

    /// That its owner can open it, a case of the command line shows.
    #[test]
    fn an_encrypted_key_is_another_text_each_time() {
        let key = RawKey::from(&KeyPair::generate(crate::pki::KeyType::EcdsaP256).unwrap());
        let [first, second] = [(); 2].map(|()| key.to_encrypted_pem("natscert").unwrap());
        assert_ne!(*first, *second);
        assert!(matches!(KeyPair::read(first.as_bytes()), Err(Error::EncryptedKey)));
        assert_eq!(KeyPair::read(key.to_pem().as_bytes()).unwrap().spki(), key.spki());
    }
}

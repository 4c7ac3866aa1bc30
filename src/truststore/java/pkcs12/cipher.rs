//! How a PKCS#12 file's certificates are encrypted: PBES2 (RFC 8018) by Java since 2021, before that by the scheme of
//! PKCS#12 itself.

use std::num::NonZeroU32;

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit};
use der::{AnyRef, asn1::ObjectIdentifier};
use ring::pbkdf2;
use sha1::{Digest as _, Sha1};

use super::super::keystore::Unreadable;
use super::Items;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.11");
const AES128: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const SHA1_TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const SHA1_RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");

/// Iterations that the reading of one file may take in all. Java writes 10,000, and 50,000 before, for each of one or two
/// parts; more than this would keep a person waiting.
#[derive(Debug)]
pub(super) struct Budget(u32);

impl Budget {
    pub(super) fn new() -> Self {
        Self(1_000_000)
    }

    /// How often to iterate, as it stands in the file.
    fn take(&mut self, number: AnyRef<'_>) -> Result<NonZeroU32, Unreadable> {
        let count: NonZeroU32 = number.decode_as::<u32>()?.try_into().map_err(|_| Unreadable::Damaged)?;
        let Some(left) = self.0.checked_sub(count.get()) else {
            let what = format!("encrypted with {count} iterations, which with the others are too many");
            return Err(Unreadable::Unsupported(what));
        };
        self.0 = left;
        Ok(count)
    }
}

/// Of SHA-1: what a block of it takes, and what comes out.
const BLOCK: usize = 64;
const HASH: usize = 20;

/// Decrypts `data` as `algorithm` says.
pub(super) fn decrypt(
    algorithm: AnyRef<'_>,
    data: &[u8],
    password: &str,
    budget: &mut Budget,
) -> Result<Vec<u8>, Unreadable> {
    let mut algorithm = Items::of(algorithm)?;
    let kind: ObjectIdentifier = algorithm.next()?.decode_as()?;
    let mut parameters = Items::of(algorithm.next()?)?;
    if kind == PBES2 {
        return pbes2(&mut parameters, data, password, budget);
    }
    if kind != SHA1_RC2_40 && kind != SHA1_TRIPLE_DES {
        return Err(unsupported(kind));
    }
    let salt = parameters.next()?.value();
    let iterations = budget.take(parameters.next()?)?;
    let iv = pkcs12_key::<8>(2, password, salt, iterations);
    if kind == SHA1_RC2_40 {
        open::<rc2::Rc2>(&pkcs12_key::<5>(1, password, salt, iterations), &iv, data)
    } else {
        open::<des::TdesEde3>(&pkcs12_key::<24>(1, password, salt, iterations), &iv, data)
    }
}

fn pbes2(
    parameters: &mut Items<'_>,
    data: &[u8],
    password: &str,
    budget: &mut Budget,
) -> Result<Vec<u8>, Unreadable> {
    let mut derivation = Items::of(parameters.next()?)?;
    let kind: ObjectIdentifier = derivation.next()?.decode_as()?;
    if kind != PBKDF2 {
        return Err(unsupported(kind));
    }
    let mut derivation = Items::of(derivation.next()?)?;
    let salt = derivation.next()?.value();
    let iterations = budget.take(derivation.next()?)?;
    let hash = hash(&mut derivation)?;

    let mut scheme = Items::of(parameters.next()?)?;
    let kind: ObjectIdentifier = scheme.next()?.decode_as()?;
    let iv = scheme.next()?.value();
    let mut key = [0; 32];
    let length = match kind {
        AES128 => 16,
        AES256 => 32,
        _ => return Err(unsupported(kind)),
    };
    pbkdf2::derive(hash, iterations, salt, password.as_bytes(), &mut key[..length]);
    if kind == AES128 {
        open::<aes::Aes128>(&key[..length], iv, data)
    } else {
        open::<aes::Aes256>(&key[..length], iv, data)
    }
}

/// What PBKDF2 runs on, which stands behind the length of the key, if that is there.
fn hash(derivation: &mut Items<'_>) -> Result<pbkdf2::Algorithm, Unreadable> {
    while let Some(item) = derivation.more()? {
        let Ok(mut item) = Items::of(item) else { continue };
        let kind: ObjectIdentifier = item.next()?.decode_as()?;
        return match kind {
            HMAC_SHA1 => Ok(pbkdf2::PBKDF2_HMAC_SHA1),
            HMAC_SHA256 => Ok(pbkdf2::PBKDF2_HMAC_SHA256),
            HMAC_SHA384 => Ok(pbkdf2::PBKDF2_HMAC_SHA384),
            HMAC_SHA512 => Ok(pbkdf2::PBKDF2_HMAC_SHA512),
            _ => Err(unsupported(kind)),
        };
    }
    Ok(pbkdf2::PBKDF2_HMAC_SHA1)
}

fn unsupported(kind: ObjectIdentifier) -> Unreadable {
    Unreadable::Unsupported(format!("encrypted by an algorithm that natscert does not know ({kind})"))
}

/// CBC; that the padding is wrong means that the password is.
fn open<C: KeyInit + BlockCipherDecrypt>(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let cipher = C::new_from_slice(key).map_err(|_| Unreadable::Damaged)?;
    let cipher = Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| Unreadable::Damaged)?;
    cipher.decrypt_padded_vec::<Pkcs7>(data).map_err(|_| Unreadable::Password)
}

/// RFC 7292, B.2, with SHA-1 and for keys that are no longer than two of its hashes: `id` 1 is a key's, 2 an IV's.
fn pkcs12_key<const N: usize>(id: u8, password: &str, salt: &[u8], iterations: NonZeroU32) -> [u8; N] {
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let mut input = [filled(salt), filled(&password)].concat();
    let mut key = [0; N];
    for part in key.chunks_mut(HASH) {
        let mut hash = sha1(&[&[id; BLOCK], &input]);
        for _ in 1..iterations.get() {
            hash = sha1(&[&hash]);
        }
        part.copy_from_slice(&hash[..part.len()]);
        // For the next part every block of the input grows by this one, plus one.
        for block in input.chunks_mut(BLOCK) {
            let mut carry = 1;
            for (index, octet) in block.iter_mut().enumerate().rev() {
                let sum = u16::from(*octet) + u16::from(hash[index % HASH]) + carry;
                *octet = sum.to_be_bytes()[1];
                carry = sum >> 8;
            }
        }
    }
    key
}

/// Repeated up to a whole number of blocks.
fn filled(octets: &[u8]) -> Vec<u8> {
    octets.iter().copied().cycle().take(octets.len().next_multiple_of(BLOCK)).collect()
}

fn sha1(parts: &[&[u8]]) -> [u8; HASH] {
    let mut sha1 = Sha1::new();
    for part in parts {
        sha1.update(part);
    }
    sha1.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use der::Decode as _;

    use super::*;

    #[test]
    fn iterations_are_taken_from_one_budget() {
        // INTEGER 600,000.
        let number = || AnyRef::from_der(&[2, 3, 0x09, 0x27, 0xc0]).unwrap();
        let mut budget = Budget::new();
        assert_eq!(budget.take(number()), Ok(NonZeroU32::new(600_000).unwrap()));
        let Err(Unreadable::Unsupported(why)) = budget.take(number()) else { panic!("twice") };
        assert!(why.contains("600000 iterations"), "{why}");
        assert_eq!(budget.0, 400_000);
        assert_eq!(budget.take(AnyRef::from_der(&[2, 1, 0]).unwrap()), Err(Unreadable::Damaged));
    }
}

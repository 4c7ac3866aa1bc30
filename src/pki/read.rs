//! What lies in a file: PEM blocks or DER, told apart by content.

use std::fmt;

use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Encode, Sequence};
use pem::PemError;
use x509_cert::request::CertReq;
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::error::Error;
use super::private::{PrivateKey, spki_of_rsa};

/// RFC 5958, section 3; recognised, never decrypted.
#[derive(Sequence)]
struct EncryptedPrivateKeyInfo<'a> {
    #[allow(dead_code)]
    algorithm: AlgorithmIdentifierRef<'a>,
    #[allow(dead_code)]
    data: &'a OctetStringRef,
}

/// One thing that was found in a file.
pub enum Item {
    /// A certificate, DER.
    Certificate(Vec<u8>),
    /// A certificate signing request (PKCS #10), DER.
    Request(Vec<u8>),
    /// A `SubjectPublicKeyInfo`, DER.
    PublicKey(Vec<u8>),
    /// A private key in PKCS #8, SEC 1 or PKCS #1, DER.
    PrivateKey(Zeroizing<Vec<u8>>),
}

/// The kind and the size alone: a private key must not get into a log.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, size) = match self {
            Self::Certificate(der) => ("Certificate", der.len()),
            Self::Request(der) => ("Request", der.len()),
            Self::PublicKey(der) => ("PublicKey", der.len()),
            Self::PrivateKey(der) => ("PrivateKey", der.len()),
        };
        write!(f, "{kind}({size} octets)")
    }
}

/// Everything in `bytes`, in order: all PEM blocks of a known kind, else one DER object.
///
/// # Errors
/// When nothing is found, a block is damaged, or a private key is encrypted.
pub fn items(bytes: &[u8]) -> Result<Vec<Item>, Error> {
    if bytes.is_empty() {
        return Err(Error::EmptyInput);
    }
    let found = if begins(bytes) > 0 { pem_items(bytes)? } else { vec![der_item(bytes)?] };
    if found.is_empty() { Err(Error::NothingFound) } else { Ok(found) }
}

/// [`items`], for a caller that looks for one kind and says so when there is nothing at all.
pub(crate) fn items_or(bytes: &[u8], none: Error) -> Result<Vec<Item>, Error> {
    items(bytes).map_err(|why| if matches!(why, Error::NothingFound) { none } else { why })
}

/// The certificates in `bytes`, in order.
///
/// # Errors
/// When there is none, or the file is damaged.
pub(crate) fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let found: Vec<_> = items_or(bytes, Error::NoCertificate)?
        .into_iter()
        .filter_map(|item| match item {
            Item::Certificate(der) => Some(der),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(Error::NoCertificate) } else { Ok(found) }
}

/// Decodes one certificate.
pub(crate) fn certificate(der: &[u8]) -> Result<x509_cert::Certificate, Error> {
    x509_cert::Certificate::from_der(der).map_err(|_| Error::UnreadableCertificate)
}

/// How many PEM blocks begin.
fn begins(bytes: &[u8]) -> usize {
    const BEGIN: &[u8] = b"-----BEGIN ";
    // Most octets are told apart by the first comparison.
    bytes.windows(BEGIN.len()).filter(|window| window[0] == b'-' && *window == BEGIN).count()
}

const UNENDED: &str = "a block has no matching end";

fn damage(why: &PemError) -> &'static str {
    match why {
        PemError::MismatchedTags(..) | PemError::MissingEndTag | PemError::MalformedFraming => UNENDED,
        PemError::MissingBeginTag => "a block has no beginning",
        PemError::MissingData => "a block is empty",
        PemError::InvalidData(_) => "a block is not Base64",
        PemError::InvalidHeader(_) => "a block has a header that is none",
        PemError::NotUtf8(_) => "a block is not text",
    }
}

fn pem_items(bytes: &[u8]) -> Result<Vec<Item>, Error> {
    let blocks = pem::parse_many(bytes).map_err(|why| Error::DamagedPem(damage(&why)))?;
    if blocks.len() < begins(bytes) {
        return Err(Error::DamagedPem(UNENDED));
    }
    let mut found = Vec::with_capacity(blocks.len());
    for block in blocks {
        // RFC 1421 encryption of the traditional key formats
        let encrypted = block.headers().get("DEK-Info").is_some();
        let tag = block.tag().to_owned();
        let der = Zeroizing::new(block.into_contents());
        match tag.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" => found.push(Item::Certificate(der.to_vec())),
            "TRUSTED CERTIFICATE" => found.push(Item::Certificate(without_trust(&der)?)),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => found.push(Item::Request(der.to_vec())),
            "PUBLIC KEY" => found.push(Item::PublicKey(der.to_vec())),
            "RSA PUBLIC KEY" => found.push(Item::PublicKey(spki_of_rsa(&der)?)),
            "ENCRYPTED PRIVATE KEY" => return Err(Error::EncryptedKey),
            "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" if encrypted => {
                return Err(Error::EncryptedKey);
            }
            "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" => found.push(Item::PrivateKey(der)),
            _ => {}
        }
    }
    Ok(found)
}

/// OpenSSL's `TRUSTED CERTIFICATE`: behind the certificate stands what OpenSSL trusts it for.
fn without_trust(der: &[u8]) -> Result<Vec<u8>, Error> {
    let (certificate, _trust) = AnyRef::from_der_partial(der).map_err(|_| Error::UnreadableCertificate)?;
    certificate.to_der().map_err(|_| Error::UnreadableCertificate)
}

fn der_item(bytes: &[u8]) -> Result<Item, Error> {
    if AnyRef::from_der(bytes).is_err() {
        return Err(Error::NothingFound);
    }
    if certificate(bytes).is_ok() {
        return Ok(Item::Certificate(bytes.to_vec()));
    }
    if CertReq::from_der(bytes).is_ok() {
        return Ok(Item::Request(bytes.to_vec()));
    }
    if SubjectPublicKeyInfoRef::from_der(bytes).is_ok() {
        return Ok(Item::PublicKey(bytes.to_vec()));
    }
    if PrivateKey::parse(bytes).is_ok() {
        return Ok(Item::PrivateKey(Zeroizing::new(bytes.to_vec())));
    }
    if EncryptedPrivateKeyInfo::from_der(bytes).is_ok() {
        return Err(Error::EncryptedKey);
    }
    if pkcs1::RsaPublicKeyRef::from_der(bytes).is_ok() {
        return Ok(Item::PublicKey(spki_of_rsa(bytes)?));
    }
    Err(Error::NothingFound)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

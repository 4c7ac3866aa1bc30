//! PEM blocks as Go finds them, and what else a file may be.

use der::Decode as _;
use der::asn1::AnyRef;
use zeroize::Zeroizing;

use super::error::Error;
use super::private::PrivateKey;
use super::read::items;

/// A PEM block as it stands in a file.
pub(crate) struct PemBlock {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
    /// By RFC 1421, as the traditional key formats are.
    pub(crate) is_encrypted: bool,
}

/// The PEM blocks that Go finds in a file: `-----BEGIN` begins a line, and what is no block is passed over.
pub(crate) fn pem_blocks(bytes: &[u8]) -> Vec<PemBlock> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let mut blocks = Vec::new();
    // Labels that no block ends with from here on: they are not looked for again.
    let mut endless: Vec<String> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end_of_line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        if !rest.starts_with(BEGIN) {
            at += end_of_line;
            continue;
        }
        let line = std::str::from_utf8(&rest[..end_of_line]).unwrap_or_default().trim_end();
        let label = line.strip_prefix("-----BEGIN ").and_then(|line| line.strip_suffix("-----"));
        let label = label.filter(|label| endless.iter().all(|known| known != label));
        match label.map(|label| (label, end_of(rest, label))) {
            None => at += end_of_line,
            Some((label, None)) => {
                endless.push(label.to_owned());
                at += end_of_line;
            }
            Some((label, Some(length))) => {
                // Whatever else stands in the line of its end makes it none, and hides what begins there.
                let tail = rest[length..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
                at += length + tail.len();
                if !tail.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                blocks.extend(pem::parse(&rest[..length]).ok().map(|block| PemBlock {
                    label: label.to_owned(),
                    is_encrypted: block.headers().get("DEK-Info").is_some(),
                    der: Zeroizing::new(block.into_contents()),
                }));
            }
        }
    }
    blocks
}

/// Where the block of this label ends that `bytes` begins with.
fn end_of(bytes: &[u8], label: &str) -> Option<usize> {
    let end = format!("-----END {label}-----");
    let found = bytes.windows(end.len()).position(|window| window[0] == b'-' && window == end.as_bytes())?;
    Some(found + end.len())
}

/// The public half of a private key in any encoding, as DER of a `SubjectPublicKeyInfo`.
pub(crate) fn public_half(der: &[u8]) -> Option<Vec<u8>> {
    PrivateKey::parse(der).and_then(|key| key.spki()).ok()
}

/// What a DER file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DerKind {
    CertificateOrKey,
    Pkcs12,
    Pkcs7,
}

/// By its outermost fields: PKCS #12 is version 3 and a PKCS #7, PKCS #7 begins with its own OID.
pub(crate) fn der_kind(bytes: &[u8]) -> Option<DerKind> {
    const PKCS7: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07";
    let (outer, _) = AnyRef::from_der_partial(bytes).ok()?;
    if der::Tagged::tag(&outer) != der::Tag::Sequence {
        return None;
    }
    let inner = outer.value();
    if inner.starts_with(PKCS7) {
        return Some(DerKind::Pkcs7);
    }
    if inner.starts_with(b"\x02\x01\x03") && inner[3..].windows(PKCS7.len()).take(16).any(|w| w == PKCS7) {
        return Some(DerKind::Pkcs12);
    }
    match items(bytes) {
        Ok(_) | Err(Error::EncryptedKey) => Some(DerKind::CertificateOrKey),
        Err(_) => None,
    }
}

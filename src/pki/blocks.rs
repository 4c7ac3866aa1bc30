//! PEM blocks as Go finds them, and what else a file may be.

use der::Decode as _;
use der::asn1::AnyRef;
use memchr::memmem;
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
    /// Go's pools of CA certificates pass over such blocks.
    pub(crate) has_headers: bool,
}

/// The PEM blocks that Go finds in a file: those that its encoding/pem returns, one after the other. What is no block is
/// passed over from behind its `-----BEGIN` line on.
pub(crate) fn pem_blocks(bytes: &[u8]) -> Vec<PemBlock> {
    let mut blocks = Vec::new();
    let mut ends = Ends { bytes, known: None };
    let mut at = 0;
    while let Some(start) = begin(bytes, at) {
        let (label, body) = line(bytes, start);
        at = body;
        let Some(label) = label.strip_suffix(b"-----") else { continue };
        let (headers, body) = headers(bytes, body);
        at = body;
        let Some(end) = ends.of(body, headers.is_empty()) else { break };
        let Some(behind) = behind(bytes, end, label) else { continue };
        // Where nothing stands between, the line's end before `-----END` is that of `-----BEGIN`.
        let Some(der) = decoded(bytes.get(body..end).unwrap_or_default()) else { continue };
        at = behind;
        blocks.push(PemBlock {
            label: String::from_utf8_lossy(label).into_owned(),
            der,
            is_encrypted: headers.iter().any(|name| *name == b"DEK-Info"),
            has_headers: !headers.is_empty(),
        });
    }
    blocks
}

const BEGIN: &[u8] = b"\n-----BEGIN ";
const END: &[u8] = b"\n-----END ";

/// Behind the next `-----BEGIN ` that begins a line; one begins at `at`.
fn begin(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(&BEGIN[1..]) {
        return Some(at + BEGIN.len() - 1);
    }
    memmem::find(rest, BEGIN).map(|found| at + found + BEGIN.len())
}

/// From here to the end of the line, without blanks there, and where the next line begins.
fn line(bytes: &[u8], start: usize) -> (&[u8], usize) {
    let rest = &bytes[start..];
    let (line, next) = match memchr::memchr(b'\n', rest) {
        Some(end) => (rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]), start + end + 1),
        None => (rest, bytes.len()),
    };
    let length = line.iter().rposition(|byte| !b" \t".contains(byte)).map_or(0, |last| last + 1);
    (&line[..length], next)
}

/// The names of headers, as lines with a colon are taken to be, and where they end.
fn headers(bytes: &[u8], mut at: usize) -> (Vec<&[u8]>, usize) {
    let mut names = Vec::new();
    while at < bytes.len() {
        let (line, next) = line(bytes, at);
        let Some(colon) = memchr::memchr(b':', line) else { break };
        names.push(line[..colon].trim_ascii());
        at = next;
    }
    (names, at)
}

/// Where `-----END ` begins lines; each is looked for once.
struct Ends<'a> {
    bytes: &'a [u8],
    /// The line's end before the one that was found last.
    known: Option<usize>,
}

impl Ends<'_> {
    /// The end of what begins at `body`: where the line's end before it is, or `body` if it stands there.
    fn of(&mut self, body: usize, may_be_empty: bool) -> Option<usize> {
        if may_be_empty && self.bytes[body..].starts_with(&END[1..]) {
            return Some(body - 1);
        }
        if self.known.is_none_or(|known| known < body) {
            self.known = memmem::find(&self.bytes[body..], END).map(|found| body + found);
        }
        self.known
    }
}

/// Where the line behind `-----END label-----` begins; nothing else may stand in its line.
fn behind(bytes: &[u8], end: usize, label: &[u8]) -> Option<usize> {
    let trailer = bytes.get(end + END.len()..)?;
    let rest = trailer.strip_prefix(label)?.strip_prefix(b"-----")?;
    let (rest, next) = line(bytes, bytes.len() - rest.len());
    rest.is_empty().then_some(next)
}

/// Base64 as Go takes it: blanks and line ends anywhere, padded, whatever the unused bits of the last character are.
fn decoded(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    use base64::Engine as _;
    use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
    // Where blocks have no end, this is all that is between the first of them and an end: only as far as the next is read.
    if memchr::memchr(b'-', text).is_some() {
        return None;
    }
    let blank = |byte: &u8| b" \t\r\n".contains(byte);
    let dense = Zeroizing::new(text.iter().copied().filter(|byte| !blank(byte)).collect::<Vec<_>>());
    ENGINE.decode(&*dense).ok().map(Zeroizing::new)
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

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;

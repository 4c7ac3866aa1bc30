//! Certificates in bytes of any kind: what is damaged is passed over, for it is not ours to judge a whole store by it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::pki::{self, Item};
use crate::truststore::root::Root;

/// The DER of each certificate.
pub(in crate::truststore) fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    let mut found: Vec<_> =
        blocks(&text).filter_map(|block| plain(block).or_else(|| one(block.as_bytes()))).collect();
    if found.is_empty() && bytes.first() == Some(&0x30) {
        found.extend(one(bytes));
    }
    found
}

/// Each PEM block, from its first line to the end of its last. Every octet is looked at a few times at most, whatever is
/// in the file.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.get(rest.find(BEGIN)?..)?;
        let (head, tail) = from.split_at_checked(from.find(END)? + END.len())?;
        rest = tail;
        // A block that does not end is none; the next begins where it begins.
        let start = head.rfind(BEGIN)?;
        // Where files were joined, the next may begin in the same line.
        let tail = tail.get(..tail.find(BEGIN).unwrap_or(tail.len()))?;
        let end = tail.find('\n').unwrap_or(tail.len());
        from.get(start..head.len() + end)
    })
}

/// The usual block, decoded some times faster than by a reader of any block: a store has one hundred and fifty of them, and
/// this is all that looking at one costs.
fn plain(block: &str) -> Option<Vec<u8>> {
    let (body, _) =
        block.strip_prefix("-----BEGIN CERTIFICATE-----")?.split_once("-----END CERTIFICATE-----")?;
    let digits: Vec<u8> = body.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}

fn one(bytes: &[u8]) -> Option<Vec<u8>> {
    pki::items(bytes).ok()?.into_iter().find_map(|item| match item {
        Item::Certificate(der) => Some(der),
        _ => None,
    })
}

/// Whether a bundle holds this root. Nothing is decoded: its Base64 is compared.
pub(crate) fn holds(bundle: &[u8], root: &Root) -> bool {
    fn body(pem: &str) -> impl Iterator<Item = u8> {
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        lines.flat_map(str::bytes).filter(|octet| !octet.is_ascii_whitespace())
    }
    let pem = root.pem();
    let text = String::from_utf8_lossy(bundle);
    blocks(&text).any(|block| body(block).eq(body(&pem)))
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;

//! What people write into a `ca.pem` beside the certificates.

use crate::lifecycle::Anchors;
use crate::pki::pem_block;

/// The texts of a `ca.pem`.
#[derive(Default)]
pub(super) struct CaText<'a> {
    /// Each certificate, DER, with the text before it.
    before: Vec<(&'a [u8], &'a str)>,
    /// What follows the last one.
    behind: &'a str,
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

impl<'a> CaText<'a> {
    /// The texts in a file; none where it is no plain PEM, or where that cannot be told apart.
    pub(super) fn of(anchors: &'a Anchors) -> Self {
        let found = std::str::from_utf8(&anchors.bytes).ok().and_then(texts);
        let Some((texts, behind)) = found.filter(|(texts, _)| texts.len() == anchors.certificates.len())
        else {
            return Self::default();
        };
        let ders = anchors.certificates.iter().map(|(der, _)| der.as_slice());
        Self { before: ders.zip(texts).collect(), behind }
    }

    /// A file with these certificates: text before one that was there comes along, and so does what followed the last.
    pub(super) fn with(&self, ders: &[&[u8]]) -> String {
        let mut file = String::new();
        for der in ders {
            let text = self.before.iter().find(|(known, _)| known == der).map_or("", |(_, text)| text);
            file.push_str(text);
            file.push_str(&pem_block(der));
        }
        file + self.behind
    }
}

/// The text before each certificate, and behind the last; none: a block has no end. Blank lines alone are no text.
fn texts(file: &str) -> Option<(Vec<&str>, &str)> {
    let (mut texts, mut from, mut at, mut is_in) = (Vec::new(), 0, 0, false);
    let text =
        |from: usize, to: usize| file.get(from..to).filter(|text| !text.trim().is_empty()).unwrap_or("");
    for line in file.split_inclusive('\n') {
        match (line.trim_end(), is_in) {
            (BEGIN, false) => {
                texts.push(text(from, at));
                is_in = true;
            }
            (END, true) => {
                from = at + line.len();
                is_in = false;
            }
            (BEGIN | END, _) => return None,
            _ => {}
        }
        at += line.len();
    }
    (!is_in).then(|| (texts, text(from, at)))
}

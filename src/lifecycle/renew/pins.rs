//! Pins that change: which texts name them, and what takes their places.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::bundle::{FileKind, read_input};
use crate::pki::{Pin, pins_in};

/// How many digits a pin has.
const DIGITS: usize = 64;

/// An old pin in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// What stands there, or stood.
    pub old: String,
    /// What has to stand there.
    pub new: String,
    /// Whether it was exchanged.
    pub is_rewritten: bool,
}

/// Pins and those that take their places.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// By the old one, with the bundle that it is about.
    new_of: HashMap<String, (String, PathBuf)>,
}

impl Exchange {
    /// As a killed run noted it, if it got so far for a bundle that the new key is there.
    pub(super) fn noted(text: &str) -> Self {
        let mut noted = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            if let (Some(old), Some(new), Some(dir)) = (words.next(), words.next(), words.next())
                && pin_at(Path::new(dir)).is_some_and(|pin| pin.to_string() == new)
            {
                noted.new_of.insert(old.to_owned(), (new.to_owned(), dir.into()));
            }
        }
        noted
    }

    /// As a text to note. Paths of bundles have no control characters.
    pub(super) fn to_text(&self) -> String {
        self.new_of.iter().fold(String::new(), |mut text, (old, (new, dir))| {
            let _ = writeln!(text, "{old} {new} {}", dir.display());
            text
        })
    }

    pub(super) fn add(&mut self, old: Pin, new: Pin, dir: &Path) {
        self.new_of.insert(old.to_string(), (new.to_string(), dir.to_owned()));
    }

    /// Takes in what was noted before and may still stand somewhere: a pin that has changed twice leads to the last one.
    pub(super) fn follow(&mut self, earlier: &Self) {
        for (old, one) in &earlier.new_of {
            let last = self.new_of.get(&one.0).unwrap_or(one).clone();
            self.new_of.entry(old.clone()).or_insert(last);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.new_of.is_empty()
    }

    /// Where a text names an old pin, in whatever case.
    pub(super) fn named(&self, file: &Path, text: &[u8]) -> Vec<Named> {
        let named = |at: usize, new: &str| Named {
            file: file.to_owned(),
            line: text[..at].split(|byte| *byte == b'\n').count(),
            old: String::from_utf8_lossy(&text[at..at + DIGITS]).to_ascii_lowercase(),
            new: new.to_owned(),
            is_rewritten: false,
        };
        self.places(text).map(|(at, new)| named(at, new)).collect()
    }

    /// The text with the new pins in it; none: it names no old one.
    pub(super) fn applied(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut edited = None;
        for (at, new) in self.places(text) {
            let bytes = edited.get_or_insert_with(|| text.to_vec());
            bytes[at..at + DIGITS].copy_from_slice(new.as_bytes());
        }
        edited
    }

    fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, &'a str)> {
        let mut at = 0;
        let words = text.split(|byte| !byte.is_ascii_hexdigit()).map(move |word| {
            let start = at;
            at += word.len() + 1;
            (start, word)
        });
        words.filter(|(_, word)| word.len() == DIGITS).filter_map(|(at, word)| {
            let old = String::from_utf8_lossy(word).to_ascii_lowercase();
            self.new_of.get(&old).map(|(new, _)| (at, new.as_str()))
        })
    }
}

/// The pin of the certificate in a bundle.
fn pin_at(dir: &Path) -> Option<Pin> {
    let bytes = read_input(&dir.join(FileKind::Certificate.file_name())).ok()?;
    pins_in(&bytes).ok()?.first().map(|found| found.pin)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn pins_are_found_by_line_and_exchanged_in_place() {
        let (old, new, other) = (Pin::of_spki(b"old"), Pin::of_spki(b"new"), Pin::of_spki(b"other"));
        let mut exchange = Exchange::default();
        exchange.add(old, new, Path::new("/n1"));
        let upper = old.to_string().to_ascii_uppercase();
        // The last is no pin: it has a digit too many.
        let text = format!("pinned_certs: [\n  \"{old}\"\n  \"{other}\"\n  {upper}, \"{old}0\"\n]\n");
        let lines: Vec<usize> =
            exchange.named(Path::new("f"), text.as_bytes()).iter().map(|named| named.line).collect();
        assert_eq!(lines, [2, 4]);
        let edited = String::from_utf8(exchange.applied(text.as_bytes()).unwrap()).unwrap();
        assert_eq!(edited, format!("pinned_certs: [\n  \"{new}\"\n  \"{other}\"\n  {new}, \"{old}0\"\n]\n"));
        assert_eq!(exchange.applied(edited.as_bytes()), None);
    }

    #[test]
    fn a_pin_that_changed_twice_leads_to_the_last_one() {
        let [first, second, third, other, last] =
            ["1", "2", "3", "4", "5"].map(|n| Pin::of_spki(n.as_bytes()));
        let exchange = |pairs: &[(Pin, Pin)]| {
            let mut exchange = Exchange::default();
            for (old, new) in pairs {
                exchange.add(*old, *new, Path::new("/n1"));
            }
            exchange
        };
        let mut both = exchange(&[(second, third)]);
        both.follow(&exchange(&[(first, second), (other, last)]));
        let applied =
            |pin: Pin| both.applied(pin.to_string().as_bytes()).map(|text| String::from_utf8(text).unwrap());
        assert_eq!(
            [first, second, other].map(applied),
            [third, third, last].map(|pin| Some(pin.to_string()))
        );
    }

    #[test]
    fn what_was_noted_counts_where_the_new_key_is() {
        let dir = tempfile::tempdir().unwrap();
        let ca = crate::Ca::generate().unwrap();
        let issued = ca.issue(crate::Role::Cluster, ["n1"]).unwrap();
        let old = Pin::of_spki(b"old");
        let mut exchange = Exchange::default();
        exchange.add(old, issued.pin(), dir.path());
        let text = exchange.to_text();
        assert!(Exchange::noted(&text).is_empty(), "killed before");
        std::fs::write(dir.path().join("cert.pem"), issued.cert_pem()).unwrap();
        let noted = Exchange::noted(&text);
        assert_eq!(noted.applied(old.to_string().as_bytes()).unwrap(), issued.pin().to_string().as_bytes());
    }
}

//! The format JKS: what Java wrote before 9, and Debian writes still. Certificates lie in it in the clear.

use sha1::{Digest as _, Sha1};

use super::keystore::{Entry, Keystore, PASSWORDS, Role, Unreadable};

/// Of the digest at the end.
const DIGEST_LENGTH: usize = 20;

/// What Java hashes between the password and the content.
const DIGEST_WORDS: &[u8] = b"Mighty Aphrodite";

/// Reads a keystore whose first four octets are JKS's.
pub(super) fn read(bytes: &[u8]) -> Result<Keystore, Unreadable> {
    let length = bytes.len().checked_sub(DIGEST_LENGTH).ok_or(Unreadable::Damaged)?;
    let (content, digest) = bytes.split_at(length);
    let entries = parse(content).ok_or(Unreadable::Damaged)?;
    let password = PASSWORDS.into_iter().find(|password| digest_of(password, content) == digest);
    Ok(Keystore { entries, password })
}

/// SHA-1 of the password in UTF-16, words and content: it tells a wrong password, and a changed file.
fn digest_of(password: &str, content: &[u8]) -> [u8; DIGEST_LENGTH] {
    let mut sha1 = Sha1::new();
    password.encode_utf16().for_each(|unit| sha1.update(unit.to_be_bytes()));
    sha1.update(DIGEST_WORDS);
    sha1.update(content);
    sha1.finalize().into()
}

fn parse(content: &[u8]) -> Option<Vec<Entry>> {
    let mut rest = Octets(content);
    rest.number()?; // the magic number
    let version = rest.number()?;
    if !matches!(version, 1 | 2) {
        return None;
    }
    let count = rest.number()?;
    let mut entries = Vec::new(); // no capacity: the count may be anything
    for _ in 0..count {
        entry(&mut rest, version, &mut entries)?;
    }
    rest.0.is_empty().then_some(entries)
}

/// One entry; of a key, the first certificate of its chain, if it has any.
fn entry(rest: &mut Octets<'_>, version: u32, entries: &mut Vec<Entry>) -> Option<()> {
    let tag = rest.number()?;
    let alias = rest.text()?;
    rest.take(8)?; // when it was made
    let mut add = |der: &[u8], role| entries.push(Entry { alias: alias.clone(), der: der.to_owned(), role });
    match tag {
        1 => {
            let key = rest.number()?;
            rest.take(key)?;
            for index in 0..rest.number()? {
                let der = certificate(rest, version)?;
                if index == 0 {
                    add(der, Role::OfKey);
                }
            }
        }
        2 => add(certificate(rest, version)?, Role::Trusted),
        _ => return None,
    }
    Some(())
}

fn certificate<'a>(rest: &mut Octets<'a>, version: u32) -> Option<&'a [u8]> {
    if version == 2 {
        rest.text()?; // its type: X.509
    }
    let length = rest.number()?;
    rest.take(length)
}

/// What is left to read.
struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    fn take(&mut self, count: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// Java's own UTF-8, which differs beyond U+FFFF alone.
    fn text(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        self.take(length.into()).map(|text| String::from_utf8_lossy(text).into_owned())
    }
}

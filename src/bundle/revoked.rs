//! `revoked.json` of a CA directory: what its CAs revoked, and how far the numbers of their lists are. Read by whoever is to
//! say so, changed by one at a time.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::atomic::write_new;
use super::ca_dir::CaDir;
use super::dirs::sync_dir;
use super::error::Error;
use super::hidden::lock_or_wait;
use super::kind::FileKind;
use super::read::read_input;
use crate::pki::{Authority, Facts, Family, Intermediate, Pin, Reason, Revocation, parse_instant, rfc3339};

/// The version of the file that is written.
const VERSION: u64 = 1;

/// What was revoked, in the order in which it was.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    entries: Vec<Entry>,
    /// The number of the last CRL of each CA, by its pin.
    numbers: BTreeMap<String, u64>,
    /// Of the file, what a later natscert may have put there.
    other: Map<String, Value>,
}

/// What CRLs are made of.
#[derive(Debug)]
pub struct Numbered {
    /// What was revoked.
    pub list: Revoked,
    /// A number for each CA that was asked for.
    pub numbers: Vec<u64>,
    /// Why the numbers will not be known the next time, if they will not.
    pub not_kept: Option<Error>,
}

/// A certificate that was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The pin of the CA that issued it, as text.
    pub issuer: String,
    /// Its subject, for people.
    pub subject: String,
    /// What is said of it.
    pub revocation: Revocation,
    /// The reason as it stands in the file: a later natscert may know more.
    word: String,
    /// What a later natscert may have put there.
    other: Map<String, Value>,
}

/// As it stands in the file.
#[derive(Deserialize, Serialize)]
struct File {
    version: u64,
    revoked: Vec<Line>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    crl_numbers: BTreeMap<String, u64>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
struct Line {
    issuer: String,
    serial: String,
    at: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    subject: String,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Revoked {
    /// What stands in the CA directory now; nothing where there is no such file.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn read(dir: &CaDir) -> Result<Self, Error> {
        let path = path(dir);
        match read_input(&path) {
            Ok(bytes) => parse(&bytes).map_err(|why| Error::DamagedRevoked { path, why }),
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(why) => Err(why),
        }
    }

    /// Reads the list, lets `change` work on it, and writes it if that says that it did: whole or not at all, and one after
    /// the other where several do so at once: `wait` is called when another run works there.
    ///
    /// # Errors
    /// When the list cannot be read or written: then it stays as it was.
    pub fn change(
        dir: &CaDir,
        wait: impl FnOnce(&Path),
        change: impl FnOnce(&mut Self) -> bool,
    ) -> Result<Self, Error> {
        let _lock = lock_or_wait(dir.path(), wait);
        let mut list = Self::read(dir)?;
        if change(&mut list) {
            list.write(dir.path())?;
        }
        Ok(list)
    }

    /// The list, and a number for a CRL of each of these CAs: larger than the last one (RFC 5280, section 5.2.3) even where the
    /// clock was set back, and else the time in microseconds, so that it grows too where it cannot be kept. Why it could not
    /// comes with it: who may only read the directory gets lists all the same. When another run works there, `wait` is called.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn numbered(
        dir: &CaDir,
        issuers: &[Pin],
        now: OffsetDateTime,
        wait: impl FnOnce(&Path),
    ) -> Result<Numbered, Error> {
        let _lock = lock_or_wait(dir.path(), wait);
        let mut list = Self::read(dir)?;
        let clock = u64::try_from(now.unix_timestamp_nanos() / 1000).unwrap_or_default();
        let mut next = |issuer: &Pin| {
            let number = list.numbers.entry(issuer.to_string()).or_default();
            *number = number.saturating_add(1).max(clock);
            *number
        };
        let numbers = issuers.iter().map(&mut next).collect();
        let not_kept = list.write(dir.path()).err();
        Ok(Numbered { list, numbers, not_kept })
    }

    /// Every entry.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a certificate of this issuer.
    #[must_use]
    pub fn find(&self, issuer: &Pin, serial: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is(issuer, serial))
    }

    /// The entry of an intermediate of this family.
    #[must_use]
    pub fn intermediate(&self, family: &Family, name: &str) -> Option<&Entry> {
        let one = family.intermediate(name)?;
        self.find(&family.root.facts().pin, &one.ca.facts().serial)
    }

    /// The intermediate that signs, with its entry, if it was revoked.
    #[must_use]
    pub fn signer<'a>(&'a self, authority: &'a Authority) -> Option<(&'a Intermediate, &'a Entry)> {
        let active = authority.signing().active()?;
        Some((active, self.intermediate(authority.signing(), &active.name)?))
    }

    /// What this issuer revoked.
    #[must_use]
    pub fn of(&self, issuer: &Pin) -> Vec<Revocation> {
        let own = self.entries.iter().filter(|entry| entry.issuer == issuer.to_string());
        own.map(|entry| entry.revocation.clone()).collect()
    }

    /// Adds a certificate. Whether it was not there yet.
    pub fn add(&mut self, issuer: &Pin, certificate: &Facts, at: OffsetDateTime, reason: Reason) -> bool {
        if self.find(issuer, &certificate.serial).is_some() {
            return false;
        }
        let at = at.replace_nanosecond(0).unwrap_or(at);
        self.entries.push(Entry {
            issuer: issuer.to_string(),
            subject: certificate.subject.to_string(),
            revocation: Revocation { serial: certificate.serial.clone(), at, reason },
            word: reason.to_string(),
            other: Map::new(),
        });
        true
    }

    /// Takes a certificate out again. Whether it was there.
    pub fn remove(&mut self, issuer: &Pin, serial: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| !entry.is(issuer, serial));
        self.entries.len() < before
    }

    /// Beside its place first, then renamed; the caller holds the directory's lock.
    fn write(&self, dir: &Path) -> Result<(), Error> {
        let lines = self.entries.iter().map(Entry::line).collect();
        let file = File {
            version: VERSION,
            revoked: lines,
            crl_numbers: self.numbers.clone(),
            other: self.other.clone(),
        };
        let place = dir.join(FileKind::Revoked.file_name());
        let text =
            serde_json::to_string_pretty(&file).map_err(|why| Error::io("write", &place)(why.into()))?;
        let hidden = dir.join(format!(".{}.new", FileKind::Revoked.file_name()));
        // Of a run that was killed.
        let _ = fs::remove_file(&hidden);
        let written = write_new(&hidden, FileKind::Revoked, format!("{text}\n").as_bytes())
            .and_then(|()| fs::rename(&hidden, &place).map_err(Error::io("replace", &place)));
        if written.is_err() {
            let _ = fs::remove_file(&hidden);
        }
        written.and_then(|()| sync_dir(dir))
    }
}

impl Entry {
    fn is(&self, issuer: &Pin, serial: &str) -> bool {
        self.revocation.serial == serial && self.issuer == issuer.to_string()
    }

    fn line(&self) -> Line {
        Line {
            issuer: self.issuer.clone(),
            serial: self.revocation.serial.clone(),
            at: rfc3339(self.revocation.at),
            reason: self.word.clone(),
            subject: self.subject.clone(),
            other: self.other.clone(),
        }
    }
}

fn path(dir: &CaDir) -> PathBuf {
    dir.path().join(FileKind::Revoked.file_name())
}

fn parse(bytes: &[u8]) -> Result<Revoked, String> {
    let file: File = serde_json::from_slice(bytes).map_err(|why| why.to_string())?;
    if file.version != VERSION {
        return Err(format!("its version is {}, not {VERSION}", file.version));
    }
    let entries = file.revoked.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Revoked { entries, numbers: file.crl_numbers, other: file.other })
}

fn entry(line: Line) -> Result<Entry, String> {
    let serial = line.serial.to_ascii_lowercase();
    if serial.is_empty() || crate::pki::octets(&serial).is_none() {
        return Err(format!("{:?} is no serial number", line.serial));
    }
    Ok(Entry {
        issuer: line.issuer,
        subject: line.subject,
        revocation: Revocation {
            serial,
            at: parse_instant(&line.at).map_err(|why| why.to_string())?,
            // One that is not known here says no more than none.
            reason: line.reason.parse().unwrap_or_default(),
        },
        word: line.reason,
        other: line.other,
    })
}

#[cfg(test)]
#[path = "revoked_tests.rs"]
mod tests;

//! One bundle on disk, compared with what is wanted.

use std::path::Path;

use super::issuer::Issuer;
use super::read::{Changed, Content, read};
use super::reason::Reason;
use crate::bundle::{self, FileKind};
use crate::pki::{
    Ca, Facts, Item, KeyKind, KeyPair, Name, Pin, Rdn, Subject, Usage, Validity, items, pins_in,
};
use crate::topology::Wanted;

/// What was found at the place of a certificate.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its folder in that of its owner.
    pub folder: &'static str,
    /// Why it is made again; none: it is right.
    pub reasons: Vec<Reason>,
    /// Whether `ca.pem` beside it is not that of the CA.
    pub ca_stale: bool,
    /// The key that the certificate has.
    pub pin: Option<Pin>,
    /// Whether one of its files changed after the text beside it was written: a run that made it anew and was
    /// interrupted did not come to say so.
    pub(super) is_newer: bool,
}

impl Found {
    /// There is nothing.
    pub(super) fn missing(folder: &'static str) -> Self {
        Self { folder, reasons: vec![Reason::Missing], ca_stale: false, pin: None, is_newer: false }
    }

    /// Whether it is made again with the key that it has.
    #[must_use]
    pub fn keeps_key(&self) -> bool {
        !self.reasons.is_empty() && self.reasons.iter().all(Reason::keeps_key)
    }

    /// Whether anything of it is written.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.reasons.is_empty() || self.ca_stale
    }

    /// Whether a server that runs has to read it anew, now or because an interrupted run did not say so.
    #[must_use]
    pub fn needs_reload(&self) -> bool {
        self.is_changed() || self.is_newer
    }
}

/// Why a bundle with or without these files is not one.
fn missing(cert: bool, key: bool) -> Option<Reason> {
    match (cert, key) {
        (false, false) => Some(Reason::Missing),
        (false, true) => Some(Reason::FileMissing(FileKind::Certificate.file_name())),
        (true, false) => Some(Reason::FileMissing(FileKind::PrivateKey.file_name())),
        (true, true) => None,
    }
}

/// Why a file with the right certificate is not right.
fn wrong_file(has_chain: bool, is_signed: impl FnOnce() -> bool) -> Option<Reason> {
    if has_chain { (!is_signed()).then_some(Reason::Signature) } else { Some(Reason::Chain) }
}

impl Issuer<'_> {
    /// Reads a bundle.
    ///
    /// Signatures and keys are verified in full where a file changed since `reference`, the last change of the text
    /// beside the bundles: an apply writes it last, when it has verified the rest. (The time of a change cannot be set,
    /// as that of a modification can.)
    pub(super) fn inspect(
        &self,
        dir: &Path,
        wanted: &Wanted,
        owner: &str,
        reference: Option<Changed>,
    ) -> Result<Found, bundle::Error> {
        let mut found = Found { reasons: Vec::new(), ..Found::missing(wanted.folder) };
        let cert = read(&dir.join(FileKind::Certificate.file_name()))?;
        let key = read(&dir.join(FileKind::PrivateKey.file_name()))?;
        found.reasons.extend(missing(cert.is_some(), key.is_some()));
        let Some(cert) = cert else { return Ok(found) };
        let (first, rest) = split(&cert.bytes);
        let facts = match plain_facts(first) {
            Ok(facts) => facts,
            Err(why) => {
                found.reasons.push(Reason::Unreadable(FileKind::Certificate.file_name(), why));
                return Ok(found);
            }
        };
        found.pin = Some(facts.pin);
        let by = self.right.iter().find(|(ca, _)| facts.names_as_issuer(ca.facts()));
        if by.is_none() {
            found.reasons.push(self.other_issuer(&facts, first));
        }
        if self.has_revoked(&facts) {
            found.reasons.push(Reason::Revoked);
        }
        self.compare(&facts, by.map(|(ca, _)| *ca), wanted, owner, &mut found.reasons);
        let is_older = |file: &Content| reference.is_some_and(|reference| file.changed <= reference);
        if let Some((ca, chain)) = by.filter(|_| found.reasons.iter().all(Reason::keeps_key)) {
            let is_signed = || is_older(&cert) || ca.has_signed(first);
            found.reasons.extend(wrong_file(rest == chain.as_bytes(), is_signed));
        }
        if let Some(key) = key {
            check_key(&key, is_older(&key), &facts, &mut found.reasons);
        }
        let ca = read(&dir.join(FileKind::CaBundle.file_name()))?;
        found.ca_stale = ca.as_ref().is_none_or(|ca| ca.bytes.as_slice() != self.ca_pem.as_bytes());
        if let Some(ca) = ca.as_ref().filter(|_| found.ca_stale) {
            self.note_pool(&ca.bytes);
        }
        found.is_newer = reference.is_some() && !(is_older(&cert) && ca.is_none_or(|ca| is_older(&ca)));
        Ok(found)
    }

    fn compare(
        &self,
        facts: &Facts,
        by: Option<&Ca>,
        wanted: &Wanted,
        owner: &str,
        reasons: &mut Vec<Reason>,
    ) {
        let settings = &wanted.certificate;
        if facts.key.key_type() != Some(settings.key_type) {
            let found = facts.key.key_type().map_or_else(|| facts.key.to_string(), |t| t.to_string());
            reasons.push(Reason::KeyType { found, wanted: settings.key_type.to_string() });
        }
        compare_names(facts, &wanted.names, reasons);
        let subject = self.subject(wanted, owner);
        if !same_subject(&facts.subject, &subject) {
            reasons.push(Reason::Subject { found: facts.subject.to_string(), wanted: subject.to_string() });
        }
        if !same_usage(facts, wanted) {
            reasons.push(Reason::Usage);
        }
        if facts.extensions != settings.extensions {
            reasons.push(Reason::Extensions);
        }
        self.compare_validity(facts, by.or(self.ca), wanted, reasons);
    }

    fn compare_validity(&self, facts: &Facts, ca: Option<&Ca>, wanted: &Wanted, reasons: &mut Vec<Reason>) {
        let settings = &wanted.certificate;
        let Ok(asked) = Validity::asked(self.now, None, None, Some(settings.validity)) else { return };
        let ca_end = ca.map_or(asked.not_after, Ca::end);
        let length = facts.validity().length();
        // One that ends with its CA is as long as it could be.
        if length != asked.length() && (facts.not_after != ca_end || length > asked.length()) {
            reasons.push(Reason::Validity { found: length.whole_seconds(), wanted: settings.validity });
        }
        let left = facts.not_after - self.now;
        if facts.not_after < self.now {
            reasons.push(Reason::Expired(facts.not_after));
        } else if facts.not_before > self.now {
            reasons.push(Reason::NotYetValid(facts.not_before));
        } else if left < settings.renew_before.duration() && asked.not_after.min(ca_end) > facts.not_after {
            let days = facts.validity().days_left(self.now);
            reasons.push(Reason::Expires { days, renew_before: settings.renew_before });
        }
    }
}

/// A file's first certificate, and what follows it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    const END: &[u8] = b"-----END CERTIFICATE-----\n";
    let end = bytes.windows(END.len()).position(|window| window == END);
    bytes.split_at(end.map_or(bytes.len(), |at| at + END.len()))
}

/// The facts of a file that holds one certificate in PEM and nothing else: nats-server reads less than natscert does.
fn plain_facts(bytes: &[u8]) -> Result<Facts, String> {
    let found = items(bytes).map_err(|why| why.to_string())?;
    match found.as_slice() {
        [Item::Certificate(der)] if bytes.starts_with(b"-----BEGIN CERTIFICATE-----") => {
            Facts::of(der).map_err(|why| why.to_string())
        }
        _ => Err("it is not one certificate in PEM alone".to_owned()),
    }
}

/// The attributes of one RDN are a set: their order in a manifest says nothing.
fn same_subject(a: &Subject, b: &Subject) -> bool {
    let same_rdn =
        |(a, b): (&Rdn, &Rdn)| a.len() == b.len() && a.iter().all(|attribute| b.contains(attribute));
    a.rdns().len() == b.rdns().len() && a.rdns().iter().zip(b.rdns()).all(same_rdn)
}

fn check_key(file: &Content, is_older: bool, facts: &Facts, reasons: &mut Vec<Reason>) {
    // A group that runs the server may read it.
    if file.mode & 0o037 != 0 {
        reasons.push(Reason::KeyMode(file.mode));
    }
    // The public half that the file holds, or what follows from the private one.
    let matches = if is_older {
        pins_in(&file.bytes).map(|found| found.first().is_some_and(|own| own.pin == facts.pin))
    } else {
        KeyPair::read(&file.bytes).map(|key| key.spki() == facts.spki)
    };
    match matches {
        Ok(true) if !file.bytes.starts_with(b"-----BEGIN ") => {
            let why = "it does not begin with its PEM block".to_owned();
            reasons.push(Reason::Unreadable(FileKind::PrivateKey.file_name(), why));
        }
        Ok(true) => {}
        Ok(false) => reasons.push(Reason::KeyMismatch),
        Err(why) => reasons.push(Reason::Unreadable(FileKind::PrivateKey.file_name(), why.to_string())),
    }
}

fn compare_names(facts: &Facts, wanted: &[Name], reasons: &mut Vec<Reason>) {
    for name in wanted.iter().filter(|name| !facts.sans.iter().any(|san| san.is(name))) {
        reasons.push(Reason::NameAdded(name.value()));
    }
    for san in facts.sans.iter().filter(|san| !wanted.iter().any(|name| san.is(name))) {
        let text = san.to_string();
        reasons.push(Reason::NameRemoved(
            text.split_once(':').map_or(text.as_str(), |(_, name)| name).to_owned(),
        ));
    }
}

fn same_usage(facts: &Facts, wanted: &Wanted) -> bool {
    let extended: &[&str] = match wanted.usage {
        Usage::Server => &["serverAuth"],
        Usage::Client => &["clientAuth"],
        Usage::Both => &["serverAuth", "clientAuth"],
    };
    let usage: &[&str] = match facts.key {
        KeyKind::Rsa(_) => &["digitalSignature", "keyEncipherment"],
        _ => &["digitalSignature"],
    };
    facts.extended_key_usage.as_deref().is_some_and(|found| found == extended)
        && facts.key_usage.as_deref().is_some_and(|found| found == usage)
        && !facts.is_ca
}

#[cfg(test)]
#[path = "inspect_tests.rs"]
mod tests;

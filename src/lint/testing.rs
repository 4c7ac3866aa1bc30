//! Systems in memory, for the tests of rules.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use time::{Duration, OffsetDateTime};

use super::conf::Server;
use super::{Client, Material, Raw, Settings, System, lint};
use crate::finding::{Finding, Severity};
use crate::nats::Version;
use crate::natsconf::{Dialect, Reader};
use crate::{Ca, Role};

/// What is linted.
pub(crate) struct Case {
    files: HashMap<PathBuf, Raw>,
    confs: Vec<(String, String)>,
    clients: Vec<String>,
    version: Version,
    now: OffsetDateTime,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self {
            files: HashMap::new(),
            confs: Vec::new(),
            clients: Vec::new(),
            version: Version::NEWEST,
            now: OffsetDateTime::now_utc(),
        }
    }

    /// One configuration without files.
    pub(crate) fn of(text: &str) -> Self {
        Self::new().conf("n.conf", text)
    }

    pub(crate) fn conf(mut self, name: &str, text: &str) -> Self {
        self.confs.push((name.into(), text.into()));
        self
    }

    pub(crate) fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let mode = Some(if name.contains("key") { 0o600 } else { 0o644 });
        self.files.insert(PathBuf::from("/srv").join(name), Raw { bytes: bytes.into(), mode });
        self
    }

    pub(crate) fn mode(mut self, name: &str, mode: u32) -> Self {
        self.files.get_mut(&PathBuf::from("/srv").join(name)).unwrap().mode = Some(mode);
        self
    }

    /// `NAME.pem` and `NAME-key.pem` of a CA, and `ca.pem`.
    pub(crate) fn issued(self, ca: &Ca, role: Role, name: &str, sans: &[&str]) -> Self {
        let certificate = ca.issue(role, sans).unwrap();
        self.file(&format!("{name}.pem"), certificate.cert_pem())
            .file(&format!("{name}-key.pem"), certificate.key_pem().as_bytes())
            .file("ca.pem", ca.pem())
    }

    /// A client that connects with this certificate.
    pub(crate) fn client(mut self, name: &str) -> Self {
        self.clients.push(name.into());
        self
    }

    pub(crate) fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn now(self, now: OffsetDateTime) -> Self {
        Self { now, ..self }
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.with(lint)
    }

    /// Looks at the system itself.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&System<'_>) -> T) -> T {
        let open = |path: &std::path::Path| {
            self.files.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
        };
        let none: HashMap<PathBuf, Vec<u8>> = HashMap::new();
        let reader = Reader::new(Dialect::NEWEST, &none);
        let read = |(name, text): &(String, String)| {
            Server::of(name.clone(), reader.read(name, text.as_bytes().to_vec()).unwrap())
        };
        let settings = Settings {
            version: self.version,
            now: self.now,
            within: Duration::days(30),
            workdir: "/srv".into(),
        };
        let material = Material::new(&open, "/srv".into());
        let clients = self.clients.iter().map(|name| Client { file: material.file(name) }).collect();
        let servers = self.confs.iter().map(read).collect();
        look(&System::new(servers, clients, settings, material))
    }

    /// Those of some codes, each with how bad it is, sorted.
    pub(crate) fn judged(&self, codes: std::ops::Range<&str>) -> Vec<String> {
        let findings = self.findings();
        let own = findings.iter().filter(|finding| codes.contains(&finding.code.as_str()));
        let mut found: Vec<_> = own.map(|finding| format!("{} {}", finding.code, finding.severity)).collect();
        found.sort();
        found
    }

    /// Codes of what is found, notes left out, sorted, each once.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let findings = self.findings();
        let bad = findings.iter().filter(|finding| finding.severity > Severity::Note);
        let mut codes: Vec<_> = bad.map(|finding| finding.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

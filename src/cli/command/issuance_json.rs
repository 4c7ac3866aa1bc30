//! What `issue` and `sign` print for programs; `fixture` has parts of it.

use serde::Serialize;

use super::super::request::IssueRequest;
use super::issuance::Issued;
use crate::bundle::{Opened, Paths};
use crate::pki::{Facts, rfc3339};

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    role: &'a str,
    name: &'a str,
    dir: &'a str,
    files: JsonFiles<'a>,
    #[serde(flatten)]
    certificate: JsonCertificate<'a>,
    map_users: Vec<&'a str>,
    ca: JsonCa<'a>,
    snippet: &'a str,
}

/// The files of a bundle.
#[derive(Serialize)]
pub(super) struct JsonFiles<'a> {
    cert: &'a str,
    key: Option<&'a str>,
    ca: &'a str,
    tls_conf: &'a str,
}

/// What a certificate says.
#[derive(Serialize)]
pub(super) struct JsonCertificate<'a> {
    subject: String,
    sans: Vec<String>,
    eku: &'a [String],
    ku: &'a [&'static str],
    serial: &'a str,
    not_before: String,
    not_after: String,
    fingerprint: &'a str,
    pin: String,
}

/// The CA of a CA directory.
#[derive(Serialize)]
pub(super) struct JsonCa<'a> {
    dir: &'a str,
    fingerprint: &'a str,
    created: bool,
}

impl<'a> JsonFiles<'a> {
    pub(super) fn of(local: &'a Paths, has_key: bool) -> Self {
        let key = has_key.then_some(local.key.as_str());
        Self { cert: &local.cert, key, ca: &local.ca, tls_conf: &local.tls_conf }
    }
}

impl<'a> JsonCertificate<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        Self {
            subject: facts.subject.to_string(),
            sans: facts.sans.iter().map(ToString::to_string).collect(),
            eku: facts.extended_key_usage.as_deref().unwrap_or_default(),
            ku: facts.key_usage.as_deref().unwrap_or_default(),
            serial: &facts.serial,
            not_before: rfc3339(facts.not_before),
            not_after: rfc3339(facts.not_after),
            fingerprint: &facts.fingerprint,
            pin: facts.pin.to_string(),
        }
    }
}

impl<'a> JsonCa<'a> {
    pub(super) fn of(dir: &'a str, opened: &'a Opened) -> Self {
        Self { dir, fingerprint: &opened.root().facts().fingerprint, created: opened.created }
    }
}

impl Issued {
    /// What `--json` prints.
    pub(super) fn json<'a>(&'a self, request: &'a IssueRequest) -> Json<'a> {
        Json {
            role: request.role.as_str(),
            name: request.bundle.as_str(),
            dir: &self.dir,
            files: JsonFiles::of(&self.local, self.has_key),
            certificate: JsonCertificate::of(&self.facts),
            map_users: self.users.iter().map(|identity| identity.user.as_str()).collect(),
            ca: JsonCa::of(&self.ca_dir, &self.opened),
            snippet: &self.block,
        }
    }
}

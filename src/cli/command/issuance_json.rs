//! What `issue` and `sign` print for programs.

use serde::Serialize;

use super::super::request::IssueRequest;
use super::issuance::Issued;
use crate::pki::rfc3339;

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    role: &'a str,
    name: &'a str,
    dir: &'a str,
    files: JsonFiles<'a>,
    subject: String,
    sans: Vec<String>,
    eku: &'a [String],
    ku: &'a [&'static str],
    serial: &'a str,
    not_before: String,
    not_after: String,
    fingerprint: &'a str,
    pin: String,
    map_users: Vec<&'a str>,
    ca: JsonCa<'a>,
    snippet: &'a str,
}

#[derive(Serialize)]
struct JsonFiles<'a> {
    cert: &'a str,
    key: Option<&'a str>,
    ca: &'a str,
    tls_conf: &'a str,
}

#[derive(Serialize)]
struct JsonCa<'a> {
    dir: &'a str,
    fingerprint: &'a str,
    created: bool,
}

impl Issued {
    /// What `--json` prints.
    pub(super) fn json<'a>(&'a self, request: &'a IssueRequest) -> Json<'a> {
        let facts = &self.facts;
        Json {
            role: request.role.as_str(),
            name: request.bundle.as_str(),
            dir: &self.dir,
            files: JsonFiles {
                cert: &self.local.cert,
                key: self.has_key.then_some(self.local.key.as_str()),
                ca: &self.local.ca,
                tls_conf: &self.local.tls_conf,
            },
            subject: facts.subject.to_string(),
            sans: facts.sans.iter().map(ToString::to_string).collect(),
            eku: facts.extended_key_usage.as_deref().unwrap_or_default(),
            ku: facts.key_usage.as_deref().unwrap_or_default(),
            serial: &facts.serial,
            not_before: rfc3339(facts.not_before),
            not_after: rfc3339(facts.not_after),
            fingerprint: &facts.fingerprint,
            pin: facts.pin.to_string(),
            map_users: self.users.iter().map(|identity| identity.user.as_str()).collect(),
            ca: JsonCa {
                dir: &self.ca_dir,
                fingerprint: &self.opened.root().facts().fingerprint,
                created: self.opened.created,
            },
            snippet: &self.block,
        }
    }
}

//! `natscert inspect`

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::super::args::InspectArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::findings::JsonFinding;
use crate::finding::Finding;
use crate::lint::{Bundle, Certificate, When, of_certificates};
use crate::nats::{Context, Role};
use crate::pki::{Facts, rfc3339};
use crate::render::comment;
use crate::{cautions, map_users, obstacles};

#[derive(Serialize)]
struct Json<'a> {
    file: &'a str,
    chain: Chain,
    certificates: Vec<JsonCertificate>,
    findings: Vec<JsonFinding<'a>>,
}

/// How far ahead the end of a certificate is a finding, as that of lint unless it is told otherwise.
const WITHIN: Duration = Duration::days(30);

/// A file, and what was found in it.
struct Looked {
    file: String,
    chain: Chain,
    certificates: Vec<Rc<Certificate>>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct JsonCertificate {
    subject: String,
    issuer: String,
    sans: Vec<String>,
    eku: Option<Vec<String>>,
    ku: Option<Vec<&'static str>>,
    is_ca: bool,
    key: String,
    serial: String,
    not_before: String,
    not_after: String,
    days_left: i64,
    fingerprint: String,
    pin: String,
    roles: Vec<JsonRole>,
    map_users: Vec<JsonUser>,
}

#[derive(Serialize)]
struct JsonRole {
    role: &'static str,
    fits: bool,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct JsonUser {
    user: String,
    kind: &'static str,
}

/// How the certificates of a file follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Chain {
    /// One certificate.
    Single,
    /// Each was issued by the one behind it.
    InOrder,
    /// They belong together, but stand in another order.
    OutOfOrder,
    /// They do not form a chain, as the roots of a `ca_file`.
    Unrelated,
}

impl Chain {
    fn of(all: &[Rc<Certificate>]) -> Self {
        let issued = |child: &Certificate, issuer: &Certificate| child.facts.names_as_issuer(&issuer.facts);
        if all.len() < 2 {
            Self::Single
        } else if all.windows(2).all(|pair| issued(&pair[0], &pair[1])) {
            Self::InOrder
        } else if all.iter().enumerate().any(|(i, child)| {
            all.iter()
                .enumerate()
                .any(|(j, issuer)| i != j && !child.facts.is_self_issued() && issued(child, issuer))
        }) {
            Self::OutOfOrder
        } else {
            Self::Unrelated
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Single => "one certificate",
            Self::InOrder => "in order: each was issued by the one behind it",
            Self::OutOfOrder => "OUT OF ORDER: nats-server wants the certificate first, then its issuer",
            Self::Unrelated => "no chain: roots or unrelated certificates",
        }
    }
}

pub(in super::super) fn run(
    args: &InspectArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let files = args.files.iter().map(|path| look(path, environment.now)).collect::<Result<Vec<_>, _>>()?;
    let mut words = String::new();
    for file in &files {
        describe_file(&mut words, file, environment.now);
    }
    let objects: Vec<_> = files.iter().map(|file| object(file, environment.now)).collect();
    report.either(&words, &objects)
}

fn look(path: &Path, now: OffsetDateTime) -> Result<Looked, Failure> {
    let bytes = super::read_file_or_stdin(path)?;
    let about = |why| Failure::from(why).about(&super::about_input(path));
    let certificates = Certificate::all_in(&bytes).map_err(about)?;
    let file = path.display().to_string();
    let bundle = Bundle { name: &file, certificates: &certificates };
    let findings = of_certificates(bundle, When { now, within: WITHIN });
    Ok(Looked { chain: Chain::of(&certificates), file, certificates, findings })
}

fn object(looked: &Looked, now: OffsetDateTime) -> Json<'_> {
    Json {
        file: &looked.file,
        chain: looked.chain,
        certificates: looked.certificates.iter().map(|one| json(&one.facts, now)).collect(),
        findings: looked.findings.iter().map(JsonFinding::of).collect(),
    }
}

fn describe_file(words: &mut String, looked: &Looked, now: OffsetDateTime) {
    if !words.is_empty() {
        words.push('\n');
    }
    let _ = writeln!(words, "{}", comment(&looked.file));
    if looked.certificates.len() > 1 {
        let _ = writeln!(words, "  {} certificates, {}", looked.certificates.len(), looked.chain.in_words());
    }
    for one in &looked.certificates {
        describe(words, &one.facts, now);
    }
    for finding in &looked.findings {
        let (severity, code) = (finding.severity, finding.code);
        let _ = writeln!(words, "\n  {:<11} {severity} {code}: {}", "finding", comment(&finding.message));
        let _ = writeln!(words, "  {:<11} {}", "fix", comment(&finding.fix));
    }
}

fn describe(words: &mut String, facts: &Facts, now: OffsetDateTime) {
    let issuer = if facts.is_self_issued() { "itself (a root)".to_owned() } else { facts.issuer.to_string() };
    let key_usage =
        facts.key_usage.as_ref().map_or_else(|| "any (no key usage)".to_owned(), |list| list.join(", "));
    let rows = [
        ("subject", facts.subject.to_string()),
        ("issued by", issuer),
        ("names", human::names(facts)),
        ("usage", human::usages(facts)),
        ("key usage", key_usage),
        ("key", facts.key.to_string()),
        ("valid", human::period(facts.validity(), now)),
        ("serial", facts.serial.clone()),
        ("pin", facts.pin.to_string()),
        ("sha-256", format!("{} (the whole certificate: not a pin)", facts.fingerprint)),
    ];
    words.push('\n');
    for (label, value) in rows {
        let _ = writeln!(words, "  {label:<11} {}", comment(&value));
    }
    for (i, role) in Role::ALL.into_iter().enumerate() {
        let reasons = obstacles(facts, role, now);
        let cautions = cautions(facts, role);
        let verdict = match (reasons.as_slice(), cautions.as_slice()) {
            ([], []) => "yes".to_owned(),
            ([], cautions) => format!("yes, but {}", cautions.join("; ")),
            (reasons, _) => format!("no: {}", reasons.join("; ")),
        };
        let _ = writeln!(words, "  {:<11} {:<8} {verdict}", if i == 0 { "roles" } else { "" }, role.as_str());
    }
    let users = map_users(facts, Context::Client);
    if users.is_empty() {
        let _ = writeln!(words, "  {:<11} none: verify_and_map finds no name in it", "map users");
    }
    for (i, identity) in users.iter().enumerate() {
        let label = if i == 0 { "map users" } else { "" };
        let _ = writeln!(
            words,
            "  {label:<11} {}. {} ({})",
            i + 1,
            comment(&identity.user),
            identity.kind.as_str()
        );
    }
}

fn json(facts: &Facts, now: OffsetDateTime) -> JsonCertificate {
    let role = |role: Role| {
        let reasons = obstacles(facts, role, now);
        JsonRole { role: role.as_str(), fits: reasons.is_empty(), reasons }
    };
    let users = map_users(facts, Context::Client).into_iter();
    JsonCertificate {
        subject: facts.subject.to_string(),
        issuer: facts.issuer.to_string(),
        sans: facts.sans.iter().map(ToString::to_string).collect(),
        eku: facts.extended_key_usage.clone(),
        ku: facts.key_usage.clone(),
        is_ca: facts.is_ca,
        key: facts.key.to_string(),
        serial: facts.serial.clone(),
        not_before: rfc3339(facts.not_before),
        not_after: rfc3339(facts.not_after),
        days_left: facts.validity().days_left(now),
        fingerprint: facts.fingerprint.clone(),
        pin: facts.pin.to_string(),
        roles: Role::ALL.map(role).into(),
        map_users: users
            .map(|identity| JsonUser { kind: identity.kind.as_str(), user: identity.user })
            .collect(),
    }
}

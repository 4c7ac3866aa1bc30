//! `natscert issue`: the main job.

use serde::Serialize;
use time::OffsetDateTime;

use super::super::args::{CaDirArgs, IssueArgs, PlaceArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::super::request::IssueRequest;
use super::ca::default_root;
use crate::bundle::{Contents, Opened, Paths, Slot};
use crate::nats::{Checked, Context, Identity, Role};
use crate::pki::{self, Certificate, Facts, Request, rfc3339, wildcard_notes};
use crate::render::{self, Details, Files};
use crate::truststore::{Root, is_trusted};
use crate::{cautions, hosts, map_users, obstacles};

pub(in super::super) fn run(
    args: &IssueArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let request = IssueRequest::new(args, environment.now)?;
    let issued = issue(&request, args, environment, report)?;
    tell(&request, &issued, environment.now, report)?;
    if report.json { report.json(&issued.json(&request)) } else { report.product(issued.block.as_bytes()) }
}

/// What was issued, on disk already.
struct Issued {
    dir: String,
    local: Paths,
    facts: Facts,
    users: Vec<Identity>,
    block: String,
    opened: Opened,
    ca_dir: String,
}

fn issue(
    request: &IssueRequest,
    args: &IssueArgs,
    environment: &Environment,
    report: &Report,
) -> Result<Issued, Failure> {
    let PlaceArgs { out, force, ca: CaDirArgs { ca_dir }, .. } = &args.place;
    let checked = request.block.options.check(request.role.context(), request.block.version)?;
    // Everything that can be refused is refused before a CA is made or a key generated.
    let slot = Slot::prepare(out, request.role.as_str(), &request.bundle, *force, environment.now)?;
    let ca_dir = environment.ca_dir(ca_dir.as_ref())?;
    let opened = ca_dir.open_or_create(environment.now, || {
        let root = default_root(environment)?;
        let fits = request.validity.ending_by(root.facts().not_after).is_some();
        if fits { Ok(root) } else { Err(pki::Error::OutsideCa(rfc3339(root.facts().not_after))) }
    })?;
    super::tell_notes(report, &opened.notes);
    // nats-server before 2.14.1 maps no certificate with an empty subject, so there is always one.
    let fallback = || opened.ca.subject_for(&request.names, &format!("{} {}", request.role, request.bundle));
    super::tell_of_wait(report, args.certificate.key_type);
    let certificate = opened.ca.sign(&Request {
        usage: request.usage,
        names: request.names.clone(),
        subject: request.subject.clone().unwrap_or_else(fallback),
        key_type: args.certificate.key_type,
        validity: request.validity,
    })?;
    let facts = certificate.facts()?;
    let users = map_users(&facts, Context::Client);
    let paths = request.block.paths(slot.dir());
    let (block, tls_conf) = blocks(&paths, &checked, &facts, &users)?;
    let dir = slot.dir().to_string_lossy().into_owned();
    slot.commit(&contents(&certificate, &opened, tls_conf))?;
    warn(request, &facts, &checked, environment.now, report);
    Ok(Issued {
        local: Paths::below(&dir),
        dir,
        facts,
        users,
        block,
        ca_dir: ca_dir.path().to_string_lossy().into_owned(),
        opened,
    })
}

fn contents(certificate: &Certificate, opened: &Opened, tls_conf: String) -> Contents {
    Contents { cert: certificate.cert_pem(), key: certificate.key_pem(), ca: opened.ca.pem(), tls_conf }
}

/// The context's block for stdout, and the `tls` map for the bundle.
fn blocks(
    paths: &Paths,
    checked: &Checked,
    facts: &Facts,
    users: &[Identity],
) -> Result<(String, String), Failure> {
    let files = Files { cert: &paths.cert, key: &paths.key, ca: Some(&paths.ca) };
    let hosts = super::example_hosts(facts, checked.context());
    let details = Details { identities: users, hosts: &hosts };
    Ok((render::block(&files, checked, &details)?, render::tls_map(&files, checked)?))
}

fn warn(request: &IssueRequest, facts: &Facts, checked: &Checked, now: OffsetDateTime, report: &Report) {
    for note in wildcard_notes(&request.names) {
        report.warning(&note, None);
    }
    super::warn_of_block(report, &request.block, checked, facts);
    let validity = facts.validity();
    let asked = request.validity.not_after;
    if validity.not_after < asked {
        report.warning(
            &format!(
                "the certificate ends with its CA, {}, not {}",
                rfc3339(validity.not_after),
                rfc3339(asked)
            ),
            Some("for a longer one make another CA: natscert ca init --ca-dir DIR --validity 20y"),
        );
    }
    if validity.length() > time::Duration::days(pki::DEFAULT_DAYS) {
        report.warning("Apple platforms refuse certificates that are valid for more than 825 days", None);
    }
    for reason in obstacles(facts, request.role, now) {
        report.warning(&format!("as {} this certificate will not do: {reason}", request.role), None);
    }
    for caution in cautions(facts, request.role) {
        report.warning(&format!("as {} this certificate may surprise: {caution}", request.role), None);
    }
}

fn tell(
    request: &IssueRequest,
    issued: &Issued,
    now: OffsetDateTime,
    report: &Report,
) -> Result<(), Failure> {
    let facts = &issued.facts;
    if issued.opened.created {
        let root = issued.opened.ca.facts();
        report.done("created", &format!("root CA {} in {}", human::title(root), issued.ca_dir));
    }
    report.done("issued", &format!("{} certificate {}", request.role, facts.subject));
    report.detail("names", &human::names(facts));
    report.detail("usage", &human::usages(facts));
    report.detail("key", &facts.key.to_string());
    report.detail("valid", &human::period(facts.validity(), now));
    report.detail("pin", &facts.pin.to_string());
    report.detail("files", &format!("{}/ cert.pem key.pem ca.pem tls.conf", issued.dir));
    report.next_step(&next_step(request.role, issued)?);
    if let Ok(root) = Root::of(issued.opened.ca.der())
        && is_trusted(&root) == Some(false)
    {
        report.detail("trust", "not by this system; for browsers, curl and Java: natscert trust install");
    }
    Ok(())
}

fn next_step(role: Role, issued: &Issued) -> Result<String, Failure> {
    let ca = render::shell(&issued.local.ca)?;
    let cert = render::shell(&issued.local.cert)?;
    let dir = render::shell(&issued.dir)?;
    Ok(match role {
        Role::Server => {
            let plain = |host: &String| !host.starts_with("*.") && host != "0.0.0.0" && host != "::";
            let host = hosts(&issued.facts).into_iter().find(plain).unwrap_or_else(|| "HOST".into());
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            format!(
                "put the block into nats.conf, run nats-server -c nats.conf, connect with\n\
                 {INDENT}nats --server tls://{host}:4222 --tlsca {ca} rtt"
            )
        }
        Role::Client => format!(
            "the server needs verify_and_map in its tls block, and the user in the block;\n\
             {INDENT}the client needs {dir}"
        ),
        Role::Cluster | Role::Gateway => format!(
            "put the block into nats.conf; issue one for every server; pin this one elsewhere with\n\
             {INDENT}--pin {cert}"
        ),
        Role::Leaf => format!(
            "put the block into the hub's nats.conf; for the other side\n\
             {INDENT}natscert snippet remote {dir}"
        ),
    })
}

/// As deep as [`Report::next_step`] begins.
const INDENT: &str = "          ";

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
struct Json<'a> {
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
    key: &'a str,
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
    fn json<'a>(&'a self, request: &'a IssueRequest) -> Json<'a> {
        let facts = &self.facts;
        Json {
            role: request.role.as_str(),
            name: request.bundle.as_str(),
            dir: &self.dir,
            files: JsonFiles {
                cert: &self.local.cert,
                key: &self.local.key,
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
                fingerprint: &self.opened.ca.facts().fingerprint,
                created: self.opened.created,
            },
            snippet: &self.block,
        }
    }
}

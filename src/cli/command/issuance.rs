//! What `issue` and `sign` have in common: a certificate, whoever has its key, into a bundle.

use time::OffsetDateTime;

use super::super::args::PlaceArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::super::request::IssueRequest;
use super::ca::default_root;
use crate::bundle::{CaDir, Contents, FileKind, Opened, Paths, Refused, Revoked, Slot};
use crate::nats::{Checked, Context, Identity, Role};
use crate::pki::{self, Csr, Facts, KeyType, Request, Trust, rfc3339, wildcard_notes};
use crate::render::{self, Details, Files};
use crate::truststore::{Root, is_trusted};
use crate::{cautions, hosts, map_users, obstacles};

/// Whose key it is.
pub(super) enum Holder<'a> {
    /// One that is made now.
    New(KeyType),
    /// The one that a request was made with; and where the block shall look for it, unless in the bundle.
    Of(&'a Csr, Option<String>),
}

/// What was issued, on disk already.
pub(super) struct Issued {
    pub(super) dir: String,
    pub(super) local: Paths,
    /// Whether `key.pem` lies in the bundle.
    pub(super) has_key: bool,
    pub(super) facts: Facts,
    pub(super) users: Vec<Identity>,
    pub(super) block: String,
    pub(super) opened: Opened,
    pub(super) ca_dir: String,
}

/// Makes the certificate, and puts it into its bundle.
pub(super) fn issue(
    request: &IssueRequest,
    holder: &Holder<'_>,
    place: &PlaceArgs,
    environment: &Environment,
    report: &Report,
) -> Result<Issued, Failure> {
    let mut created = false;
    // Somebody may roll the CA while the key is made.
    loop {
        if let Some(mut issued) = attempt(request, holder, place, &mut created, (environment, report))? {
            issued.opened.created = created;
            return Ok(issued);
        }
    }
}

/// The same with the CA as it is now. None: that changed before the bundle was in its place, so it is not there.
fn attempt(
    request: &IssueRequest,
    holder: &Holder<'_>,
    place: &PlaceArgs,
    created: &mut bool,
    (environment, report): (&Environment, &Report),
) -> Result<Option<Issued>, Failure> {
    let PlaceArgs { out, force, .. } = place;
    let checked = request.block.options.check(request.role.context(), request.block.version)?;
    // Everything that can be refused is refused before a CA is made or a key generated.
    let mut slot = Slot::prepare(out, request.role.as_str(), &request.bundle, *force, environment.now)?;
    let has_key = match holder {
        Holder::New(_) => true,
        Holder::Of(csr, _) => slot.keep_key(csr.pin)?,
    };
    let ca_dir = environment.ca_dir(place.ca.ca_dir.as_ref())?;
    let opened = open(request, place, &ca_dir, environment)?;
    *created |= opened.created;
    super::tell_notes(report, &opened.notes);
    let revoked = Revoked::read(&ca_dir)?;
    super::warn_of_revoked(&revoked, &opened.authority, report);
    let trust = place.trust.unwrap_or(opened.authority.trust);
    if place.trust.is_some() {
        super::check_trust(&opened.authority, trust)?;
    }
    let mut contents = certify(request, holder, &opened, report)?;
    contents.ca = opened.authority.ca_pem(trust);
    let facts = Facts::all_in(contents.cert.as_bytes())?.swap_remove(0);
    let users = map_users(&facts, Context::Client);
    let mut paths = request.block.paths(slot.dir());
    if let Holder::Of(_, Some(key)) = holder {
        paths.key.clone_from(key);
    }
    let (block, tls_conf) = blocks(&paths, &checked, &facts, &users)?;
    contents.tls_conf = tls_conf;
    let dir = slot.dir().to_string_lossy().into_owned();
    if !slot.commit(&contents, super::another_works(report), || ca_dir.is_still(&opened, &revoked))? {
        return Ok(None);
    }
    warn(request, &facts, &checked, environment.now, report);
    let (local, ca_dir) = (Paths::below(&dir), ca_dir.path().to_string_lossy().into_owned());
    Ok(Some(Issued { dir, local, has_key, facts, users, block, opened, ca_dir }))
}

/// The CA, which is made if there is none; not where that would be in vain.
fn open(
    request: &IssueRequest,
    place: &PlaceArgs,
    ca_dir: &CaDir,
    environment: &Environment,
) -> Result<Opened, Failure> {
    if place.trust == Some(Trust::Intermediates) && ca_dir.open(environment.now)?.is_none() {
        return Err(Refused::NoneActive.into());
    }
    Ok(ca_dir.open_or_create(environment.now, || {
        let root = default_root(environment)?;
        let fits = request.validity.ending_by(root.facts().not_after).is_some();
        if fits { Ok(root) } else { Err(pki::Error::OutsideCa(rfc3339(root.facts().not_after))) }
    })?)
}

/// The certificate, as it lies in a bundle, which still lacks `ca.pem` and its `tls` map.
fn certify(
    request: &IssueRequest,
    holder: &Holder<'_>,
    opened: &Opened,
    report: &Report,
) -> Result<Contents, Failure> {
    let ca = opened.signer();
    // nats-server before 2.14.1 maps no certificate with an empty subject, so there is always one.
    let fallback = || ca.subject_for(&request.names, &format!("{} {}", request.role, request.bundle));
    let wanted = |key_type| Request {
        usage: request.usage,
        names: request.names.clone(),
        subject: request.subject.clone().unwrap_or_else(fallback),
        key_type,
        validity: request.validity,
        extensions: request.extensions.clone(),
    };
    let (cert, key) = match holder {
        Holder::New(key_type) => {
            super::tell_of_wait(report, *key_type);
            let certificate = ca.sign(&wanted(*key_type))?;
            (certificate.cert_pem(), Some(certificate.key_pem()))
        }
        Holder::Of(csr, _) => {
            let certificate = ca.certify(&wanted(KeyType::default()), &csr.spki)?;
            (ca.cert_pem(&certificate), None)
        }
    };
    Ok(Contents { cert, key, ca: String::new(), tls_conf: String::new() })
}

/// The context's block for stdout, and the `tls` map for the bundle.
pub(super) fn blocks(
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
            Some("for a longer one have another CA follow: natscert ca roll start --validity 20y DIR..."),
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

/// Says what was done; `verb` is what.
pub(super) fn tell(
    verb: &str,
    request: &IssueRequest,
    issued: &Issued,
    now: OffsetDateTime,
    report: &Report,
) {
    let facts = &issued.facts;
    if issued.opened.created {
        let root = issued.opened.root().facts();
        report.done("created", &format!("root CA {} in {}", human::title(root), issued.ca_dir));
    }
    report.done(verb, &format!("{} certificate {}", request.role, facts.subject));
    report.detail("names", &human::names(facts));
    report.detail("usage", &human::usages(facts));
    report.detail("key", &facts.key.to_string());
    report.detail("valid", &human::period(facts.validity(), now));
    report.detail("pin", &facts.pin.to_string());
    let there = |kind: &FileKind| issued.has_key || *kind != FileKind::PrivateKey;
    let files: Vec<_> = FileKind::BUNDLE.into_iter().filter(there).map(FileKind::file_name).collect();
    report.detail("files", &format!("{}/ {}", issued.dir, files.join(" ")));
}

/// Says what can be done with it.
pub(super) fn tell_next(role: Role, issued: &Issued, report: &Report) -> Result<(), Failure> {
    report.next_step(&next_step(role, issued)?);
    if let Ok(root) = Root::of(issued.opened.root().der())
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

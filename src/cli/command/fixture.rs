//! `natscert fixture`: a bundle with one thing wrong.

use serde::Serialize;
use time::OffsetDateTime;

use super::super::args::{FixtureArgs, FixtureCommand, FixtureMakeArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::super::request::BlockRequest;
use super::ca::default_root;
use super::crl::warn_of_number;
use super::fixture_list;
use super::issuance::blocks;
use super::issuance_json::{JsonCa, JsonCertificate, JsonFiles};
use crate::bundle::{BundleName, CaDir, Contents, FileKind, Numbered, Opened, Paths, Revoked, Slot};
use crate::fixture::{self, Defect, Issuers, Order};
use crate::map_users;
use crate::nats::{Context, Role};
use crate::pki::{
    self, Ca, Extensions, Facts, Name, Reason, Request, Subject, Update, Validity, crl_pem, dedup,
    wildcard_notes,
};

pub(in super::super) fn run(
    args: &FixtureArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    if let Some(FixtureCommand::List(args)) = &args.command {
        return fixture_list::run(args, report);
    }
    let (Some(defect), Some(role)) = (args.make.defect, args.make.role) else {
        return Err(Failure::input("no defect was given", "see them with natscert fixture list"));
    };
    let wish = Wish { defect, role, args: &args.make };
    let made = make(&wish, environment, report)?;
    tell(&wish, &made, environment, report);
    if report.json { report.json(&made.json(&wish)) } else { report.block(&made.block) }
}

/// What is to be made.
struct Wish<'a> {
    defect: Defect,
    role: Role,
    args: &'a FixtureMakeArgs,
}

/// What was made, on disk already.
struct Made {
    bundle: BundleName,
    dir: String,
    local: Paths,
    crl: Option<String>,
    facts: Facts,
    block: String,
    opened: Opened,
    ca_dir: String,
}

fn make(wish: &Wish<'_>, environment: &Environment, report: &Report) -> Result<Made, Failure> {
    let Wish { defect, role, args } = *wish;
    let now = environment.now;
    let asked = Asked::new(wish)?;
    let checked = asked.block.options.check(role.context(), asked.block.version)?;
    let out = if args.good { args.out.join("good") } else { args.out.clone() };
    let place = (defect.as_str(), role.as_str());
    let slot = Slot::prepare_fixture(&out, place, &asked.bundle, args.force, now)?;
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    let opened = ca_dir.open_or_create(now, || default_root(environment))?;
    super::tell_notes(report, &opened.notes);
    let trusted = opened.ca_pem();
    let issuers = Issuers { root: opened.root(), signer: opened.signer(), trusted: &trusted };
    super::tell_of_wait(report, args.key_type.unwrap_or_default());
    let order = Order { defect, good: args.good, request: asked.request(wish, issuers.signer, now)? };
    let made = fixture::make(&order, issuers, now)?;
    let facts = Facts::of(&made.certificate)?;
    let users = map_users(&facts, Context::Client);
    let (block, tls_conf) = blocks(&asked.block.paths(slot.dir()), &checked, &facts, &users)?;
    let dir = slot.dir().to_string_lossy().into_owned();
    let contents = Contents { cert: made.cert, key: Some(made.key), ca: made.ca, tls_conf };
    let crl = (defect == Defect::Revoked)
        .then(|| revoke(&ca_dir, issuers.signer, &facts, args.good, now, report))
        .transpose()?;
    slot.commit_with(&contents, crl.as_deref(), super::another_works(report))?;
    for note in wildcard_notes(&asked.names) {
        report.warning(&note, None);
    }
    super::warn_of_block(report, &asked.block, &checked, &facts);
    Ok(Made {
        bundle: asked.bundle,
        local: Paths::below(&dir),
        crl: crl.map(|_| Paths::join(&dir, FileKind::Crl.file_name())),
        dir,
        facts,
        block,
        ca_dir: ca_dir.path().to_string_lossy().into_owned(),
        opened,
    })
}

/// The words of the command line, understood.
struct Asked {
    names: Vec<Name>,
    bundle: BundleName,
    /// `None`: the CA chooses a common name, or the defect decides.
    subject: Option<Subject>,
    extensions: Extensions,
    block: BlockRequest,
}

impl Asked {
    fn new(wish: &Wish<'_>) -> Result<Self, Failure> {
        let Wish { defect, role, args } = *wish;
        let names = args.names.iter().map(|name| name.parse()).collect::<Result<Vec<Name>, _>>()?;
        let names = dedup(names);
        let bundle = match (&args.bundle_name, names.first()) {
            (Some(text), _) => text.parse()?,
            (None, Some(first)) => BundleName::from_name(first),
            (None, None) => return Err(pki::Error::NoNames.into()),
        };
        defect.fits(role.into(), &names)?;
        if args.key_type.is_some() && defect.decides_key() {
            return Err(fixture::Error::Key(defect).into());
        }
        if args.subject.is_some() && defect.decides_subject() {
            return Err(fixture::Error::Subject(defect).into());
        }
        let subject = args.subject.as_deref().map(str::parse).transpose()?;
        let ocsp = args.ocsp.as_deref().map(str::parse).transpose()?;
        let extensions = Extensions { ocsp, must_staple: false };
        Ok(Self { names, bundle, subject, extensions, block: BlockRequest::new(&args.block)? })
    }

    /// What would be asked for if nothing were to be wrong.
    fn request(&self, wish: &Wish<'_>, signer: &Ca, now: OffsetDateTime) -> Result<Request, Failure> {
        let fallback = || signer.subject_for(&self.names, &format!("{} {}", wish.role, self.bundle));
        Ok(Request {
            usage: wish.role.into(),
            names: self.names.clone(),
            subject: self.subject.clone().unwrap_or_else(fallback),
            key_type: wish.args.key_type.unwrap_or_default(),
            validity: Validity::asked(now, None, None, None)?,
            extensions: self.extensions.clone(),
        })
    }
}

/// Has the CA revoke the certificate, unless it shall be good; its list of all that it revoked, as long as the
/// certificate is valid. Who is killed behind it leaves a number in the list that no certificate has.
fn revoke(
    dir: &CaDir,
    signer: &Ca,
    facts: &Facts,
    good: bool,
    now: OffsetDateTime,
    report: &Report,
) -> Result<String, Failure> {
    let issuer = &signer.facts().pin;
    let add = |list: &mut Revoked| !good && list.add(issuer, facts, now, Reason::KeyCompromise);
    Revoked::change(dir, super::another_works(report), add)?;
    let Numbered { list, numbers, not_kept } =
        Revoked::numbered(dir, &[*issuer], now, super::another_works(report))?;
    warn_of_number(not_kept.as_ref(), report);
    let update = Update { this: now, next: facts.not_after };
    let number = numbers.into_iter().next().unwrap_or_default();
    Ok(crl_pem(&signer.crl(number, update, &list.of(issuer))?))
}

fn tell(wish: &Wish<'_>, made: &Made, environment: &Environment, report: &Report) {
    let Wish { defect, role, args } = *wish;
    let facts = &made.facts;
    if made.opened.created {
        let root = made.opened.root().facts();
        report.done("created", &format!("root CA {} in {}", human::title(root), made.ca_dir));
    }
    if args.good {
        report.done("issued", &format!("{} certificate {}, not {}", role, facts.subject, defect));
    } else {
        report.done("issued", &format!("{} certificate {}, {}", role, facts.subject, defect));
        report.detail("wrong", defect.what());
    }
    report.detail("names", &human::names(facts));
    report.detail("usage", &human::usages(facts));
    report.detail("key", &facts.key.to_string());
    report.detail("valid", &human::period(facts.validity(), environment.now));
    report.detail("trust", &format!("peers trust {}: {}", defect.trust().as_str(), made.local.ca));
    let crl = if made.crl.is_some() { " crl.pem" } else { "" };
    report.detail("files", &format!("{}/ cert.pem key.pem ca.pem tls.conf{crl}", made.dir));
    if !args.good {
        report.next_step(&format!("see what servers and clients say to it: natscert fixture list {defect}"));
    }
}

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
struct Json<'a> {
    defect: &'static str,
    good: bool,
    role: &'a str,
    name: &'a str,
    dir: &'a str,
    files: FixtureFiles<'a>,
    #[serde(flatten)]
    certificate: JsonCertificate<'a>,
    trust: &'static str,
    pass_phrase: Option<&'static str>,
    ca: JsonCa<'a>,
    snippet: &'a str,
}

#[derive(Serialize)]
struct FixtureFiles<'a> {
    #[serde(flatten)]
    bundle: JsonFiles<'a>,
    crl: Option<&'a str>,
}

impl Made {
    fn json<'a>(&'a self, wish: &Wish<'_>) -> Json<'a> {
        let Wish { defect, role, args } = *wish;
        let encrypted = defect == Defect::EncryptedKey && !args.good;
        Json {
            defect: defect.as_str(),
            good: args.good,
            role: role.as_str(),
            name: self.bundle.as_str(),
            dir: &self.dir,
            files: FixtureFiles { bundle: JsonFiles::of(&self.local, true), crl: self.crl.as_deref() },
            certificate: JsonCertificate::of(&self.facts),
            trust: defect.trust().as_str(),
            pass_phrase: encrypted.then_some(fixture::PASS_PHRASE),
            ca: JsonCa::of(&self.ca_dir, &self.opened),
            snippet: &self.block,
        }
    }
}

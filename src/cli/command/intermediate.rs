//! `natscert ca intermediate add | list | activate | standby | retire | trust`

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use time::OffsetDateTime;

use super::super::args::{CaDirArgs, IntermediateAddArgs, IntermediateArgs, IntermediateCommand};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::ca::default_root;
use crate::bundle::{self, BundleName, CaDir, Caution, Change, Held};
use crate::pki::{
    self, Authority, Ca, CaRequest, Constraints, Facts, Intermediate, IntermediateRequest, KeyType, Span,
    Standing, Subject, Trust, Usage, Validity, rfc3339,
};

/// How long an intermediate is valid if nothing else is asked for: half as long as a root.
const YEARS: &str = "5y";

pub(in super::super) fn run(
    args: &IntermediateArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    use IntermediateCommand as Command;
    let stand = |args: &super::super::args::IntermediateNameArgs, standing| {
        change(&args.ca, Change::Stand(&args.name, standing), environment, report)
    };
    match &args.command {
        Command::Add(args) => add(args, environment, report),
        Command::List(args) => list(args, environment, report),
        Command::Activate(args) => stand(args, Standing::Active),
        Command::Standby(args) => stand(args, Standing::Standby),
        Command::Retire(args) => stand(args, Standing::Retired),
        Command::Trust(args) => change(&args.ca, Change::Trust(args.trust), environment, report),
    }
}

/// What a new intermediate is to be like; what is not asked for follows from the root.
#[derive(Default)]
pub(super) struct Wish<'a> {
    pub(super) key_type: KeyType,
    pub(super) validity: Option<&'a str>,
    pub(super) usage: Option<Usage>,
    pub(super) permit: &'a [String],
    pub(super) cn: Option<&'a str>,
}

/// Makes one below the root of `authority`, in memory.
pub(super) fn make(
    authority: &Authority,
    name: &str,
    wish: &Wish<'_>,
    environment: &Environment,
) -> Result<Ca, Failure> {
    if name == "root" {
        // crl and ocsp name the root so.
        return Err(Failure::input(
            "no intermediate can be called root",
            "give it a name that says when or where it signs, such as east-2026",
        ));
    }
    let root = &authority.family.root;
    let span: Span = wish.validity.unwrap_or(YEARS).parse()?;
    let fitting = Usage::ALL.into_iter().rev().find(|usage| root.facts().good_for(*usage));
    let subject = Subject::of_intermediate(name, wish.cn, &environment.user_at_host())?;
    if authority.all().any(|ca| ca.facts().subject == subject) {
        return Err(pki::Error::SubjectTaken(subject.to_string()).into());
    }
    Ok(root.intermediate(&IntermediateRequest {
        ca: CaRequest {
            subject,
            key_type: wish.key_type,
            validity: Validity::asked(environment.now, None, None, Some(span))?,
            constraints: Constraints::permit(wish.permit)?,
        },
        usage: wish.usage.or(fitting).unwrap_or(Usage::Both),
        path_length: 0,
    })?)
}

fn add(args: &IntermediateAddArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let name: BundleName = args.name.parse().map_err(|why| bad_name(&why))?;
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    // Where the active one has expired, another one is what is needed.
    let opened = ca_dir.open_or_create(OffsetDateTime::UNIX_EPOCH, || default_root(environment))?;
    super::tell_notes(report, &opened.notes);
    if opened.created {
        let root = human::title(opened.root().facts());
        report.done("created", &format!("root CA {root} in {}", ca_dir.path().display()));
    }
    let mut held = ca_dir.hold()?;
    let standing = if args.standby { Standing::Standby } else { Standing::Active };
    let mut state = held.state.clone();
    let mut cautions: Vec<_> = state.change(Change::Add(name.as_str(), standing))?.into_iter().collect();
    if let Some(trust) = args.trust {
        cautions.extend(state.change(Change::Trust(trust))?);
    }
    super::tell_of_wait(report, args.key_type);
    let wish = Wish {
        key_type: args.key_type,
        validity: args.validity.as_deref(),
        usage: args.usage,
        permit: &args.permit,
        cn: args.cn.as_deref(),
    };
    let made = make(&held.opened.authority, name.as_str(), &wish, environment)?;
    held.put(name.as_str(), &made)?;
    held.state = state;
    held.write()?;
    report.done("added", &format!("intermediate CA {name}, {standing}"));
    report.detail("subject", &made.facts().subject.to_string());
    report.detail("names", &made.facts().constraints.to_string());
    report.detail("usage", &human::usages(made.facts()));
    report.detail("valid", &human::period(made.validity(), environment.now));
    let dir = ca_dir.intermediate_file(&held.opened.authority, name.as_str());
    let dir = dir.parent().unwrap_or(&dir).display().to_string();
    report.detail("files", &format!("{dir}/ cert.pem key.pem"));
    // Of a CA that was made just now there are no older certificates.
    cautions.retain(|_| !opened.created);
    finish(&ca_dir, held, cautions, report)
}

fn bad_name(why: &bundle::BundleNameError) -> Failure {
    Failure::input(
        why.to_string().replacen("the bundle name", "the intermediate's name", 1),
        "use letters, digits and . _ - @ + = with a letter, digit or _ first, such as east-2026",
    )
}

fn change(
    args: &CaDirArgs,
    change: Change<'_>,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca_dir.as_ref())?;
    // Whoever is here already, or not at all, is told before anybody waits.
    if ca_dir.open(OffsetDateTime::UNIX_EPOCH)?.is_none() {
        return Err(bundle::Error::NoCa(ca_dir.path().to_owned()).into());
    }
    let mut held = ca_dir.hold()?;
    let before = held.state.clone();
    let caution = held.state.change(change)?;
    if let Change::Stand(name, Standing::Active) = change {
        let there = held.opened.authority.family.intermediate(name);
        if let Some(end) = there.map(|there| there.ca.end()).filter(|end| *end < environment.now) {
            return Err(Failure::input(
                format!("{name} expired on {}", rfc3339(end)),
                "make another one: natscert ca intermediate add NAME --standby",
            ));
        }
    }
    let verb = if held.state == before { "already" } else { "now" };
    held.write()?;
    match change {
        Change::Add(name, standing) | Change::Stand(name, standing) => {
            report.done(verb, &format!("{name} is {standing}"));
        }
        Change::Trust(trust) => report.done(verb, &format!("ca.pem holds {}", trusted(trust))),
    }
    finish(&ca_dir, held, caution.into_iter().collect(), report)
}

fn trusted(trust: Trust) -> &'static str {
    match trust {
        Trust::Roots => "the root",
        Trust::Intermediates => "the active intermediate and those on standby",
    }
}

/// Says what follows from what was done.
fn finish(
    ca_dir: &CaDir,
    held: Held<'_>,
    mut cautions: Vec<Caution>,
    report: &Report,
) -> Result<(), Failure> {
    cautions.dedup();
    for caution in cautions {
        report.warning(caution.what(), Some(caution.hint()));
    }
    drop(held);
    let Some(opened) = ca_dir.open(OffsetDateTime::UNIX_EPOCH)? else {
        return Err(bundle::Error::NoCa(ca_dir.path().to_owned()).into());
    };
    report.detail("signs", &signs(&opened.authority));
    if report.json { report.json(&Json::new(ca_dir, &opened.authority)) } else { Ok(()) }
}

/// Who signs, for people.
pub(super) fn signs(authority: &Authority) -> String {
    authority.signing().active().map_or_else(|| "the root".to_owned(), |active| active.name.clone())
}

/// What a CA may certify, and for what.
fn certifies(facts: &Facts) -> String {
    format!("{}, for {}", facts.constraints, human::usages(facts))
}

fn list(args: &CaDirArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let (ca_dir, authority) = super::ca::open(args, environment, report)?;
    let mut text = String::new();
    for one in &authority.signing().intermediates {
        let _ = write!(text, "{}", shown(one, &ca_dir, &authority, environment.now));
    }
    if authority.signing().intermediates.is_empty() && !report.json {
        report.detail("none", "the root signs; natscert ca intermediate add NAME makes one");
    }
    report.either(&text, &Json::new(&ca_dir, &authority))
}

fn shown(one: &Intermediate, ca_dir: &CaDir, authority: &Authority, now: OffsetDateTime) -> String {
    let facts = one.ca.facts();
    format!(
        "{} ({})\n  subject      {}\n  key          {}\n  valid        {}\n  certifies    {}\n  fingerprint  {}\n  certificate  {}\n",
        one.name,
        one.standing,
        facts.subject,
        facts.key,
        human::period(one.ca.validity(), now),
        certifies(facts),
        facts.fingerprint,
        ca_dir.intermediate_file(authority, &one.name).display(),
    )
}

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
struct Json {
    dir: String,
    #[serde(flatten)]
    intermediates: JsonIntermediates,
}

/// What `ca show` says of intermediates, too.
#[derive(Serialize)]
pub(super) struct JsonIntermediates {
    trust: Trust,
    signer: Option<String>,
    intermediates: Vec<JsonIntermediate>,
}

#[derive(Serialize)]
struct JsonIntermediate {
    name: String,
    standing: &'static str,
    cert: String,
    subject: String,
    key_type: String,
    permitted: String,
    eku: Vec<String>,
    serial: String,
    not_before: String,
    not_after: String,
    fingerprint: String,
}

impl Json {
    fn new(ca_dir: &CaDir, authority: &Authority) -> Self {
        let intermediates = JsonIntermediates::new(ca_dir, authority);
        Self { dir: ca_dir.path().to_string_lossy().into_owned(), intermediates }
    }
}

impl JsonIntermediates {
    pub(super) fn new(ca_dir: &CaDir, authority: &Authority) -> Self {
        let family = authority.signing();
        let json = |one: &Intermediate| {
            let path = ca_dir.intermediate_file(authority, &one.name);
            JsonIntermediate::new(one, &path)
        };
        Self {
            trust: authority.trust,
            signer: family.active().map(|active| active.name.clone()),
            intermediates: family.intermediates.iter().map(json).collect(),
        }
    }
}

impl JsonIntermediate {
    fn new(one: &Intermediate, path: &Path) -> Self {
        let facts = one.ca.facts();
        Self {
            name: one.name.clone(),
            standing: one.standing.as_str(),
            cert: path.to_string_lossy().into_owned(),
            subject: facts.subject.to_string(),
            key_type: facts.key.to_string(),
            permitted: facts.constraints.to_string(),
            eku: facts.extended_key_usage.clone().unwrap_or_default(),
            serial: facts.serial.clone(),
            not_before: rfc3339(facts.not_before),
            not_after: rfc3339(facts.not_after),
            fingerprint: facts.fingerprint.clone(),
        }
    }
}

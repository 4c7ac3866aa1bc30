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
use crate::bundle::{self, BundleName, CaDir, Caution, Change, Held, Revoked};
use crate::pki::{Authority, Constraints, Facts, Intermediate, IntermediateWish, Standing, Trust, rfc3339};

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
    let mut held = ca_dir.hold(super::another_works(report))?;
    let standing = if args.standby { Standing::Standby } else { Standing::Active };
    let mut cautions: Vec<_> = held.change(Change::Add(name.as_str(), standing))?.into_iter().collect();
    if let Some(trust) = args.trust {
        cautions.extend(held.change(Change::Trust(trust))?);
    }
    super::tell_of_wait(report, args.key_type);
    let wish = IntermediateWish {
        cn: args.cn.clone(),
        user_at_host: environment.user_at_host(),
        key_type: Some(args.key_type),
        validity: args.validity.as_deref().map(str::parse).transpose()?,
        usage: args.usage,
        constraints: Some(Constraints::permit(&args.permit)?),
    };
    let made = held.opened.authority.new_intermediate(name.as_str(), &wish, None, environment.now)?;
    held.put(name.as_str(), &made)?;
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
    let mut held = ca_dir.hold(super::another_works(report))?;
    let before = held.state.clone();
    let caution = held.change(change)?;
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
    let revoked = Revoked::read(ca_dir)?;
    if report.json { report.json(&Json::new(ca_dir, &opened.authority, &revoked)) } else { Ok(()) }
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
    let revoked = Revoked::read(&ca_dir)?;
    let mut text = String::new();
    for one in &authority.signing().intermediates {
        let _ = write!(text, "{}", shown(one, (&ca_dir, &authority, &revoked), environment.now));
    }
    if authority.signing().intermediates.is_empty() && !report.json {
        report.detail("none", "the root signs; natscert ca intermediate add NAME makes one");
    }
    super::warn_of_revoked(&revoked, &authority, report);
    report.either(&text, &Json::new(&ca_dir, &authority, &revoked))
}

fn shown(
    one: &Intermediate,
    (ca_dir, authority, revoked): (&CaDir, &Authority, &Revoked),
    now: OffsetDateTime,
) -> String {
    let facts = one.ca.facts();
    let entry = revoked.intermediate(authority.signing(), &one.name);
    let revoked = entry.map(|entry| format!(", revoked on {}", rfc3339(entry.revocation.at)));
    format!(
        "{} ({}{})\n  subject      {}\n  key          {}\n  valid        {}\n  certifies    {}\n  fingerprint  {}\n  certificate  {}\n",
        one.name,
        one.standing,
        revoked.unwrap_or_default(),
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
    revoked: Option<String>,
}

impl Json {
    fn new(ca_dir: &CaDir, authority: &Authority, revoked: &Revoked) -> Self {
        let intermediates = JsonIntermediates::new(ca_dir, authority, revoked);
        Self { dir: ca_dir.path().to_string_lossy().into_owned(), intermediates }
    }
}

impl JsonIntermediates {
    pub(super) fn new(ca_dir: &CaDir, authority: &Authority, revoked: &Revoked) -> Self {
        let family = authority.signing();
        let json = |one: &Intermediate| {
            let path = ca_dir.intermediate_file(authority, &one.name);
            let entry = revoked.intermediate(family, &one.name);
            JsonIntermediate::new(one, &path, entry.map(|entry| rfc3339(entry.revocation.at)))
        };
        Self {
            trust: authority.trust,
            signer: family.active().map(|active| active.name.clone()),
            intermediates: family.intermediates.iter().map(json).collect(),
        }
    }
}

impl JsonIntermediate {
    fn new(one: &Intermediate, path: &Path, revoked: Option<String>) -> Self {
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
            revoked,
        }
    }
}

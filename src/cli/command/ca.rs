//! `natscert ca init | show | dir | export`

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use time::OffsetDateTime;

use super::super::args::{CaArgs, CaCommand, CaDirArgs, CaExportArgs, CaFormat, CaInitArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::intermediate::JsonIntermediates;
use crate::bundle::{self, CaDir, FileKind, Opened, Refused, Revoked, read_input};
use crate::pki::{
    self, Authority, CA_DAYS, Ca, CaRequest, Constraints, Facts, KeyType, Span, Standing, Subject, Usage,
    Validity, rfc3339,
};

pub(in super::super) fn run(
    args: &CaArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    match &args.command {
        CaCommand::Init(args) => init(args, environment, report),
        CaCommand::Show(args) => show(args, environment, report),
        CaCommand::Dir(args) => dir(args, environment, report),
        CaCommand::Export(args) => export(args, environment, report),
        CaCommand::Intermediate(args) => super::intermediate::run(args, environment, report),
        CaCommand::Roll(args) => super::roll::run(args, environment, report),
    }
}

/// The root that is made at first use.
pub(super) fn default_root(environment: &Environment) -> Result<Ca, pki::Error> {
    Ca::create(&CaRequest {
        subject: Subject::of_root(None, &environment.user_at_host())?,
        key_type: KeyType::default(),
        validity: Validity::asked(environment.now, None, None, Some(Span::days(CA_DAYS)))?,
        constraints: Constraints::default(),
    })
}

fn init(args: &CaInitArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    // An existing CA is an error whatever else is asked; a broken one as well.
    if ca_dir.open(OffsetDateTime::UNIX_EPOCH)?.is_some() {
        return Err(bundle::Error::CaExists(ca_dir.path().to_owned()).into());
    }
    let ca = if let Some([certificate, key]) = args.import.as_deref() {
        import(certificate, key, environment.now)?
    } else {
        super::tell_of_wait(report, args.key_type);
        create(args, environment)?
    };
    ca_dir.create(&ca)?;
    if !ca.facts().good_for(Usage::Both) {
        report.warning(
            &format!(
                "the root is limited to {}: nats-server applies that to every certificate below it",
                human::usages(ca.facts())
            ),
            Some("certificates for other uses will be refused as having an incompatible key usage"),
        );
    }
    let verb = if args.import.is_some() { "imported" } else { "created" };
    report.done(verb, &format!("root CA {}", human::title(ca.facts())));
    report.detail("valid", &human::period(ca.validity(), environment.now));
    report.detail("files", &format!("{}/ root.pem root-key.pem", ca_dir.path().display()));
    report.next_step("natscert issue server localhost 127.0.0.1 ::1");
    if report.json {
        report.json(&json(&Authority::of_root(ca), &ca_dir, &Revoked::default(), true))
    } else {
        Ok(())
    }
}

fn create(args: &CaInitArgs, environment: &Environment) -> Result<Ca, Failure> {
    let span = args.validity.as_deref().map_or(Ok(Span::days(CA_DAYS)), str::parse)?;
    Ok(Ca::create(&CaRequest {
        subject: Subject::of_root(args.name.as_deref(), &environment.user_at_host())?,
        key_type: args.key_type,
        validity: Validity::asked(environment.now, None, None, Some(span))?,
        constraints: Constraints::permit(&args.permit)?,
    })?)
}

fn import(certificate: &PathBuf, key: &PathBuf, now: OffsetDateTime) -> Result<Ca, Failure> {
    let certificate_bytes = read_input(certificate)?;
    let key_bytes = zeroize::Zeroizing::new(read_input(key)?);
    Ca::load(&certificate_bytes, &key_bytes, now).map_err(|why| {
        let at_fault = if why.is_about_key() { key } else { certificate };
        Failure::from(why).about(&at_fault.display().to_string())
    })
}

pub(super) fn open(
    args: &CaDirArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(CaDir, Authority), Failure> {
    let ca_dir = environment.ca_dir(args.ca_dir.as_ref())?;
    // An expired root can still be looked at.
    let Some(Opened { authority, notes, .. }) = ca_dir.open(OffsetDateTime::UNIX_EPOCH)? else {
        return Err(bundle::Error::NoCa(ca_dir.path().to_owned()).into());
    };
    super::tell_notes(report, &notes);
    Ok((ca_dir, authority))
}

fn show(args: &CaDirArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let (ca_dir, authority) = open(args, environment, report)?;
    let revoked = Revoked::read(&ca_dir)?;
    let ca = authority.root();
    let facts = ca.facts();
    let mut text = format!(
        "root CA      {}\ndirectory    {}\nkey          {}\nvalid        {}\ncertifies    {}\nserial       {}\nfingerprint  {}\n",
        facts.subject,
        ca_dir.path().display(),
        facts.key,
        human::period(ca.validity(), environment.now),
        facts.constraints,
        facts.serial,
        facts.fingerprint,
    );
    if !authority.signing().intermediates.is_empty() {
        let by = |standing| {
            let all = authority.signing().intermediates.iter();
            all.filter(|one| one.standing == standing)
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let rows = [
            ("signs", super::intermediate::signs(&authority)),
            ("standby", by(Standing::Standby)),
            ("retired", by(Standing::Retired)),
            ("trust", authority.trust.to_string()),
        ];
        for (label, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "{label:<12} {value}");
        }
    }
    report.either(&text, &json(&authority, &ca_dir, &revoked, false))
}

fn dir(args: &CaDirArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca_dir.as_ref())?;
    let path = ca_dir.path().to_string_lossy();
    report.either(&format!("{path}\n"), &serde_json::json!({ "dir": path }))
}

fn export(args: &CaExportArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let (ca_dir, authority) = open(&args.ca, environment, report)?;
    let chosen: Vec<&Ca> = match (&args.intermediate, args.trust) {
        (Some(name), _) => {
            let family = authority.signing();
            let known = || family.intermediates.iter().map(|one| one.name.clone()).collect();
            let found = family.intermediate(name);
            vec![&found.ok_or_else(|| Refused::Unknown { name: name.clone(), known: known() })?.ca]
        }
        (None, Some(trust)) => {
            super::check_trust(&authority, trust)?;
            authority.anchors(trust)
        }
        (None, None) => vec![authority.root()],
    };
    let pem: String = chosen.iter().map(|ca| ca.pem()).collect();
    match (args.format, chosen.as_slice()) {
        _ if report.json => {
            report.json(&serde_json::json!({ "dir": ca_dir.path().to_string_lossy(), "pem": pem }))
        }
        (CaFormat::Pem, _) => report.product(pem.as_bytes()),
        (CaFormat::Der, [ca]) => report.product(ca.der()),
        (CaFormat::Der, several) => Err(Failure::input(
            format!("DER holds one certificate, and ca.pem would hold {}", several.len()),
            "print them with --format pem, or one of them with --intermediate NAME",
        )),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    dir: String,
    cert: String,
    subject: String,
    key_type: String,
    permitted: String,
    serial: &'a str,
    not_before: String,
    not_after: String,
    fingerprint: &'a str,
    created: bool,
    #[serde(flatten)]
    intermediates: JsonIntermediates,
}

fn json<'a>(authority: &'a Authority, ca_dir: &CaDir, revoked: &Revoked, created: bool) -> Json<'a> {
    let facts: &Facts = authority.root().facts();
    Json {
        dir: ca_dir.path().to_string_lossy().into_owned(),
        cert: ca_dir.path().join(FileKind::Root.file_name()).to_string_lossy().into_owned(),
        subject: facts.subject.to_string(),
        key_type: facts.key.to_string(),
        permitted: facts.constraints.to_string(),
        serial: &facts.serial,
        not_before: rfc3339(facts.not_before),
        not_after: rfc3339(facts.not_after),
        fingerprint: &facts.fingerprint,
        created,
        intermediates: JsonIntermediates::new(ca_dir, authority, revoked),
    }
}

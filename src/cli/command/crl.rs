//! `natscert crl`

use serde::Serialize;

use super::super::args::{CaFormat, CrlArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::revocation::{self, Named};
use crate::bundle::{self, Numbered, Revoked};
use crate::pki::{Update, crl_pem, rfc3339};

/// A list that was made.
struct Made {
    name: String,
    subject: String,
    number: u64,
    der: Vec<u8>,
    revoked: usize,
}

#[derive(Serialize)]
struct Json<'a> {
    ca: &'a str,
    subject: &'a str,
    number: u64,
    this_update: String,
    next_update: String,
    revoked: usize,
    file: Option<String>,
    pem: String,
}

pub(in super::super) fn run(
    args: &CrlArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let (dir, cas) = revocation::open(&args.ca, environment, report)?;
    let cas = chosen(args, cas)?;
    let issuers: Vec<_> = cas.iter().map(|known| known.ca.facts().pin).collect();
    let Numbered { list, numbers, not_kept } =
        Revoked::numbered(&dir, &issuers, environment.now, super::another_works(report))?;
    warn_of_number(not_kept.as_ref(), report);
    let now = environment.now;
    let update = Update { this: now, next: now + args.next_update.duration() };
    let make = |(Named { name, ca }, number): (&Named, u64)| -> Result<Made, Failure> {
        let revoked = list.of(&ca.facts().pin);
        let der = ca.crl(number, update, &revoked).map_err(|why| Failure::from(why).about(name))?;
        let subject = ca.facts().subject.to_string();
        Ok(Made { name: name.clone(), subject, number, der, revoked: revoked.len() })
    };
    let lists = cas.iter().zip(numbers).map(make).collect::<Result<Vec<_>, _>>()?;
    let product: Vec<u8> = match args.format {
        CaFormat::Der => lists.iter().flat_map(|made| made.der.clone()).collect(),
        CaFormat::Pem => lists.iter().flat_map(|made| crl_pem(&made.der).into_bytes()).collect(),
    };
    if let Some(out) = &args.out {
        bundle::write_bytes(out, &product, args.force)?;
        for made in &lists {
            let certificates = human::count(made.revoked, "revoked certificate");
            report.done("wrote", &format!("{} with {certificates} of {}", out.display(), made.subject));
        }
    }
    let json = |made| json(args, made, update);
    match &args.out {
        _ if report.json => report.json(&lists.iter().map(json).collect::<Vec<_>>()),
        Some(_) => Ok(()),
        None => report.product(&product),
    }
}

/// Who may not write to the CA directory gets a list all the same.
pub(super) fn warn_of_number(not_kept: Option<&bundle::Error>, report: &Report) {
    if let Some(why) = not_kept {
        report.warning(
            &format!("the number of this list is not kept: {why}"),
            Some("numbers go on growing while the clock is not set back; otherwise let this user write to the CA directory"),
        );
    }
}

/// The CAs whose lists are wanted.
fn chosen(args: &CrlArgs, cas: Vec<Named>) -> Result<Vec<Named>, Failure> {
    let names = cas.iter().map(|known| known.name.clone()).collect::<Vec<_>>().join(", ");
    let wanted = |known: &Named| args.of.as_ref().is_none_or(|name| *name == known.name);
    let chosen: Vec<_> = cas.into_iter().filter(wanted).collect();
    match (&chosen[..], args.format) {
        ([], _) => Err(Failure::input(
            format!("there is no CA {:?} here", args.of.as_deref().unwrap_or_default()),
            format!("give one of these: {names}"),
        )),
        ([_, _, ..], CaFormat::Der) => Err(Failure::input(
            "DER holds one list, and there are several CAs",
            format!("give one of these with --of: {names}"),
        )),
        _ => Ok(chosen),
    }
}

fn json<'a>(args: &CrlArgs, made: &'a Made, update: Update) -> Json<'a> {
    Json {
        ca: &made.name,
        subject: &made.subject,
        number: made.number,
        this_update: rfc3339(update.this.replace_nanosecond(0).unwrap_or(update.this)),
        next_update: rfc3339(update.next.replace_nanosecond(0).unwrap_or(update.next)),
        revoked: made.revoked,
        file: args.out.as_ref().map(|path| path.display().to_string()),
        pem: crl_pem(&made.der),
    }
}

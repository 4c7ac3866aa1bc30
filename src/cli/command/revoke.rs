//! `natscert revoke`

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;
use time::{OffsetDateTime, UtcOffset};

use super::super::args::RevokeArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::revocation::{self, Named};
use crate::bundle::{CaDir, FileKind, Revoked};
use crate::pki::{Ca, Facts, Pin, Reason, parse_instant, rfc3339};

/// A certificate of one of our CAs.
struct Found {
    file: String,
    facts: Facts,
    issuer: Pin,
    /// Whether this run changed anything about it.
    changed: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    file: &'a str,
    subject: String,
    serial: &'a str,
    issuer: String,
    revoked: bool,
    changed: bool,
    at: Option<String>,
    reason: Option<&'static str>,
}

pub(in super::super) fn run(
    args: &RevokeArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let at = args.at.as_deref().map_or(Ok(environment.now), |text| past(text, environment.now))?;
    let (dir, cas) = revocation::open(&args.ca, environment, report)?;
    let mut found =
        args.certificates.iter().map(|path| find(path, &dir, &cas)).collect::<Result<Vec<_>, _>>()?;
    let list = Revoked::change(&dir, super::another_works(report), |list| {
        for one in &mut found {
            one.changed = if args.undo {
                list.remove(&one.issuer, &one.facts.serial)
            } else {
                list.add(&one.issuer, &one.facts, at, args.reason)
            };
        }
        found.iter().any(|one| one.changed)
    })?;
    tell(args, &found, &list, report);
    warn_of_signer(args, &found, &list, &dir, report)?;
    if report.json {
        return report.json(&found.iter().map(|one| json(one, &list)).collect::<Vec<_>>());
    }
    Ok(())
}

/// A time at which something can have happened.
fn past(text: &str, now: OffsetDateTime) -> Result<OffsetDateTime, Failure> {
    let at = parse_instant(text)?;
    if at > now {
        return Err(Failure::input(
            format!("{text} is still to come"),
            "give a time that is past, or leave --at out: then it is now",
        ));
    }
    if at < OffsetDateTime::UNIX_EPOCH {
        return Err(Failure::input(format!("{text} is before 1970"), "give a time from 1970 on"));
    }
    Ok(at.to_offset(UtcOffset::UTC))
}

/// The first certificate of a file or bundle, and the CA that issued it.
fn find(path: &Path, dir: &CaDir, cas: &[Named]) -> Result<Found, Failure> {
    let inside = path.join(FileKind::Certificate.file_name());
    let problem = match path.metadata() {
        Ok(found) if found.is_dir() && !inside.exists() => "has no cert.pem",
        Err(why) if why.kind() == ErrorKind::NotFound && path.as_os_str() != "-" => "is not there",
        _ => "",
    };
    if !problem.is_empty() {
        return Err(Failure::input(
            format!("{} {problem}", path.display()),
            "give a certificate file or a bundle, such as natscert/client/alice@example.com",
        ));
    }
    let path = if path.is_dir() { inside.as_path() } else { path };
    let file = super::about_input(path);
    let about = |why| Failure::from(why).about(&file);
    let bytes = super::read_file_or_stdin(path)?;
    let facts = Facts::all_in(&bytes).map_err(about)?.swap_remove(0);
    if facts.is_self_issued() && cas.iter().any(|known| known.ca.facts().spki == facts.spki) {
        return Err(Failure::input(
            format!("{file} is the root itself, and nobody is above it to revoke it"),
            "where it is trusted, take it out: natscert trust uninstall",
        ));
    }
    let Some(issuer) = Ca::issuer_of(cas.iter().map(|known| &known.ca), &facts, &bytes) else {
        return Err(Failure::input(
            format!("{file} was not issued by the CA in {}", dir.path().display()),
            "only its own CA can revoke a certificate: point --ca-dir to that one",
        ));
    };
    Ok(Found { issuer: issuer.facts().pin, file, facts, changed: false })
}

fn tell(args: &RevokeArgs, found: &[Found], list: &Revoked, report: &Report) {
    for one in found {
        let title = human::title(&one.facts);
        match list.find(&one.issuer, &one.facts.serial).map(|entry| &entry.revocation) {
            Some(now) if one.changed => {
                report.done("revoked", &format!("{title}{}, serial {}", why(now.reason), now.serial));
            }
            Some(now) => {
                let since = rfc3339(now.at);
                report.done("revoked", &format!("{title} already, since {since}{}", why(now.reason)));
            }
            None if one.changed => {
                report.done("restored", &format!("{title}, serial {}", one.facts.serial));
            }
            None => report.done("good", &format!("{title}: it was not revoked")),
        }
    }
    if !args.undo && found.iter().any(|one| one.changed) {
        report.next_step("natscert crl > crl.pem, or natscert ocsp; one that is running knows already");
    }
}

/// An intermediate that was revoked goes on signing: there may be no other, and that may be meant.
fn warn_of_signer(
    args: &RevokeArgs,
    found: &[Found],
    list: &Revoked,
    dir: &CaDir,
    report: &Report,
) -> Result<(), Failure> {
    let Some(opened) = dir.open(OffsetDateTime::UNIX_EPOCH)?.filter(|_| !args.undo) else { return Ok(()) };
    let authority = &opened.authority;
    let Some((active, _)) = list.signer(authority) else { return Ok(()) };
    if found.iter().any(|one| one.facts.fingerprint == active.ca.facts().fingerprint) {
        report.warning(
            &format!("{} is revoked, and goes on signing what this CA directory issues", active.name),
            Some(&super::another_intermediate(list, authority)),
        );
    }
    Ok(())
}

fn why(reason: Reason) -> String {
    if reason == Reason::Unspecified { String::new() } else { format!(", {reason}") }
}

fn json<'a>(one: &'a Found, list: &Revoked) -> Json<'a> {
    let revocation = list.find(&one.issuer, &one.facts.serial).map(|entry| &entry.revocation);
    Json {
        file: &one.file,
        subject: one.facts.subject.to_string(),
        serial: &one.facts.serial,
        issuer: one.issuer.to_string(),
        revoked: revocation.is_some(),
        changed: one.changed,
        at: revocation.map(|revocation| rfc3339(revocation.at)),
        reason: revocation.map(|revocation| revocation.reason.as_str()),
    }
}

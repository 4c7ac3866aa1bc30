//! Under sudo: the part of a change that is the user's, done by a process that is the user and handed over as JSON.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use super::super::args::{CaDirArgs, TrustChangeArgs, TrustUserArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::trust_job::carry_out_here;
use super::trust_root::{self, Target, Verb, stores};
use crate::truststore::{Invoker, Kind, Ledger, Line, Root, Stores, Trouble, Wanted};

/// What the user's process found and did.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct UserPart {
    /// PEM.
    root: Option<String>,
    fingerprint: String,
    ca_dir: std::path::PathBuf,
    state_dir: std::path::PathBuf,
    pub(super) lines: Vec<Line>,
}

/// In the user's process.
pub(super) fn run(args: &TrustUserArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let verb = if args.uninstall { Verb::Uninstall } else { Verb::Install };
    let report = report.muted();
    if args.note {
        return take_note(verb, &args.change, environment, &report);
    }
    print_part(verb, &args.change, environment, &report)
}

/// The CA, the browsers, the user's own Java, the state file. `null`: there is nothing to do.
fn print_part(
    verb: Verb,
    args: &TrustChangeArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let Some(target) = trust_root::resolve(verb, &args.which, args.dry_run, environment, report)? else {
        return report.json(&());
    };
    let asked = stores(&args.which);
    let kinds = asked.kinds.into_iter().filter(|kind| *kind != Kind::System).collect();
    let own = Stores { kinds, named: asked.named, own_only: true };
    // Whether that could be noted is told when the rest is.
    let (lines, _) = carry_out_here(verb, &own, args.dry_run, &target, environment, report);
    report.json(&UserPart {
        root: target.root.as_ref().map(Root::pem),
        fingerprint: target.wanted.fingerprint().to_owned(),
        ca_dir: target.ca_dir,
        state_dir: target.ledger.dir().to_owned(),
        lines,
    })
}

/// What root did, into the state file.
fn take_note(
    verb: Verb,
    args: &TrustChangeArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let lines: Vec<Line> = serde_json::from_reader(std::io::stdin()).map_err(|why| broken(&why))?;
    let Some(target) = trust_root::resolve(verb, &args.which, true, environment, report)? else {
        return Ok(());
    };
    let mut book = target.book(report);
    for line in &lines {
        book.note(line);
    }
    if verb == Verb::Uninstall {
        book.close(&lines);
    }
    if book.is_lost { Err(Failure::pending()) } else { Ok(()) }
}

/// In root's process: hands over what came of the rest; whether it was noted.
pub(super) fn note(
    verb: Verb,
    args: &TrustChangeArgs,
    invoker: &Invoker,
    lines: &[Line],
) -> Result<bool, Failure> {
    let mut words = words(verb, args);
    words.push("--note".into());
    let lines = serde_json::to_vec(lines).map_err(|why| broken(&why))?;
    Ok(invoker.run(&words, &lines, true)?.code == Some(0))
}

fn broken(why: &serde_json::Error) -> Failure {
    Failure::failed(
        format!("what one process of natscert told the other is broken: {why}"),
        "please report this",
    )
}

/// In root's process: has the user's one do its part.
pub(super) fn ask_part(
    verb: Verb,
    args: &TrustChangeArgs,
    invoker: &Invoker,
    report: &Report,
) -> Result<Option<UserPart>, Failure> {
    let mut words = words(verb, args);
    if !report.speaks() {
        words.push("--quiet".into());
    }
    let answer = invoker.run(&words, &[], true)?;
    if answer.code != Some(0) {
        // It has said why.
        return Err(Failure::silent(answer.code));
    }
    serde_json::from_slice(&answer.stdout).map_err(|why| broken(&why))
}

fn words(verb: Verb, args: &TrustChangeArgs) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["trust".into(), "user-part".into()];
    if verb == Verb::Uninstall {
        words.push("--uninstall".into());
    }
    if args.dry_run {
        words.push("--dry-run".into());
    }
    if !args.which.stores.is_empty() {
        let list: Vec<_> = args.which.stores.iter().map(|kind| kind.as_str()).collect();
        words.extend(["--store".into(), list.join(",").into()]);
    }
    if let Some(fingerprint) = &args.which.fingerprint {
        words.extend(["--fingerprint".into(), fingerprint.into()]);
    }
    words.extend(ca_words(&args.which.ca));
    words
}

/// The root of the user's CA directory.
pub(super) fn root_of(invoker: &Invoker, ca: &CaDirArgs) -> Result<Root, Failure> {
    let words = [vec!["ca".into(), "export".into()], ca_words(ca)].concat();
    let answer = invoker.run(&words, &[], true)?;
    if answer.code == Some(0) { Ok(Root::read(&answer.stdout)?) } else { Err(Failure::silent(answer.code)) }
}

fn ca_words(ca: &CaDirArgs) -> Vec<OsString> {
    ca.ca_dir.as_ref().map_or_else(Vec::new, |dir| vec!["--ca-dir".into(), dir.into()])
}

impl UserPart {
    /// The root that the user means. Root writes nothing where the user's process says.
    pub(super) fn target(&self) -> Result<Target, Failure> {
        let root = self.root.as_deref().map(|pem| Root::read(pem.as_bytes())).transpose()?;
        let wanted = Wanted::parse(&self.fingerprint).ok_or_else(|| {
            Failure::from(Trouble::failed("no fingerprint came back", "please report this"))
        })?;
        let ledger = Ledger::new(self.state_dir.clone());
        Ok(Target { root, wanted, ca_dir: self.ca_dir.clone(), ledger })
    }
}

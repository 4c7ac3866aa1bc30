//! `natscert ca roll start | switch | finish | back`

use std::path::{Path, PathBuf};

use super::super::args::{RollArgs, RollCommand, RollStartArgs, RollStepArgs, RollTaken};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human::count;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::some;
use super::roll_text::{tell_troubles, verb, what};
use super::{roll_json, roll_status};
use crate::bundle;
use crate::lifecycle::roll::{self, Order, Outcome, ReaderKind, Start, Step, Wish};
use crate::pki::{Constraints, Rolled};
use crate::truststore::{Root, is_trusted};

pub(in super::super) fn run(
    args: &RollArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let plain = |step, args: &RollStepArgs| take(step, args, Start::default(), environment, report);
    match &args.command {
        RollCommand::Status(args) => roll_status::run(args, environment, report),
        RollCommand::Start(args) => {
            let start = start(args, environment)?;
            if let Some(key_type) = args.key_type {
                super::tell_of_wait(report, key_type);
            }
            take(Step::Start, &args.step, start, environment, report)
        }
        RollCommand::Switch(args) => plain(Step::Switch, args),
        RollCommand::Finish(args) => plain(Step::Finish, args),
        RollCommand::Back(args) => {
            let step = match args.taken {
                RollTaken::Start => Step::BackStart,
                RollTaken::Switch => Step::BackSwitch,
                RollTaken::Finish => Step::BackFinish,
            };
            plain(step, &args.step)
        }
    }
}

fn start(args: &RollStartArgs, environment: &Environment) -> Result<Start, Failure> {
    let intermediate = args.intermediate.as_deref().map(str::parse::<bundle::BundleName>);
    let intermediate = intermediate.transpose().map_err(|why| {
        Failure::input(
            why.to_string().replacen("the bundle name", "the intermediate's name", 1),
            "use letters, digits and . _ - @ + = with a letter, digit or _ first, such as east-2027",
        )
    })?;
    let constraints = (!args.permit.is_empty()).then(|| Constraints::permit(&args.permit)).transpose()?;
    Ok(Start {
        intermediate,
        wish: Wish {
            cn: args.cn.clone(),
            key_type: args.key_type,
            validity: args.validity.as_deref().map(str::parse).transpose()?,
            constraints,
            user_at_host: environment.user_at_host(),
        },
    })
}

fn take(
    step: Step,
    args: &RollStepArgs,
    start: Start,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    let order = Order {
        step,
        dirs: args.dirs.iter().map(|dir| folder(dir)).collect::<Result<_, _>>()?,
        forget: args.forget.iter().map(|dir| absolute(dir)).collect::<Result<_, _>>()?,
        leave: args.leave.iter().map(|dir| absolute(dir)).collect::<Result<_, _>>()?,
        start,
        now: environment.now,
    };
    let outcome = {
        let bar = Bar::new(report);
        roll::take(&ca_dir, &order, &bar, &super::another_works(report))?
    };
    tell(step, &outcome, args, report)?;
    if report.json { report.json(&roll_json::json(Some(step), &outcome, ca_dir.path())) } else { Ok(()) }
}

/// The folder that is meant, absolute and without links. A manifest stands for what `apply` made of it.
fn folder(given: &Path) -> Result<PathBuf, Failure> {
    let dir = if given.is_file() {
        if given.extension().is_none_or(|extension| extension != "toml") {
            return Err(Failure::input(
                format!("{} is neither a folder nor a manifest", given.display()),
                "give the folder that it is in, or natscert apply's output folder",
            ));
        }
        let out = super::topology::read(given)?.1;
        if !out.exists() {
            return Err(Failure::input(
                format!("{} stands for the folder {}, which is not there", given.display(), out.display()),
                "give the folder that natscert apply wrote to with -o",
            ));
        }
        out
    } else {
        given.to_owned()
    };
    let dir = std::fs::canonicalize(&dir).map_err(bundle::Error::io("open", &dir))?;
    if dir.parent().is_none() {
        return Err(Failure::input(
            format!("{} is the whole system", dir.display()),
            "name the folders of your servers and clients",
        ));
    }
    Ok(dir)
}

/// A folder that need not be there, and may be a link: what is there of the way to it is without links.
fn absolute(given: &Path) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(given).map_err(bundle::Error::io("open", given))?;
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    for above in path.ancestors().skip(usize::from(is_link)) {
        if let (Ok(real), Ok(rest)) = (std::fs::canonicalize(above), path.strip_prefix(above)) {
            return Ok(real.components().chain(rest.components()).collect());
        }
    }
    Ok(path)
}

fn tell(step: Step, outcome: &Outcome, args: &RollStepArgs, report: &Report) -> Result<(), Failure> {
    for dir in outcome.foreign.iter().take(MAX_FOREIGN) {
        report.warning(&format!("the certificate in {} is of another CA: it stays", dir.display()), None);
    }
    if let Some(more) = outcome.foreign.len().checked_sub(MAX_FOREIGN + 1) {
        report.warning(&format!("so do {} more", more + 1), None);
    }
    tell_troubles(outcome, report);
    let written = outcome.written;
    let parts = [(written.ca_files, "ca.pem"), (written.certificates, "cert.pem")];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, file)| format!("{n} {file}")).collect();
    report.done(verb(step, outcome), &what(outcome));
    for dir in &outcome.kept {
        let dir = dir.display();
        report.detail("also", &format!("{dir}, of the last roll; --forget {dir} leaves it out"));
    }
    match parts.as_slice() {
        [] => report.detail("files", "nothing left to do"),
        parts => report.detail("files", &format!("{} written", parts.join(", "))),
    }
    let next = next(step, outcome);
    tell_readers(outcome, next.is_some(), report);
    tell_trust(step, outcome, report);
    if let (Step::Finish, Some(Rolled::Intermediate { from: Some(from), to })) = (step, &outcome.rolled) {
        report.detail(
            "manifest",
            &format!("one that names {from} in [ca] is refused until it names {to} instead"),
        );
    }
    let ca_dir = match &args.ca.ca_dir {
        Some(dir) => format!(" --ca-dir {}", crate::render::shell(&dir.to_string_lossy())?),
        None => String::new(),
    };
    if let Some(next) = next {
        report.next_step(&format!("natscert ca roll {next}{ca_dir}"));
    }
    Ok(())
}

/// Bundles of other CAs that are named.
const MAX_FOREIGN: usize = 3;

/// The step that the way goes on with, in the same direction; first what is left to do.
pub(super) fn next(step: Step, outcome: &Outcome) -> Option<Step> {
    if let Some(completing) = outcome.completing() {
        return Some(completing);
    }
    match step {
        Step::Start | Step::Switch | Step::Finish => Step::after(outcome.position),
        Step::BackStart | Step::BackSwitch | Step::BackFinish => Step::back(outcome.position),
    }
}

/// Who has to read files anew, before the next step if there is one.
fn tell_readers(outcome: &Outcome, is_before: bool, report: &Report) {
    let when = if is_before { ", before the next step" } else { "" };
    let of = |kind| -> Vec<&str> {
        let readers = outcome.readers.iter().filter(|reader| reader.kind == kind);
        readers.map(|reader| reader.name.as_str()).collect()
    };
    let (servers, clients) = (of(ReaderKind::Server), of(ReaderKind::Client));
    if !servers.is_empty() {
        report.done("reload", &format!("{}{when}: {}", count(servers.len(), "server"), some(&servers)));
    }
    if !clients.is_empty() {
        report.done("restart", &format!("{}{when}: {}", count(clients.len(), "client"), some(&clients)));
    }
}

/// What a machine that has the root in its stores needs.
fn tell_trust(step: Step, outcome: &Outcome, report: &Report) {
    let (Some((Some(old), new)), Some(Rolled::Root)) = (&outcome.cas, &outcome.rolled) else { return };
    let is_trusted = |der: &[u8]| Root::of(der).ok().and_then(|root| is_trusted(&root)) == Some(true);
    let fingerprint =
        |der: &[u8]| Root::of(der).map(|root| root.fingerprint().to_owned()).unwrap_or_default();
    if !is_trusted(&old.root) {
        return;
    }
    match step {
        Step::Start if !is_trusted(&new.root) => report.detail(
            "trust",
            &format!(
                "this system trusts the old root; before switch: natscert trust install --fingerprint {}",
                fingerprint(&new.root)
            ),
        ),
        Step::Finish => report.detail(
            "trust",
            &format!(
                "this system still trusts it: natscert trust uninstall --fingerprint {}",
                fingerprint(&old.root)
            ),
        ),
        _ => {}
    }
}

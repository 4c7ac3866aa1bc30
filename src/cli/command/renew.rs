//! `natscert renew`

use super::super::args::RenewArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::progress::Bar;
use super::super::report::Report;
use super::renew_json::{Counts, Json, JsonReload};
use super::renew_words::{not_renewed, tell, tell_awaiting, tell_due};
use super::signal::{self, Process};
use crate::bundle::{self, CaDir, Revoked};
use crate::lifecycle::{self, Order, Outcome};
use crate::pki::{self, Span};

pub(in super::super) fn run(
    args: &RenewArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    args.dirs.iter().try_for_each(|dir| ca_dir.refuse_inside(dir))?;
    let processes = args.reload.iter().map(|id| Process::find(*id)).collect::<Result<Vec<_>, _>>()?;
    let reloads = !processes.is_empty() || args.reload_command.is_some();
    let mark = pki::hex(&pki::random::<8>()?);
    let reload = reloads.then_some(mark.as_str());
    // Somebody may change the CA while this run waits for the folders.
    let outcome = loop {
        let revoked = Revoked::read(&ca_dir)?;
        if args.check {
            return check(&order(args, environment, &revoked, reload)?, &ca_dir, report);
        }
        if let Some(outcome) = attempt(&order(args, environment, &revoked, reload)?, &ca_dir, report)? {
            break outcome;
        }
    };
    tell(&outcome, environment.now, report);
    let mut done = JsonReload::default();
    let awaiting = if reloads && (outcome.has_changes() || !outcome.awaiting_reload.is_empty()) {
        reload_servers(args, &processes, &mut done, report)
            .and_then(|()| Ok(outcome.reloaded(&mark, super::another_works(report))?))
    } else {
        Ok(outcome.awaiting_reload.clone())
    };
    if let Ok(dirs) = &awaiting {
        tell_awaiting(dirs, reloads, report);
    }
    done.pending = awaiting.as_ref().map_or(true, |dirs| !dirs.is_empty());
    if report.json {
        report.json(&Json::of(&outcome, false, done, environment.now))?;
    }
    awaiting?;
    match outcome.problems.len() + Counts::of(&outcome).refused {
        0 => Ok(()),
        some => Err(not_renewed(some, "renewed")),
    }
}

fn order<'a>(
    args: &'a RenewArgs,
    environment: &Environment,
    revoked: &'a Revoked,
    reload: Option<&'a str>,
) -> Result<Order<'a>, Failure> {
    Ok(Order {
        dirs: &args.dirs,
        now: environment.now,
        within: args.within.as_deref().map(str::parse::<Span>).transpose()?.map(Span::duration),
        all: args.all,
        new_key: args.new_key,
        configs: &args.config,
        revoked,
        reload,
    })
}

fn check(order: &Order<'_>, ca_dir: &CaDir, report: &Report) -> Result<(), Failure> {
    let opened = ca_dir.open(order.now)?;
    if let Some(opened) = &opened {
        super::tell_notes(report, &opened.notes);
        super::warn_of_revoked(order.revoked, &opened.authority, report);
    }
    let authority = opened.as_ref().map(|opened| &opened.authority);
    let outcome = lifecycle::check(order, authority, &Bar::new(report))?;
    tell_due(&outcome, order.now, report)
}

/// Renews with the CA as it is now. None: that changed before the folders were free.
fn attempt(order: &Order<'_>, ca_dir: &CaDir, report: &Report) -> Result<Option<Outcome>, Failure> {
    let opened = ca_dir.open(order.now)?.ok_or_else(|| bundle::Error::NoCa(ca_dir.path().to_owned()))?;
    super::tell_notes(report, &opened.notes);
    super::warn_of_revoked(order.revoked, &opened.authority, report);
    let bar = Bar::new(report);
    let wait = super::another_works(report);
    let is_still = || ca_dir.is_still(&opened, order.revoked);
    Ok(lifecycle::renew(order, &opened.authority, &bar, wait, is_still)?)
}

/// Has all of them reload, whatever becomes of one; the first failure.
fn reload_servers(
    args: &RenewArgs,
    processes: &[Process],
    done: &mut JsonReload,
    report: &Report,
) -> Result<(), Failure> {
    let mut failures = Vec::new();
    for process in processes {
        match process.reload() {
            Ok(()) => {
                done.signalled.push(process.id);
                report.done("signalled", &format!("process {}", process.id));
            }
            Err(why) => failures.push(why),
        }
    }
    if let Some(command) = &args.reload_command {
        let run = signal::run(command);
        done.command = Some(run.is_ok());
        match run {
            Ok(()) => report.done("ran", command),
            Err(why) => failures.push(why),
        }
    }
    let mut failures = failures.into_iter();
    let first = failures.next();
    for more in failures {
        report.trouble("failed", more.what(), None);
    }
    first.map_or(Ok(()), Err)
}

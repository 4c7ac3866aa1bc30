//! `natscert renew`

use std::fmt::Write as _;
use std::path::Path;

use time::OffsetDateTime;

use super::super::args::RenewArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::{MAX_NAMES, some};
use super::renew_json::{Counts, Json, JsonReload};
use super::signal::{self, Process};
use crate::bundle::{self, Revoked};
use crate::lifecycle::{self, Member, Named, Order, Outcome, State};
use crate::pki::Span;
use crate::render::comment;

pub(in super::super) fn run(
    args: &RenewArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let within = args.within.as_deref().map(str::parse::<Span>).transpose()?.map(Span::duration);
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    let order = Order {
        dirs: &args.dirs,
        now: environment.now,
        within,
        all: args.all,
        new_key: args.new_key,
        configs: &args.config,
        revoked: &Revoked::read(&ca_dir)?,
    };
    let processes = args.reload.iter().map(|id| Process::find(*id)).collect::<Result<Vec<_>, _>>()?;
    let opened = ca_dir.open(environment.now)?;
    if let Some(opened) = &opened {
        super::tell_notes(report, &opened.notes);
    }
    let authority = opened.as_ref().map(|opened| &opened.authority);
    if args.check {
        let outcome = lifecycle::check(&order, authority, &Bar::new(report))?;
        return tell_due(&outcome, environment.now, report);
    }
    let authority = authority.ok_or_else(|| bundle::Error::NoCa(ca_dir.path().to_owned()))?;
    let outcome = {
        let bar = Bar::new(report);
        lifecycle::renew(&order, authority, &bar, |root| {
            report.note(&format!("another natscert works in {}", root.display()));
        })?
    };
    tell(&outcome, environment.now, report);
    let mut reload = JsonReload::default();
    let reloaded =
        if outcome.has_changes() { reload_servers(args, &processes, &mut reload, report) } else { Ok(()) };
    if report.json {
        report.json(&Json::of(&outcome, false, reload, environment.now))?;
    }
    reloaded?;
    match outcome.problems.len() + Counts::of(&outcome).refused {
        0 => Ok(()),
        some => Err(not_renewed(some, "renewed")),
    }
}

/// What was said of each of them.
fn not_renewed(some: usize, done: &str) -> Failure {
    let was = if some == 1 { "was" } else { "were" };
    Failure::failed(
        format!("{} {was} not {done}", human::count(some, "bundle")),
        "mend what is said of each, or leave it out, then run the same command again",
    )
}

/// What is due: the product of `--check`.
fn tell_due(outcome: &Outcome, now: OffsetDateTime, report: &Report) -> Result<(), Failure> {
    let counts = Counts::of(outcome);
    let mut due: Vec<&Member> =
        outcome.members.iter().filter(|member| !matches!(member.state, State::Right)).collect();
    due.sort_by_key(|member| member.before.not_after);
    let mut words = String::new();
    for member in &due {
        let facts = &member.before;
        let left = match facts.validity().days_left(now) {
            days if days < 0 => "expired".to_owned(),
            days => human::count(usize::try_from(days).unwrap_or_default(), "day"),
        };
        let dir = comment(&shown(&member.dir));
        let _ = writeln!(words, "{left:>9}  {}  {dir}", facts.not_after.date());
        if let State::Refused(why) = &member.state {
            let _ = writeln!(words, "{:>9}  {}", "", comment(&why.to_string()));
        }
    }
    report.either(&words, &Json::of(outcome, true, JsonReload::default(), now))?;
    tell_problems(outcome, report);
    let all = human::count(outcome.members.len(), "certificate");
    if due.is_empty() {
        report.done("right", &format!("{all}: nothing is due"));
    } else {
        report.done("due", &format!("{} of {all}", counts.due + counts.refused));
    }
    if outcome.is_interrupted {
        return Err(Failure::failed(
            "a renewal that changes pins was interrupted",
            "complete it: natscert renew with the same folders",
        ));
    }
    match (due.is_empty(), outcome.problems.len()) {
        (true, 0) => Ok(()),
        (true, unread) => Err(not_renewed(unread, "looked at")),
        _ => Err(Failure::pending()),
    }
}

fn tell(outcome: &Outcome, now: OffsetDateTime, report: &Report) {
    let counts = Counts::of(outcome);
    let is_renewed = |member: &&Member| matches!(member.state, State::Renewed { .. });
    for member in outcome.members.iter().filter(is_renewed).take(MAX_NAMES) {
        tell_renewed(member, now, report);
    }
    if let Some(more) = counts.renewed.checked_sub(MAX_NAMES).filter(|more| *more > 0) {
        report.detail("", &format!("and {more} more"));
    }
    for member in &outcome.members {
        if let State::Refused(why) = &member.state {
            let what = format!("{}: {why}", shown(&member.dir));
            report.trouble("refused", &what, Some(&why.hint()));
        }
    }
    tell_problems(outcome, report);
    let is_former = |member: &Member| matches!(member.state, State::Renewed { is_former_ca: true, .. });
    match outcome.members.iter().filter(|member| is_former(member)).count() {
        0 => {}
        some => report.warning(
            &format!(
                "{} by the CA that signed before: not every ca.pem has the one that signs now",
                human::count(some, "certificate")
            ),
            Some("natscert ca roll status shows how far a roll is"),
        ),
    }
    if counts.right > 0 {
        report.done("right", &human::count(counts.right, "certificate"));
    }
    if counts.renewed == 0 && !outcome.has_changes() && outcome.is_complete() {
        report.detail("", "nothing is due");
    }
    tell_pins(&outcome.named, report);
    tell_servers(outcome, report);
}

fn tell_renewed(member: &Member, now: OffsetDateTime, report: &Report) {
    let State::Renewed { validity, pin, .. } = &member.state else { return };
    report.done("renewed", &format!("{} ({})", shown(&member.dir), human::title(&member.before)));
    report.detail("valid", &human::period(*validity, now));
    if *pin != member.before.pin {
        report.detail("pin", &format!("{pin} (was {})", member.before.pin));
    }
}

fn tell_problems(outcome: &Outcome, report: &Report) {
    for problem in &outcome.problems {
        report.trouble("unread", &problem.error.to_string(), Some(&problem.error.hint()));
    }
}

fn tell_pins(named: &[Named], report: &Report) {
    let rewritten = named.iter().filter(|named| named.is_rewritten);
    let mut files: Vec<String> =
        rewritten.clone().map(|named| format!("{}:{}", shown(&named.file), named.line)).collect();
    let all = files.len();
    files.truncate(MAX_NAMES);
    for file in &files {
        report.detail("pin in", file);
    }
    if all > files.len() {
        report.detail("", &format!("and {} more", all - files.len()));
    }
    if all > 0 {
        report.done("written", &format!("{} in configurations", human::count(all, "new pin")));
    }
    let elsewhere: Vec<&Named> = named.iter().filter(|named| !named.is_rewritten).collect();
    for named in &elsewhere {
        let what = format!("{}:{} names the pin {} of an old key", shown(&named.file), named.line, named.old);
        report.warning(&what, Some(&format!("write {} in its place, and reload that server", named.new)));
    }
}

fn tell_servers(outcome: &Outcome, report: &Report) {
    for (verb, needs_restart) in [("reload", false), ("restart", true)] {
        let servers = outcome.servers.iter().filter(|server| server.needs_restart == needs_restart);
        let names: Vec<&str> = servers.map(|server| server.node.name.as_str()).collect();
        if !names.is_empty() {
            report.done(verb, &some(&names));
        }
    }
    let is_lone = |member: &Member| member.owner.is_none() && matches!(member.state, State::Renewed { .. });
    if outcome.members.iter().any(is_lone) {
        report.next_step("reload the servers that use what was renewed: nats-server --signal reload=PID");
    }
}

fn reload_servers(
    args: &RenewArgs,
    processes: &[Process],
    done: &mut JsonReload,
    report: &Report,
) -> Result<(), Failure> {
    for process in processes {
        process.reload()?;
        done.signalled.push(process.id);
        report.done("signalled", &format!("process {}", process.id));
    }
    if let Some(command) = &args.reload_command {
        let run = signal::run(command);
        done.command = Some(run.is_ok());
        run?;
        report.done("ran", command);
    }
    Ok(())
}

/// A path as people would type it: below the current folder, or whole.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below =
        here.as_ref().and_then(|here| path.strip_prefix(here).ok()).filter(|p| !p.as_os_str().is_empty());
    below.unwrap_or(path).display().to_string()
}

//! What a renewal came to, for people.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::outcome::{MAX_NAMES, some};
use super::renew_json::{Counts, Json, JsonReload};
use crate::lifecycle::{Member, Named, Outcome, State};
use crate::render::comment;

/// Places of pins that are listed one by one; more are counted by file.
const MAX_PLACES: usize = 1000;

/// What was said of each of them.
pub(super) fn not_renewed(some: usize, done: &str) -> Failure {
    let was = if some == 1 { "was" } else { "were" };
    Failure::failed(
        format!("{} {was} not {done}", human::count(some, "bundle")),
        "mend what is said of each, or leave it out, then run the same command again",
    )
}

/// What is due: the product of `--check`.
pub(super) fn tell_due(outcome: &Outcome, now: OffsetDateTime, report: &Report) -> Result<(), Failure> {
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
    let reload = JsonReload { pending: !outcome.awaiting_reload.is_empty(), ..JsonReload::default() };
    report.either(&words, &Json::of(outcome, true, reload, now))?;
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
    if !outcome.awaiting_reload.is_empty() {
        let dirs = some_dirs(&outcome.awaiting_reload);
        return Err(Failure::failed(
            format!(
                "servers have not reloaded what was renewed in {dirs}: their reload failed, or the run was killed"
            ),
            "do it again: natscert renew with these folders and --reload or --reload-command",
        ));
    }
    match (due.is_empty(), outcome.problems.len()) {
        (true, 0) => Ok(()),
        (true, unread) => Err(not_renewed(unread, "looked at")),
        _ => Err(Failure::pending()),
    }
}

/// Of folders whose servers have not reloaded what an earlier run wrote; `has_reloaded`: those of a part of them have.
pub(super) fn tell_awaiting(dirs: &[PathBuf], has_reloaded: bool, report: &Report) {
    if dirs.is_empty() {
        return;
    }
    let hint = if has_reloaded {
        "renew these folders as a whole with --reload or --reload-command: it is done again until it succeeds"
    } else {
        "give --reload or --reload-command as well: it is done again until it succeeds"
    };
    let what = format!("servers have not reloaded what an earlier run renewed in {}", some_dirs(dirs));
    report.warning(&what, Some(hint));
}

fn some_dirs(dirs: &[PathBuf]) -> String {
    let names: Vec<String> = dirs.iter().map(|dir| shown(dir)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    some(&names)
}

pub(super) fn tell(outcome: &Outcome, now: OffsetDateTime, report: &Report) {
    let counts = Counts::of(outcome);
    let is_renewed = |member: &&Member| matches!(member.state, State::Renewed { .. });
    let is_new_key = |member: &Member| match &member.state {
        State::Renewed { pin, .. } => *pin != member.before.pin,
        _ => false,
    };
    // A pin that changes may stand in configurations that nobody here knows.
    let most = if outcome.members.iter().any(is_new_key) { MAX_PLACES } else { MAX_NAMES };
    for member in outcome.members.iter().filter(is_renewed).take(most) {
        tell_renewed(member, now, report);
    }
    if let Some(more) = counts.renewed.checked_sub(most).filter(|more| *more > 0) {
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
    for passed in &outcome.passed {
        let bundles = human::count(passed.bundles.len(), "bundle");
        report.warning(
            &format!("{bundles} in {passed}, which is passed over"),
            Some("name it too, if they are to be renewed"),
        );
    }
}

/// Every place of an old pin, by file.
fn tell_pins(named: &[Named], report: &Report) {
    let rewritten: Vec<&Named> = named.iter().filter(|named| named.is_rewritten).collect();
    for of_file in rewritten.chunk_by(|a, b| a.file == b.file) {
        let file = shown(&of_file[0].file);
        if rewritten.len() > MAX_PLACES {
            report.detail("pins in", &format!("{file}: {}", of_file.len()));
            continue;
        }
        report.detail("pins in", &file);
        for Named { line, old, new, .. } in of_file {
            report.detail(&format!("line {line}"), &format!("{new} (was {old})"));
        }
    }
    if !rewritten.is_empty() {
        report.done("written", &format!("{} in configurations", human::count(rewritten.len(), "new pin")));
    }
    for named in named.iter().filter(|named| !named.is_rewritten) {
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

/// A path as people would type it: below the current folder, or whole.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below =
        here.as_ref().and_then(|here| path.strip_prefix(here).ok()).filter(|p| !p.as_os_str().is_empty());
    below.unwrap_or(path).display().to_string()
}

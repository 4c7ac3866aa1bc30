//! What one process does in the stores, and how it tells of it.

use super::super::environment::Environment;
use super::super::report::Report;
use super::trust_root::{Target, Verb};
use crate::bundle::FileKind;
use crate::truststore::{Hand, Line, Machine, Outcome, Privilege, Stores, Task, carry_out};

/// What this process does itself, and notes in the state file; whether that worked.
pub(super) fn carry_out_here(
    verb: Verb,
    stores: &Stores,
    dry_run: bool,
    target: &Target,
    environment: &Environment,
    report: &Report,
) -> (Vec<Line>, bool) {
    let wait =
        || report.note("another natscert changes trust stores; this one goes on when that one is done");
    // Where there can be no state file, nobody else has one either.
    let _lock = target.ledger.lock(verb == Verb::Install && !dry_run, wait).ok().flatten();
    let mut book = target.book(report);
    if verb == Verb::Install && !dry_run {
        book.save();
    }
    let job = Job { verb, dry_run, target, machine: environment.machine(book.known()) };
    let lines = job.carry_out(stores, environment, report, &mut |line| {
        if !dry_run {
            book.note(line);
        }
    });
    if verb == Verb::Uninstall && !dry_run {
        book.close(&lines);
    }
    (lines, !book.is_lost)
}

/// What one process does.
pub(super) struct Job<'a> {
    pub(super) verb: Verb,
    pub(super) dry_run: bool,
    pub(super) target: &'a Target,
    pub(super) machine: Machine,
}

impl Job<'_> {
    /// `note` hears of each place before the user does.
    pub(super) fn carry_out(
        &self,
        stores: &Stores,
        environment: &Environment,
        report: &Report,
        note: &mut dyn FnMut(&Line),
    ) -> Vec<Line> {
        let show = |command: &str| report.command(command);
        let privilege = if environment.is_root {
            Privilege::Root
        } else {
            Privilege::Sudo { interactive: environment.interactive }
        };
        let mut hand = Hand::new(privilege, self.dry_run, &show);
        if let Some(root) = &self.target.root {
            let file = self.target.ca_dir.join(FileKind::Root.file_name());
            hand = hand.knowing(&file, root.pem().as_bytes());
        }
        let task = match (&self.target.root, self.verb) {
            (Some(root), Verb::Install) => Task::Install(root),
            _ => Task::Remove(&self.target.wanted),
        };
        carry_out(task, stores, &self.machine, &hand, &mut |line| {
            note(line);
            tell(line, report);
        })
    }
}

/// One line for each place, as soon as it is known.
pub(super) fn tell(line: &Line, report: &Report) {
    let verb = match line.outcome {
        Outcome::Installed => "installed",
        Outcome::Already => "already",
        Outcome::Removed => "removed",
        Outcome::Absent => "absent",
        Outcome::Pending => "would",
        Outcome::Skipped => "skipped",
        Outcome::Failed => "failed",
    };
    let place = line.path.as_ref().map_or_else(String::new, |path| format!(" {}", path.display()));
    let mut text = format!("{:<6} {}{place}", line.store, line.name);
    if let Some(reason) = &line.reason {
        text = format!("{}: {reason}", text.trim_end());
    }
    match (line.outcome, line.as_asked) {
        (Outcome::Skipped | Outcome::Failed, false) => report.trouble(verb, &text, line.hint.as_deref()),
        _ => report.done(verb, &text),
    }
    for command in &line.commands {
        report.detail("", command);
    }
}

//! What is said of a roll: from how far it is, of what it is, and what `ca.pem` holds.

use super::super::human::count;
use super::super::report::Report;
use crate::lifecycle::roll::{self, Name, Outcome, Step};
use crate::pki::{Phase, Rolled, Trust, rfc3339};

/// How a step is called that was taken.
pub(super) fn verb(step: Step, outcome: &Outcome) -> &'static str {
    match step {
        Step::Start if outcome.position != step.ends().1 => "completed",
        Step::Start => "started",
        Step::Switch => "switched",
        Step::Finish => "finished",
        Step::BackStart | Step::BackSwitch | Step::BackFinish => "back",
    }
}

/// Who signs now, and who is trusted.
pub(super) fn what(outcome: &Outcome) -> String {
    let Some((phase, (old, new))) = outcome.position.zip(outcome.cas.as_ref()) else {
        return "no roll is under way any more: the old CA signs".to_owned();
    };
    let (of, is_root) = match &outcome.rolled {
        Some(Rolled::Intermediate { to, .. }) => (format!("intermediate {to}"), false),
        _ => ("root".to_owned(), true),
    };
    let title = |of: fn(&Name) -> &str| (old.as_ref().map_or("the old one", of), of(new));
    let (old_signer, new_signer) = title(|name| &name.title);
    let said = if !is_root && outcome.trust == Trust::Roots {
        below_root(phase, outcome.rolled.as_ref(), old_signer, new_signer)
    } else if is_root && outcome.trust == Trust::Roots {
        beside(phase, (old_signer, new_signer), title(|name| &name.root_title))
    } else {
        beside(phase, (old_signer, new_signer), (old_signer, new_signer))
    };
    format!("{of}: {said}")
}

/// Where the root is trusted and stays so.
fn below_root(phase: Phase, rolled: Option<&Rolled>, old: &str, new: &str) -> String {
    let is_retired = matches!(rolled, Some(Rolled::Intermediate { from: Some(_), .. }));
    match phase {
        Phase::Started => format!("{new} is there, {old} signs"),
        Phase::Switched => format!("{new} signs, {old} no more"),
        Phase::Finished if is_retired => format!("{new} signs, {old} is retired"),
        Phase::Finished => format!("{new} signs"),
    }
}

/// Where what is trusted follows; that need not be who signs.
fn beside(phase: Phase, signers: (&str, &str), trusted: (&str, &str)) -> String {
    let ((old_signer, new_signer), (old, new)) = (signers, trusted);
    match phase {
        Phase::Started if old == old_signer => format!("{new} is trusted beside {old}, which signs"),
        Phase::Started => format!("{new} is trusted beside {old}; {old_signer} signs"),
        Phase::Switched if new == new_signer => format!("{new} signs, {old} is trusted beside it"),
        Phase::Switched => format!("{new_signer} signs; {old} is trusted beside {new}"),
        Phase::Finished if new == new_signer => format!("{new} signs, {old} is trusted no more"),
        Phase::Finished => format!("{new_signer} signs; {old} is trusted no more, {new} is"),
    }
}

/// The same without names.
pub(super) fn meaning(phase: Phase, outcome: &Outcome) -> &'static str {
    let is_trust_rolled = concerns_trust(outcome);
    let is_retired = matches!(outcome.rolled, Some(Rolled::Intermediate { from: Some(_), .. }));
    match phase {
        Phase::Started if is_trust_rolled => "the old CA signs, both are trusted",
        Phase::Switched if is_trust_rolled => "the new CA signs, both are trusted",
        Phase::Finished if is_trust_rolled => "the new CA signs, the old one is trusted no more",
        Phase::Started => "the old CA signs, the root is trusted",
        Phase::Finished if is_retired => "the new CA signs, the old one is retired",
        Phase::Switched | Phase::Finished => "the new CA signs, the root is trusted",
    }
}

/// What is right in a `ca.pem`.
pub(super) fn right_ca_file(phase: Phase, outcome: &Outcome) -> &'static str {
    match phase {
        _ if !concerns_trust(outcome) => "with the root",
        Phase::Started | Phase::Switched => "with both",
        Phase::Finished => "without the old CA",
    }
}

/// Whether the roll changes what is trusted.
fn concerns_trust(outcome: &Outcome) -> bool {
    outcome.trust == Trust::Intermediates || !matches!(outcome.rolled, Some(Rolled::Intermediate { .. }))
}

/// Folders and certificates that need to be looked at, in `status` and in every step.
pub(super) fn tell_troubles(outcome: &Outcome, report: &Report) {
    for problem in &outcome.problems {
        report.warning(&problem.error.to_string(), Some(&problem.error.hint()));
    }
    for dir in &outcome.gone {
        let why = roll::Error::Gone(dir.clone());
        report.warning(&why.to_string(), Some(&why.hint()));
    }
    let passed = |passed: &crate::lifecycle::Passed| {
        format!("{} of this CA in {passed}, which is passed over", count(passed.bundles.len(), "bundle"))
    };
    some(&outcome.passed, passed, report, |passed| {
        let dir = passed.target.as_ref().unwrap_or(&passed.path).display();
        if outcome.position == Some(Phase::Finished) {
            return format!(
                "if somebody uses it: natscert ca roll back finish, then natscert ca roll start {dir}"
            );
        }
        format!("name it too, before it is cut off: natscert ca roll start {dir}")
    });
    some(
        &outcome.missing,
        |missing| format!("there is no ca.pem in {}", missing.dir.display()),
        report,
        |one| {
            if one.is_applied {
                "natscert apply writes it again".to_owned()
            } else {
                "who reads it there needs it: copy that of a bundle beside it".to_owned()
            }
        },
    );
    if let (Some(why), Some(step)) = (&outcome.revoked, Step::after(outcome.position)) {
        report.warning(&format!("natscert ca roll {step} would be refused: {why}"), Some(&why.hint()));
    }
    tell_shortened(outcome, report);
}

/// The new CA may end before certificates would.
fn tell_shortened(outcome: &Outcome, report: &Report) {
    let (verb, hint) = match outcome.position {
        Some(Phase::Started) => {
            ("will be", "for a longer one take the roll back, and begin again with --validity 20y")
        }
        Some(Phase::Switched) => ("were", "natscert ca roll back switch gives back what they had"),
        _ => return,
    };
    if let (Some((_, new)), 1..) = (&outcome.cas, outcome.shortened) {
        let certificates = count(outcome.shortened, "certificate");
        let verb = if outcome.shortened == 1 { verb.replace("were", "was") } else { verb.to_owned() };
        let end = rfc3339(new.end);
        report.warning(&format!("{certificates} {verb} cut short: the new CA ends on {end}"), Some(hint));
    }
}

/// How many of a kind are named.
const MAX_NAMED: usize = 3;

fn some<T>(all: &[T], what: impl Fn(&T) -> String, report: &Report, hint: impl Fn(&T) -> String) {
    for one in all.iter().take(MAX_NAMED) {
        report.warning(&what(one), Some(&hint(one)));
    }
    if let Some(more) = all.len().checked_sub(MAX_NAMED + 1) {
        report.warning(&format!("and the same of {} more", more + 1), None);
    }
}

#[cfg(test)]
#[path = "roll_text_tests.rs"]
mod tests;

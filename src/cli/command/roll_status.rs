//! `natscert ca roll status`

use std::fmt::Write as _;

use super::super::args::CaDirArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::some;
use super::roll_json;
use super::roll_text::{meaning, right_ca_file, tell_troubles};
use crate::lifecycle::roll::{self, Outcome, ReaderKind, Step};
use crate::pki::{Phase, Rolled};

pub(super) fn run(args: &CaDirArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let ca_dir = environment.ca_dir(args.ca_dir.as_ref())?;
    let outcome = {
        let bar = Bar::new(report);
        roll::status(&ca_dir, environment.now, &bar, super::another_works(report))?
    };
    tell_troubles(&outcome, report);
    report.either(&text(&outcome), &roll_json::json(None, &outcome, ca_dir.path()))?;
    if outcome.is_complete() && outcome.revoked.is_none() { Ok(()) } else { Err(Failure::pending()) }
}

fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    let mut line = |label: &str, what: &str| _ = writeln!(text, "{label:<9} {what}");
    let Some((phase, (old, new))) = outcome.position.zip(outcome.cas.as_ref()) else {
        line("roll", "none");
        line("next", "natscert ca roll start DIR...");
        return text;
    };
    let of = match &outcome.rolled {
        Some(Rolled::Intermediate { from: Some(from), to }) => format!("intermediate {from} to {to}"),
        Some(Rolled::Intermediate { from: None, to }) => format!("the root to intermediate {to}"),
        _ => "root".to_owned(),
    };
    line("roll", &format!("{of}, {phase}: {}", meaning(phase, outcome)));
    if let Some(old) = old {
        line("old", &format!("{} {}", old.subject, old.fingerprint));
    }
    line("new", &format!("{} {}", new.subject, new.fingerprint));
    for tally in &outcome.tallies {
        let ((ca_right, ca_all), (right, all)) = (tally.ca_files, tally.certificates);
        let whose = if phase == Phase::Started { "old" } else { "new" };
        line(
            "folder",
            &format!(
                "{}: {ca_right} of {ca_all} ca.pem {}, {right} of {all} cert.pem by the {whose} CA",
                tally.dir.display(),
                right_ca_file(phase, outcome),
            ),
        );
    }
    for (kind, label) in [(ReaderKind::Server, "reload"), (ReaderKind::Client, "restart")] {
        let readers = outcome.readers.iter().filter(|reader| reader.kind == kind);
        let names: Vec<&str> = readers.map(|reader| reader.name.as_str()).collect();
        if !names.is_empty() {
            line(label, &some(&names));
        }
    }
    let command = |step: Step| format!("natscert ca roll {step}");
    if let Some(step) = outcome.completing() {
        line("next", &format!("{}, to complete it", command(step)));
    } else if let Some(step) = Step::after(outcome.position) {
        line("next", &command(step));
    }
    if let Some(step) = Step::back(outcome.position) {
        line("back", &command(step));
    }
    text
}

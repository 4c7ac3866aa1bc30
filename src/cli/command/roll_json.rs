//! A roll for programs.

use std::path::Path;

use serde::Serialize;

use super::roll::next;
use crate::lifecycle::roll::{Outcome, ReaderKind, Step};
use crate::pki::{Phase, Rolled};

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    dir: String,
    step: Option<&'static str>,
    phase: Option<&'static str>,
    rolled: Option<&'a Rolled>,
    old: Option<JsonCa<'a>>,
    new: Option<JsonCa<'a>>,
    complete: bool,
    written: JsonFiles<usize>,
    folders: Vec<JsonFolder>,
    reload: Vec<JsonReader<'a>>,
    foreign: Vec<String>,
    gone: Vec<String>,
    problems: Vec<JsonProblem>,
    next: Option<String>,
    back: Option<String>,
}

#[derive(Serialize)]
struct JsonCa<'a> {
    subject: &'a str,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct JsonFiles<T> {
    ca_files: T,
    certificates: T,
}

#[derive(Serialize)]
struct JsonCount {
    right: usize,
    all: usize,
}

#[derive(Serialize)]
struct JsonFolder {
    dir: String,
    #[serde(flatten)]
    files: JsonFiles<JsonCount>,
}

#[derive(Serialize)]
struct JsonReader<'a> {
    kind: &'static str,
    name: &'a str,
    dir: String,
}

#[derive(Serialize)]
struct JsonProblem {
    path: String,
    reason: String,
}

pub(super) fn json<'a>(step: Option<Step>, outcome: &'a Outcome, ca_dir: &Path) -> Json<'a> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let command = |step: Step| format!("natscert ca roll {step}");
    let count = |(right, all): (usize, usize)| JsonCount { right, all };
    let ca = |name: &'a crate::lifecycle::roll::Name| JsonCa {
        subject: &name.subject,
        fingerprint: &name.fingerprint,
    };
    Json {
        dir: path(ca_dir),
        step: step.map(Step::as_str),
        phase: outcome.position.map(Phase::as_str),
        rolled: outcome.rolled.as_ref(),
        old: outcome.cas.as_ref().and_then(|(old, _)| old.as_ref()).map(ca),
        new: outcome.cas.as_ref().map(|(_, new)| ca(new)),
        complete: outcome.is_complete(),
        written: JsonFiles { ca_files: outcome.written.ca_files, certificates: outcome.written.certificates },
        folders: outcome
            .tallies
            .iter()
            .map(|tally| JsonFolder {
                dir: path(&tally.dir),
                files: JsonFiles { ca_files: count(tally.ca_files), certificates: count(tally.certificates) },
            })
            .collect(),
        reload: outcome
            .readers
            .iter()
            .map(|reader| JsonReader {
                kind: match reader.kind {
                    ReaderKind::Server => "server",
                    ReaderKind::Client => "client",
                },
                name: &reader.name,
                dir: path(&reader.dir),
            })
            .collect(),
        foreign: outcome.foreign.iter().map(|dir| path(dir)).collect(),
        gone: outcome.gone.iter().map(|dir| path(dir)).collect(),
        problems: outcome
            .problems
            .iter()
            .map(|problem| JsonProblem { path: path(&problem.path), reason: problem.error.to_string() })
            .collect(),
        next: match step {
            Some(step) => next(step, outcome),
            None => outcome.completing().or_else(|| Step::after(outcome.position)),
        }
        .map(command),
        back: Step::back(outcome.position).map(command),
    }
}

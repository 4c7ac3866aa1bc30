//! A roll for programs.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::roll::next;
use crate::lifecycle::roll::{Name, Outcome, Reader, ReaderKind, Step, Tally};
use crate::lifecycle::{Passed, Problem};
use crate::pki::{Phase, Rolled, Trust, rfc3339};

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    dir: String,
    step: Option<&'static str>,
    phase: Option<&'static str>,
    rolled: Option<&'a Rolled>,
    trust: Trust,
    old: Option<JsonCa<'a>>,
    new: Option<JsonCa<'a>>,
    complete: bool,
    written: JsonFiles<usize>,
    folders: Vec<JsonFolder>,
    reload: Vec<JsonReader<'a>>,
    foreign: Vec<String>,
    passed: Vec<JsonPassed>,
    missing: Vec<String>,
    shortened: usize,
    kept: Vec<String>,
    revoked: Option<String>,
    gone: Vec<String>,
    problems: Vec<JsonProblem>,
    next: Option<String>,
    back: Option<String>,
}

#[derive(Serialize)]
struct JsonCa<'a> {
    subject: &'a str,
    fingerprint: &'a str,
    not_after: String,
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
pub(super) struct JsonPassed {
    path: String,
    target: Option<String>,
    bundles: Vec<String>,
}

#[derive(Serialize)]
struct JsonProblem {
    path: String,
    reason: String,
}

pub(super) fn json<'a>(step: Option<Step>, outcome: &'a Outcome, ca_dir: &Path) -> Json<'a> {
    let command = |step: Step| format!("natscert ca roll {step}");
    let paths = |paths: &[PathBuf]| paths.iter().map(|one| path(one)).collect();
    Json {
        dir: path(ca_dir),
        step: step.map(Step::as_str),
        phase: outcome.position.map(Phase::as_str),
        rolled: outcome.rolled.as_ref(),
        trust: outcome.trust,
        old: outcome.cas.as_ref().and_then(|(old, _)| old.as_ref()).map(JsonCa::of),
        new: outcome.cas.as_ref().map(|(_, new)| JsonCa::of(new)),
        complete: outcome.is_complete(),
        written: JsonFiles { ca_files: outcome.written.ca_files, certificates: outcome.written.certificates },
        folders: outcome.tallies.iter().map(JsonFolder::of).collect(),
        reload: outcome.readers.iter().map(JsonReader::of).collect(),
        foreign: paths(&outcome.foreign),
        passed: outcome.passed.iter().map(JsonPassed::of).collect(),
        missing: outcome.missing.iter().map(|missing| path(&missing.dir)).collect(),
        shortened: outcome.shortened,
        kept: paths(&outcome.kept),
        revoked: outcome.revoked.as_ref().map(ToString::to_string),
        gone: paths(&outcome.gone),
        problems: outcome.problems.iter().map(JsonProblem::of).collect(),
        next: match step {
            Some(step) => next(step, outcome),
            None => outcome.completing().or_else(|| Step::after(outcome.position)),
        }
        .map(command),
        back: Step::back(outcome.position).map(command),
    }
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl<'a> JsonCa<'a> {
    fn of(name: &'a Name) -> Self {
        Self { subject: &name.subject, fingerprint: &name.fingerprint, not_after: rfc3339(name.end) }
    }
}

impl JsonFolder {
    fn of(tally: &Tally) -> Self {
        let count = |(right, all): (usize, usize)| JsonCount { right, all };
        let files = JsonFiles { ca_files: count(tally.ca_files), certificates: count(tally.certificates) };
        Self { dir: path(&tally.dir), files }
    }
}

impl<'a> JsonReader<'a> {
    fn of(reader: &'a Reader) -> Self {
        let kind = match reader.kind {
            ReaderKind::Server => "server",
            ReaderKind::Client => "client",
        };
        Self { kind, name: &reader.name, dir: path(&reader.dir) }
    }
}

impl JsonPassed {
    pub(super) fn of(passed: &Passed) -> Self {
        Self {
            path: path(&passed.path),
            target: passed.target.as_deref().map(path),
            bundles: passed.bundles.iter().map(|dir| path(dir)).collect(),
        }
    }
}

impl JsonProblem {
    fn of(problem: &Problem) -> Self {
        Self { path: path(&problem.path), reason: problem.error.to_string() }
    }
}

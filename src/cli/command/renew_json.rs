//! What a renewal came to, for programs.

use serde::Serialize;
use time::OffsetDateTime;

use super::roll_json::JsonPassed;
use crate::lifecycle::{Member, Named, Outcome, OwnerKind, Server, State};
use crate::pki::rfc3339;

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json {
    check: bool,
    bundles: Vec<JsonBundle>,
    problems: Vec<JsonProblem>,
    passed: Vec<JsonPassed>,
    pins: Vec<JsonPin>,
    servers: Vec<JsonServer>,
    interrupted: bool,
    reload: JsonReload,
    counts: Counts,
}

#[derive(Serialize)]
struct JsonBundle {
    dir: String,
    node: Option<String>,
    client: Option<String>,
    state: &'static str,
    subject: String,
    not_before: String,
    not_after: String,
    days_left: i64,
    pin: String,
    renewed: Option<JsonRenewed>,
    reason: Option<JsonReason>,
}

#[derive(Serialize)]
struct JsonRenewed {
    not_before: String,
    not_after: String,
    pin: String,
    former_ca: bool,
}

#[derive(Serialize)]
struct JsonReason {
    code: &'static str,
    text: String,
    hint: String,
}

#[derive(Serialize)]
struct JsonProblem {
    path: String,
    text: String,
    hint: String,
}

#[derive(Serialize)]
struct JsonPin {
    file: String,
    line: usize,
    old: String,
    new: String,
    rewritten: bool,
}

#[derive(Serialize)]
struct JsonServer {
    name: String,
    conf: String,
    server: &'static str,
}

/// What was done about servers.
#[derive(Default, Serialize)]
pub(super) struct JsonReload {
    pub(super) signalled: Vec<u32>,
    pub(super) command: Option<bool>,
    /// Whether there is one that failed and is to be done again.
    pub(super) pending: bool,
}

/// How many bundles are in which state.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Counts {
    pub(super) right: usize,
    pub(super) due: usize,
    pub(super) renewed: usize,
    pub(super) refused: usize,
}

impl Counts {
    pub(super) fn of(outcome: &Outcome) -> Self {
        Self {
            right: outcome.count(|state| matches!(state, State::Right)),
            due: outcome.count(|state| matches!(state, State::Due)),
            renewed: outcome.count(|state| matches!(state, State::Renewed { .. })),
            refused: outcome.count(|state| matches!(state, State::Refused(_))),
        }
    }
}

impl Json {
    pub(super) fn of(outcome: &Outcome, check: bool, reload: JsonReload, now: OffsetDateTime) -> Self {
        let problem = |problem: &crate::lifecycle::Problem| JsonProblem {
            path: problem.path.to_string_lossy().into_owned(),
            text: problem.error.to_string(),
            hint: problem.error.hint(),
        };
        Self {
            check,
            bundles: outcome.members.iter().map(|member| JsonBundle::of(member, now)).collect(),
            problems: outcome.problems.iter().map(problem).collect(),
            passed: outcome.passed.iter().map(JsonPassed::of).collect(),
            pins: outcome.named.iter().map(JsonPin::of).collect(),
            servers: outcome.servers.iter().map(JsonServer::of).collect(),
            interrupted: outcome.is_interrupted,
            reload,
            counts: Counts::of(outcome),
        }
    }
}

impl JsonBundle {
    fn of(member: &Member, now: OffsetDateTime) -> Self {
        let name = |kind| member.owner.as_ref().filter(|o| o.kind == kind).map(|o| o.name.clone());
        let (state, renewed, reason) = match &member.state {
            State::Right => ("right", None, None),
            State::Due => ("due", None, None),
            State::Renewed { validity, pin, is_former_ca } => {
                let renewed = JsonRenewed {
                    not_before: rfc3339(validity.not_before),
                    not_after: rfc3339(validity.not_after),
                    pin: pin.to_string(),
                    former_ca: *is_former_ca,
                };
                ("renewed", Some(renewed), None)
            }
            State::Refused(why) => {
                let reason = JsonReason { code: why.code(), text: why.to_string(), hint: why.hint() };
                ("refused", None, Some(reason))
            }
        };
        let facts = &member.before;
        Self {
            dir: member.dir.to_string_lossy().into_owned(),
            node: name(OwnerKind::Node),
            client: name(OwnerKind::Client),
            state,
            subject: facts.subject.to_string(),
            not_before: rfc3339(facts.not_before),
            not_after: rfc3339(facts.not_after),
            days_left: facts.validity().days_left(now),
            pin: facts.pin.to_string(),
            renewed,
            reason,
        }
    }
}

impl JsonPin {
    fn of(named: &Named) -> Self {
        Self {
            file: named.file.to_string_lossy().into_owned(),
            line: named.line,
            old: named.old.clone(),
            new: named.new.clone(),
            rewritten: named.is_rewritten,
        }
    }
}

impl JsonServer {
    fn of(server: &Server) -> Self {
        Self {
            name: server.node.name.clone(),
            conf: server.node.text().to_string_lossy().into_owned(),
            server: if server.needs_restart { "restart" } else { "reload" },
        }
    }
}

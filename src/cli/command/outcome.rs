//! What a plan or an apply came to, in numbers; and which servers have to do what.

use serde::Serialize;

use super::super::human::count;
use crate::apply::{ConfChange, Found, Outcome, Reason, Unit};
use crate::topology::{Owner, System};

/// What a server has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Server {
    /// Nothing.
    Right,
    /// Read its configuration and certificates again.
    Reload,
    /// Stop and start: nats-server refuses to reload such a change.
    Restart,
    /// Start: it had no configuration.
    Start,
}

impl Server {
    pub(super) fn of(unit: &Unit, text: Option<&ConfChange>) -> Self {
        // Whoever has read it trusts no one who has not.
        let new_ca = unit.certificates.iter().any(|found| found.reasons.contains(&Reason::CaChanged));
        match text {
            Some(ConfChange::Missing) => Self::Start,
            _ if new_ca => Self::Restart,
            Some(change) if change.needs_restart() => Self::Restart,
            Some(_) => Self::Reload,
            None if unit.certificates.iter().any(Found::needs_reload) => Self::Reload,
            None => Self::Right,
        }
    }
}

/// How much of what.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    issued: usize,
    reissued: usize,
    right: usize,
    written: usize,
    unchanged: usize,
    strays: usize,
    #[serde(skip)]
    files: Files,
}

/// Files beside certificates.
#[derive(Clone, Copy, Debug, Default)]
struct Files {
    confs: [usize; 2],
    scripts: [usize; 2],
    cas: usize,
}

impl Counts {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let mut counts = Self { strays: outcome.strays.len(), ..Self::default() };
        counts.files.cas = usize::from(outcome.ca_file);
        for found in outcome.units.iter().flat_map(|unit| &unit.certificates) {
            match found.reasons.first() {
                None => counts.right += 1,
                Some(Reason::Missing) => counts.issued += 1,
                Some(_) => counts.reissued += 1,
            }
            counts.files.cas += usize::from(found.reasons.is_empty() && found.ca_stale);
        }
        for (unit, text) in outcome.units.iter().zip(&outcome.texts) {
            let of_kind = match unit.owner {
                Owner::Node(_) => &mut counts.files.confs,
                Owner::Client(_) => &mut counts.files.scripts,
            };
            of_kind[usize::from(text.is_some())] += 1;
        }
        counts.written = outcome.texts.iter().filter(|text| text.is_some()).count();
        counts.unchanged = outcome.texts.len() - counts.written;
        counts
    }

    /// What is new, what is made again, what is written, what stays as it is: each if there is any.
    pub(super) fn lines(&self) -> [(Action, String); 4] {
        let certificates = |number| if number == 0 { String::new() } else { count(number, "certificate") };
        let files = &self.files;
        let kept = Files { confs: [0, files.confs[0]], scripts: [0, files.scripts[0]], cas: 0 };
        let right = [certificates(self.right), kept.list()];
        let right: Vec<String> = right.into_iter().filter(|part| !part.is_empty()).collect();
        [
            (Action::Issue, certificates(self.issued)),
            (Action::Reissue, certificates(self.reissued)),
            (Action::Write, files.list()),
            (Action::Keep, right.join(", ")),
        ]
    }
}

impl Files {
    fn list(&self) -> String {
        let parts = [(self.confs[1], "nats.conf"), (self.scripts[1], "nats.sh"), (self.cas, "ca.pem")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        parts.map(|(number, file)| format!("{number} {file}")).collect::<Vec<_>>().join(", ")
    }
}

/// What is done with some of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Issue,
    Reissue,
    Write,
    Keep,
}

impl Action {
    /// After it was done.
    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Issue => "issued",
            Self::Reissue => "reissued",
            Self::Write => "written",
            Self::Keep => "right",
        }
    }

    /// Before it is done.
    pub(super) fn pending(self) -> &'static str {
        match self {
            Self::Issue => "to issue",
            Self::Reissue => "to reissue",
            Self::Write => "to write",
            Self::Keep => "right",
        }
    }
}

/// More names than these are counted.
pub(super) const MAX_NAMES: usize = 12;

/// Names as a list, or the first of them and how many more there are.
pub(super) fn some(names: &[&str]) -> String {
    match names.len().checked_sub(MAX_NAMES) {
        None | Some(0) => names.join(" "),
        Some(more) => format!("{} and {more} more", names[..MAX_NAMES].join(" ")),
    }
}

/// Why a text is written. The parts of a command line are no news.
pub(super) fn reason(owner: Owner, change: &ConfChange) -> String {
    match (owner, change) {
        (Owner::Client(_), ConfChange::Differs(_)) => "differs".to_owned(),
        _ => change.to_string(),
    }
}

/// The servers that have to do something.
pub(super) fn servers<'a>(system: &'a System, outcome: &Outcome, wanted: Server) -> Vec<&'a str> {
    let of = |(unit, text): (&Unit, &Option<ConfChange>)| match unit.owner {
        Owner::Node(_) if Server::of(unit, text.as_ref()) == wanted => Some(system.owner_name(unit.owner)),
        _ => None,
    };
    outcome.units.iter().zip(&outcome.texts).filter_map(of).collect()
}

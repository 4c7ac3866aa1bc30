//! Install, uninstall, status: each place by itself. What fails in one never stops the others.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hand::Hand;
use super::machine::Machine;
use super::place::{Candidate, Found, Kind, Other, Place, State, Trouble};
use super::root::{Root, Wanted};

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub enum Task<'a> {
    /// To have a root trusted.
    Install(&'a Root),
    /// To have it nowhere.
    Remove(&'a Wanted),
}

/// Which stores are meant.
#[derive(Clone, Debug)]
pub struct Stores {
    /// The kinds.
    pub kinds: Vec<Kind>,
    /// Whether they were named: then one that is not there is not as asked.
    pub named: bool,
    /// Only what this process can change without root's rights. What else there is, another process sees to.
    pub own_only: bool,
}

/// What became of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The root is trusted there now.
    Installed,
    /// It was before.
    Already,
    /// It was there and is gone.
    Removed,
    /// It was not there.
    Absent,
    /// A dry run: it would be changed.
    Pending,
    /// Nothing was tried.
    Skipped,
    /// It did not work.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Installed,
        Self::Already,
        Self::Removed,
        Self::Absent,
        Self::Pending,
        Self::Skipped,
        Self::Failed,
    ];
}

/// One place, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The kind of store.
    pub store: Kind,
    /// What it is, for a person.
    pub name: String,
    /// Where it is; none: there is none.
    pub path: Option<PathBuf>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether the place is as it was asked for.
    pub as_asked: bool,
    /// Why.
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// A dry run: what would be done.
    pub commands: Vec<String>,
    /// Other roots of natscert's that are there.
    pub others: Vec<Other>,
}

/// A place as it is.
#[derive(Clone, Debug)]
pub struct View {
    /// The kind of store.
    pub store: Kind,
    /// What it is, for a person.
    pub name: String,
    /// Where it is; none: there is none.
    pub path: Option<PathBuf>,
    /// What is there; or why nobody knows. `Ok(None)`: nothing on this machine uses such a store.
    pub found: Result<Option<Found>, Trouble>,
    /// Why there is none.
    pub reason: Option<String>,
}

/// All places and what is in them.
#[must_use]
pub fn status(stores: &Stores, machine: &Machine, wanted: &Wanted) -> Vec<View> {
    let mut views = Vec::new();
    for kind in &stores.kinds {
        for candidate in super::candidates(*kind, machine, false) {
            views.push(match candidate {
                Candidate::Place(place) => View {
                    store: *kind,
                    name: place.name(),
                    path: Some(place.path().to_owned()),
                    found: place.look(wanted).map(Some),
                    reason: None,
                },
                Candidate::Nothing { reason, .. } => View {
                    store: *kind,
                    name: String::new(),
                    path: None,
                    found: Ok(None),
                    reason: Some(reason),
                },
                Candidate::Trouble { name, trouble, .. } => {
                    View { store: *kind, name, path: None, found: Err(trouble), reason: None }
                }
            });
        }
    }
    views
}

/// Does it in every place; those that need root's rights come last. `tell` hears of each at once.
pub fn carry_out(
    task: Task<'_>,
    stores: &Stores,
    machine: &Machine,
    hand: &Hand<'_>,
    tell: &mut dyn FnMut(&Line),
) -> Vec<Line> {
    let explicit = stores.named && matches!(task, Task::Install(_));
    let candidates =
        stores.kinds.iter().flat_map(|kind| super::candidates(*kind, machine, explicit)).collect();
    in_places(task, candidates, stores, &machine.known, hand, tell)
}

fn in_places(
    task: Task<'_>,
    candidates: Vec<Candidate>,
    stores: &Stores,
    known: &[(Kind, PathBuf)],
    hand: &Hand<'_>,
    tell: &mut dyn FnMut(&Line),
) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open = Vec::new();
    let there: Vec<_> = candidates.iter().filter_map(Candidate::path).map(Path::to_owned).collect();
    for candidate in candidates {
        let line = match candidate {
            Candidate::Place(place) if stores.own_only && place.needs_root() => continue,
            // Whoever sees all of Java says that there is none.
            Candidate::Nothing { kind: Kind::Java, .. } | Candidate::Trouble { kind: Kind::Java, .. }
                if stores.own_only =>
            {
                continue;
            }
            Candidate::Place(place) => {
                let before = place.look(&task.wanted());
                open.push((place, before));
                continue;
            }
            Candidate::Nothing { kind, reason } => {
                let as_asked = !stores.named || matches!(task, Task::Remove(_));
                Line { as_asked, reason: Some(reason), ..Line::new(kind, String::new(), Outcome::Skipped) }
            }
            Candidate::Trouble { kind, name, trouble } => {
                // Where there is no place there is nothing to remove, unless it cannot be read or was there once.
                let is_found = |(of, path): &(Kind, PathBuf)| *of != kind || there.contains(path);
                let is_none = trouble.is_skip && known.iter().all(is_found);
                let as_asked = matches!(task, Task::Remove(_)) && is_none;
                Line { as_asked, ..Line::new(kind, name, Outcome::Failed).because(&trouble) }
            }
        };
        tell(&line);
        lines.push(line);
    }
    // With root's rights nothing has to wait, and the system's store comes before what it fills.
    open.sort_by_cached_key(|(place, _)| (hand.is_root() || place.needs_root(), place.kind()));
    for (place, before) in open {
        let line = one(task, place.as_ref(), before, hand);
        tell(&line);
        lines.push(line);
    }
    lines
}

fn one(task: Task<'_>, place: &dyn Place, before: Result<Found, Trouble>, hand: &Hand<'_>) -> Line {
    let line = |outcome| Line {
        path: Some(place.path().to_owned()),
        ..Line::new(place.kind(), place.name(), outcome)
    };
    let before = match before {
        Ok(found) => found,
        Err(trouble) => return line(Outcome::Failed).because(&trouble),
    };
    let others = before.others.clone();
    if task.is_done(&before) {
        return Line { as_asked: true, others, ..line(task.unchanged()) };
    }
    // A step before this one may have done it: the system's store fills Debian's file for Java.
    let now = place.look(&task.wanted());
    let done = match now {
        Ok(now) if task.is_done(&now) => Ok(()),
        _ => match task {
            Task::Install(root) => place.install(root, hand),
            Task::Remove(wanted) => place.remove(wanted, hand),
        },
    };
    let commands = hand.take_notes();
    if let Err(trouble) = done {
        return Line { commands, others, ..line(Outcome::Failed).because(&trouble) };
    }
    if hand.is_dry() {
        return Line { as_asked: true, commands, others, ..line(Outcome::Pending) };
    }
    match place.look(&task.wanted()) {
        Ok(after) if task.is_done(&after) => Line { as_asked: true, others, ..line(task.changed()) },
        Ok(after) => Line { others, ..line(Outcome::Failed).because(&task.still(&after)) },
        Err(trouble) => Line { others, ..line(Outcome::Failed).because(&trouble) },
    }
}

impl Task<'_> {
    fn wanted(self) -> Wanted {
        match self {
            Self::Install(root) => root.wanted(),
            Self::Remove(wanted) => wanted.clone(),
        }
    }

    fn is_done(self, found: &Found) -> bool {
        match self {
            Self::Install(_) => found.state == State::Trusted,
            Self::Remove(_) => {
                found.state == State::Absent && found.names.is_empty() && found.leftovers.is_empty()
            }
        }
    }

    fn unchanged(self) -> Outcome {
        if matches!(self, Self::Install(_)) { Outcome::Already } else { Outcome::Absent }
    }

    fn changed(self) -> Outcome {
        if matches!(self, Self::Install(_)) { Outcome::Installed } else { Outcome::Removed }
    }

    /// What was found after it was said to be done.
    fn still(self, found: &Found) -> Trouble {
        let what = match (self, &found.state) {
            (Self::Install(_), State::Partly(why)) => why.clone(),
            (Self::Install(_), _) => {
                "it does not trust the root, although adding it reported no error".into()
            }
            (Self::Remove(_), _) if !found.names.is_empty() => {
                format!("{} is still there, although removing it reported no error", found.names.join(", "))
            }
            (Self::Remove(_), _) if !found.leftovers.is_empty() => {
                format!("{} is still there", found.leftovers.join(", "))
            }
            (Self::Remove(_), State::Partly(why)) => why.clone(),
            (Self::Remove(_), _) => "it still trusts the root, although removing it reported no error".into(),
        };
        Trouble::failed(what, "run the same command again; if it stays so, please report it")
    }
}

impl Line {
    fn new(store: Kind, name: String, outcome: Outcome) -> Self {
        Self {
            store,
            name,
            path: None,
            outcome,
            as_asked: false,
            reason: None,
            hint: None,
            commands: Vec::new(),
            others: Vec::new(),
        }
    }

    fn because(self, trouble: &Trouble) -> Self {
        let outcome = if trouble.is_skip { Outcome::Skipped } else { self.outcome };
        Self { outcome, reason: Some(trouble.reason.clone()), hint: Some(trouble.hint.clone()), ..self }
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;

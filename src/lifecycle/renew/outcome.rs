//! What a renewal came to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::due::Refusal;
use super::pins::Named;
use crate::bundle::{awaiting_reload, reloaded};
use crate::lifecycle::bundle::Bundle;
use crate::lifecycle::folder::{Folders, Owner};
use crate::lifecycle::{Error, Passed, Problem};
use crate::pki::{Facts, Pin, Validity};

/// What there was, and what became of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Each bundle that could be read.
    pub members: Vec<Member>,
    /// What could not be.
    pub problems: Vec<Problem>,
    /// Links and hidden folders that were not gone into, with bundles that nobody named.
    pub passed: Vec<Passed>,
    /// Where pins stand, or stood, that are those of no key any more.
    pub named: Vec<Named>,
    /// The servers of an output folder of `apply` that have to read their files again.
    pub servers: Vec<Server>,
    /// Whether a run that changes pins was killed, and is not completed.
    pub is_interrupted: bool,
    /// The folders whose servers have not reloaded what an earlier run wrote, as it named them, in their order.
    pub awaiting_reload: Vec<PathBuf>,
    /// Where it is noted that servers have to reload; see [`Outcome::reloaded`].
    pub noted: BTreeSet<PathBuf>,
    /// What was named, absolute and without links.
    pub dirs: Vec<PathBuf>,
}

/// A bundle.
#[derive(Debug)]
pub struct Member {
    /// Its folder.
    pub dir: PathBuf,
    /// Whose it is, in an output folder of `apply`.
    pub owner: Option<Owner>,
    /// What its certificate said before.
    pub before: Facts,
    /// What becomes of it.
    pub state: State,
}

/// What becomes of a bundle.
#[derive(Debug)]
pub enum State {
    /// It is not due.
    Right,
    /// It is.
    Due,
    /// It is, and was renewed.
    Renewed {
        /// Its new period.
        validity: Validity,
        /// Its key.
        pin: Pin,
        /// Whether the CA that issued it before did so again, because not every `ca.pem` has the one that signs now.
        is_former_ca: bool,
    },
    /// It is, and stays as it is.
    Refused(Refusal),
}

/// A server that has to read its files again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Server {
    /// The node.
    pub node: Owner,
    /// Whether it has to start anew, because its reload refuses such a change.
    pub needs_restart: bool,
}

impl Outcome {
    /// How many bundles are in a state.
    #[must_use]
    pub fn count(&self, state: impl Fn(&State) -> bool) -> usize {
        self.members.iter().filter(|member| state(&member.state)).count()
    }

    /// Whether everything was done that had to be.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && self.count(|state| matches!(state, State::Refused(_))) == 0
    }

    /// Whether any file was written.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.servers.is_empty()
            || self.named.iter().any(|named| named.is_rewritten)
            || self.count(|state| matches!(state, State::Renewed { .. })) > 0
    }

    /// Whose servers have not reloaded what an earlier run wrote.
    pub(super) fn await_reload(&mut self, folders: &Folders) -> Result<(), Error> {
        for root in &folders.noted {
            let found = awaiting_reload(root, &folders.named)?;
            if !found.is_empty() {
                self.noted.insert(root.clone());
                self.awaiting_reload.extend(found);
            }
        }
        Ok(())
    }

    /// The servers have reloaded, as the order with this mark asked for; the folders whose servers still have to, because
    /// this run was given a part of them. `wait` is called when another run works in a folder.
    ///
    /// # Errors
    /// When what was noted cannot be read or written.
    pub fn reloaded(&self, mark: &str, mut wait: impl FnMut(&Path)) -> Result<Vec<PathBuf>, Error> {
        let mut rest = Vec::new();
        for root in &self.noted {
            reloaded(root, mark, &self.dirs, &mut wait)?;
            rest.extend(awaiting_reload(root, &self.dirs)?);
        }
        Ok(rest)
    }
}

impl Member {
    pub(super) fn of(bundle: Bundle, state: State) -> Self {
        Self { dir: bundle.dir, owner: bundle.owner, before: bundle.facts, state }
    }
}

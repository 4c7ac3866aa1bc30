//! Reads a CA directory: the state, and the CAs that it speaks of.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::ca_dir::{CaDir, Note, Opened};
use super::ca_family::{self, NEXT, PREVIOUS};
use super::ca_state::{State, Step};
use super::error::Error;
use super::hidden::lock_and_wait;
use super::kind::FileKind;
use crate::pki::{Authority, Ca, Rolled};

impl CaDir {
    /// The state and the CAs that it speaks of. Another run may take a step meanwhile: then what was read is of no use.
    pub(super) fn load(&self, now: OffsetDateTime) -> Result<Opened, Error> {
        let mut state = self.state()?;
        let mut notes = self.tighten();
        let authority = loop {
            if state.is_moving() {
                // What was read amid a move is of two families.
                let _lock = lock_and_wait(self.path());
                self.settle()?;
                state = self.state()?;
            }
            let loaded = self.load_state(&state);
            let after = self.state()?;
            if after == state {
                break loaded?;
            }
            state = after;
        };
        let previous = self.path().join(PREVIOUS);
        if authority.other.is_none() && state.has_old_root() && previous.exists() {
            notes.push(Note::NoWayBack(previous));
        }
        let (root, signer) = (authority.root(), authority.signer());
        for ca in [root, signer] {
            ca.facts().check_ca(now).map_err(|source| Error::BrokenCa {
                path: self.path_of(&authority, ca),
                dir: self.path().to_owned(),
                source: if ca.is_root() { source } else { source.of_intermediate() },
            })?;
        }
        Ok(Opened { authority, created: false, notes, source: state })
    }

    /// The CAs that a state speaks of.
    pub(super) fn load_state(&self, state: &State) -> Result<Authority, Error> {
        let family = ca_family::load(self.path(), self.path(), state)?;
        // Whoever wants to be rid of the old key may remove it.
        let previous = || {
            let dir = self.path().join(PREVIOUS);
            ca_family::load(&dir, self.path(), &state.with_found(&ca_family::names(&dir))).ok()
        };
        let roll = state.roll.as_ref().filter(|roll| roll.rolled == Rolled::Root);
        let (other, before) = match roll.map(|roll| roll.step) {
            None => (None, previous()),
            Some(Step::Finished) => (previous(), None),
            Some(_) => (Some(ca_family::load(&self.path().join(NEXT), self.path(), state)?), None),
        };
        Ok(Authority { family, other, before, trust: state.trust, roll: state.roll() })
    }

    /// The certificate of a CA in use.
    fn path_of(&self, authority: &Authority, ca: &Ca) -> PathBuf {
        match authority.signing().active() {
            Some(active) if !ca.is_root() => self.intermediate_file(authority, &active.name),
            _ if authority.is_next_signing() => self.path().join(NEXT).join(FileKind::Root.file_name()),
            _ => self.file(FileKind::Root),
        }
    }
}

//! Changes of a CA directory that has a root: intermediates, and the steps of a roll.
//!
//! Files of a CA are written before the state names them. The state is the last thing that is written.

use std::fs::File;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::ca_dir::{CaDir, Opened};
use super::ca_family::{self, NEXT, PREVIOUS};
use super::ca_standing::{Caution, Change, Refused};
use super::ca_state::{RollState, State, Step};
use super::error::Error;
use super::hidden::lock_or_wait;
use super::kind::FileKind;
use super::revoked::Revoked;
use crate::pki::{Authority, Ca, Rolled, Standing};

/// A CA directory that nobody else changes meanwhile.
pub struct Held<'a> {
    dir: &'a CaDir,
    /// What it says.
    pub state: State,
    /// What is in it, expired or not.
    pub opened: Opened,
    /// What its CAs revoked.
    pub revoked: Revoked,
    _lock: Option<File>,
}

impl CaDir {
    /// The certificate of an intermediate that signs now or did.
    #[must_use]
    pub fn intermediate_file(&self, authority: &Authority, name: &str) -> PathBuf {
        let dir = if authority.is_next_signing() { self.path().join(NEXT) } else { self.path().to_owned() };
        ca_family::intermediate_dir(&dir, name).join(FileKind::Certificate.file_name())
    }

    /// Files with the roots that there are: the current one, the next one of a roll, the one before.
    #[must_use]
    pub fn root_files(&self) -> [PathBuf; 3] {
        let file = FileKind::Root.file_name();
        [self.path().join(file), self.path().join(NEXT).join(file), self.path().join(PREVIOUS).join(file)]
    }

    /// What the directory's state file says.
    pub(super) fn state(&self) -> Result<State, Error> {
        State::read(self.path())
    }

    /// Waits until nobody else changes the CA, and reads it. When another run does, calls `wait` first. Whether it has
    /// expired is not looked at.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn hold(&self, wait: impl FnOnce(&Path)) -> Result<Held<'_>, Error> {
        let lock = lock_or_wait(self.path(), wait);
        self.settle()?;
        let opened = self.load(OffsetDateTime::UNIX_EPOCH);
        let opened = if self.is_empty() { return Err(Error::NoCa(self.path().to_owned())) } else { opened? };
        let (state, revoked) = (self.state()?, Revoked::read(self)?);
        Ok(Held { dir: self, state, opened, revoked, _lock: lock })
    }

    /// Completes moves that a killed run began. The directory is held.
    pub(super) fn settle(&self) -> Result<(), Error> {
        let mut state = self.state()?;
        let Some(roll) = &mut state.roll else { return Ok(()) };
        let (next, previous) = (self.path().join(NEXT), self.path().join(PREVIOUS));
        match roll.step {
            Step::Finishing => {
                ca_family::shift(&next, self.path(), &previous)?;
                roll.step = Step::Finished;
            }
            Step::Reopening => {
                ca_family::shift(&previous, self.path(), &next)?;
                roll.step = Step::Switched;
                let aside = std::mem::take(&mut roll.aside);
                // One that was added since has its name.
                let aside: Vec<_> = aside.into_iter().filter(|name| state.standing(name).is_none()).collect();
                state.retired.extend(aside);
            }
            _ => return Ok(()),
        }
        state.write(self.path())
    }
}

impl Held<'_> {
    /// Makes a change to the state, which is not written yet.
    ///
    /// # Errors
    /// Those of [`State::change`]; and when an intermediate's files are gone, or one that was revoked would sign.
    pub fn change(&mut self, change: Change<'_>) -> Result<Option<Caution>, Refused> {
        let family = &self.opened.authority.family;
        if let Change::Add(name, standing) | Change::Stand(name, standing) = change {
            let is_lost = self.state.standing(name).is_some() && family.intermediate(name).is_none();
            if is_lost && standing != Standing::Retired {
                return Err(Refused::Lost(name.to_owned()));
            }
            let is_revoked = || self.revoked.intermediate(family, name).is_some();
            if standing == Standing::Active && self.state.standing(name) != Some(standing) && is_revoked() {
                return Err(Refused::Revoked(name.to_owned()));
            }
        }
        self.state.change(change)
    }

    /// Writes the state as it now is.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write(&self) -> Result<(), Error> {
        self.state.write(self.dir.path())
    }

    /// Writes an intermediate of the current root, of which the state does not speak yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put(&self, name: &str, ca: &Ca) -> Result<(), Error> {
        ca_family::write_intermediate(self.dir.path(), name, ca)
    }

    /// Begins a roll of the root: to `root`, with intermediates that take the places of those of the same names.
    /// The root before the current one goes.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start_root(&mut self, root: &Ca, intermediates: &[(&str, &Ca)]) -> Result<(), Error> {
        ca_family::write(&self.dir.path().join(NEXT), root, intermediates)?;
        self.state.roll =
            Some(RollState { rolled: Rolled::Root, step: Step::Started, made: false, aside: Vec::new() });
        self.write()?;
        self.drop_previous()
    }

    /// Removes the root before the current one, which a run that was killed may have left.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn drop_previous(&self) -> Result<(), Error> {
        ca_family::remove(&self.dir.path().join(PREVIOUS))
    }

    /// The new root takes the old one's place, which stays aside, as do retired intermediates that the new one has none of.
    ///
    /// # Errors
    /// When the system refuses; the next run goes on.
    pub fn finish_root(&mut self) -> Result<(), Error> {
        // Until now there is at most the root before the current one.
        self.drop_previous()?;
        let next = self.dir.path().join(NEXT);
        ca_family::make_folder(&next)?;
        let is_gone = |name: &String| !ca_family::intermediate_dir(&next, name).exists();
        let (aside, stay) = std::mem::take(&mut self.state.retired).into_iter().partition(is_gone);
        self.state.retired = stay;
        if let Some(roll) = &mut self.state.roll {
            roll.aside = aside;
        }
        self.step(Step::Finishing)?;
        self.dir.settle()?;
        self.state = self.dir.state()?;
        Ok(())
    }

    /// The old root, which stays aside, comes back to its place.
    ///
    /// # Errors
    /// When the system refuses; the next run goes on.
    pub fn reopen_root(&mut self) -> Result<(), Error> {
        ca_family::make_folder(&self.dir.path().join(PREVIOUS))?;
        self.step(Step::Reopening)?;
        self.dir.settle()?;
        self.state = self.dir.state()?;
        Ok(())
    }

    /// Takes back the beginning of a root's roll: the new root goes.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn drop_next(&mut self) -> Result<(), Error> {
        self.state.roll = None;
        self.write()?;
        ca_family::remove(&self.dir.path().join(NEXT))
    }

    /// Removes an intermediate of the current root that nobody was certified by.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.state.forget(name);
        self.write()?;
        ca_family::remove_intermediate(self.dir.path(), name)
    }

    /// Reads the state, and what it speaks of, again.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn refresh(&mut self) -> Result<(), Error> {
        self.opened = self.dir.load(OffsetDateTime::UNIX_EPOCH)?;
        self.state = self.dir.state()?;
        Ok(())
    }

    /// Notes how far the roll has got.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn step(&mut self, step: Step) -> Result<(), Error> {
        if let Some(roll) = &mut self.state.roll {
            roll.step = step;
        }
        self.write()
    }
}

//! What is asked for, against the roll that there is.

use std::path::{Component, Path, PathBuf};

use time::OffsetDateTime;

use super::{Error, Position, Refusal, Step, Wish};
use crate::bundle::{BundleName, State};
use crate::lifecycle::Passed;
use crate::pki::Rolled;

/// A step that is asked for.
#[derive(Debug)]
pub struct Order {
    /// Which.
    pub step: Step,
    /// Folders that the roll does not know yet, absolute and without links.
    pub dirs: Vec<PathBuf>,
    /// Folders that it is to forget.
    pub forget: Vec<PathBuf>,
    /// Links and hidden folders that may be passed over, though bundles of the roll are in them.
    pub leave: Vec<PathBuf>,
    /// For [`Step::Start`]: the roll to begin.
    pub start: Start,
    /// The present.
    pub now: OffsetDateTime,
}

/// The roll to begin.
#[derive(Debug, Default)]
pub struct Start {
    /// The intermediate that follows; none: the root is rolled.
    pub intermediate: Option<BundleName>,
    /// What a new CA shall be.
    pub wish: Wish,
}

impl Order {
    /// Looks whether what may be passed over is.
    ///
    /// # Errors
    /// When it is not.
    pub(super) fn check_left(&self, passed: &[Passed]) -> Result<(), Error> {
        let unknown = self.leave.iter().find(|dir| !passed.iter().any(|one| is_of(one, dir)));
        unknown.map_or(Ok(()), |dir| Err(Error::NotPassed(dir.clone())))
    }

    /// What may not be passed over.
    pub(super) fn not_left(&self, mut passed: Vec<Passed>) -> Vec<Passed> {
        passed.retain(|one| !self.leave.iter().any(|dir| is_of(one, dir)));
        passed
    }
}

fn is_of(one: &Passed, dir: &Path) -> bool {
    one.path == dir || one.target.as_deref() == Some(dir)
}

/// Whether a `start` that is repeated means the roll that is under way.
pub(super) fn check_same(state: &State, order: &Order, from: Position) -> Result<(), Refusal> {
    let Some(roll) = state.roll.as_ref().filter(|_| order.step == Step::Start && from.is_some()) else {
        return Ok(());
    };
    match (&roll.rolled, &order.start.intermediate) {
        (Rolled::Root, None) => Ok(()),
        (Rolled::Intermediate { to, .. }, Some(name)) if to == name.as_str() => Ok(()),
        (Rolled::Root, Some(_)) => Err(Refusal::Another("the root".to_owned())),
        (Rolled::Intermediate { to, .. }, _) => Err(Refusal::Another(format!("the intermediate, to {to}"))),
    }
}

/// The folders of the roll with those that are new, each once.
pub(super) fn folders(state: &State, order: &Order) -> Result<Vec<PathBuf>, Error> {
    let mut folders = state.folders.clone();
    for dir in &order.forget {
        let before = folders.len();
        folders.retain(|known| known != dir);
        if folders.len() == before {
            return Err(Error::NotOurs(dir.clone()));
        }
    }
    for dir in &order.dirs {
        if !folders.iter().any(|known| covers(known, dir)) {
            folders.retain(|known| !covers(dir, known));
            folders.push(dir.clone());
        }
    }
    if folders.is_empty() && order.step == Step::Start {
        return Err(Error::NoFolder);
    }
    Ok(folders)
}

/// Whether a walk through one folder comes to another one, or would if that were there.
pub(super) fn covers(above: &Path, dir: &Path) -> bool {
    let is_hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    dir.strip_prefix(above).is_ok_and(|way| !way.components().any(is_hidden))
}

//! Taking a step: what is on disk decides, the state is written, then the files.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::locked::Locked;
use super::outcome::foreign;
use super::refusal::{may, order as check_order};
use super::status::{left, look, position, sides};
use super::write::{Work, revived};
use super::{Error, Outcome, Position, Reader, Refusal, Seen, Sides, Step, Wish};
use crate::apply::Progress;
use crate::bundle::{BundleName, CaDir, Held, Revoked, RollState, State, Step as Mark};
use crate::pki::{Ca, Family, Phase, Rolled, Standing};

/// A step that is asked for.
#[derive(Debug)]
pub struct Order {
    /// Which.
    pub step: Step,
    /// Folders that the roll does not know yet, absolute and without links.
    pub dirs: Vec<PathBuf>,
    /// Folders that it is to forget.
    pub forget: Vec<PathBuf>,
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

/// What follows, made but not written.
enum Heir {
    Root(Family),
    /// One that is there, or is new.
    Intermediate {
        from: Option<String>,
        to: BundleName,
        ca: Option<Ca>,
    },
}

/// Takes a step, or completes it. `wait` is called when another run works in a folder.
///
/// # Errors
/// When it is refused: then nothing was changed. When the system refuses, the same step completes it later.
pub fn take(
    ca_dir: &CaDir,
    order: &Order,
    progress: &dyn Progress,
    wait: &dyn Fn(&Path),
) -> Result<Outcome, Error> {
    let mut held = ca_dir.hold()?;
    let step = order.step;
    let is_anew = step == Step::Start && position(&held).is_none_or(|phase| phase == Phase::Finished);
    let from = if is_anew { None } else { position(&held) };
    check_order(step, from)?;
    check_same(&held, order, from)?;
    if step == Step::Start && from.is_some() && order.start.wish.is_asked() {
        return Err(Error::Made("the new CA".to_owned()));
    }
    let folders = folders(&held.state, order)?;
    if from.is_none() && !is_anew {
        return Ok(Outcome::none());
    }
    let locked = Locked::new(ca_dir, &folders, progress, wait)?;
    let heir = if is_anew {
        let left = left(&held, &locked.read);
        if !left.is_empty() {
            return Err(Refusal::Unfinished(left).into());
        }
        Some(Heir::of(&held, &order.start, order.now)?)
    } else {
        None
    };
    let prepared = prepare((ca_dir, &held), heir.as_ref(), order, from, &locked)?;
    held.state.folders = folders;
    advance(&mut held, step, from, heir)?;
    let written = Work::carry_out(prepared.work, locked, progress)?;
    if step == Step::BackStart {
        drop_new(&mut held)?;
        return Ok(Outcome {
            written,
            readers: prepared.readers,
            foreign: prepared.foreign,
            ..Outcome::none()
        });
    }
    held.refresh()?;
    let now = look(&held, &held.state.folders.clone(), progress)?;
    Ok(Outcome { written, readers: prepared.readers, ..now })
}

/// What was worked out before anything is changed.
struct Prepared {
    work: Vec<Work>,
    readers: Vec<Reader>,
    foreign: Vec<PathBuf>,
}

fn prepare(
    (ca_dir, held): (&CaDir, &Held<'_>),
    heir: Option<&Heir>,
    order: &Order,
    from: Position,
    locked: &Locked,
) -> Result<Prepared, Error> {
    let authority = &held.opened.authority;
    let sides = match heir {
        Some(Heir::Root(new)) => Some(Sides::of_roots(Some(&authority.family), new)),
        Some(Heir::Intermediate { from, to, ca }) => {
            let known = authority.family.intermediate(to.as_str()).map(|one| &one.ca);
            ca.as_ref().or(known).and_then(|new| {
                Sides::of_intermediates(&authority.family, from.as_deref(), (to.as_str(), new), ca.is_some())
            })
        }
        None => sides(held),
    };
    let sides = sides.ok_or(Refusal::OldGone)?;
    let step = order.step;
    if sides.old.is_none() && step != Step::Finish {
        return Err(Refusal::OldGone.into());
    }
    let seen = locked.read.seen(authority, &sides);
    let flat: Vec<Seen> = seen.iter().flatten().cloned().collect();
    // Where nothing goes, nobody is cut off.
    if step != Step::BackStart || !sides.removed_by(step).is_empty() {
        may(step, from, &flat)?;
    }
    revived(step, &locked.read, authority, &sides, &Revoked::read(ca_dir)?)?;
    let work = Work::of(step, &locked.read, &seen, &sides, order.now)?;
    Ok(Prepared { work, readers: Reader::all(&seen, step, &sides), foreign: foreign(&seen) })
}

/// Whether a `start` that is repeated means the roll that is under way.
fn check_same(held: &Held<'_>, order: &Order, from: Position) -> Result<(), Refusal> {
    let Some(roll) = held.state.roll.as_ref().filter(|_| order.step == Step::Start && from.is_some()) else {
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
fn folders(state: &State, order: &Order) -> Result<Vec<PathBuf>, Error> {
    let mut folders = state.folders.clone();
    for dir in &order.forget {
        let before = folders.len();
        folders.retain(|known| known != dir);
        if folders.len() == before {
            return Err(Error::NotOurs(dir.clone()));
        }
    }
    for dir in &order.dirs {
        if folders.iter().all(|known| !dir.starts_with(known)) {
            folders.retain(|known| !known.starts_with(dir));
            folders.push(dir.clone());
        }
    }
    if folders.is_empty() && order.step == Step::Start {
        return Err(Error::NoFolder);
    }
    Ok(folders)
}

impl Heir {
    fn of(held: &Held<'_>, start: &Start, now: OffsetDateTime) -> Result<Self, Error> {
        let authority = &held.opened.authority;
        let Some(to) = &start.intermediate else {
            return Ok(Self::Root(start.wish.root(authority, now)?));
        };
        let from = held.state.active.clone();
        if from.as_deref() == Some(to.as_str()) {
            return Err(Error::SameIntermediate(to.to_string()));
        }
        let signer = from.as_ref().and_then(|from| authority.family.intermediate(from)).map(|one| &one.ca);
        let ca = match held.state.standing(to.as_str()) {
            Some(Standing::Retired) => return Err(Error::Retired(to.to_string())),
            Some(_) if start.wish.is_asked() => {
                return Err(Error::Made(format!("the intermediate {to}")));
            }
            Some(Standing::Active | Standing::Standby) => None,
            None => Some(start.wish.intermediate(authority, to.as_str(), signer, now)?),
        };
        Ok(Self::Intermediate { from, to: to.clone(), ca })
    }
}

/// Has the state say where the roll is after a step, before the files are as it says.
fn advance(held: &mut Held<'_>, step: Step, from: Position, heir: Option<Heir>) -> Result<(), Error> {
    if let Some(heir) = heir {
        return begin(held, heir);
    }
    // What is repeated only has its files completed, perhaps in further folders.
    held.write()?;
    let is_root = held.state.roll.as_ref().is_some_and(|roll| roll.rolled == Rolled::Root);
    if step == Step::Start && is_root {
        held.drop_previous()?;
    }
    if from != step.ends().0 || step == Step::BackStart || step == Step::Start {
        return Ok(());
    }
    let rolled = held.state.roll.as_ref().map(|roll| roll.rolled.clone());
    let Some(Rolled::Intermediate { from, to }) = rolled else {
        match step {
            Step::Finish => held.finish_root(),
            Step::BackFinish => held.reopen_root(),
            Step::Switch => held.step(Mark::Switched),
            _ => held.step(Mark::Started),
        }?;
        return Ok(());
    };
    let (mark, name, standing) = match (step, from) {
        (Step::Switch, _) => (Mark::Switched, Some(to), Standing::Active),
        (Step::Finish, from) => (Mark::Finished, from, Standing::Retired),
        (Step::BackFinish, from) => (Mark::Switched, from, Standing::Standby),
        (_, Some(from)) => (Mark::Started, Some(from), Standing::Active),
        (_, None) => (Mark::Started, Some(to), Standing::Standby),
    };
    if let Some(name) = name {
        held.state.set_standing(&name, standing);
    }
    Ok(held.step(mark)?)
}

fn begin(held: &mut Held<'_>, heir: Heir) -> Result<(), Error> {
    match heir {
        Heir::Root(new) => {
            let below: Vec<_> = new.intermediates.iter().map(|one| (one.name.as_str(), &one.ca)).collect();
            held.start_root(&new.root, &below)?;
        }
        Heir::Intermediate { from, to, ca } => {
            if let Some(ca) = &ca {
                held.put(to.as_str(), ca)?;
                held.state.set_standing(to.as_str(), Standing::Standby);
            }
            let rolled = Rolled::Intermediate { from, to: to.to_string() };
            held.state.roll =
                Some(RollState { rolled, step: Mark::Started, made: ca.is_some(), aside: Vec::new() });
            held.write()?;
        }
    }
    Ok(())
}

/// Removes the new CA, which nobody trusts any more.
fn drop_new(held: &mut Held<'_>) -> Result<(), Error> {
    held.state.folders.clear();
    let roll = held.state.roll.take();
    match roll.map(|roll| (roll.rolled, roll.made)) {
        Some((Rolled::Intermediate { to, .. }, true)) => held.remove(&to)?,
        Some((Rolled::Intermediate { .. }, false)) => held.write()?,
        _ => held.drop_next()?,
    }
    Ok(())
}

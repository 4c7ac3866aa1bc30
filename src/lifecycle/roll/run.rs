//! Taking a step: what is on disk decides, the state is written, then the files.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::locked::Locked;
use super::order::{check_same, covers, folders};
use super::outcome::{foreign, missing};
use super::refusal::{may, order as check_order};
use super::revocations::Revocations;
use super::status::{left, look, position, sides};
use super::write::{Certifier, Work};
use super::{Error, Order, Outcome, Position, Reader, Refusal, Seen, Sides, Start, Step};
use crate::apply::Progress;
use crate::bundle::{self, BundleName, CaDir, Held, RollState, Step as Mark};
use crate::pki::{Ca, Family, Phase, Rolled, Standing};

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
    let mut held = ca_dir.hold(wait)?;
    let step = order.step;
    let is_anew = step == Step::Start && position(&held).is_none_or(|phase| phase == Phase::Finished);
    let from = if is_anew { None } else { position(&held) };
    check_order(step, from)?;
    check_same(&held.state, order, from)?;
    if step == Step::Start && from.is_some() && order.start.wish.is_asked() {
        return Err(Error::Made("the new CA".to_owned()));
    }
    let folders = folders(&held.state, order)?;
    if from.is_none() && !is_anew {
        return Ok(Outcome::default());
    }
    let known = |dir: &&PathBuf| is_anew && !order.dirs.iter().any(|new| covers(new, dir));
    let kept = held.state.folders.iter().filter(|dir| folders.contains(dir)).filter(known).cloned().collect();
    let locked = Locked::new(ca_dir, &folders, progress, wait)?;
    let heir = if is_anew {
        let left = left(&held, &locked.read);
        if !left.is_empty() {
            return Err(Refusal::Unfinished(left).into());
        }
        // What was cut short in the last roll is as it is.
        held.state.lengths.clear();
        Some(Heir::of(&held, &order.start, order.now)?)
    } else {
        None
    };
    let Prepared { work, outcome } = prepare(&held, heir.as_ref(), order, from, &locked)?;
    held.state.folders = folders;
    if step.certifies() {
        held.state.lengths.extend(work.iter().flat_map(|work| work.shortened.iter().cloned()));
    }
    advance(&mut held, step, from, heir)?;
    let written = Work::carry_out(work, locked, progress)
        .map_err(|why| Error::CutShort { step, source: Box::new(why) })?;
    if step == Step::BackStart {
        drop_new(&mut held)?;
        return Ok(Outcome { written, ..outcome });
    }
    held.refresh()?;
    let now = look(&held, &held.state.folders.clone(), order.now, progress)?;
    Ok(Outcome { written, kept, readers: outcome.readers, passed: outcome.passed, ..now })
}

/// What was worked out before anything is changed.
struct Prepared {
    work: Vec<Work>,
    /// What there is to say of it when the roll is taken back.
    outcome: Outcome,
}

fn prepare(
    held: &Held<'_>,
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
    // One that is rolled may be: that is a good reason. Whoever is begun with may need `ca.pem` in further folders to get back.
    let revocations = Revocations { revoked: &held.revoked, authority, sides: &sides };
    if step != Step::Start || heir.is_some() {
        revocations.of_signer(step)?;
    }
    let seen = locked.read.seen(authority, &sides);
    let passed = locked.read.passed(authority, &sides);
    order.check_left(&passed)?;
    let passed = order.not_left(passed);
    // Where nothing goes, nobody is cut off.
    if step != Step::BackStart || !sides.removed_by(step).is_empty() {
        let flat: Vec<Seen> = seen.iter().flatten().cloned().collect();
        may(step, from, &flat)?;
        if !passed.is_empty() && step.takes_away() && from == step.ends().0 {
            return Err(Refusal::Passed(passed).into());
        }
    }
    revocations.of_certificates(step, &locked.read)?;
    let certifier = Certifier { sides: &sides, lengths: &held.state.lengths, now: order.now };
    let work = Work::of(step, &locked.read, &seen, &certifier)?;
    let outcome = Outcome {
        readers: Reader::all(&seen, step, &sides),
        foreign: foreign(&seen),
        missing: missing(&seen),
        passed,
        trust: authority.trust,
        ..Outcome::default()
    };
    Ok(Prepared { work, outcome })
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
            None if let Some(there) = held.state.alike(to.as_str()) => {
                return Err(Error::Alike(bundle::Refused::Alike(to.to_string(), there.to_owned())));
            }
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
    held.state.lengths.clear();
    let roll = held.state.roll.take();
    match roll.map(|roll| (roll.rolled, roll.made)) {
        Some((Rolled::Intermediate { to, .. }, true)) => held.remove(&to)?,
        Some((Rolled::Intermediate { .. }, false)) => held.write()?,
        _ => held.drop_next()?,
    }
    Ok(())
}

//! Where a roll is.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::locked::Read;
use super::outcome::{Name, foreign, missing};
use super::revocations::Revocations;
use super::write::Certifier;
use super::{Error, Outcome, Position, Reader, Seen, Sides, Step, Tally};
use crate::apply::Progress;
use crate::bundle::{CaDir, Held};
use crate::pki::{Authority, Ca, Phase, Rolled, Standing};

/// Says where the roll of a CA is. Writes nothing; what cannot be read is told among the problems. `wait` is called when
/// another run works in the CA directory.
///
/// # Errors
/// When there is no CA, or a folder of the roll is gone.
pub fn status(
    ca_dir: &CaDir,
    now: OffsetDateTime,
    progress: &dyn Progress,
    wait: impl FnOnce(&Path),
) -> Result<Outcome, Error> {
    let held = ca_dir.hold(wait)?;
    look(&held, &held.state.folders.clone(), now, progress)
}

/// Where the roll is that a CA directory speaks of.
pub(super) fn look(
    held: &Held<'_>,
    dirs: &[PathBuf],
    now: OffsetDateTime,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let authority = &held.opened.authority;
    let (Some(phase), Some(sides)) = (position(held), sides(held)) else {
        return Ok(Outcome { trust: authority.trust, ..Outcome::default() });
    };
    let (there, gone): (Vec<_>, Vec<_>) = dirs.iter().cloned().partition(|dir| dir.exists());
    let read = Read::of(&there, progress)?;
    let seen = read.seen(authority, &sides);
    let revocations = Revocations { revoked: &held.revoked, authority, sides: &sides };
    let revoked = Step::after(Some(phase)).and_then(|step| {
        revocations.of_signer(step).and_then(|()| revocations.of_certificates(step, &read)).err()
    });
    let certifier = Certifier { sides: &sides, lengths: &held.state.lengths, now };
    Ok(Outcome {
        position: Some(phase),
        readers: Step::ALL
            .into_iter()
            .find(|step| step.ends().1 == Some(phase))
            .map(|step| Reader::all(&seen, step, &sides))
            .unwrap_or_default(),
        tallies: Tally::all(&read, &seen, phase),
        foreign: foreign(&seen),
        missing: missing(&seen),
        passed: read.passed(authority, &sides),
        shortened: certifier.shortened(&read, &seen),
        revoked,
        problems: read.problems,
        gone,
        ..named(authority, &sides)
    })
}

/// An outcome that says of what the roll is.
pub(super) fn named(authority: &Authority, sides: &Sides<'_>) -> Outcome {
    let root = |ca: &Ca| {
        let families = std::iter::once(&authority.family).chain(&authority.other);
        let own = families
            .filter(|family| family.all().any(|one| one.facts().fingerprint == ca.facts().fingerprint))
            .map(|family| &family.root)
            .next();
        Name::of(ca, own.unwrap_or(ca))
    };
    Outcome {
        rolled: authority.roll.as_ref().map(|roll| roll.rolled.clone()),
        cas: Some((sides.old.map(root), root(sides.new))),
        trust: authority.trust,
        ..Outcome::default()
    }
}

/// How far the roll is. One that is finished is over once intermediates have changed since.
pub(super) fn position(held: &Held<'_>) -> Position {
    let roll = held.opened.authority.roll.as_ref()?;
    match (&roll.rolled, roll.phase) {
        (Rolled::Intermediate { from, to }, Phase::Finished) => {
            let is_retired = |from: &String| held.state.standing(from) == Some(Standing::Retired);
            let is_as_left = held.state.active.as_ref() == Some(to) && from.as_ref().is_none_or(is_retired);
            is_as_left.then_some(Phase::Finished)
        }
        (Rolled::Root, Phase::Finished) => is_as_left(held).then_some(Phase::Finished),
        (_, phase) => Some(phase),
    }
}

/// Whether the intermediates are still those of the old root, as they were at the end of its roll.
fn is_as_left(held: &Held<'_>) -> bool {
    let state = &held.state;
    let Some(old) = &held.opened.authority.other else { return true };
    let in_use = |name: &&str| !matches!(state.standing(name), None | Some(Standing::Retired));
    let mut old: Vec<&str> = old.intermediates.iter().map(|one| one.name.as_str()).filter(in_use).collect();
    let mut now: Vec<&str> = state.names().map(String::as_str).filter(in_use).collect();
    old.sort_unstable();
    now.sort_unstable();
    let aside = state.roll.iter().flat_map(|roll| &roll.aside);
    old == now && aside.into_iter().all(|name| state.standing(name).is_none())
}

/// The sides of the roll.
pub(super) fn sides<'a>(held: &'a Held<'_>) -> Option<Sides<'a>> {
    let made = held.state.roll.as_ref().is_some_and(|roll| roll.made);
    Sides::of(&held.opened.authority, made)
}

/// Whether the last roll, which is finished, left something of the old CA on disk.
pub(super) fn left(held: &Held<'_>, read: &Read) -> Vec<PathBuf> {
    let Some(sides) = sides(held).filter(|_| position(held) == Some(Phase::Finished)) else {
        return Vec::new();
    };
    let is_root = held.state.roll.as_ref().is_some_and(|roll| roll.rolled == Rolled::Root);
    let seen = read.seen(&held.opened.authority, &sides);
    let is_left = |seen: &&Seen| seen.holds_old || (is_root && seen.by == Some(super::By::Old));
    seen.iter().flatten().filter(is_left).map(|seen| seen.dir.clone()).collect()
}

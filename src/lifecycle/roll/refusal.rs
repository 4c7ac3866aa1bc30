//! Whether a step may be taken: by its order, and by what is on disk. Pure.

use std::path::PathBuf;

use super::{By, Position, Seen, Step};
use crate::lifecycle::Passed;
use crate::pki;

/// Why a step is refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no roll.
    #[error("there is no roll under way")]
    NoRoll,
    /// Another step's turn.
    #[error("the roll is {position}: it is not time to {step}", position = position_word(*.1), step = sentence(*.0))]
    Order(Step, Position),
    /// Another CA is being rolled.
    #[error("another roll is under way: of {0}")]
    Another(String),
    /// The last roll is not complete everywhere.
    #[error("the last roll left something to do: {}", places(.0))]
    Unfinished(Vec<PathBuf>),
    /// Peers that would refuse what the new CA certifies.
    #[error("the new CA is not trusted everywhere yet: {}", places(.0))]
    NewNotTrusted(Vec<PathBuf>),
    /// Peers that would refuse what the old CA certifies.
    #[error("the old CA is not trusted everywhere any more: {}", places(.0))]
    OldNotTrusted(Vec<PathBuf>),
    /// Peers that nobody would trust any more.
    #[error("certificates are still by the old CA: {}", places(.0))]
    StillOld(Vec<PathBuf>),
    /// Peers that nobody would trust any more.
    #[error("certificates are by the new CA: {}", places(.0))]
    AlreadyNew(Vec<PathBuf>),
    /// `ca.pem` is not there, in an output folder of `apply`.
    #[error("there is no ca.pem where natscert apply wrote one: {}", places(.0))]
    NoCaFile(Vec<PathBuf>),
    /// Links and hidden folders were passed over, and bundles of the roll are in them.
    #[error("bundles of this CA are in folders that are passed over: {}", some(.0))]
    Passed(Vec<Passed>),
    /// The old CA is gone.
    #[error("the old root is not in the CA directory any more")]
    OldGone,
    /// A certificate that was revoked: the new one would not be.
    #[error("{}: its certificate is revoked, and the one that takes its place would not be", dir.display())]
    Revoked {
        /// The bundle.
        dir: PathBuf,
        /// Whether it is `apply`'s.
        is_applied: bool,
    },
    /// The intermediate that would sign from then on was revoked.
    #[error("the intermediate {0} was revoked")]
    RevokedCa(String, Step),
    /// A certificate that the other CA cannot issue.
    #[error("{}: {why}", dir.display())]
    Unfit {
        /// The bundle.
        dir: PathBuf,
        /// Why not.
        why: String,
    },
}

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoRoll => "natscert ca roll start DIR... begins one".into(),
            Self::Order(_, position) => {
                let command = |step: Option<Step>| step.map(|step| format!("natscert ca roll {step}"));
                match (command(Step::after(*position)), command(Step::back(*position))) {
                    (Some(on), Some(back)) => format!("{on} goes on, {back} takes the last step back"),
                    (on, back) => on.or(back).unwrap_or_default(),
                }
            }
            Self::Another(_) => {
                "finish it or take it back first: natscert ca roll status says where it is".into()
            }
            Self::Unfinished(_) => "complete it first: natscert ca roll finish".into(),
            Self::NewNotTrusted(_) | Self::OldNotTrusted(_) => {
                "natscert ca roll start with these folders adds it; reload those servers before you go on"
                    .into()
            }
            Self::StillOld(_) => {
                "natscert ca roll switch reissues them; reload those servers before you go on".into()
            }
            Self::AlreadyNew(_) => {
                "natscert ca roll back switch reissues them; reload those servers before you go on".into()
            }
            Self::NoCaFile(_) => {
                "natscert apply writes it again; reload those servers before you go on".into()
            }
            Self::Passed(_) => "name them, or the folders that they lead to: natscert ca roll start DIR...; \
                                what nobody uses is passed over with --leave DIR"
                .into(),
            Self::Revoked { is_applied: true, .. } => {
                "natscert apply makes it anew, with another key; then run the same command again".into()
            }
            Self::Revoked { .. } => {
                "make it anew: natscert issue --force with the same names, or natscert sign --force for a request \
                 with another key; then run the same command again"
                    .into()
            }
            Self::RevokedCa(_, step) => {
                let instead = match step {
                    Step::Switch => "take the roll back (natscert ca roll back start)",
                    Step::BackSwitch => "go on (natscert ca roll finish)",
                    _ => "roll to another one (natscert ca intermediate list)",
                };
                format!("{instead}, or take that back: natscert revoke --undo CERT")
            }
            Self::OldGone => "what was issued by the new root stays; there is no way back from here".into(),
            Self::Unfit { .. } => {
                "issue it anew, or move that folder out of those of the roll; nothing was changed".into()
            }
        }
    }
}

/// Whether a step may be taken from where the roll is. A step that was taken already may be taken again.
///
/// # Errors
/// Why not.
pub(super) fn may(step: Step, position: Position, seen: &[Seen]) -> Result<(), Refusal> {
    order(step, position)?;
    let all = |wrong: &dyn Fn(&Seen) -> bool, refuse: fn(Vec<PathBuf>) -> Refusal| {
        let found: Vec<_> = seen.iter().filter(|seen| wrong(seen)).map(|seen| seen.dir.clone()).collect();
        if found.is_empty() { Ok(()) } else { Err(refuse(found)) }
    };
    if step.takes_away() {
        all(&Seen::lacks_ca, Refusal::NoCaFile)?;
    }
    match step {
        Step::Start | Step::BackFinish => Ok(()),
        Step::Switch => all(&|seen| seen.trust.is_some() && !seen.accepts_new, Refusal::NewNotTrusted),
        Step::BackSwitch => all(&|seen| seen.trust.is_some() && !seen.accepts_old, Refusal::OldNotTrusted),
        Step::Finish => {
            all(&|seen| seen.trust.is_some() && !seen.accepts_new, Refusal::NewNotTrusted)?;
            all(&|seen| seen.by == Some(By::Old), Refusal::StillOld)
        }
        Step::BackStart => {
            all(&|seen| seen.trust.is_some() && !seen.accepts_old, Refusal::OldNotTrusted)?;
            all(&|seen| seen.by == Some(By::New), Refusal::AlreadyNew)
        }
    }
}

/// Whether it is this step's turn.
pub(super) fn order(step: Step, position: Position) -> Result<(), Refusal> {
    let (from, to) = step.ends();
    let is_begun = step == Step::Start && position != Step::Finish.ends().1;
    if position == from || position == to || is_begun {
        Ok(())
    } else if position.is_none() {
        Err(Refusal::NoRoll)
    } else {
        Err(Refusal::Order(step, position))
    }
}

fn position_word(position: Position) -> &'static str {
    position.map_or("not begun", pki::Phase::as_str)
}

fn sentence(step: Step) -> &'static str {
    match step {
        Step::Start => "start another one",
        Step::Switch => "switch",
        Step::Finish => "finish it",
        Step::BackStart => "take its start back",
        Step::BackSwitch => "take the switch back",
        Step::BackFinish => "take its end back",
    }
}

/// How many are named; the others are counted.
const MAX_PLACES: usize = 3;

fn places(dirs: &[PathBuf]) -> String {
    some(&dirs.iter().map(|dir| dir.display()).collect::<Vec<_>>())
}

fn some<T: ToString>(all: &[T]) -> String {
    let named: Vec<_> = all.iter().take(MAX_PLACES).map(T::to_string).collect();
    match all.len().saturating_sub(MAX_PLACES) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;

//! Rolling a CA: from one root, or one intermediate, to the next, without a moment in which peers refuse each other.
//!
//! `start` has the new CA trusted beside the old one, `switch` has it certify the same keys, `finish` ends the trust in the
//! old one. What is on disk decides whether a step may be taken; the state of the CA directory says how far the roll is. A
//! step that was interrupted is completed by the same step.

mod ca_text;
mod heir;
mod locked;
mod order;
mod outcome;
mod refusal;
mod revocations;
mod run;
mod seen;
mod sides;
mod status;
mod write;

use std::fmt;
use std::path::PathBuf;

pub use heir::Wish;
pub use order::{Order, Start};
pub use outcome::{Missing, Name, Outcome, Reader, ReaderKind, Tally};
pub use refusal::Refusal;
pub use run::take;
pub use status::status;
pub use write::Written;

use seen::{By, Seen};
use sides::Sides;

use crate::pki::Phase;
use crate::{bundle, pki};

/// How far a roll is; none: there is no roll.
pub type Position = Option<Phase>;

/// A step of a roll, on or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The new CA is made and trusted everywhere.
    Start,
    /// It certifies what the old one has certified.
    Switch,
    /// The old one is not trusted any more.
    Finish,
    /// Takes `start` back.
    BackStart,
    /// Takes `switch` back.
    BackSwitch,
    /// Takes `finish` back.
    BackFinish,
}

impl Step {
    /// Every step, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Start, Self::Switch, Self::Finish, Self::BackStart, Self::BackSwitch, Self::BackFinish];

    /// The words of the command line behind `natscert ca roll`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Switch => "switch",
            Self::Finish => "finish",
            Self::BackStart => "back start",
            Self::BackSwitch => "back switch",
            Self::BackFinish => "back finish",
        }
    }

    /// Where it begins and where it leads to.
    #[must_use]
    pub fn ends(self) -> (Position, Position) {
        let (started, switched, finished) =
            (Some(Phase::Started), Some(Phase::Switched), Some(Phase::Finished));
        match self {
            Self::Start => (None, started),
            Self::Switch => (started, switched),
            Self::Finish => (switched, finished),
            Self::BackStart => (started, None),
            Self::BackSwitch => (switched, started),
            Self::BackFinish => (finished, switched),
        }
    }

    /// The step that comes next on the way on.
    #[must_use]
    pub fn after(position: Position) -> Option<Self> {
        match position {
            None => Some(Self::Start),
            Some(Phase::Started) => Some(Self::Switch),
            Some(Phase::Switched) => Some(Self::Finish),
            Some(Phase::Finished) => None,
        }
    }

    /// The step that takes the last one back.
    #[must_use]
    pub fn back(position: Position) -> Option<Self> {
        match position {
            None => None,
            Some(Phase::Started) => Some(Self::BackStart),
            Some(Phase::Switched) => Some(Self::BackSwitch),
            Some(Phase::Finished) => Some(Self::BackFinish),
        }
    }

    /// Whether a bundle that it does not know of is cut off by it, sooner or later.
    #[must_use]
    pub fn takes_away(self) -> bool {
        !matches!(self, Self::Start | Self::BackFinish)
    }

    /// Whether it writes certificates; the others write `ca.pem`.
    #[must_use]
    pub fn certifies(self) -> bool {
        matches!(self, Self::Switch | Self::BackSwitch)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a step was not taken, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Folders and bundles.
    #[error(transparent)]
    Lifecycle(#[from] super::Error),
    /// A file or folder.
    #[error(transparent)]
    Bundle(#[from] bundle::Error),
    /// A certificate.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// Peers would refuse each other, or the order is another.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A folder of the roll is gone.
    #[error("{} belongs to this roll and is not there", .0.display())]
    Gone(PathBuf),
    /// A folder that the roll does not know.
    #[error("{} is no folder of this roll", .0.display())]
    NotOurs(PathBuf),
    /// A folder that was to be passed over, which the step does not do.
    #[error("{} is no link or hidden folder with bundles of this roll", .0.display())]
    NotPassed(PathBuf),
    /// A roll of nothing.
    #[error("no folder is named, so there is nobody to trust the new CA")]
    NoFolder,
    /// The name of the new intermediate is that of the one that signs.
    #[error("{0} is the active intermediate already")]
    SameIntermediate(String),
    /// The name is that of an intermediate that was in use.
    #[error("the intermediate {0} is retired")]
    Retired(String),
    /// On some file systems its folder would be that of another one.
    #[error(transparent)]
    Alike(crate::bundle::Refused),
    /// What a CA shall be that is there already.
    #[error("{0} is there already: what it is cannot be chosen any more")]
    Made(String),
    /// What stopped a step when it was begun: the state names it, and perhaps some files are written.
    #[error("{source}")]
    CutShort {
        /// The step.
        step: Step,
        /// What stopped it.
        source: Box<Error>,
    },
    /// Another CA has this subject.
    #[error("another CA here has the subject {0}")]
    SameSubject(String),
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Lifecycle(why) => why.hint(),
            Self::Bundle(why) => why.hint(),
            Self::Pki(why) => why.hint(),
            Self::Refused(why) => why.hint(),
            Self::CutShort { step, source } => {
                format!(
                    "{}; then natscert ca roll {step} goes on, and status says what is left",
                    source.hint()
                )
            }
            Self::Gone(dir) => {
                format!("bring it back; if its servers are gone for good, add --forget {}", dir.display())
            }
            Self::NotOurs(_) => "natscert ca roll status lists those that it knows".into(),
            Self::NotPassed(_) => "natscert ca roll status lists those; or leave --leave out".into(),
            Self::NoFolder => {
                "name the folders of all servers and clients: natscert ca roll start DIR...".into()
            }
            Self::Alike(why) => why.hint(),
            Self::SameIntermediate(_) => "give the one that follows another name".into(),
            Self::Retired(name) => format!(
                "natscert ca intermediate standby {name} has it trusted again; give a new one another name"
            ),
            Self::Made(_) => {
                "leave out --cn, --key-type, --validity and --permit, or begin with another one".into()
            }
            Self::SameSubject(_) => {
                "verifiers tell CAs by their subjects: give another --cn, or leave it out".into()
            }
        }
    }

    /// Whether the input is at fault (exit code 2) rather than the attempt (exit code 1).
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            Self::Lifecycle(why) => why.is_input(),
            Self::Bundle(why) => why.is_input(),
            Self::CutShort { .. } => false,
            _ => true,
        }
    }
}

//! What stores have in common.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::hand::Hand;
use super::root::{Root, Wanted};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The operating system's: what openssl, curl, Go and Python's `ssl` read.
    System,
    /// NSS databases: Chromium's, and one in each Firefox profile.
    Nss,
    /// The `cacerts` file of each Java installation.
    Java,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Nss, Self::Java];

    /// As it is called on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Nss => "nss",
            Self::Java => "java",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// One place that keeps roots: a folder of anchors, a database, a keystore.
pub trait Place: fmt::Debug {
    /// Its kind.
    fn kind(&self) -> Kind;

    /// For a person: `Firefox profile 1x2y.default`.
    fn name(&self) -> String;

    /// Where it is. No two places have the same.
    fn path(&self) -> &Path;

    /// Whether changing it takes root's rights; such places come last.
    fn needs_root(&self) -> bool;

    /// What is in it of natscert's. Changes nothing, asks nobody, and starts no program that takes long.
    ///
    /// # Errors
    /// When it cannot be read: then nothing is said of what is in it.
    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble>;

    /// Adds `root`, which [`Place::look`] did not find trusted. The caller looks again afterwards.
    ///
    /// # Errors
    /// When it did not work; then nothing half-done is left.
    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble>;

    /// Removes every entry of the root that is wanted, under whatever name, and what natscert left beside it. The
    /// caller looks again afterwards.
    ///
    /// # Errors
    /// When it did not work.
    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble>;
}

/// A place, or why there is none.
#[derive(Debug)]
pub enum Candidate {
    /// There is one.
    Place(Box<dyn Place>),
    /// Nothing here uses this kind of store: `no Java found`.
    Nothing {
        /// The kind.
        kind: Kind,
        /// Why.
        reason: String,
    },
    /// Something here does, and cannot be served: Firefox without a profile, `JAVA_HOME` without Java.
    Trouble {
        /// The kind.
        kind: Kind,
        /// What it is: `Firefox`, `JAVA_HOME`.
        name: String,
        /// Why it cannot.
        trouble: Trouble,
    },
}

impl Candidate {
    /// Where the place is, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Place(place) => Some(place.path()),
            Self::Nothing { .. } | Self::Trouble { .. } => None,
        }
    }
}

/// What a place holds of natscert's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Of the root that is wanted.
    pub state: State,
    /// Under which names (nickname, alias, file) the root that is wanted stands there.
    pub names: Vec<String>,
    /// Other roots of natscert's.
    pub others: Vec<Other>,
    /// What natscert left there and nothing uses: links that lead nowhere.
    pub leftovers: Vec<String>,
}

/// Of a root in a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It is not there.
    #[default]
    Absent,
    /// It is there, and not trusted as it should be: why.
    Partly(String),
    /// Programs that read this place trust it.
    Trusted,
}

/// A root of natscert's that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// SHA-256 of its DER, lower-case hex.
    pub fingerprint: String,
    /// Its common name.
    pub title: String,
    /// Nickname, alias or file.
    pub name: String,
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// It was not tried: nothing changed.
    pub is_skip: bool,
    /// What happened.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

impl Trouble {
    /// Not tried.
    pub fn skipped(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { is_skip: true, reason: reason.into(), hint: hint.into() }
    }

    /// Tried, and did not work.
    pub fn failed(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { is_skip: false, reason: reason.into(), hint: hint.into() }
    }
}

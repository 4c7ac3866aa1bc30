//! A root and the intermediates below it.

use std::fmt;

use super::authority::Trust;
use super::ca::Ca;

/// What an intermediate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It signs.
    Active,
    /// It is trusted, and may become active.
    Standby,
    /// It signs no more and is not trusted any more, where intermediates are.
    Retired,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An intermediate by its name.
#[derive(Debug)]
pub struct Intermediate {
    /// Unique below its root.
    pub name: String,
    /// What it is there for.
    pub standing: Standing,
    /// The CA itself.
    pub ca: Ca,
}

/// A root and the intermediates below it.
#[derive(Debug)]
pub struct Family {
    /// The root.
    pub root: Ca,
    /// Its intermediates, in the order of their names.
    pub intermediates: Vec<Intermediate>,
}

impl Family {
    /// A root alone.
    #[must_use]
    pub fn of_root(root: Ca) -> Self {
        Self { root, intermediates: Vec::new() }
    }

    /// The active intermediate.
    #[must_use]
    pub fn active(&self) -> Option<&Intermediate> {
        self.intermediates.iter().find(|intermediate| intermediate.standing == Standing::Active)
    }

    /// The one of this name.
    #[must_use]
    pub fn intermediate(&self, name: &str) -> Option<&Intermediate> {
        self.intermediates.iter().find(|intermediate| intermediate.name == name)
    }

    /// Who signs: the active intermediate, else the root.
    #[must_use]
    pub fn signer(&self) -> &Ca {
        self.active().map_or(&self.root, |active| &active.ca)
    }

    /// What a peer has to trust, in an order that does not change with who signs. Without an active intermediate that is
    /// the root.
    #[must_use]
    pub fn anchors(&self, trust: Trust) -> Vec<&Ca> {
        let trusted = self.intermediates.iter().filter(|one| one.standing != Standing::Retired);
        match trust {
            Trust::Intermediates if self.active().is_some() => trusted.map(|one| &one.ca).collect(),
            _ => vec![&self.root],
        }
    }

    /// The root and every intermediate, retired ones too.
    pub fn all(&self) -> impl Iterator<Item = &Ca> {
        std::iter::once(&self.root).chain(self.intermediates.iter().map(|one| &one.ca))
    }
}

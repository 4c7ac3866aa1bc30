//! Who signs and what is trusted: a root, perhaps intermediates below it, and during a roll a second such family.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::ca::Ca;
use super::certificate::pem_blocks_of;
use super::error::Error;
use super::family::Family;
use super::intermediate::IntermediateWish;

/// What stands in `ca.pem`. nats-server takes every certificate of a `ca_file` as an anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The roots.
    #[default]
    Roots,
    /// The active and the standby intermediates, and no root: what another intermediate of the root issued is refused.
    Intermediates,
}

impl Trust {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Roots, Self::Intermediates];

    /// The word of the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Roots => "roots",
            Self::Intermediates => "intermediates",
        }
    }
}

impl std::str::FromStr for Trust {
    type Err = UnknownTrust;

    fn from_str(word: &str) -> Result<Self, UnknownTrust> {
        let found = Self::ALL.into_iter().find(|trust| trust.as_str() == word);
        found.ok_or_else(|| UnknownTrust(super::name::shown(word)))
    }
}

/// A word that does not say what is trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ca.pem holds roots or intermediates, and {0} is neither")]
pub struct UnknownTrust(String);

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a roll has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The new CA is trusted beside the old one, which still signs.
    Started,
    /// The new one signs, and both are trusted.
    Switched,
    /// The old one is not trusted any more.
    Finished,
}

impl Phase {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Switched => "switched",
            Self::Finished => "finished",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is rolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "of")]
pub enum Rolled {
    /// The root, with all that is below it.
    Root,
    /// Who signs below the root.
    Intermediate {
        /// The intermediate that signed before; none: the root did.
        from: Option<String>,
        /// The one that follows.
        to: String,
    },
}

/// A roll from one CA to another, under way or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// Of what.
    pub rolled: Rolled,
    /// How far.
    pub phase: Phase,
}

/// Who signs, and what is trusted.
#[derive(Debug)]
pub struct Authority {
    /// The root whose certificate is `root.pem` of the CA directory, and what is below it.
    pub family: Family,
    /// In a roll of the root: the new family until it is finished, the old one afterwards.
    pub other: Option<Family>,
    /// The old family of the root's last roll, when something else was rolled since: for those who ask what it revoked.
    pub before: Option<Family>,
    /// What stands in `ca.pem`, if nothing else is asked for.
    pub trust: Trust,
    /// The roll that is under way, or was the last.
    pub roll: Option<Roll>,
}

impl Authority {
    /// A root alone.
    #[must_use]
    pub fn of_root(root: Ca) -> Self {
        Self { family: Family::of_root(root), other: None, before: None, trust: Trust::default(), roll: None }
    }

    /// How far the roll of this kind has got.
    fn root_phase(&self) -> Option<Phase> {
        self.roll.as_ref().filter(|roll| roll.rolled == Rolled::Root).map(|roll| roll.phase)
    }

    /// Whether a roll is under way.
    #[must_use]
    pub fn is_rolling(&self) -> bool {
        self.roll.as_ref().is_some_and(|roll| roll.phase != Phase::Finished)
    }

    /// The family that signs.
    #[must_use]
    pub fn signing(&self) -> &Family {
        self.other.as_ref().filter(|_| self.is_next_signing()).unwrap_or(&self.family)
    }

    /// Whether that is the new family of a roll.
    #[must_use]
    pub fn is_next_signing(&self) -> bool {
        self.root_phase() == Some(Phase::Switched)
    }

    /// The root above who signs.
    #[must_use]
    pub fn root(&self) -> &Ca {
        &self.signing().root
    }

    /// Who signs.
    #[must_use]
    pub fn signer(&self) -> &Ca {
        self.signing().signer()
    }

    /// In a roll that is under way: who signs before `switch`, and who after it.
    #[must_use]
    pub fn signers(&self) -> Option<(&Ca, &Ca)> {
        let roll = self.roll.as_ref().filter(|roll| roll.phase != Phase::Finished)?;
        match &roll.rolled {
            Rolled::Root => Some((self.family.signer(), self.other.as_ref()?.signer())),
            Rolled::Intermediate { from, to } => {
                let by_name = |name: &str| self.family.intermediate(name).map(|one| &one.ca);
                let old = from.as_deref().map_or(Some(&self.family.root), by_name)?;
                Some((old, by_name(to)?))
            }
        }
    }

    /// What one of its CAs is called in passing: an intermediate by its name, the root so; those of the other family of a
    /// roll by their common names, which no other has.
    #[must_use]
    pub fn title(&self, ca: &Ca) -> String {
        let is = |other: &Ca| other.facts().fingerprint == ca.facts().fingerprint;
        if is(self.root()) && self.other.is_none() {
            return "the root".to_owned();
        }
        let subject = &ca.facts().subject;
        let named = self.signing().intermediates.iter().find(|one| is(&one.ca)).map(|one| one.name.clone());
        named.or(subject.last_common_name().map(str::to_owned)).unwrap_or_else(|| subject.to_string())
    }

    /// What a peer has to trust; in a roll the old before the new, whoever signs, so that `switch` changes no `ca.pem`.
    #[must_use]
    pub fn anchors(&self, trust: Trust) -> Vec<&Ca> {
        let other = self.other.as_ref().filter(|_| self.is_rolling());
        let families = std::iter::once(&self.family).chain(other);
        let mut anchors: Vec<&Ca> = families.flat_map(|family| family.anchors(trust)).collect();
        // What the root signed itself before there was an intermediate.
        let root = &self.family.root;
        let is_needed = self.is_rolling()
            && matches!(&self.roll, Some(Roll { rolled: Rolled::Intermediate { from: None, .. }, .. }));
        if is_needed && !anchors.iter().any(|ca| ca.is_root()) {
            anchors.insert(0, root);
        }
        anchors
    }

    /// What `ca.pem` holds.
    #[must_use]
    pub fn ca_pem(&self, trust: Trust) -> String {
        let anchors: Vec<_> = self.anchors(trust).into_iter().map(Ca::der).collect();
        pem_blocks_of(&anchors)
    }

    /// A new intermediate of the current root, after `before`.
    ///
    /// # Errors
    /// Those of [`Ca::named_intermediate`].
    pub fn new_intermediate(
        &self,
        name: &str,
        wish: &IntermediateWish,
        before: Option<&Ca>,
        now: OffsetDateTime,
    ) -> Result<Ca, Error> {
        let known = self.all().chain(self.before.iter().flat_map(Family::all));
        self.family.root.named_intermediate(name, wish, before, known, now)
    }

    /// Every CA there is, retired and old ones too, but for those of [`Authority::before`].
    pub fn all(&self) -> impl Iterator<Item = &Ca> {
        self.family.all().chain(self.other.iter().flat_map(Family::all))
    }
}

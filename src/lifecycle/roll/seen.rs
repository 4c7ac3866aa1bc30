//! What a roll has to know of what is on disk.

use std::path::{Path, PathBuf};

use super::{ReaderKind, Sides, Step};
use crate::lifecycle::{Anchors, Bundle, Owner, OwnerKind};
use crate::pki::{Authority, Ca, Trust, pem_blocks_of};

/// Whose certificate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The old side's.
    Old,
    /// The new side's.
    New,
}

/// A bundle, or the `ca.pem` of an output folder of `apply`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its folder.
    pub dir: PathBuf,
    /// Whose it is, in an output folder of `apply`.
    pub owner: Option<Owner>,
    /// What its `ca.pem` holds of ours; none: nothing, or there is none.
    pub trust: Option<Trust>,
    /// Whether that accepts what the old CA issued.
    pub accepts_old: bool,
    /// Whether it accepts what the new one issued.
    pub accepts_new: bool,
    /// Whether it still holds a CA of the old side.
    pub holds_old: bool,
    /// Whose certificate it has; none: that of a CA that is not ours, or none.
    pub by: Option<By>,
    /// What reads its certificate: a client, if that is good for clients alone; none: it has none.
    pub reader: Option<ReaderKind>,
}

impl Seen {
    /// What there is to know of a bundle.
    pub(super) fn of_bundle(bundle: &Bundle, authority: &Authority, sides: &Sides<'_>) -> Self {
        let issuer = bundle.issuer(authority);
        let by = issuer.map(|ca| if sides.is_new(ca) { By::New } else { By::Old });
        let usage = bundle.facts.extended_key_usage.as_deref().unwrap_or_default();
        let is_client = usage.iter().any(|one| one == "clientAuth") && usage.len() == 1;
        let owner = bundle.owner.clone();
        let is_client = owner.as_ref().map_or(is_client, |owner| owner.kind == OwnerKind::Client);
        let reader = Some(if is_client { ReaderKind::Client } else { ReaderKind::Server });
        let seen = Self { owner, by, reader, ..Self::nothing(&bundle.dir) };
        seen.with(bundle.anchors.as_deref(), authority, sides)
    }

    /// What there is to know of a `ca.pem` alone.
    pub(super) fn of_file(dir: &Path, anchors: &Anchors, authority: &Authority, sides: &Sides<'_>) -> Self {
        Self::nothing(dir).with(Some(anchors), authority, sides)
    }

    fn nothing(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            owner: None,
            trust: None,
            accepts_old: false,
            accepts_new: false,
            holds_old: false,
            by: None,
            reader: None,
        }
    }

    fn with(self, anchors: Option<&Anchors>, authority: &Authority, sides: &Sides<'_>) -> Self {
        let Some(anchors) = anchors else { return self };
        // A new CA may be so new that the authority does not know it.
        let trust = anchors.trust(authority).or_else(|| {
            let has = |trust| sides.both(trust).iter().any(|ca| anchors.has(ca.facts()));
            Trust::ALL.into_iter().find(|trust| has(*trust))
        });
        if trust.is_none() {
            return self;
        }
        Self {
            trust,
            accepts_old: sides.old.is_some_and(|old| anchors.accept(old)),
            accepts_new: anchors.accept(sides.new),
            holds_old: sides.removed_by(Step::Finish).iter().any(|ca| anchors.has(ca.facts())),
            ..self
        }
    }

    /// Whether a step is about its files: then whoever reads them has to read them anew.
    #[must_use]
    pub fn is_concerned(&self, step: Step, sides: &Sides<'_>) -> bool {
        if step.certifies() { self.by.is_some() } else { self.trust.is_some_and(|t| sides.concerns(step, t)) }
    }
}

/// What a step makes of a `ca.pem`; none: it stays as it is. What is trusted there for other reasons stays.
pub(super) fn wanted(anchors: &Anchors, trust: Trust, step: Step, sides: &Sides<'_>) -> Option<String> {
    let ders = |cas: &[&Ca]| cas.iter().map(|ca| ca.der().to_vec()).collect::<Vec<_>>();
    let without = |cas: &[&Ca]| {
        let kept = anchors.certificates.iter().filter(|(_, facts)| !Sides::is_among(facts, cas));
        kept.map(|(der, _)| der.clone()).collect::<Vec<_>>()
    };
    match step {
        Step::Start | Step::BackFinish => {
            let both = sides.both(trust);
            let is_there = both.iter().all(|ca| anchors.has(ca.facts()));
            (!is_there).then(|| pem_blocks_of(&[ders(both), without(both)].concat()))
        }
        Step::Finish | Step::BackStart => {
            let kept = without(sides.removed_by(step));
            (kept.len() < anchors.certificates.len()).then(|| pem_blocks_of(&kept))
        }
        Step::Switch | Step::BackSwitch => None,
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;

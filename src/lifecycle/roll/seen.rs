//! What a roll has to know of what is on disk.

use std::path::{Path, PathBuf};

use super::ca_text::CaText;
use super::{ReaderKind, Sides, Step};
use crate::lifecycle::{Anchors, Bundle, Owner, OwnerKind};
use crate::pki::{Authority, Ca, Trust};

/// Whose certificate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The old side's.
    Old,
    /// The new side's.
    New,
}

/// A `ca.pem` that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// In an output folder of `apply`, which writes one.
    OfApply,
    /// In a bundle by itself, which may do without.
    Other,
}

/// A bundle, or the `ca.pem` of an output folder of `apply`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its folder.
    pub(super) dir: PathBuf,
    /// Whose it is, in an output folder of `apply`.
    pub(super) owner: Option<Owner>,
    /// What its `ca.pem` holds of ours; none: nothing, or there is none.
    pub(super) trust: Option<Trust>,
    /// Where it should be, if there is none.
    pub(super) lack: Option<Lack>,
    /// Whether that accepts what the old CA issued.
    pub(super) accepts_old: bool,
    /// Whether it accepts what the new one issued.
    pub(super) accepts_new: bool,
    /// Whether it still holds a CA of the old side.
    pub(super) holds_old: bool,
    /// Whose certificate it has; none: that of a CA that is not ours, or none.
    pub(super) by: Option<By>,
    /// What reads its certificate: a client, if that is good for clients alone; none: it has none.
    pub(super) reader: Option<ReaderKind>,
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
    pub(super) fn of_file(
        dir: &Path,
        anchors: Option<&Anchors>,
        authority: &Authority,
        sides: &Sides<'_>,
    ) -> Self {
        Self::nothing(dir).with(anchors, authority, sides)
    }

    /// Whether a `ca.pem` is missing that `apply` writes.
    pub(super) fn lacks_ca(&self) -> bool {
        self.lack == Some(Lack::OfApply)
    }

    fn nothing(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            owner: None,
            trust: None,
            lack: None,
            accepts_old: false,
            accepts_new: false,
            holds_old: false,
            by: None,
            reader: None,
        }
    }

    fn with(self, anchors: Option<&Anchors>, authority: &Authority, sides: &Sides<'_>) -> Self {
        let Some(anchors) = anchors else {
            let is_applied = self.owner.is_some() || self.reader.is_none();
            return Self { lack: Some(if is_applied { Lack::OfApply } else { Lack::Other }), ..self };
        };
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
    pub(super) fn is_concerned(&self, step: Step, sides: &Sides<'_>) -> bool {
        if step.certifies() { self.by.is_some() } else { self.trust.is_some_and(|t| sides.concerns(step, t)) }
    }
}

/// What a step makes of a `ca.pem`; none: it stays as it is. What is trusted there for other reasons stays.
pub(super) fn wanted(anchors: &Anchors, trust: Trust, step: Step, sides: &Sides<'_>) -> Option<String> {
    let text = CaText::of(anchors);
    let without = |cas: &[&Ca]| {
        let kept = anchors.certificates.iter().filter(|(_, facts)| !Sides::is_among(facts, cas));
        kept.map(|(der, _)| der.as_slice()).collect::<Vec<_>>()
    };
    match step {
        Step::Start | Step::BackFinish => {
            let both = sides.both(trust);
            let is_there = both.iter().all(|ca| anchors.has(ca.facts()));
            let ders: Vec<_> = both.iter().map(|ca| ca.der().as_ref()).collect();
            (!is_there).then(|| text.with(&[ders, without(both)].concat()))
        }
        Step::Finish | Step::BackStart => {
            let kept = without(sides.removed_by(step));
            (kept.len() < anchors.certificates.len()).then(|| text.with(&kept))
        }
        Step::Switch | Step::BackSwitch => None,
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;

//! The two sides of a roll: what was, and what follows.

use super::Step;
use crate::pki::{Authority, Ca, Facts, Family, Intermediate, Phase, Rolled, Standing, Trust};

/// The old CA and the new one, with what is trusted for each.
#[derive(Debug)]
pub(super) struct Sides<'a> {
    /// Who signs before `switch`; none: it is gone.
    pub(super) old: Option<&'a Ca>,
    /// Who signs after it.
    pub(super) new: &'a Ca,
    /// Where roots are trusted.
    roots: Trusted<'a>,
    /// Where intermediates are.
    intermediates: Trusted<'a>,
    /// What goes with `finish`.
    leaving: Vec<&'a Ca>,
    /// What goes when `start` is taken back.
    coming: Vec<&'a Ca>,
    /// Every CA of the new side.
    news: Vec<&'a Ca>,
}

/// Anchors of one kind, in an order that no step changes.
#[derive(Debug)]
struct Trusted<'a> {
    /// Before the roll.
    before: Vec<&'a Ca>,
    /// Between `start` and `finish`.
    both: Vec<&'a Ca>,
    /// After it.
    after: Vec<&'a Ca>,
}

impl<'a> Sides<'a> {
    /// The sides of the roll that an authority is in, or was in last. `made`: its new intermediate was made for it.
    pub(super) fn of(authority: &'a Authority, made: bool) -> Option<Self> {
        let roll = authority.roll.as_ref()?;
        let (family, other) = (&authority.family, authority.other.as_ref());
        match &roll.rolled {
            Rolled::Root if roll.phase == Phase::Finished => Some(Self::of_roots(other, family)),
            Rolled::Root => Some(Self::of_roots(Some(family), other?)),
            Rolled::Intermediate { from, to } => {
                let new = &family.intermediate(to)?.ca;
                Self::of_intermediates(family, from.as_deref(), (to, new), made)
            }
        }
    }

    /// Who signs from this step on, if the step changes that or begins the roll.
    pub(super) fn signer_of(&self, step: Step) -> Option<&'a Ca> {
        match step {
            Step::Start | Step::Switch => Some(self.new),
            Step::BackSwitch => self.old,
            Step::Finish | Step::BackStart | Step::BackFinish => None,
        }
    }

    /// From one root, with what is below it, to another one.
    pub(super) fn of_roots(old: Option<&'a Family>, new: &'a Family) -> Self {
        let trusted = |trust| {
            let before = old.map(|old| old.anchors(trust)).unwrap_or_default();
            let after = new.anchors(trust);
            Trusted { both: before.iter().chain(&after).copied().collect(), before, after }
        };
        Self {
            old: old.map(Family::signer),
            new: new.signer(),
            roots: trusted(Trust::Roots),
            intermediates: trusted(Trust::Intermediates),
            leaving: old.into_iter().flat_map(Family::all).collect(),
            coming: new.all().collect(),
            news: new.all().collect(),
        }
    }

    /// From one intermediate to another one of the same root; from none: the root signed itself.
    pub(super) fn of_intermediates(
        family: &'a Family,
        from: Option<&str>,
        to: (&str, &'a Ca),
        made: bool,
    ) -> Option<Self> {
        let root = &family.root;
        let (name, new) = to;
        let old = match from {
            Some(from) => Some((from, &family.intermediate(from)?.ca)),
            None => None,
        };
        let is_other = |one: &&Intermediate| {
            one.standing != Standing::Retired && one.name != name && Some(one.name.as_str()) != from
        };
        let others = family.intermediates.iter().filter(is_other).map(|one| (one.name.as_str(), &one.ca));
        let others: Vec<(&str, &'a Ca)> = others.collect();
        let list = |more: &[Option<(&str, &'a Ca)>]| {
            let mut list: Vec<(&str, &'a Ca)> =
                others.iter().copied().chain(more.iter().copied().flatten()).collect();
            list.sort_by_key(|(name, _)| (*name).to_owned());
            list.into_iter().map(|(_, ca)| ca).collect::<Vec<_>>()
        };
        let before = match old {
            None => vec![root],
            Some(_) => list(&[old, Some(to).filter(|_| !made)]),
        };
        let mut both = list(&[old, Some(to)]);
        if old.is_none() {
            both.insert(0, root);
        }
        let roots = || vec![root];
        Some(Self {
            old: Some(old.map_or(root, |(_, ca)| ca)),
            new,
            roots: Trusted { before: roots(), both: roots(), after: roots() },
            intermediates: Trusted { before, both, after: list(&[Some(to)]) },
            leaving: old.into_iter().map(|(_, ca)| ca).collect(),
            coming: if made { vec![new] } else { Vec::new() },
            news: vec![new],
        })
    }

    fn trusted(&self, trust: Trust) -> &Trusted<'a> {
        match trust {
            Trust::Roots => &self.roots,
            Trust::Intermediates => &self.intermediates,
        }
    }

    /// What is trusted between `start` and `finish`.
    pub(super) fn both(&self, trust: Trust) -> &[&'a Ca] {
        &self.trusted(trust).both
    }

    /// What a step that takes trust away takes out of every `ca.pem`.
    pub(super) fn removed_by(&self, step: Step) -> &[&'a Ca] {
        match step {
            Step::Finish => &self.leaving,
            Step::BackStart => &self.coming,
            _ => &[],
        }
    }

    /// Whether a step is about a `ca.pem` of this kind at all.
    pub(super) fn concerns(&self, step: Step, trust: Trust) -> bool {
        let Trusted { before, both, after } = self.trusted(trust);
        let without = |list: &[&Ca]| both.iter().any(|ca| !list.iter().any(|other| is_same(ca, other)));
        match step {
            Step::Start | Step::BackStart => without(before),
            Step::Finish | Step::BackFinish => without(after),
            Step::Switch | Step::BackSwitch => false,
        }
    }

    /// Whether it is a CA of the new side.
    pub(super) fn is_new(&self, ca: &Ca) -> bool {
        self.news.iter().any(|new| is_same(new, ca))
    }

    /// Whether a certificate is that of one of these CAs.
    pub(super) fn is_among(facts: &Facts, cas: &[&Ca]) -> bool {
        cas.iter().any(|ca| ca.facts().spki == facts.spki && ca.facts().subject == facts.subject)
    }
}

fn is_same(a: &Ca, b: &Ca) -> bool {
    a.facts().fingerprint == b.facts().fingerprint
}

//! What was revoked, and would sign or be certified again by a step.

use super::locked::Read;
use super::{Refusal, Sides, Step};
use crate::bundle::Revoked;
use crate::lifecycle::Bundle;
use crate::pki::Authority;

/// What a roll has to heed.
pub(super) struct Revocations<'a> {
    pub(super) revoked: &'a Revoked,
    pub(super) authority: &'a Authority,
    pub(super) sides: &'a Sides<'a>,
}

impl Revocations<'_> {
    /// Whether the intermediate was revoked that signs after a step.
    pub(super) fn of_signer(&self, step: Step) -> Result<(), Refusal> {
        let Some(ca) = self.sides.signer_of(step) else { return Ok(()) };
        let families = [Some(&self.authority.family), self.authority.other.as_ref()];
        let found = families.into_iter().flatten().find_map(|family| {
            let one = family.intermediates.iter().find(|one| one.ca.der() == ca.der())?;
            self.revoked.intermediate(family, &one.name).map(|_| one.name.clone())
        });
        found.map_or(Ok(()), |name| Err(Refusal::RevokedCa(name, step)))
    }

    /// Whether a step would certify a bundle again although its certificate was revoked: the new one would not be.
    pub(super) fn of_certificates(&self, step: Step, read: &Read) -> Result<(), Refusal> {
        if self.revoked.entries().is_empty() || !matches!(step, Step::Start | Step::Switch | Step::BackSwitch)
        {
            return Ok(());
        }
        let is_revived = |bundle: &&Bundle| {
            bundle.issuer(self.authority).is_some_and(|issuer| {
                self.sides.is_new(issuer) == (step == Step::BackSwitch)
                    && self.revoked.find(&issuer.facts().pin, &bundle.facts.serial).is_some()
            })
        };
        match read.places.iter().flat_map(|found| &found.bundles).find(is_revived) {
            Some(found) => {
                Err(Refusal::Revoked { dir: found.dir.clone(), is_applied: found.owner.is_some() })
            }
            None => Ok(()),
        }
    }
}

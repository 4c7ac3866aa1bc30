//! How bundles stand to the CAs that there are.

use super::bundle::{Anchors, Bundle};
use super::folder::OwnerKind;
use crate::pki::{Authority, Ca, Facts, Trust};

impl Bundle {
    /// Which CA issued it, by name, key identifier and signature; none: one that is not ours. As `apply` does, this
    /// verifies the signature where the file changed since the text of its owner was written.
    #[must_use]
    pub fn issuer<'a>(&self, authority: &'a Authority) -> Option<&'a Ca> {
        let mut named = self.named(authority);
        let first = named.next()?;
        // Of two with the same name and key identifier the signature alone says which.
        if self.is_vouched && named.next().is_none() {
            return Some(first);
        }
        Ca::issuer_of(authority.all(), &self.facts, &self.der)
    }

    /// Whether it is a node's and names a CA of ours as its issuer, which has not signed it.
    pub(super) fn is_damaged(&self, authority: &Authority) -> bool {
        let is_node = self.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Node);
        is_node
            && !self.is_vouched
            && self.named(authority).next().is_some()
            && self.issuer(authority).is_none()
    }

    /// The CAs that it can have been issued by, by name and key identifier.
    fn named<'a>(&self, authority: &'a Authority) -> impl Iterator<Item = &'a Ca> {
        authority.all().filter(|ca| self.facts.names_as_issuer(ca.facts()))
    }

    /// Whether a peer with this `ca.pem` takes what `ca` issues; none: there is no `ca.pem`.
    #[must_use]
    pub fn accepts(&self, ca: &Ca) -> Option<bool> {
        self.anchors.as_ref().map(|anchors| anchors.accept(ca))
    }
}

impl Anchors {
    /// Whether this CA is among them, as verifiers see it: by name and key.
    #[must_use]
    pub fn has(&self, ca: &Facts) -> bool {
        self.certificates.iter().any(|(_, anchor)| anchor.is_same_ca(ca))
    }

    /// Whether whoever trusts them takes what `ca` issues, with the intermediates that come along.
    #[must_use]
    pub fn accept(&self, ca: &Ca) -> bool {
        ca.leads_to(self.certificates.iter().map(|(_, anchor)| anchor))
    }

    /// What it was meant to hold: any root that is ours, or else any intermediate; none: no CA of ours.
    #[must_use]
    pub fn trust(&self, authority: &Authority) -> Option<Trust> {
        let has = |is_root| authority.all().any(|ca| ca.is_root() == is_root && self.has(ca.facts()));
        if has(true) {
            Some(Trust::Roots)
        } else if has(false) {
            Some(Trust::Intermediates)
        } else {
            None
        }
    }
}

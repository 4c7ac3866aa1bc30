//! Who signs, whose certificates are right beside its own, and what was seen of others.

use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::reason::Reason;
use super::turn::Seen;
use crate::bundle::Revoked;
use crate::pki::{Authority, Ca, Facts, Subject, Trust};
use crate::topology::Wanted;

/// Who issues, and when.
pub(super) struct Issuer<'a> {
    /// Who signs. None: there is no CA yet, so nothing can be right.
    pub(super) ca: Option<&'a Ca>,
    /// Whose certificates are right, and what follows these in `cert.pem`: its own, and in a roll those of another.
    pub(super) right: Vec<(&'a Ca, String)>,
    /// The CA directory.
    authority: Option<&'a Authority>,
    /// What was found of others of these.
    seen: Mutex<Seen>,
    /// What `ca.pem` holds.
    pub(super) ca_pem: String,
    pub(super) now: OffsetDateTime,
    revoked: &'a Revoked,
}

impl<'a> Issuer<'a> {
    /// The first of these signs, and what the others signed is right, too; `trust` if not what the CA directory says.
    pub(super) fn of(
        authority: Option<&'a Authority>,
        trust: Option<Trust>,
        signers: &[&'a Ca],
        now: OffsetDateTime,
        revoked: &'a Revoked,
    ) -> Self {
        let ca_pem = |authority: &Authority| authority.ca_pem(trust.unwrap_or(authority.trust));
        Self {
            ca: signers.first().copied(),
            right: signers.iter().map(|ca| (*ca, ca.intermediates_pem())).collect(),
            authority,
            seen: Mutex::default(),
            ca_pem: authority.map(ca_pem).unwrap_or_default(),
            now,
            revoked,
        }
    }

    /// Whether a CA of the CA directory issued this certificate, and revoked it. A new one with its key would not be.
    pub(super) fn has_revoked(&self, facts: &Facts) -> bool {
        let is_revoked = |ca: &Ca| {
            facts.names_as_issuer(ca.facts()) && self.revoked.find(&ca.facts().pin, &facts.serial).is_some()
        };
        !self.revoked.entries().is_empty() && self.authority.is_some_and(|all| all.all().any(is_revoked))
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a `ca.pem` that is not as it should be.
    pub(super) fn note_pool(&self, bytes: &[u8]) {
        let mut seen = self.seen();
        if !seen.pools.contains(bytes) {
            seen.pools.insert(bytes.to_vec());
        }
    }

    /// The subject that a certificate shall have.
    pub(super) fn subject(&self, wanted: &Wanted, owner: &str) -> Subject {
        match (&wanted.subject, self.ca) {
            (Some(subject), _) => subject.clone(),
            (None, Some(ca)) => ca.subject_for(&wanted.names, owner),
            (None, None) => Subject::for_names(&wanted.names, owner),
        }
    }

    /// Why a certificate is none of who signs.
    pub(super) fn other_issuer(&self, facts: &Facts, cert: &[u8]) -> Reason {
        let found = self
            .authority
            .and_then(|authority| Some((authority, Ca::issuer_of(authority.all(), facts, cert)?)));
        match (found, self.ca) {
            (Some((authority, issuer)), Some(wanted)) => {
                self.seen().issuers.insert(issuer.facts().fingerprint.clone());
                Reason::Signer { found: authority.title(issuer), wanted: authority.title(wanted) }
            }
            _ => Reason::CaChanged,
        }
    }
}

//! Whether this run may have another CA sign than the one that signed what is on disk. Pure.
//!
//! A server that has a new certificate meets peers that have not reloaded yet. So no certificate is made again under a CA that
//! some `ca.pem` on disk does not lead to, and no `ca.pem` stops trusting who signed a certificate on disk.

use std::collections::BTreeSet;

use crate::pki::{Ca, Facts, Item, items};

/// What was seen on disk that is not as the CA in use would have it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The contents of files `ca.pem`, each once.
    pub(super) pools: BTreeSet<Vec<u8>>,
    /// Of certificates that are to be made again by another CA of ours: who issued them, by fingerprint.
    pub(super) issuers: BTreeSet<String>,
}

/// Who signs, and what is trusted, if nothing stands in the way.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// Who would sign.
    pub(super) signer: &'a Ca,
    /// What `ca.pem` would hold.
    pub(super) anchors: &'a [&'a Ca],
    /// Every CA of ours, with its name.
    pub(super) known: &'a [(&'a Ca, String)],
    /// Whether a roll has just made it the signer: then the one before it can go on for one run.
    pub(super) in_roll: bool,
}

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It signs.
    Go,
    /// First every `ca.pem` is brought up to date; the CA before it signs what is missing.
    Wait,
    /// Nothing is done.
    Refuse(CutOff),
}

/// What would cut peers off from each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CutOff {
    /// Some `ca.pem` does not lead to who would sign.
    #[error("{0} would sign, and not every ca.pem in the output folder leads to it yet")]
    Unannounced(String),
    /// The new `ca.pem` would not lead to who signed a certificate that is there.
    #[error("{0} signed certificates in the output folder, and the new ca.pem would not lead to it")]
    Dropped(String),
}

impl CutOff {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unannounced(_) => {
                "have it on standby first: apply, reload every server, then let it sign and apply again (after a roll that \
                 this folder was no part of: natscert ca roll status)"
            }
            Self::Dropped(_) => {
                "keep it trusted for now (trust = \"roots\", or natscert ca intermediate standby): apply, reload every \
                 server, then stop trusting it and apply again"
            }
        }
    }
}

/// Decides by what was seen.
pub(super) fn decide(turn: &Turn<'_>, seen: &Seen) -> Decision {
    let issuers = || turn.known.iter().filter(|(ca, _)| seen.issuers.contains(&ca.facts().fingerprint));
    if issuers().next().is_none() {
        return Decision::Go;
    }
    // A file that leads to none of ours lets nobody in as it is.
    let pools: Vec<_> = seen.pools.iter().map(|pool| certificates(pool)).collect();
    let is_ours = |anchor: &Facts| turn.known.iter().any(|(ca, _)| anchor.is_same_ca(ca.facts()));
    let pools: Vec<Vec<Facts>> = pools.into_iter().filter(|pool| pool.iter().any(is_ours)).collect();
    if pools.iter().any(|pool| !turn.signer.leads_to(pool)) {
        if turn.in_roll {
            return Decision::Wait;
        }
        let signer = turn.known.iter().find(|(ca, _)| std::ptr::eq(*ca, turn.signer));
        let name = signer.map(|(_, name)| name.clone()).unwrap_or_default();
        return Decision::Refuse(CutOff::Unannounced(name));
    }
    let anchors: Vec<_> = turn.anchors.iter().map(|ca| ca.facts()).collect();
    let dropped = |(ca, _): &&(&Ca, String)| {
        !ca.leads_to(anchors.iter().copied()) && pools.iter().any(|pool| ca.leads_to(pool))
    };
    match issuers().find(dropped) {
        Some((_, name)) => Decision::Refuse(CutOff::Dropped(name.clone())),
        None => Decision::Go,
    }
}

fn certificates(pool: &[u8]) -> Vec<Facts> {
    let certificates = items(pool).unwrap_or_default().into_iter().filter_map(|item| match item {
        Item::Certificate(der) => Facts::of(&der).ok(),
        _ => None,
    });
    certificates.collect()
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;

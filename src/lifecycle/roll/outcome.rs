//! What a step came to, and where a roll is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::locked::Read;
use super::write::Written;
use super::{By, Position, Refusal, Seen, Sides, Step};
use crate::lifecycle::{Passed, Problem};
use crate::pki::{Ca, Phase, Rolled, Trust};

/// Where a roll is; and what a step did, if one was taken. By default: that of a CA that is not rolled.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How far it is.
    pub position: Position,
    /// Of what it is.
    pub rolled: Option<Rolled>,
    /// The old CA and the new one.
    pub cas: Option<(Option<Name>, Name)>,
    /// What `ca.pem` holds.
    pub trust: Trust,
    /// What the step wrote.
    pub written: Written,
    /// How far each folder is.
    pub tallies: Vec<Tally>,
    /// Who reads files that the last step is about, and has to read them anew before the next one.
    pub readers: Vec<Reader>,
    /// Bundles whose certificates are of other CAs: they stay.
    pub foreign: Vec<PathBuf>,
    /// Where a `ca.pem` is missing.
    pub missing: Vec<Missing>,
    /// Links and hidden folders that were passed over, and bundles of the roll are in them.
    pub passed: Vec<Passed>,
    /// How many certificates end with the new CA, and would be valid longer.
    pub shortened: usize,
    /// Folders of the last roll, which are those of this one, too, though nobody has named them.
    pub kept: Vec<PathBuf>,
    /// What was revoked in the course of the roll, so that the next step is refused.
    pub revoked: Option<Refusal>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Folders of the roll that are not there.
    pub gone: Vec<PathBuf>,
}

/// A folder without `ca.pem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The folder.
    pub dir: PathBuf,
    /// Whether `apply` writes one there. Other bundles may do without.
    pub is_applied: bool,
}

/// A CA in an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it is called in passing: its common name, else its subject.
    pub title: String,
    /// Its subject.
    pub subject: String,
    /// SHA-256 of its certificate.
    pub fingerprint: String,
    /// The certificate of its root, DER.
    pub root: Vec<u8>,
    /// What the root is called.
    pub root_title: String,
    /// When what it certifies ends at the latest.
    pub end: OffsetDateTime,
}

/// How far a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The folder.
    pub dir: PathBuf,
    /// Files `ca.pem` that are as the state wants them, and how many there are with a CA of ours, or should be.
    pub ca_files: (usize, usize),
    /// How many of them are missing.
    pub missing: usize,
    /// The same for certificates.
    pub certificates: (usize, usize),
}

/// Who reads the files of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// What it is.
    pub kind: ReaderKind,
    /// The name of a node or client, else the path of the bundle.
    pub name: String,
    /// The folder of the node or client, or the bundle.
    pub dir: PathBuf,
}

/// What reads the files of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReaderKind {
    /// A nats-server, which reloads them.
    Server,
    /// A client, which reads them when it starts.
    Client,
}

impl Outcome {
    /// The step that does what is left to do on disk, if anything is.
    #[must_use]
    pub fn completing(&self) -> Option<Step> {
        let is_left = |of: &dyn Fn(&Tally) -> (usize, usize)| {
            self.tallies.iter().map(of).any(|(right, all)| right < all)
        };
        let (ca_files, certificates) = (
            is_left(&|tally| (tally.ca_files.0 + tally.missing, tally.ca_files.1)),
            is_left(&|tally| tally.certificates),
        );
        match self.position? {
            Phase::Started | Phase::Switched if ca_files => Some(Step::Start),
            Phase::Started if certificates => Some(Step::BackSwitch),
            Phase::Switched if certificates => Some(Step::Switch),
            // Nobody who was left out is let in by this step: its end has to be taken back first.
            Phase::Finished if certificates => Some(Step::BackFinish),
            Phase::Finished if ca_files => Some(Step::Finish),
            _ => None,
        }
    }

    /// Whether everything on disk is as the state wants it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_done = |(done, all): (usize, usize)| done == all;
        let may_pass = self.position == Some(Phase::Finished);
        self.problems.is_empty()
            && self.gone.is_empty()
            && (may_pass || self.passed.is_empty())
            && self.tallies.iter().all(|tally| is_done(tally.ca_files) && is_done(tally.certificates))
    }
}

impl Name {
    pub(super) fn of(ca: &Ca, root: &Ca) -> Self {
        let facts = ca.facts();
        let title = |ca: &Ca| {
            let subject = &ca.facts().subject;
            subject.last_common_name().map_or_else(|| subject.to_string(), ToOwned::to_owned)
        };
        Self {
            title: title(ca),
            root_title: title(root),
            subject: facts.subject.to_string(),
            end: ca.end(),
            fingerprint: facts.fingerprint.clone(),
            root: root.der().to_vec(),
        }
    }
}

impl Tally {
    /// How far each folder is.
    pub(super) fn all(read: &Read, seen: &[Vec<Seen>], phase: Phase) -> Vec<Self> {
        let count = |seen: &[Seen], of: &dyn Fn(&&Seen) -> bool| seen.iter().filter(of).count();
        let is_right = |seen: &&Seen| match phase {
            Phase::Finished => seen.accepts_new && !seen.holds_old,
            _ => seen.accepts_new && seen.accepts_old,
        };
        let wanted = if phase == Phase::Started { By::Old } else { By::New };
        let tally = |(found, seen): (&super::locked::Found, &Vec<Seen>)| Self {
            dir: found.place.root.clone(),
            ca_files: (
                count(seen, &|seen| seen.trust.is_some() && is_right(seen)),
                count(seen, &|seen| seen.trust.is_some() || seen.lacks_ca()),
            ),
            missing: count(seen, &|seen| seen.lacks_ca()),
            certificates: (
                count(seen, &|seen| seen.by == Some(wanted)),
                count(seen, &|seen| seen.by.is_some()),
            ),
        };
        read.places.iter().zip(seen).map(tally).collect()
    }
}

impl Reader {
    /// Who reads what a step is about.
    pub(super) fn all(seen: &[Vec<Seen>], step: Step, sides: &Sides<'_>) -> Vec<Self> {
        let concerned = seen.iter().flatten().filter(|seen| seen.is_concerned(step, sides));
        concerned.filter_map(Self::of).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn of(seen: &Seen) -> Option<Self> {
        let kind = seen.reader?;
        Some(match &seen.owner {
            Some(owner) => Self { kind, name: owner.name.clone(), dir: owner.dir.clone() },
            None => Self { kind, name: seen.dir.display().to_string(), dir: seen.dir.clone() },
        })
    }
}

/// Bundles whose certificates are of other CAs.
pub(super) fn foreign(seen: &[Vec<Seen>]) -> Vec<PathBuf> {
    let foreign = seen.iter().flatten().filter(|seen| seen.reader.is_some() && seen.by.is_none());
    foreign.map(|seen| seen.dir.clone()).collect()
}

/// Where a `ca.pem` is missing beside a certificate of ours, or where `apply` writes one.
pub(super) fn missing(seen: &[Vec<Seen>]) -> Vec<Missing> {
    let missing =
        seen.iter().flatten().filter(|seen| seen.lacks_ca() || (seen.lack.is_some() && seen.by.is_some()));
    missing.map(|seen| Missing { dir: seen.dir.clone(), is_applied: seen.lacks_ca() }).collect()
}

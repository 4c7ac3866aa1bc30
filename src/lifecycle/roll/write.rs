//! What a step writes, worked out before anything is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use time::{Duration, OffsetDateTime};

use super::locked::{Found, Locked, Read};
use super::seen::wanted;
use super::{By, Error, Refusal, Seen, Sides, Step};
use crate::apply::Progress;
use crate::bundle::FileKind;
use crate::lifecycle::{Bundle, Change, Owner, OwnerKind, again};
use crate::pki::{Ca, KeyType, TimeError, Validity};

/// The files of one folder that are written.
#[derive(Default)]
pub(super) struct Work {
    files: Vec<(PathBuf, FileKind, String)>,
    /// The nodes in it whose files these are.
    nodes: BTreeSet<PathBuf>,
    /// Bundles with a certificate that no CA of ours has signed.
    unknown: Vec<PathBuf>,
    /// All nodes that are told to reload.
    concerned: BTreeSet<Owner>,
    /// Certificates that end with the CA that certifies them, and the seconds that they would have had.
    pub(super) shortened: Vec<(PathBuf, i64)>,
}

/// Seconds from the beginning to the end of certificates that a CA of the roll has cut short, by their folders.
pub(super) type Lengths = BTreeMap<PathBuf, i64>;

/// How many files of which kind were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `ca.pem`
    pub ca_files: usize,
    /// `cert.pem`
    pub certificates: usize,
}

impl Work {
    /// What a step writes, for each folder.
    pub(super) fn of(
        step: Step,
        read: &Read,
        seen: &[Vec<Seen>],
        certifier: &Certifier<'_>,
    ) -> Result<Vec<Self>, Refusal> {
        read.places
            .iter()
            .zip(seen)
            .map(|(found, seen)| Self::in_place(step, found, seen, certifier))
            .collect()
    }

    fn in_place(
        step: Step,
        found: &Found,
        seen: &[Seen],
        certifier: &Certifier<'_>,
    ) -> Result<Self, Refusal> {
        let sides = certifier.sides;
        let mut work = Self::default();
        let mut seen = seen.iter();
        if let Some((dir, anchors)) = &found.ca_file {
            let seen = seen.next();
            let text = anchors
                .as_ref()
                .and_then(|anchors| wanted(anchors, seen.and_then(|seen| seen.trust)?, step, sides));
            work.files.extend(text.map(|text| (dir.clone(), FileKind::CaBundle, text)));
        }
        let seen: Vec<&Seen> = seen.collect();
        let unknown =
            found.bundles.iter().zip(&seen).filter(|(bundle, seen)| seen.by.is_none() && !bundle.is_vouched);
        work.unknown = unknown.map(|(bundle, _)| bundle.dir.clone()).collect();
        let concerned = seen.iter().filter(|seen| seen.is_concerned(step, sides));
        let owners = concerned.filter_map(|seen| seen.owner.clone());
        work.concerned = owners.filter(|owner| owner.kind == OwnerKind::Node).collect();
        let bundles = found.bundles.par_iter().zip(seen);
        let files: Vec<_> = bundles
            .map(|(bundle, seen)| Ok((bundle, of_bundle(step, bundle, seen, certifier)?)))
            .collect::<Result<_, Refusal>>()?;
        for (bundle, (file, length)) in files {
            work.shortened.extend(length.map(|length| (bundle.dir.clone(), length)));
            let Some((kind, text)) = file else { continue };
            work.files.push((bundle.dir.clone(), kind, text));
            let node = bundle.owner.as_ref().filter(|owner| owner.kind == OwnerKind::Node);
            work.nodes.extend(node.map(|owner| owner.dir.clone()));
        }
        Ok(work)
    }

    /// Writes it all, and brings it to the disk; also what a killed run wrote before.
    pub(super) fn carry_out(
        work: Vec<Self>,
        locked: Locked,
        progress: &dyn Progress,
    ) -> Result<Written, Error> {
        let all: usize = work.iter().map(|work| work.files.len()).sum();
        progress.begin("writing", all);
        let mut written = Written::default();
        for (work, change) in work.into_iter().zip(locked.changes) {
            for (_, kind, _) in &work.files {
                match kind {
                    FileKind::CaBundle => written.ca_files += 1,
                    _ => written.certificates += 1,
                }
            }
            work.write(change, progress)?;
        }
        Ok(written)
    }

    fn write(mut self, mut change: Change, progress: &dyn Progress) -> Result<(), Error> {
        // Those that a killed run wrote to are told as well.
        let unsettled = self.concerned.iter().filter(|owner| !change.is_settled(owner));
        self.nodes.extend(unsettled.map(|owner| owner.dir.clone()));
        self.files.par_iter().try_for_each(|(dir, kind, text)| {
            change.put_file(dir, *kind, text.as_bytes())?;
            progress.advance(1);
            Ok::<_, Error>(())
        })?;
        change.doubt(self.unknown);
        let nodes: Vec<_> = self.nodes.into_iter().collect();
        Ok(change.finish(&nodes, |_, _| None, progress)?)
    }
}

/// A file that is to be written; and the seconds that a certificate would have had, if a CA cuts it short.
type Drafted = (Option<(FileKind, String)>, Option<i64>);

/// The file of a bundle that a step writes.
fn of_bundle(
    step: Step,
    bundle: &Bundle,
    seen: &Seen,
    certifier: &Certifier<'_>,
) -> Result<Drafted, Refusal> {
    let sides = certifier.sides;
    if !step.certifies() {
        // Whoever cannot be certified later is told before the roll begins.
        let mut length = None;
        if step == Step::Start && seen.by == Some(By::Old) {
            length = certifier.certified(bundle, sides.old, sides.new)?.1;
        }
        let text = bundle.anchors.as_ref().and_then(|anchors| wanted(anchors, seen.trust?, step, sides));
        return Ok((text.map(|text| (FileKind::CaBundle, text)), length));
    }
    let (wrong, from, ca) = if step == Step::Switch {
        (By::Old, sides.old, Some(sides.new))
    } else {
        (By::New, Some(sides.new), sides.old)
    };
    let Some(ca) = ca.filter(|_| seen.by == Some(wrong)) else { return Ok((None, None)) };
    let (text, length) = certifier.certified(bundle, from, ca)?;
    Ok((Some((FileKind::Certificate, text)), length))
}

/// What makes the same certificates by another CA.
pub(super) struct Certifier<'a> {
    /// The CAs.
    pub(super) sides: &'a Sides<'a>,
    /// What was cut short before.
    pub(super) lengths: &'a Lengths,
    /// The present.
    pub(super) now: OffsetDateTime,
}

impl Certifier<'_> {
    /// The same certificate by another CA: the same key for the same names, subject and usage, with the same extensions. The
    /// period is as long as it was and begins now; one that is not valid at the present stays as it is. One that ends with
    /// `from`, which has cut it short, gets back what it had. With it: the seconds that it would have, if `ca` cuts it short.
    fn certified(
        &self,
        bundle: &Bundle,
        from: Option<&Ca>,
        ca: &Ca,
    ) -> Result<(String, Option<i64>), Refusal> {
        let unfit = |why: String| Refusal::Unfit { dir: bundle.dir.clone(), why };
        let validity = self.period(bundle, from).map_err(|why| unfit(why.to_string()))?;
        // The key stays: no kind is made.
        let request = again::request(&bundle.facts, KeyType::default(), validity);
        let request = request.map_err(|why| unfit(why.to_string()))?;
        let der = ca.certify(&request, &bundle.facts.spki).map_err(|why| unfit(why.to_string()))?;
        let length = (validity.not_after > ca.end())
            .then(|| (validity.not_after - validity.not_before).whole_seconds());
        Ok((ca.cert_pem(&der), length))
    }

    /// The period of the same certificate by another CA than `from`.
    fn period(&self, bundle: &Bundle, from: Option<&Ca>) -> Result<Validity, TimeError> {
        match self.cut_short(&bundle.dir, bundle.facts.not_after, from) {
            Some(length) => again::of_length(Duration::seconds(length), self.now),
            None => again::period(&bundle.facts, self.now),
        }
    }

    /// The seconds that a certificate had before `from` cut it short, at whose end it ends; none: it did not.
    fn cut_short(&self, dir: &Path, end: OffsetDateTime, from: Option<&Ca>) -> Option<i64> {
        self.lengths.get(dir).copied().filter(|_| from.is_some_and(|from| from.end() == end))
    }

    /// How many certificates the new CA cuts short, or has cut short.
    pub(super) fn shortened(&self, read: &Read, seen: &[Vec<Seen>]) -> usize {
        let places = read.places.iter().zip(seen);
        let all = places.flat_map(|(found, seen)| {
            found.bundles.iter().zip(&seen[usize::from(found.ca_file.is_some())..])
        });
        all.filter(|(bundle, seen)| self.is_shortened(bundle, seen.by)).count()
    }

    /// Whether the new CA cuts a certificate short, or has done so.
    fn is_shortened(&self, bundle: &Bundle, by: Option<By>) -> bool {
        let new = self.sides.new;
        match by {
            Some(By::New) => self.cut_short(&bundle.dir, bundle.facts.not_after, Some(new)).is_some(),
            Some(By::Old) => {
                self.period(bundle, self.sides.old).is_ok_and(|validity| validity.not_after > new.end())
            }
            None => false,
        }
    }
}

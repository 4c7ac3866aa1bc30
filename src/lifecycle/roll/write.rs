//! What a step writes, worked out before anything is changed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;
use time::OffsetDateTime;

use super::locked::{Found, Locked, Read};
use super::seen::wanted;
use super::{By, Error, Refusal, Seen, Sides, Step};
use crate::apply::Progress;
use crate::bundle::{FileKind, Revoked};
use crate::lifecycle::{Bundle, Change, Owner, OwnerKind, again};
use crate::pki::{Authority, Ca, KeyType, pem_block};

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
}

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
        sides: &Sides<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<Self>, Refusal> {
        read.places
            .iter()
            .zip(seen)
            .map(|(found, seen)| Self::in_place(step, found, seen, sides, now))
            .collect()
    }

    fn in_place(
        step: Step,
        found: &Found,
        seen: &[Seen],
        sides: &Sides<'_>,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let mut work = Self::default();
        let mut seen = seen.iter();
        if let Some((dir, anchors)) = &found.ca_file {
            let text = seen.next().and_then(|seen| wanted(anchors, seen.trust?, step, sides));
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
            .map(|(bundle, seen)| Ok((bundle, of_bundle(step, bundle, seen, sides, now)?)))
            .collect::<Result<_, Refusal>>()?;
        for (bundle, file) in files {
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

/// A bundle that a step would certify again although its certificate is revoked: the new one would not be.
pub(super) fn revived(
    step: Step,
    read: &Read,
    authority: &Authority,
    sides: &Sides<'_>,
    revoked: &Revoked,
) -> Result<(), Refusal> {
    if revoked.entries().is_empty() || !matches!(step, Step::Start | Step::Switch | Step::BackSwitch) {
        return Ok(());
    }
    let is_revived = |bundle: &&Bundle| {
        bundle.issuer(authority).is_some_and(|issuer| {
            sides.is_new(issuer) == (step == Step::BackSwitch)
                && revoked.find(&issuer.facts().pin, &bundle.facts.serial).is_some()
        })
    };
    match read.places.iter().flat_map(|found| &found.bundles).find(is_revived) {
        Some(bundle) => Err(Refusal::Unfit {
            dir: bundle.dir.clone(),
            why: "its certificate is revoked, and the one that takes its place would not be".to_owned(),
        }),
        None => Ok(()),
    }
}

/// The file of a bundle that a step writes.
fn of_bundle(
    step: Step,
    bundle: &Bundle,
    seen: &Seen,
    sides: &Sides<'_>,
    now: OffsetDateTime,
) -> Result<Option<(FileKind, String)>, Refusal> {
    if !step.certifies() {
        // Whoever cannot be certified later is told before the roll begins.
        if step == Step::Start && seen.by == Some(By::Old) {
            certified(bundle, sides.new, now)?;
        }
        let text = bundle.anchors.as_ref().and_then(|anchors| wanted(anchors, seen.trust?, step, sides));
        return Ok(text.map(|text| (FileKind::CaBundle, text)));
    }
    let (wrong, ca) = if step == Step::Switch { (By::Old, Some(sides.new)) } else { (By::New, sides.old) };
    let Some(ca) = ca.filter(|_| seen.by == Some(wrong)) else { return Ok(None) };
    Ok(Some((FileKind::Certificate, certified(bundle, ca, now)?)))
}

/// The same certificate by another CA: the same key for the same names, subject and usage, with the same extensions. The
/// period is as long as it was and begins now; one that is not valid at the present stays as it is.
fn certified(bundle: &Bundle, ca: &Ca, now: OffsetDateTime) -> Result<String, Refusal> {
    let unfit = |why: String| Refusal::Unfit { dir: bundle.dir.clone(), why };
    let validity = again::period(&bundle.facts, now).map_err(|why| unfit(why.to_string()))?;
    // The key stays: no kind is made.
    let request = again::request(&bundle.facts, KeyType::default(), validity);
    let request = request.map_err(|why| unfit(why.to_string()))?;
    let der = ca.certify(&request, &bundle.facts.spki).map_err(|why| unfit(why.to_string()))?;
    Ok(pem_block(&der) + &ca.intermediates_pem())
}

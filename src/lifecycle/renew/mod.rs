//! Renewal: the same names, usage, subject and length of validity, from now on.
//!
//! With the same key, one file of each bundle is replaced: `cert.pem`. Which CAs are trusted does not change, so whoever
//! signs is one that every `ca.pem` at hand takes. With a new key, a bundle is replaced as a whole; the pins that change
//! are noted before, so that a run that was killed is completed by the next one.

mod due;
mod outcome;
mod pins;
mod work;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use time::{Duration, OffsetDateTime};

pub use due::Refusal;
pub use outcome::{Member, Outcome, Server, State};
pub use pins::Named;

use super::bundle::{Anchors, Bundle, Reader};
use super::change::Change;
use super::folder::{Folders, Place};
use super::{Error, Problem};
use crate::apply::Progress;
use crate::bundle::{FileKind, Revoked, noted_pins, read_input};
use crate::pki::Authority;
use due::{Signers, is_due};
use pins::Exchange;
use work::Desk;

/// What is to be renewed, and how.
#[derive(Debug)]
pub struct Order<'a> {
    /// The folders, or folders above them.
    pub dirs: &'a [PathBuf],
    /// The present.
    pub now: OffsetDateTime,
    /// What ends within this is due; none: within 30 days, or a third of its own length if that is less.
    pub within: Option<Duration>,
    /// Everything is due.
    pub all: bool,
    /// Whether keys are made anew, too.
    pub new_key: bool,
    /// Configurations elsewhere, in which pins are looked for.
    pub configs: &'a [PathBuf],
    /// What the CA revoked.
    pub revoked: &'a Revoked,
    /// Whether servers will be told to reload: the mark of this run, by which it is noted until they have.
    pub reload: Option<&'a str>,
}

/// Says what is due. Writes nothing. Without a CA nothing is said of whether it can be renewed.
///
/// # Errors
/// When there is nothing in these folders.
pub fn check(
    order: &Order<'_>,
    authority: Option<&Authority>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let folders = Folders::find(order.dirs)?;
    let mut all = Everything::read(&folders, order, progress)?;
    let signers = authority.map(|authority| Signers::new(authority, std::mem::take(&mut all.peers)));
    let state = |bundle: &Bundle| match &signers {
        _ if !is_due(&bundle.facts, order) => State::Right,
        Some(signers) => signers.draft(bundle, order).map_or_else(State::Refused, |_| State::Due),
        None => State::Due,
    };
    let bundles = all.bundles.into_par_iter().flatten();
    let members = bundles.map(|bundle| {
        let state = state(&bundle);
        Member::of(bundle, state)
    });
    let mut outcome = Outcome { members: members.collect(), ..Outcome::default() };
    for place in &folders.places {
        let pins = noted_pins(&place.root)?.is_some_and(|text| !Exchange::noted(&text).is_empty());
        outcome.is_interrupted |= pins;
    }
    outcome.await_reload(&folders)?;
    outcome.problems = folders.problems.into_iter().chain(all.problems).collect();
    outcome.passed = folders.passed;
    Ok(outcome)
}

/// Renews what is due. `wait` is called when another run works in a folder. `is_still` says, when nobody does any more, whether
/// the CA is still that of the order: if not, nothing is done, and there is no outcome.
///
/// # Errors
/// When there is nothing in these folders, a configuration of the order cannot be read, and when the system refuses.
pub fn renew(
    order: &Order<'_>,
    authority: &Authority,
    progress: &dyn Progress,
    wait: impl Fn(&Path),
    is_still: impl FnOnce() -> Result<bool, crate::bundle::Error>,
) -> Result<Option<Outcome>, Error> {
    // What cannot be read stops the run before anything is written.
    let texts = order.configs.iter().map(|path| Ok((path.clone(), read_input(path)?)));
    let configs: Vec<(PathBuf, Vec<u8>)> = texts.collect::<Result<_, Error>>()?;
    let (folders, changes) = hold(|| Folders::find(order.dirs), wait)?;
    if !is_still()? {
        return Ok(None);
    }
    let mut all = Everything::read(&folders, order, progress)?;
    let signers = Signers::new(authority, std::mem::take(&mut all.peers));
    let mut outcome = Outcome::default();
    outcome.await_reload(&folders)?;
    let mut exchanges = Vec::new();
    for ((place, mut change), bundles) in folders.places.iter().zip(changes).zip(all.bundles) {
        change.settle(&bundles);
        let desk = Desk { place, change, named: &folders.named, order, signers: &signers, progress };
        exchanges.extend(desk.work(bundles, &mut outcome)?);
    }
    outcome.named.extend(named_elsewhere(&exchanges, &folders, &outcome, &configs));
    outcome.named.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    outcome.problems.extend(folders.problems.into_iter().chain(all.problems));
    outcome.passed = folders.passed;
    outcome.dirs = folders.named;
    outcome.servers.sort();
    Ok(Some(outcome))
}

/// Finds the folders, and holds them. Another run may have worked between, so they are looked for again.
fn hold(
    mut find: impl FnMut() -> Result<Folders, Error>,
    wait: impl Fn(&Path),
) -> Result<(Folders, Vec<Change>), Error> {
    loop {
        let folders = find()?;
        let changes = Change::begin(&folders, &wait)?;
        let again = find()?;
        let roots = |folders: &Folders| -> Vec<PathBuf> {
            folders.places.iter().map(|place| place.root.clone()).collect()
        };
        if again.held() == folders.held() && roots(&again) == roots(&folders) {
            return Ok((again, changes));
        }
    }
}

/// Where configurations that `apply` did not write name old pins.
fn named_elsewhere(
    exchanges: &[Exchange],
    folders: &Folders,
    outcome: &Outcome,
    configs: &[(PathBuf, Vec<u8>)],
) -> Vec<Named> {
    if exchanges.is_empty() {
        return Vec::new();
    }
    let rewritten: BTreeSet<&PathBuf> = outcome.named.iter().map(|named| &named.file).collect();
    let in_text = |path: &PathBuf, text: &[u8]| {
        exchanges.iter().flat_map(|exchange| exchange.named(path, text)).collect::<Vec<_>>()
    };
    let others = folders.confs.par_iter().filter(|path| !rewritten.contains(path));
    let mut named: Vec<Named> = others
        .flat_map_iter(|path| read_input(path).map(|text| in_text(path, &text)).unwrap_or_default())
        .collect();
    named.extend(configs.iter().flat_map(|(path, text)| in_text(path, text)));
    named
}

/// What lies in the folders.
struct Everything {
    /// The bundles of each place.
    bundles: Vec<Vec<Bundle>>,
    /// Each distinct `ca.pem`, with the place of one.
    peers: Vec<(Arc<Anchors>, PathBuf)>,
    problems: Vec<Problem>,
}

impl Everything {
    fn read(folders: &Folders, order: &Order<'_>, progress: &dyn Progress) -> Result<Self, Error> {
        let reader = Reader::default();
        let mut all = Self { bundles: Vec::new(), peers: Vec::new(), problems: Vec::new() };
        let mut peers: HashMap<*const Anchors, (Arc<Anchors>, PathBuf)> = HashMap::new();
        let mut add = |anchors: Option<Arc<Anchors>>, path: PathBuf| {
            if let Some(anchors) = anchors {
                peers.entry(Arc::as_ptr(&anchors)).or_insert((anchors, path));
            }
        };
        for place in &folders.places {
            let (bundles, problems) = reader.read(place, progress);
            for bundle in &bundles {
                add(bundle.anchors.clone(), bundle.dir.join(FileKind::CaBundle.file_name()));
            }
            for path in other_ca_files(place, order.dirs)? {
                add(reader.anchors(&path)?, path);
            }
            all.bundles.push(bundles);
            all.problems.extend(problems);
        }
        all.peers = peers.into_values().collect();
        all.peers.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(all)
    }
}

/// What the peers of a place's bundles trust, where it is not beside one of them: of an output folder of `apply` perhaps
/// a part alone was named.
fn other_ca_files(place: &Place, named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files: Vec<PathBuf> = place.ca_file().into_iter().collect();
    let is_named = |dir: &PathBuf| dir.canonicalize().is_ok_and(|dir| place.root.starts_with(dir));
    if place.is_applied && !named.iter().any(is_named) {
        let whole = Folders::find(std::slice::from_ref(&place.root))?;
        let dirs = whole.places.iter().filter(|other| other.root == place.root).flat_map(|other| &other.dirs);
        files.extend(dirs.map(|dir| dir.join(FileKind::CaBundle.file_name())));
    }
    Ok(files)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

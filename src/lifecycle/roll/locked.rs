//! The folders of a roll, found and read; and locked, when something is to be changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, Seen, Sides};
use crate::apply::Progress;
use crate::bundle::CaDir;
use crate::lifecycle::{Anchors, Bundle, Change, Folders, Passed, Place, Problem, Reader};
use crate::pki::Authority;

/// What lies in the folders.
pub(super) struct Read {
    pub(super) places: Vec<Found>,
    pub(super) problems: Vec<Problem>,
    /// What was passed over, with the bundles there.
    passed: Vec<(Passed, Vec<Bundle>)>,
}

/// What lies in one of them.
pub(super) struct Found {
    pub(super) place: Place,
    /// The folder itself with its own `ca.pem`, if `apply` made it; with none, that is missing.
    pub(super) ca_file: Option<(PathBuf, Option<Arc<Anchors>>)>,
    pub(super) bundles: Vec<Bundle>,
}

/// The folders, which nobody else changes meanwhile.
pub(super) struct Locked {
    pub(super) read: Read,
    pub(super) changes: Vec<Change>,
}

impl Read {
    /// Reads them. What cannot be read is told in `problems`.
    pub(super) fn of(dirs: &[PathBuf], progress: &dyn Progress) -> Result<Self, Error> {
        Self::below(find(dirs, progress)?, progress)
    }

    fn below(folders: Folders, progress: &dyn Progress) -> Result<Self, Error> {
        let reader = Reader::default();
        let Folders { places, mut problems, passed, .. } = folders;
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            let (bundles, more) = reader.read(&place, progress);
            problems.extend(more);
            let ca_file = match place.ca_file() {
                Some(path) => Some((place.root.clone(), reader.anchors(&path)?)),
                None => None,
            };
            found.push(Found { place, ca_file, bundles });
        }
        // What cannot be read there is no bundle of anybody's.
        let read = |passed: Passed| {
            let (root, dirs) = (passed.path.clone(), passed.bundles.clone());
            let (bundles, _) = reader.read(&Place { root, is_applied: false, dirs }, progress);
            (passed, bundles)
        };
        Ok(Self { places: found, problems, passed: passed.into_iter().map(read).collect() })
    }

    /// Links and hidden folders that were passed over, with those bundles there that the roll would be about.
    pub(super) fn passed(&self, authority: &Authority, sides: &Sides<'_>) -> Vec<Passed> {
        let is_concerned = |bundle: &&Bundle| {
            let seen = Seen::of_bundle(bundle, authority, sides);
            seen.by.is_some() || seen.trust.is_some()
        };
        let of = |(passed, bundles): &(Passed, Vec<Bundle>)| {
            let dirs = bundles.iter().filter(is_concerned).map(|bundle| bundle.dir.clone());
            Passed { bundles: dirs.collect(), ..passed.clone() }
        };
        let mut all: Vec<_> = self.passed.iter().map(of).collect();
        all.retain(|passed| !passed.bundles.is_empty());
        all
    }

    /// What a roll has to know of it, for each folder.
    pub(super) fn seen(&self, authority: &Authority, sides: &Sides<'_>) -> Vec<Vec<Seen>> {
        use rayon::prelude::*;
        let of = |found: &Found| {
            let file = found.ca_file.as_ref();
            let file = file.map(|(dir, anchors)| Seen::of_file(dir, anchors.as_deref(), authority, sides));
            let bundles = found.bundles.par_iter();
            let bundles: Vec<_> = bundles.map(|one| Seen::of_bundle(one, authority, sides)).collect();
            file.into_iter().chain(bundles).collect()
        };
        self.places.iter().map(of).collect()
    }
}

impl Locked {
    /// Locks and reads them. What cannot be read stops the step: nobody knows what it would do there.
    pub(super) fn new(
        ca_dir: &CaDir,
        dirs: &[PathBuf],
        progress: &dyn Progress,
        wait: &dyn Fn(&Path),
    ) -> Result<Self, Error> {
        loop {
            let before = find(dirs, progress)?;
            before.places.iter().try_for_each(|place| ca_dir.refuse_inside(&place.root))?;
            let mut changes = Change::begin(&before, wait)?;
            // What another run made before the lock was ours.
            let after = find(dirs, progress)?;
            let is_same =
                before.places.iter().map(|place| &place.root).eq(after.places.iter().map(|p| &p.root));
            if is_same && before.held() == after.held() {
                let mut read = Read::below(after, progress)?;
                for (change, found) in changes.iter_mut().zip(&read.places) {
                    change.settle(&found.bundles);
                }
                return if read.problems.is_empty() {
                    Ok(Self { read, changes })
                } else {
                    Err(read.problems.swap_remove(0).error.into())
                };
            }
        }
    }
}

fn find(dirs: &[PathBuf], progress: &dyn Progress) -> Result<Folders, Error> {
    if let Some(gone) = dirs.iter().find(|dir| !dir.exists()) {
        return Err(Error::Gone(gone.clone()));
    }
    // Where every folder was forgotten, the CA alone takes the step.
    if dirs.is_empty() { Ok(Folders::default()) } else { Ok(Folders::find_watched(dirs, progress)?) }
}

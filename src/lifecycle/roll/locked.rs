//! The folders of a roll, found and read; and locked, when something is to be changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, Seen, Sides};
use crate::apply::Progress;
use crate::bundle::CaDir;
use crate::lifecycle::{Anchors, Bundle, Change, Folders, Place, Problem, Reader};
use crate::pki::Authority;

/// What lies in the folders.
pub(super) struct Read {
    pub(super) places: Vec<Found>,
    pub(super) problems: Vec<Problem>,
}

/// What lies in one of them.
pub(super) struct Found {
    pub(super) place: Place,
    /// The folder itself with its own `ca.pem`, if `apply` made it.
    pub(super) ca_file: Option<(PathBuf, Arc<Anchors>)>,
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
        Self::below(find(dirs)?, progress)
    }

    fn below(folders: Folders, progress: &dyn Progress) -> Result<Self, Error> {
        let reader = Reader::default();
        let Folders { places, mut problems, .. } = folders;
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            let (bundles, more) = reader.read(&place, progress);
            problems.extend(more);
            let ca_file = match place.ca_file() {
                Some(path) => reader.anchors(&path)?.map(|anchors| (place.root.clone(), anchors)),
                None => None,
            };
            found.push(Found { place, ca_file, bundles });
        }
        Ok(Self { places: found, problems })
    }

    /// What a roll has to know of it, for each folder.
    pub(super) fn seen(&self, authority: &Authority, sides: &Sides<'_>) -> Vec<Vec<Seen>> {
        use rayon::prelude::*;
        let of = |found: &Found| {
            let file = found.ca_file.as_ref();
            let file = file.map(|(dir, anchors)| Seen::of_file(dir, anchors, authority, sides));
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
            let before = find(dirs)?;
            before.places.iter().try_for_each(|place| ca_dir.refuse_inside(&place.root))?;
            let mut changes = before
                .places
                .iter()
                .map(|place| Change::begin(place, wait))
                .collect::<Result<Vec<_>, _>>()?;
            // What another run made before the lock was ours.
            let after = find(dirs)?;
            let is_same =
                before.places.iter().map(|place| &place.root).eq(after.places.iter().map(|p| &p.root));
            if is_same {
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

fn find(dirs: &[PathBuf]) -> Result<Folders, Error> {
    if let Some(gone) = dirs.iter().find(|dir| !dir.exists()) {
        return Err(Error::Gone(gone.clone()));
    }
    // Where every folder was forgotten, the CA alone takes the step.
    if dirs.is_empty() { Ok(Folders::default()) } else { Ok(Folders::find(dirs)?) }
}

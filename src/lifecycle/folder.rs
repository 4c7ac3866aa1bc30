//! Where bundles lie: one folder, the output of `issue`, that of `apply`, or anything above such.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::walk::{Below, Passed};
use super::{Error, Problem};
use crate::apply::{Progress, is_made_by_natscert};
use crate::bundle::{self, FileKind, read_input};
use crate::topology::NODE_FOLDERS;

/// All bundles below some folders.
#[derive(Debug, Default)]
pub struct Folders {
    /// What is locked and written as one, in the order of their paths.
    pub places: Vec<Place>,
    /// Other configurations: files whose names end in `.conf`, in the order of their paths.
    pub confs: Vec<PathBuf>,
    /// What is left alone.
    pub problems: Vec<Problem>,
    /// Links and hidden folders with bundles that are not found elsewhere, in the order of their paths.
    pub passed: Vec<Passed>,
    /// What was named, absolute and without links.
    pub named: Vec<PathBuf>,
    /// Where it may be noted that servers have to reload: the places, and what else has such a note.
    pub noted: BTreeSet<PathBuf>,
}

/// Bundles that are written as one: those of an output folder of `apply`, or those below a folder that was named.
#[derive(Debug)]
pub struct Place {
    /// The folder in which they are staged, absolute and without links.
    pub root: PathBuf,
    /// Whether `apply` made it: then `root` has a `ca.pem` of its own, and nodes have configurations.
    pub is_applied: bool,
    /// The folders of the bundles, in the order of their paths.
    pub dirs: Vec<PathBuf>,
}

/// Whose a bundle is, in an output folder of `apply`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// A node or a client.
    pub kind: OwnerKind,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
}

/// Who can own a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerKind {
    /// A nats-server.
    Node,
    /// A client.
    Client,
}

impl Owner {
    /// The text beside its bundles: the configuration of a node, the command line of a client.
    #[must_use]
    pub fn text(&self) -> PathBuf {
        let kind = match self.kind {
            OwnerKind::Node => FileKind::NatsConf,
            OwnerKind::Client => FileKind::ClientScript,
        };
        self.dir.join(kind.file_name())
    }
}

impl Folders {
    /// Looks for bundles in `dirs` and below. CA directories are passed over; so are links and hidden folders, which are
    /// told where bundles are in them.
    ///
    /// # Errors
    /// When one of `dirs` is not there or no folder, and when there is no bundle at all.
    pub fn find(dirs: &[PathBuf]) -> Result<Self, Error> {
        Self::find_watched(dirs, &Unwatched)
    }

    /// The same, and `progress` advances by one for each folder.
    ///
    /// # Errors
    /// Those of [`Folders::find`].
    pub fn find_watched(dirs: &[PathBuf], progress: &dyn Progress) -> Result<Self, Error> {
        progress.begin("looking", 0);
        let mut found = Self::default();
        let mut aside = Vec::new();
        let mut places: BTreeMap<PathBuf, (bool, Vec<PathBuf>)> = BTreeMap::new();
        // What was found twice has been named twice, or lies below another one.
        let mut seen = (dirs.len() > 1).then(HashSet::new);
        let mut outs = Outs::default();
        let mut bundles = Vec::new();
        for (index, dir) in dirs.iter().enumerate() {
            let named = fs::canonicalize(dir).map_err(bundle::Error::io("open", dir))?;
            if !named.is_dir() {
                return Err(Error::File(dir.clone()));
            }
            let below = Below::walk(&named, progress);
            found.problems.extend(below.problems);
            found.confs.extend(below.confs);
            aside.extend(below.aside);
            for dir in below.bundles {
                if seen.as_mut().is_none_or(|seen| seen.insert(dir.clone())) {
                    outs.see(&dir);
                    bundles.push((dir, index));
                }
            }
            found.noted.extend(below.noted);
            found.named.push(named);
        }
        for (dir, index) in bundles {
            let (root, is_applied) = outs.root_of(&dir, &found.named[index]);
            let place = places.entry(root).or_default();
            place.0 |= is_applied;
            place.1.push(dir);
        }
        found.passed = passed(aside, &places, &found.problems);
        if places.is_empty() && found.problems.is_empty() && found.passed.is_empty() {
            return Err(Error::NothingFound(dirs.to_vec()));
        }
        found.confs.sort();
        found.confs.dedup();
        found.problems.sort_by(|a, b| a.path.cmp(&b.path));
        found.problems.dedup_by(|a, b| a.path == b.path);
        let place = |(root, (is_applied, mut dirs)): (_, (_, Vec<_>))| {
            dirs.par_sort_unstable();
            Place { root, is_applied, dirs }
        };
        found.noted.extend(places.keys().cloned());
        found.places = places.into_iter().map(place).collect();
        Ok(found)
    }

    /// The folders that are held while these bundles are written, whatever was named: that of each place; and the one
    /// above each bundle, unless all who write to it hold the output folder of `apply` that it belongs to.
    #[must_use]
    pub fn held(&self) -> BTreeSet<PathBuf> {
        let above = |place: &'_ Place, dir: &Path| match place.owner_dir(dir) {
            Some(_) => None,
            None => dir.parent().map(Path::to_owned),
        };
        let of = |place: &Place| -> Vec<PathBuf> {
            let parents = place.dirs.iter().filter_map(|dir| above(place, dir));
            parents.chain([place.root.clone()]).collect()
        };
        self.places.iter().flat_map(of).collect()
    }
}

impl Place {
    /// The `ca.pem` beside the bundles of an output folder of `apply`, for clients of other makers.
    #[must_use]
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.is_applied.then(|| self.root.join(FileKind::CaBundle.file_name()))
    }

    /// Whose a bundle of it is.
    #[must_use]
    pub fn owner(&self, dir: &Path) -> Option<Owner> {
        let (kind, dir) = self.owner_dir(dir)?;
        let name = dir.file_name()?.to_string_lossy().into_owned();
        Some(Owner { kind, name, dir: dir.to_owned() })
    }

    /// The same, as its folder alone.
    fn owner_dir<'a>(&self, dir: &'a Path) -> Option<(OwnerKind, &'a Path)> {
        let (kind, owner) = owner_dir(dir).filter(|_| self.is_applied)?;
        (out_of(owner)? == self.root).then_some((kind, owner))
    }
}

/// The folder of a node or client that a bundle lies in, by its place alone.
fn owner_dir(dir: &Path) -> Option<(OwnerKind, &Path)> {
    let above = dir.parent()?;
    let named = |dir: &Path, name: &str| dir.file_name().is_some_and(|found| found == name);
    if named(above, "clients") {
        return Some((OwnerKind::Client, dir));
    }
    let is_role = NODE_FOLDERS.iter().any(|folder| named(dir, folder));
    (is_role && named(above.parent()?, "nodes")).then_some((OwnerKind::Node, above))
}

/// Whether `apply` wrote the text beside a bundle: then a `ca.pem` above it is missing, not unheard of.
fn has_text(dir: &Path) -> bool {
    let owner = owner_dir(dir).map(|(kind, dir)| Owner { kind, name: String::new(), dir: dir.to_owned() });
    owner.and_then(|owner| read_input(&owner.text()).ok()).is_some_and(|text| is_made_by_natscert(&text))
}

/// What of these links and hidden folders holds bundles that are nowhere else.
fn passed(
    mut aside: Vec<PathBuf>,
    places: &BTreeMap<PathBuf, (bool, Vec<PathBuf>)>,
    problems: &[Problem],
) -> Vec<Passed> {
    aside.sort_unstable();
    aside.dedup();
    if aside.is_empty() {
        return Vec::new();
    }
    let found = places.values().flat_map(|(_, dirs)| dirs).chain(problems.iter().map(|one| &one.path));
    let known: HashSet<&Path> = found.map(PathBuf::as_path).collect();
    aside.into_par_iter().filter_map(|path| Passed::of(path, &known)).collect()
}

/// Nobody watches.
struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: &'static str, _: usize) {}
    fn advance(&self, _: usize) {}
}

/// The output folder of `apply` that the folder of a node or client would lie in.
fn out_of(owner: &Path) -> Option<&Path> {
    owner.parent()?.parent()
}

/// Which folders are output folders of `apply`: by their `ca.pem`, or by the text beside any of their bundles.
#[derive(Default)]
struct Outs {
    /// What has a `ca.pem`, or had it not.
    ca_files: HashMap<PathBuf, bool>,
    /// Where a text was found.
    texts: HashSet<PathBuf>,
}

impl Outs {
    /// Looks at one more bundle.
    fn see(&mut self, dir: &Path) {
        let Some(out) = owner_dir(dir).and_then(|(_, owner)| out_of(owner)) else { return };
        let ca_file = self.ca_files.entry(out.to_owned());
        let has_ca_file = *ca_file.or_insert_with(|| out.join(FileKind::CaBundle.file_name()).is_file());
        if !has_ca_file && !self.texts.contains(out) && has_text(dir) {
            self.texts.insert(out.to_owned());
        }
    }

    fn is_applied(&self, out: &Path) -> bool {
        self.ca_files.get(out) == Some(&true) || self.texts.contains(out)
    }

    /// The folder that is locked for a bundle, when all were seen: the output folder of `apply`, which locks it too; else the
    /// one that was named.
    fn root_of(&self, dir: &Path, named: &Path) -> (PathBuf, bool) {
        let out = owner_dir(dir).and_then(|(_, owner)| out_of(owner));
        if let Some(out) = out.filter(|out| self.is_applied(out)) {
            return (out.to_owned(), true);
        }
        // Beside the bundle, where nobody takes what a killed run left for a part of it.
        let root = if dir == named { dir.parent().unwrap_or(dir) } else { named };
        (bundle::staging_place(dir, root), false)
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;

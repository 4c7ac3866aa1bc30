//! Where bundles lie: one folder, the output of `issue`, that of `apply`, or anything above such.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Error, Problem};
use crate::bundle::{self, FileKind, Tree};
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
}

/// Bundles that are written under one lock: those of an output folder of `apply`, or those below a folder that was named.
#[derive(Debug)]
pub struct Place {
    /// The folder that is locked, absolute and without links.
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
    /// Looks for bundles in `dirs` and below. Links below are not followed; hidden folders and CA directories are passed
    /// over.
    ///
    /// # Errors
    /// When one of `dirs` is not there or no folder, and when there is no bundle at all.
    pub fn find(dirs: &[PathBuf]) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut places: BTreeMap<PathBuf, (bool, Vec<PathBuf>)> = BTreeMap::new();
        // What was found twice has been named twice, or lies below another one.
        let mut seen = (dirs.len() > 1).then(HashSet::new);
        let mut applied = HashMap::new();
        for dir in dirs {
            let named = fs::canonicalize(dir).map_err(bundle::Error::io("open", dir))?;
            if !named.is_dir() {
                return Err(Error::File(dir.clone()));
            }
            let below = walk(&named);
            found.problems.extend(below.problems);
            found.confs.extend(below.confs);
            for dir in below.bundles {
                if seen.as_mut().is_none_or(|seen| seen.insert(dir.clone())) {
                    let (root, is_applied) = root_of(&dir, &named, &mut applied);
                    places.entry(root).or_insert((is_applied, Vec::new())).1.push(dir);
                }
            }
        }
        if places.is_empty() && found.problems.is_empty() {
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
        found.places = places.into_iter().map(place).collect();
        Ok(found)
    }

    /// How many bundles there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.iter().map(|place| place.dirs.len()).sum()
    }
}

impl Place {
    /// Locks it, after whoever works in it; `apply` takes the same lock. When another run works there, calls `wait`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(&self, wait: impl FnOnce(&Path)) -> Result<Tree, Error> {
        Ok(Tree::open(&self.root, wait)?)
    }

    /// The `ca.pem` beside the bundles of an output folder of `apply`, for clients of other makers.
    #[must_use]
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.is_applied.then(|| self.root.join(FileKind::CaBundle.file_name()))
    }

    /// Whose a bundle of it is.
    #[must_use]
    pub fn owner(&self, dir: &Path) -> Option<Owner> {
        let (kind, dir) = if self.is_applied { owner_dir(dir)? } else { return None };
        let name = dir.file_name()?.to_string_lossy().into_owned();
        Some(Owner { kind, name, dir: dir.to_owned() })
    }
}

/// What lies below a folder.
#[derive(Default)]
struct Below {
    bundles: Vec<PathBuf>,
    confs: Vec<PathBuf>,
    problems: Vec<Problem>,
}

fn walk(dir: &Path) -> Below {
    let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(why) => {
            let error = bundle::Error::io("read", dir)(why).into();
            return Below { problems: vec![Problem { path: dir.to_owned(), error }], ..Below::default() };
        }
    };
    let entry = |kind: FileKind| entries.iter().find(|entry| entry.file_name() == kind.file_name());
    if entry(FileKind::RootKey).is_some() {
        return Below::default();
    }
    let mut found = Below::default();
    if entry(FileKind::Certificate).or(entry(FileKind::PrivateKey)).is_some() {
        let kinds = [FileKind::Certificate, FileKind::PrivateKey, FileKind::CaBundle];
        let is_link = |kind: &FileKind| {
            entry(*kind).is_some_and(|found| found.file_type().is_ok_and(|kind| kind.is_symlink()))
        };
        let error = match kinds.into_iter().find(is_link) {
            Some(kind) => Some(bundle::Error::Symlink(dir.join(kind.file_name())).into()),
            None if entry(FileKind::Certificate).is_none() => Some(Error::NoCertificate(dir.to_owned())),
            None => None,
        };
        match error {
            Some(error) => found.problems.push(Problem { path: dir.to_owned(), error }),
            None => found.bundles.push(dir.to_owned()),
        }
    }
    let is_hidden = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let is_conf = |entry: &&fs::DirEntry| {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        is_file && !is_hidden(entry) && entry.file_name().as_encoded_bytes().ends_with(b".conf")
    };
    found.confs.extend(entries.iter().filter(is_conf).map(fs::DirEntry::path));
    let mut below: Vec<_> = entries.iter().filter(|e| is_folder(e) && !is_hidden(e)).collect();
    // So bundles are found in the order of their paths, or nearly so.
    below.sort_by_cached_key(|entry| entry.file_name());
    for more in below.par_iter().map(|entry| walk(&entry.path())).collect::<Vec<_>>() {
        found.bundles.extend(more.bundles);
        found.confs.extend(more.confs);
        found.problems.extend(more.problems);
    }
    found
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

/// The folder that is locked for a bundle: the output folder of `apply`, which locks it too; else the one that was named.
fn root_of(dir: &Path, named: &Path, applied: &mut HashMap<PathBuf, bool>) -> (PathBuf, bool) {
    let out = owner_dir(dir).and_then(|(_, owner)| owner.parent()?.parent());
    if let Some(out) = out {
        let ca = || out.join(FileKind::CaBundle.file_name()).is_file();
        let is_applied = applied.get(out).copied().unwrap_or_else(|| {
            let is_applied = ca();
            applied.insert(out.to_owned(), is_applied);
            is_applied
        });
        if is_applied {
            return (out.to_owned(), true);
        }
    }
    // Beside the bundle, where nobody takes what a killed run left for a part of it.
    let root = if dir == named { dir.parent().unwrap_or(dir) } else { named };
    (bundle::staging_place(dir, root), false)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;

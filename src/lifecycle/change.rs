//! Writing to bundles that are there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::bundle::Bundle;
use super::folder::{Folders, Owner, OwnerKind, Place};
use super::{Error, Problem};
use crate::apply::{Progress, changed, is_made_by_natscert, read};
use crate::bundle::{FileKind, Locks, Tree};
use crate::topology::NODE_FOLDERS;

/// A place that is locked, and the nodes in it whose servers have read all that is there, as far as apply knows.
///
/// To `apply`, a file that is newer than `nats.conf` beside it is one that the server may not have read. Whoever changes
/// files and says which servers have to reload writes `nats.conf` last, by [`Change::finish`].
pub struct Change {
    tree: Tree,
    place: PathBuf,
    settled: HashSet<PathBuf>,
    doubted: Vec<PathBuf>,
}

impl Change {
    /// Holds all places at once, after whoever works there: see [`Folders::held`]. When another run does, calls `wait`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin(folders: &Folders, wait: impl FnMut(&Path)) -> Result<Vec<Self>, Error> {
        let locks = Arc::new(Locks::take(&folders.held(), wait)?);
        let of = |place: &Place| {
            Ok(Self {
                tree: Tree::open_held(&place.root, &locks)?,
                place: place.root.clone(),
                settled: HashSet::new(),
                doubted: Vec::new(),
            })
        };
        folders.places.iter().map(of).collect()
    }

    /// Looks which nodes are settled, after the bundles of the place have been read, in the order of their paths.
    pub(super) fn settle(&mut self, bundles: &[Bundle]) {
        let nodes = bundles.iter().filter_map(|bundle| {
            let owner = bundle.owner.as_ref().filter(|owner| owner.kind == OwnerKind::Node)?;
            Some((owner.dir.as_path(), bundle))
        });
        let nodes: Vec<(&Path, &Bundle)> = nodes.collect();
        let nodes = nodes.par_chunk_by(|(a, _), (b, _)| a == b);
        let settled = nodes.filter(|bundles| {
            let read: Vec<&Bundle> = bundles.iter().map(|(_, one)| *one).collect();
            is_settled(bundles[0].0, &read)
        });
        self.settled = settled.map(|bundles| bundles[0].0.to_owned()).collect();
    }

    /// Names bundles with a certificate that nobody vouches for, though it will be older than the configuration that is
    /// written: [`Change::finish`] makes it newer again.
    pub(super) fn doubt(&mut self, dirs: impl IntoIterator<Item = PathBuf>) {
        self.doubted.extend(dirs);
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.place
    }

    /// Whether everything of a node was there when its `nats.conf` was written: its server has to read nothing anew.
    #[must_use]
    pub fn is_settled(&self, owner: &Owner) -> bool {
        owner.kind == OwnerKind::Client || self.settled.contains(&owner.dir)
    }

    /// Replaces the file of this kind in a bundle's folder, or the `ca.pem` of an output folder, by a rename. Owner, group
    /// and mode stay as they were.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put_file(&self, dir: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.tree.replace_file(&dir.join(kind.file_name()), kind, bytes)?)
    }

    /// The tree that it all is written in.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Writes the configurations of `nodes` (their folders) as `edit` makes them, or touches them, so that they are the
    /// newest of all files; and brings everything to the disk. Whoever calls it has looked at every bundle of a
    /// node that was not settled before, and says that all these nodes have to reload.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn finish(
        self,
        nodes: &[PathBuf],
        edit: impl Fn(&Path, &[u8]) -> Option<Vec<u8>> + Sync,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        if let Some(first) = self.configure(nodes, edit, progress).pop() {
            return Err(first.error);
        }
        progress.begin("bringing it to the disk", 0);
        Ok(self.tree.finish()?)
    }

    /// The same for a run on pins, after which no text names an old one: what was noted of them goes.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn finish_with_pins(self, progress: &dyn Progress) -> Result<(), Error> {
        progress.begin("bringing it to the disk", 0);
        Ok(self.tree.finish_with_pins()?)
    }

    /// Writes the configurations of `nodes`, as [`Change::finish`] does; those that cannot be written.
    pub(super) fn configure(
        &self,
        nodes: &[PathBuf],
        edit: impl Fn(&Path, &[u8]) -> Option<Vec<u8>> + Sync,
        progress: &dyn Progress,
    ) -> Vec<Problem> {
        progress.begin("configuring", nodes.len());
        let write = |node: &PathBuf| -> Result<(), Error> {
            let kind = FileKind::NatsConf;
            let path = node.join(kind.file_name());
            if let Some(text) = read(&path)?.filter(|text| is_made_by_natscert(&text.bytes)) {
                match edit(&path, &text.bytes) {
                    Some(edited) => self.tree.replace_file(&path, kind, &edited)?,
                    None if self.tree.touch(&path) => {}
                    None => self.tree.replace_file(&path, kind, &text.bytes)?,
                }
            }
            progress.advance(1);
            Ok(())
        };
        let problem = |node: &PathBuf| {
            let path = node.join(FileKind::NatsConf.file_name());
            write(node).err().map(|error| Problem { path, error })
        };
        let problems = nodes.par_iter().filter_map(problem).collect();
        self.doubted.iter().for_each(|dir| self.renew_doubt(dir));
        problems
    }

    /// Makes the certificate of a bundle newer than the configuration of its node.
    fn renew_doubt(&self, dir: &Path) {
        let path = dir.join(FileKind::Certificate.file_name());
        let conf = dir.with_file_name(FileKind::NatsConf.file_name());
        // The clock of a file system may tick once in some milliseconds.
        for _ in 0..100 {
            if changed(&path) > changed(&conf) || !self.tree.touch(&path) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Whether no file of a node's bundles is newer than its configuration; `read` are those that were read.
fn is_settled(node: &Path, read: &[&Bundle]) -> bool {
    let conf = node.join(FileKind::NatsConf.file_name());
    let is_read =
        |folder: &str| read.iter().any(|one| one.dir.file_name().is_some_and(|name| name == folder));
    let mut others = NODE_FOLDERS.iter().filter(|folder| !is_read(folder)).map(|folder| node.join(folder));
    read.iter().all(|one| one.is_settled) && others.all(|dir| !dir.exists() || is_older(&dir, &conf))
}

/// Whether no file of a bundle is newer than a configuration.
fn is_older(dir: &Path, conf: &Path) -> bool {
    let kinds = [FileKind::Certificate, FileKind::PrivateKey, FileKind::CaBundle];
    let newest = kinds.iter().filter_map(|kind| changed(&dir.join(kind.file_name()))).max();
    changed(conf).is_some_and(|reference| newest.is_none_or(|newest| newest <= reference))
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

//! What is still to be done, noted in the hidden folder of a tree: whoever goes on after a kill knows of which pins texts may
//! still name the old ones, and that servers have not reloaded what is new.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::error::Error;
use super::kind::FileKind;
use super::locks::Locks;
use super::read::{open_unlinked, read_limited};
use super::tree::{STAGING, Tree};

/// Their names in the hidden folder.
const PINS: &str = "pins";
const RELOAD: &str = "reload";

impl Tree {
    /// Notes pins that are about to change. The note is on the disk afterwards.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn note_pins(&self, text: &str) -> Result<(), Error> {
        self.note(PINS, text)
    }

    /// Notes that servers have to reload; `mark` is that of the run which will have them do so. The note is on the disk
    /// afterwards.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn note_reload(&self, mark: &str) -> Result<(), Error> {
        self.note(RELOAD, mark)
    }

    fn note(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.root().join(STAGING).join(name);
        self.put_file_with(&path, FileKind::NatsConf, text.as_bytes(), |file| {
            file.sync_all().map_err(Error::io("write", &path))
        })
    }

    /// Takes the note back: there is nothing new to reload.
    pub fn forget_reload(&self) {
        remove(&self.root().join(STAGING), RELOAD);
    }

    /// Brings everything to the disk, and forgets what was noted of pins: all texts name the new ones.
    ///
    /// # Errors
    /// When the system could not write it all.
    pub fn finish_with_pins(self) -> Result<(), Error> {
        let staging = self.root().join(STAGING);
        // The note of whoever comes next is none of ours.
        let _held = Arc::clone(&self.locks);
        self.finish()?;
        remove(&staging, PINS);
        let _ = fs::remove_dir(staging);
        Ok(())
    }
}

/// The pins that a killed run noted in the tree at `root`.
///
/// # Errors
/// When they cannot be read.
pub fn noted_pins(root: &Path) -> Result<Option<String>, Error> {
    noted(root, PINS)
}

/// The mark of the run after which servers have not reloaded yet.
///
/// # Errors
/// When it cannot be read.
pub fn noted_reload(root: &Path) -> Result<Option<String>, Error> {
    noted(root, RELOAD)
}

fn noted(root: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = root.join(STAGING).join(name);
    // Whoever may write to the folder above may have made this one.
    match open_unlinked(&path).and_then(|(file, _)| read_limited(file, &path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why),
    }
}

/// The servers have reloaded what the run with this mark wrote; a note of another run stays. `wait` is called when another
/// run works in the folder.
///
/// # Errors
/// When the note cannot be read.
pub fn reloaded(root: &Path, mark: &str, wait: impl FnMut(&Path)) -> Result<(), Error> {
    let _held = Locks::take(&BTreeSet::from([root.to_owned()]), wait)?;
    if noted_reload(root)?.is_some_and(|noted| noted == mark) {
        let staging = root.join(STAGING);
        remove(&staging, RELOAD);
        let _ = fs::remove_dir(staging);
    }
    Ok(())
}

/// Removes all that was noted.
pub(super) fn forget(staging: &Path) {
    remove(staging, PINS);
    remove(staging, RELOAD);
}

fn remove(staging: &Path, name: &str) {
    // Not through a link that somebody put there.
    if fs::symlink_metadata(staging).is_ok_and(|found| found.is_dir()) {
        let _ = fs::remove_file(staging.join(name));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_noted_stays_until_all_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let tree = Tree::open(&root, |_| ()).unwrap();
        assert_eq!(noted_pins(&root).unwrap(), None);
        tree.note_pins("a b").unwrap();
        tree.note_pins("c d").unwrap();
        drop(tree);
        let next = Tree::open(&root, |_| ()).unwrap();
        assert_eq!(noted_pins(&root).unwrap().as_deref(), Some("c d"));
        next.finish().unwrap();
        assert!(noted_pins(&root).unwrap().is_some(), "somebody else's work is none on pins");
        Tree::open(&root, |_| ()).unwrap().finish_with_pins().unwrap();
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn a_reload_is_noted_until_the_run_that_noted_it_last_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let note = |mark: &str| Tree::open(&root, |_| ()).unwrap().note_reload(mark).unwrap();
        note("first");
        note("second");
        Tree::open(&root, |_| ()).unwrap().finish_with_pins().unwrap();
        reloaded(&root, "first", |_| ()).unwrap();
        assert_eq!(noted_reload(&root).unwrap().as_deref(), Some("second"));
        reloaded(&root, "second", |_| ()).unwrap();
        assert_eq!((noted_reload(&root).unwrap(), fs::read_dir(&root).unwrap().count()), (None, 0));
    }
}

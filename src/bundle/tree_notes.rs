//! What is still to be done, noted in the hidden folder of a tree: whoever goes on after a kill knows of which pins texts may
//! still name the old ones.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::error::Error;
use super::kind::FileKind;
use super::read::{open_unlinked, read_limited};
use super::tree::{STAGING, Tree};

/// Its name in the hidden folder.
const PINS: &str = "pins";

impl Tree {
    /// Notes pins that are about to change. The note is on the disk afterwards.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn note_pins(&self, text: &str) -> Result<(), Error> {
        self.note(PINS, text)
    }

    /// Notes it under a name. The note is on the disk afterwards.
    pub(super) fn note(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.root().join(STAGING).join(name);
        self.put_file_with(&path, FileKind::NatsConf, text.as_bytes(), |file| {
            file.sync_all().map_err(Error::io("write", &path))
        })
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

/// What is noted under a name.
pub(super) fn noted(root: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = root.join(STAGING).join(name);
    // Whoever may write to the folder above may have made this one.
    match open_unlinked(&path).and_then(|(file, _)| read_limited(file, &path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why),
    }
}

/// Forgets pins that were noted.
pub(super) fn forget(staging: &Path) {
    remove(staging, PINS);
}

/// Removes a note, and the hidden folder if nothing else is in it.
pub(super) fn remove(staging: &Path, name: &str) {
    // Not through a link that somebody put there.
    if fs::symlink_metadata(staging).is_ok_and(|found| found.is_dir()) {
        let _ = fs::remove_file(staging.join(name));
        let _ = fs::remove_dir(staging);
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
}

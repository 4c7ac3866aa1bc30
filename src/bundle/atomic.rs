//! Folders that appear whole: written beside their place under a hidden name, then moved there by one rename.
//!
//! A hidden folder in the making is locked by its maker. A killed maker's lock is gone, so the next run can
//! tell what is left over from what is still being written, and removes only the former.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::dirs::{make_dir, sync_parent};
use super::error::Error;
use super::hidden::{Lock, hidden_name, lock, parse_hidden, remove_ours};
use super::kind::FileKind;
use super::read::{open_unlinked, read_limited};
use super::rename::{Rename, rename};
use super::store::refuse_link;
use super::tree_again::{keep_folder, take_over};

/// A folder in the making. Dropped without [`Staging::publish`] or [`Staging::replace`], it goes away.
pub(super) struct Staging {
    path: PathBuf,
    _lock: Option<File>,
}

impl Staging {
    /// A new hidden folder in `parent`, made with `dir_mode`.
    pub(super) fn new(parent: &Path, dir_mode: u32) -> Result<Self, Error> {
        loop {
            let path = parent.join(hidden_name(parent)?);
            match make_dir(&path, dir_mode) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => continue,
                done => done.map_err(Error::io("create", &path))?,
            }
            // A sweeper may have come between the two: then the folder is gone, and another one is made.
            match lock(&path) {
                Lock::Held(file) if path.exists() => return Ok(Self { path, _lock: Some(file) }),
                Lock::Unsupported => return Ok(Self { path, _lock: None }),
                Lock::Held(_) | Lock::Busy => {}
            }
        }
    }

    /// Writes the files and brings them, and the folder, to the disk.
    pub(super) fn write(&self, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        self.write_like(None, files)
    }

    /// The same with the owners, groups and modes of the folder `like` and of the files in it.
    pub(super) fn write_like(&self, like: Option<&Path>, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        let mut open = Vec::with_capacity(files.len());
        for (kind, bytes) in files {
            let path = self.path.join(kind.file_name());
            let file = create(&path, *kind, bytes)?;
            let old = like.and_then(|like| fs::symlink_metadata(like.join(kind.file_name())).ok());
            if let Some(old) = old.filter(fs::Metadata::is_file) {
                take_over(&file, &old, *kind).map_err(Error::io("create", &path))?;
            }
            open.push((file, path));
        }
        if cfg!(unix) {
            // Where folders can be opened, their entries are brought to the disk like the files.
            open.push((File::open(&self.path).map_err(Error::io("open", &self.path))?, self.path.clone()));
        }
        if let Some(like) = like {
            refuse_link(like)?;
            keep_folder(&self.path, like).map_err(Error::io("create", &self.path))?;
        }
        // Each sync waits for the same journal: together they take little longer than one.
        std::thread::scope(|scope| {
            let sync = |file: &File| file.sync_all();
            let spawn = |file| std::thread::Builder::new().spawn_scoped(scope, move || sync(file));
            let syncs: Vec<_> = open.iter().map(|(file, _)| spawn(file)).collect();
            for (thread, (file, path)) in syncs.into_iter().zip(&open) {
                // Where no thread is to be had, one sync after the other.
                let synced = match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(synced)) => synced,
                    Ok(Err(_)) | Err(_) => sync(file),
                };
                synced.map_err(Error::io("write", path))?;
            }
            Ok(())
        })
    }

    /// Reads the files again.
    pub(super) fn verify(&self, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        for (kind, bytes) in files {
            let path = self.path.join(kind.file_name());
            let (file, _) = open_unlinked(&path)?;
            if Zeroizing::new(read_limited(file, &path)?).as_slice() != *bytes {
                return Err(Error::Verify(path));
            }
        }
        Ok(())
    }

    /// Moves the folder to `target`. `Ok(false)`: something is there.
    pub(super) fn publish(&self, target: &Path) -> Result<bool, Error> {
        match rename(Rename::New, &self.path, target) {
            Ok(()) => {
                sync_parent(target)?;
                Ok(true)
            }
            Err(why)
                if matches!(why.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists) =>
            {
                Ok(false)
            }
            Err(why) => Err(Error::io("create", target)(why)),
        }
    }

    /// Exchanges the folder with the one at `target`; dropped, it takes the old one away. `Ok(false)`: nothing is
    /// there.
    pub(super) fn replace(&self, target: &Path) -> Result<bool, Error> {
        match rename(Rename::Exchange, &self.path, target) {
            Ok(()) => {
                sync_parent(target)?;
                Ok(true)
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound && self.path.exists() => Ok(false),
            Err(why) => Err(Error::io("replace", target)(why)),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove_ours(&self.path);
    }
}

/// Removes hidden folders in `parent` that a killed run left behind, and puts back what it had set aside.
pub(super) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let Some(aside) = file_name.to_str().and_then(parse_hidden) else { continue };
        if !entry.file_type().is_ok_and(|t| t.is_dir()) {
            continue;
        }
        let lost = Some(parent.join(aside))
            .filter(|place| !aside.is_empty() && fs::symlink_metadata(place).is_err());
        match (lock(&entry.path()), lost) {
            (Lock::Held(_) | Lock::Unsupported, Some(place)) => _ = fs::rename(entry.path(), place),
            (Lock::Held(_lock), None) => remove_ours(&entry.path()),
            _ => {}
        }
    }
}

/// Writes a file that must not be there yet, and brings it to the disk.
pub(super) fn write_new(path: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
    create(path, kind, bytes)?.sync_all().map_err(Error::io("write", path))
}

/// Creates a file that must not be there yet, with its mode from the first moment.
pub(super) fn create(path: &Path, kind: FileKind, bytes: &[u8]) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, kind.mode());
    #[cfg(not(unix))]
    let _ = kind;
    let mut file = options.open(path).map_err(Error::io("create", path))?;
    file.write_all(bytes).map_err(Error::io("write", path))?;
    Ok(file)
}

#[cfg(test)]
#[path = "atomic_tests.rs"]
mod tests;

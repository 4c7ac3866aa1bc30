//! The folder of a whole topology: many bundles and configurations, each of which appears whole, brought to the disk
//! by one sync at the end.
//!
//! Everything is written in a hidden folder of the tree and renamed from there, so a run that was killed leaves whole
//! files and that folder, which the next run clears.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::atomic::create;
use super::dirs::{MadeDirs, make_dir};
use super::error::Error;
use super::hidden::{Lock, PREFIX, lock, lock_and_wait, remove_ours};
use super::kind::FileKind;
use super::rename::{Rename, rename};
use super::store::{DIR_MODE, plain_text, refuse_foreign, refuse_link};

/// What the folder of a bundle in a tree holds.
const OURS: [FileKind; 4] =
    [FileKind::Certificate, FileKind::PrivateKey, FileKind::CaBundle, FileKind::ClientScript];

/// A tree that nobody else writes to meanwhile. Dropped, it takes away what was not finished.
pub struct Tree {
    root: PathBuf,
    staging: PathBuf,
    made: OnceLock<bool>,
    staged: AtomicUsize,
    dirs: MadeDirs,
    _lock: Option<File>,
}

impl Tree {
    /// Opens the folder `out`, making it if need be. When another run works in it, calls `wait` and waits.
    ///
    /// # Errors
    /// When something else is there, and when the system refuses.
    pub fn open(out: &Path, wait: impl FnOnce(&Path)) -> Result<Self, Error> {
        let mut dirs = MadeDirs::default();
        dirs.make(out, DIR_MODE)?;
        let root = fs::canonicalize(out).map_err(Error::io("open", out))?;
        plain_text(&root)?;
        let held = match lock(&root) {
            Lock::Held(file) => Some(file),
            Lock::Unsupported => None,
            Lock::Busy => {
                wait(&root);
                lock_and_wait(&root)
            }
        };
        let staging = root.join(format!("{PREFIX}apply"));
        clear(&staging);
        let staged = AtomicUsize::new(0);
        Ok(Self { root, staging, made: OnceLock::new(), staged, dirs, _lock: held })
    }

    /// Its absolute path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a folder, and what is missing above it.
    ///
    /// # Errors
    /// When something else is there, and when the system refuses.
    pub fn make_folder(&self, dir: &Path) -> Result<(), Error> {
        match make_dir(dir, DIR_MODE) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(dir).map_err(Error::io("create", dir))
            }
            done => done.map_err(Error::io("create", dir)),
        }
    }

    /// Puts a bundle's folder in its place; an old one is replaced as a whole.
    ///
    /// # Errors
    /// When the old one holds files of somebody else, and when the system refuses.
    pub fn put_bundle(&self, target: &Path, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        let staged = self.stage()?;
        make_dir(&staged, DIR_MODE).map_err(Error::io("create", &staged))?;
        let written = files
            .iter()
            .try_for_each(|(kind, bytes)| create(&staged.join(kind.file_name()), *kind, bytes).map(drop));
        let placed = written.and_then(|()| place_folder(&staged, target));
        if !matches!(placed, Ok(Placed::New)) {
            remove_ours(&staged);
        }
        placed.map(|_| ())
    }

    /// Puts a file in its place; an old one is replaced.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put_file(&self, target: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
        let staged = self.stage()?;
        let placed = create(&staged, kind, bytes).and_then(|_| {
            in_parent(target, || fs::rename(&staged, target)).map_err(Error::io("create", target))
        });
        placed.inspect_err(|_| _ = fs::remove_file(&staged))
    }

    /// Removes what natscert wrote to a folder, and the folder if nothing else is in it. `false`: something is.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self, dir: &Path) -> Result<bool, Error> {
        refuse_link(dir)?;
        for file in FileKind::TREE {
            match fs::remove_file(dir.join(file.file_name())) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", dir)(why));
                }
                _ => {}
            }
        }
        match fs::remove_dir(dir) {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(why) => Err(Error::io("remove", dir)(why)),
        }
    }

    /// Brings everything to the disk.
    ///
    /// # Errors
    /// When the system could not write it all.
    pub fn finish(mut self) -> Result<(), Error> {
        clear(&self.staging);
        self.dirs.keep();
        sync(&self.root)
    }

    /// A new name in the hidden folder, which is made for the first.
    fn stage(&self) -> Result<PathBuf, Error> {
        if !*self.made.get_or_init(|| make_dir(&self.staging, 0o700).is_ok()) {
            // What keeps it from being made is found again, with its reason.
            make_dir(&self.staging, 0o700).map_err(Error::io("create", &self.staging))?;
        }
        let count = self.staged.fetch_add(1, Ordering::Relaxed);
        Ok(self.staging.join(count.to_string()))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        clear(&self.staging);
    }
}

/// Whether a folder would be replaced that holds files of somebody else.
///
/// # Errors
/// Then, and when it is a link or cannot be read.
pub fn check_replaceable(target: &Path) -> Result<(), Error> {
    refuse_link(target)?;
    refuse_foreign(target, &OURS)
}

enum Placed {
    New,
    Replaced,
}

fn place_folder(staged: &Path, target: &Path) -> Result<Placed, Error> {
    let error = |why| Error::io("create", target)(why);
    match in_parent(target, || rename(Rename::New, staged, target)) {
        Ok(()) => return Ok(Placed::New),
        Err(why) if matches!(why.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) => {
        }
        Err(why) => return Err(error(why)),
    }
    check_replaceable(target)?;
    rename(Rename::Exchange, staged, target).map_err(error)?;
    Ok(Placed::Replaced)
}

/// Does what needs the folder above `target`; makes that folder if it was missing.
fn in_parent(target: &Path, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match act() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(target.parent().unwrap_or(target))?;
            act()
        }
        done => done,
    }
}

/// Removes the hidden folder with what a killed run left in it. Only names that this file gives are touched.
fn clear(staging: &Path) {
    let Ok(entries) = fs::read_dir(staging) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit())) {
            let path = entry.path();
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                remove_ours(&path);
            } else {
                _ = fs::remove_file(path);
            }
        }
    }
    let _ = fs::remove_dir(staging);
}

/// One sync of the file system instead of one for each of many thousand files.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync(root: &Path) -> Result<(), Error> {
    let open = File::open(root).map_err(Error::io("open", root))?;
    rustix::fs::syncfs(&open).map_err(|why| Error::io("write", root)(why.into()))
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn sync(_: &Path) -> Result<(), Error> {
    rustix::fs::sync();
    Ok(())
}

#[cfg(not(unix))]
fn sync(_: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;

//! The folder of a whole topology: many bundles and configurations, each of which appears whole, brought to the disk
//! by one sync at the end.
//!
//! Everything is written in a hidden folder of the tree and renamed from there, so a run that was killed leaves whole
//! files and that folder, which the next run clears.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::atomic::create;
use super::dirs::{MadeDirs, make_dir};
use super::error::Error;
use super::hidden::{Lock, lock, lock_and_wait, remove_ours};
use super::kind::FileKind;
use super::rename::{Rename, rename};
use super::store::{DIR_MODE, plain_text, refuse_foreign, refuse_link};

/// What the folder of a bundle in a tree holds.
const OURS: [FileKind; 4] =
    [FileKind::Certificate, FileKind::PrivateKey, FileKind::CaBundle, FileKind::ClientScript];

/// The hidden folder of a tree.
pub(super) const STAGING: &str = ".natscert-apply";

/// A tree that nobody else writes to meanwhile. Dropped, it takes away what was not finished.
pub struct Tree {
    root: PathBuf,
    staging: PathBuf,
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
        let staging = root.join(STAGING);
        refuse_link(&staging)?;
        clear(&staging);
        let staged = AtomicUsize::new(0);
        Ok(Self { root, staging, staged, dirs, _lock: held })
    }

    /// Its absolute path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts a bundle's folder in its place; an old one is replaced as a whole.
    ///
    /// # Errors
    /// When the old one holds files of somebody else, and when the system refuses.
    pub fn put_bundle(&self, target: &Path, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        let staged = self.stage()?;
        staged.bundle("", files)?;
        if staged.publish(target)? {
            return Ok(());
        }
        check_replaceable(target)?;
        rename(Rename::Exchange, &staged.path, target).map_err(Error::io("create", target))
    }

    /// A folder in the making.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stage(&self) -> Result<Staged, Error> {
        let path = self.hidden_path();
        match make_dir(&path, DIR_MODE) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                self.make_staging(&path)?;
                make_dir(&path, DIR_MODE)
            }
            done => done,
        }
        .map_err(Error::io("create", &path))?;
        Ok(Staged { path })
    }

    /// Puts a file in its place; an old one is replaced.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put_file(&self, target: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
        self.put_file_with(target, kind, bytes, |_| Ok(()))
    }

    /// The same, and `prepare` sees the file before it gets its name.
    pub(super) fn put_file_with(
        &self,
        target: &Path,
        kind: FileKind,
        bytes: &[u8],
        prepare: impl FnOnce(&File) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let staged = self.hidden_path();
        let created = match create(&staged, kind, bytes) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                self.make_staging(&staged)?;
                create(&staged, kind, bytes)
            }
            done => done,
        };
        let placed = created.and_then(|file| prepare(&file)).and_then(|()| {
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

    /// A new name in the hidden folder of this thread. Threads that share a folder wait for each other.
    fn hidden_path(&self) -> PathBuf {
        let thread = THREAD.with(|thread| *thread);
        let count = self.staged.fetch_add(1, Ordering::Relaxed);
        self.staging.join(thread.to_string()).join(count.to_string())
    }

    /// Makes the hidden folders above `path`.
    fn make_staging(&self, path: &Path) -> Result<(), Error> {
        for dir in [Some(self.staging.as_path()), path.parent()].into_iter().flatten() {
            match make_dir(dir, 0o700) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                done => done.map_err(Error::io("create", dir))?,
            }
        }
        Ok(())
    }
}

thread_local! {
    static THREAD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
}

/// A folder in the making, with bundles in it. Dropped without [`Staged::place`], it goes away.
pub struct Staged {
    pub(super) path: PathBuf,
}

impl Staged {
    /// Writes a bundle to a folder in it; to itself if `folder` is empty.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn bundle(&self, folder: &str, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        let mut dir = self.path.clone();
        if !folder.is_empty() {
            dir.push(folder);
            make_dir(&dir, DIR_MODE).map_err(Error::io("create", &dir))?;
        }
        files.iter().try_for_each(|(kind, bytes)| create(&dir.join(kind.file_name()), *kind, bytes).map(drop))
    }

    /// Puts it where nothing is.
    ///
    /// # Errors
    /// When something is there, and when the system refuses.
    pub fn place(self, target: &Path) -> Result<(), Error> {
        if self.publish(target)? {
            Ok(())
        } else {
            Err(Error::io("create", target)(io::ErrorKind::AlreadyExists.into()))
        }
    }

    /// `Ok(false)`: something is there.
    fn publish(&self, target: &Path) -> Result<bool, Error> {
        match in_parent(target, || rename(Rename::New, &self.path, target)) {
            Ok(()) => Ok(true),
            Err(why)
                if matches!(why.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) =>
            {
                Ok(false)
            }
            Err(why) => Err(Error::io("create", target)(why)),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        remove_staged(&self.path);
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
pub(super) fn clear(staging: &Path) {
    // Through no link: what it leads to is not ours.
    let numbered = |dir: &Path| -> Vec<PathBuf> {
        if !fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir()) {
            return Vec::new();
        }
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let number = |name: &std::ffi::OsStr| name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        entries.filter(|entry| number(&entry.file_name())).map(|entry| entry.path()).collect()
    };
    for thread in numbered(staging) {
        for staged in numbered(&thread) {
            remove_staged(&staged);
        }
        let _ = fs::remove_dir(thread);
    }
    let _ = fs::remove_dir(staging); // Fails for a link.
}

/// Removes a file or folder in the making.
fn remove_staged(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            let _ = fs::remove_file(path);
            return;
        }
        Err(_) => return,
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_ours(&entry.path());
        }
    }
    remove_ours(path);
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

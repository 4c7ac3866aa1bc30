//! The folder of a whole topology: many bundles and configurations, each of which appears whole, brought to the disk
//! by one sync at the end.
//!
//! Everything is written in a hidden folder of the tree and renamed from there, so a run that was killed leaves whole
//! files and that folder, which the next run clears.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::atomic::create;
use super::dirs::{MadeDirs, make_dir};
use super::error::Error;
use super::hidden::{clear, is_own, make_own, remove_staged};
use super::kind::FileKind;
use super::locks::Locks;
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
    /// Those that have a folder in it.
    threads: Mutex<BTreeSet<usize>>,
    staged: AtomicUsize,
    dirs: MadeDirs,
    pub(super) locks: Arc<Locks>,
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
        let mut wait = Some(wait);
        let wait = |root: &Path| _ = wait.take().map(|wait| wait(root));
        let locks = Locks::take(&BTreeSet::from([root.clone()]), wait)?;
        Self::of(root, dirs, Arc::new(locks))
    }

    /// The tree at `root`, absolute and without links, which is held already.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open_held(root: &Path, locks: &Arc<Locks>) -> Result<Self, Error> {
        plain_text(root)?;
        Self::of(root.to_owned(), MadeDirs::default(), Arc::clone(locks))
    }

    fn of(root: PathBuf, dirs: MadeDirs, locks: Arc<Locks>) -> Result<Self, Error> {
        let staging = root.join(STAGING);
        if is_own(&staging)? {
            clear(&staging);
        }
        Ok(Self { root, staging, threads: Mutex::default(), staged: AtomicUsize::new(0), dirs, locks })
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
        let path = self.hidden_path()?;
        make_dir(&path, DIR_MODE).map_err(Error::io("create", &path))?;
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
        let staged = self.hidden_path()?;
        let placed = create(&staged, kind, bytes).and_then(|file| prepare(&file)).and_then(|()| {
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
    fn hidden_path(&self) -> Result<PathBuf, Error> {
        let thread = THREAD.with(|thread| *thread);
        let dir = self.staging.join(thread.to_string());
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if !threads.contains(&thread) {
            if threads.is_empty() {
                make_own(&self.staging)?;
            }
            make_own(&dir)?;
            threads.insert(thread);
        }
        let count = self.staged.fetch_add(1, Ordering::Relaxed);
        Ok(dir.join(count.to_string()))
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

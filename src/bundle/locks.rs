//! Who writes bundles holds the folders that they lie in: no two runs write to one bundle at once, whatever folder they were given.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::Error;
use super::hidden::inode;

/// The files that are opened besides the folders.
#[cfg(unix)]
const OTHERS: u64 = 128;
/// How long another run may take to put one bundle in its place before it is worth a word.
const PATIENCE: Duration = Duration::from_secs(2);

/// Folders that no other natscert writes to. Dropped, they are free.
#[derive(Debug, Default)]
pub struct Locks(#[allow(dead_code, reason = "held")] Vec<File>);

impl Locks {
    /// Locks folders in the order of their paths, which have no links, so that no two runs wait for each other. When another
    /// run holds one, calls `wait` and waits. What cannot be opened or locked (Windows, some network file systems) is
    /// passed over; so is a folder that is held already: one that is mounted at two places has two paths.
    ///
    /// # Errors
    /// When these are more folders than the process may open files.
    pub fn take(dirs: &BTreeSet<PathBuf>, mut wait: impl FnMut(&Path)) -> Result<Self, Error> {
        let too_many = |files| Error::TooManyFolders { folders: dirs.len(), files };
        allow(dirs.len() as u64).map_err(too_many)?;
        let mut held = Vec::with_capacity(dirs.len());
        let mut inodes = BTreeSet::new();
        for dir in dirs {
            let file = hold(dir, &inodes, |file| {
                wait(dir);
                file.lock().is_ok()
            });
            if let Some(file) = file.map_err(|()| too_many(None))? {
                inodes.extend(inode_of(&file));
                held.push(file);
            }
        }
        Ok(Self(held))
    }

    /// Locks one folder for a moment; `wait` is called when another run holds it for longer than such a moment.
    pub(super) fn take_for_a_moment(dir: &Path, wait: impl FnOnce(&Path)) -> Self {
        let begin = Instant::now();
        let mut wait = Some(wait);
        let held = hold(dir, &BTreeSet::new(), |file| {
            while begin.elapsed() < PATIENCE {
                match file.try_lock() {
                    Err(fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
                    done => return done.is_ok(),
                }
            }
            if let Some(wait) = wait.take() {
                wait(dir);
            }
            file.lock().is_ok()
        });
        Self(held.ok().flatten().into_iter().collect())
    }
}

/// Opens and locks a folder; where another run holds it, `later` waits for it. None: it cannot be locked, or is one of
/// `ours`, which are.
fn hold(
    dir: &Path,
    ours: &BTreeSet<(u64, u64)>,
    mut later: impl FnMut(&File) -> bool,
) -> Result<Option<File>, ()> {
    loop {
        let file = match File::open(dir) {
            Ok(file) => file,
            Err(why) if is_too_many(&why) => return Err(()),
            Err(_) => return Ok(None),
        };
        // Who waits for himself waits for ever.
        if inode_of(&file).is_some_and(|inode| ours.contains(&inode)) {
            return Ok(None);
        }
        let is_held = match file.try_lock() {
            Ok(()) => true,
            Err(fs::TryLockError::WouldBlock) => later(&file),
            Err(fs::TryLockError::Error(_)) => false,
        };
        // Somebody may have put another folder there meanwhile.
        if !is_held || is_at(&file, dir) {
            return Ok(is_held.then_some(file));
        }
    }
}

fn is_at(file: &File, dir: &Path) -> bool {
    match (file.metadata(), fs::metadata(dir)) {
        (Ok(held), Ok(there)) => inode(&held) == inode(&there),
        // It is gone: nobody has a lock that matters.
        _ => true,
    }
}

fn inode_of(file: &File) -> Option<(u64, u64)> {
    inode(&file.metadata().ok()?)
}

#[cfg(unix)]
fn is_too_many(why: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(why), Some(Errno::MFILE | Errno::NFILE))
}

#[cfg(not(unix))]
fn is_too_many(_: &io::Error) -> bool {
    false
}

/// Lets the process open this many folders, and what else it needs; how many files it may open at most if that is less.
#[cfg(unix)]
fn allow(folders: u64) -> Result<(), Option<u64>> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let most = limit.current;
    match limit_for(folders, limit.current, limit.maximum).map_err(Some)? {
        None => Ok(()),
        raised => {
            limit.current = raised;
            setrlimit(Resource::Nofile, limit).map_err(|_| most)
        }
    }
}

/// What the limit of open files has to be raised to for so many folders, if it has to; the most that is allowed if that is
/// not enough. One folder is never refused.
#[cfg(unix)]
fn limit_for(folders: u64, current: Option<u64>, maximum: Option<u64>) -> Result<Option<u64>, u64> {
    let needed = folders + OTHERS;
    if current.is_none_or(|current| current >= needed) {
        return Ok(None);
    }
    match maximum {
        Some(maximum) if maximum < needed && folders > 1 => Err(maximum),
        Some(maximum) => Ok(Some(needed.min(maximum))),
        None => Ok(Some(needed)),
    }
}

#[cfg(not(unix))]
fn allow(_: u64) -> Result<(), Option<u64>> {
    Ok(())
}

#[cfg(test)]
#[path = "locks_tests.rs"]
mod tests;

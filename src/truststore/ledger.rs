//! The state file of a root: its certificate and the places where it was installed. It lies outside the CA directory, so
//! that a root can be taken out of the stores after that is gone. What is in the stores decides all the same.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::Kind;
use super::root::{Root, Wanted};
use crate::bundle::{Error, write_text};

/// The folder of state files, one for each root.
#[derive(Clone, Debug)]
pub struct Ledger {
    dir: PathBuf,
}

/// What is known of one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The root.
    pub root: Root,
    /// Where it was installed.
    pub places: Vec<(Kind, PathBuf)>,
}

#[derive(Deserialize, Serialize)]
struct Written {
    fingerprint: String,
    root: String,
    places: Vec<WrittenPlace>,
}

#[derive(Deserialize, Serialize)]
struct WrittenPlace {
    store: Kind,
    path: PathBuf,
}

impl Ledger {
    /// State files in `dir`, which need not be there.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Everything that is known. A file that cannot be understood is left alone and returned as a path.
    #[must_use]
    pub fn entries(&self) -> (Vec<Entry>, Vec<PathBuf>) {
        let mut entries = Vec::new();
        let mut unread = Vec::new();
        let mut paths: Vec<PathBuf> = match fs::read_dir(&self.dir) {
            Ok(dir) => dir.flatten().map(|entry| entry.path()).filter(|path| is_entry(path)).collect(),
            Err(_) => Vec::new(),
        };
        paths.sort();
        for path in paths {
            match read(&path) {
                Some(entry) => entries.push(entry),
                None => unread.push(path),
            }
        }
        (entries, unread)
    }

    /// What is known of one root.
    #[must_use]
    pub fn entry(&self, wanted: &Wanted) -> Option<Entry> {
        read(&self.path(wanted)).filter(|entry| entry.root.fingerprint() == wanted.fingerprint())
    }

    /// Writes an entry, whole or not at all.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put(&self, entry: &Entry) -> Result<(), Error> {
        self.make_dir()?;
        let places =
            entry.places.iter().map(|(store, path)| WrittenPlace { store: *store, path: path.clone() });
        let written = Written {
            fingerprint: entry.root.fingerprint().to_owned(),
            root: entry.root.pem(),
            places: places.collect(),
        };
        let path = self.path(&entry.root.wanted());
        let text =
            serde_json::to_string_pretty(&written).map_err(|why| Error::io("write", &path)(why.into()))?;
        write_text(&path, &text, true)
    }

    /// Removes what is known of a root, and with the last one the folder and natscert's own above it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn forget(&self, wanted: &Wanted) -> Result<(), Error> {
        let path = self.path(wanted);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(Error::io("remove", &path)(why)),
            _ => {}
        }
        if fs::remove_dir(&self.dir).is_ok() {
            let _ = self.dir.parent().map(fs::remove_dir);
        }
        Ok(())
    }

    /// Waits until no other natscert changes stores for this user; `wait` is called if one does. None: folders cannot be
    /// locked here, or there is none to lock.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn lock(&self, make: bool, wait: impl FnOnce()) -> Result<Option<File>, Error> {
        let mut wait = Some(wait);
        loop {
            let opened = match File::open(&self.dir) {
                Err(_) if make => self.make_dir().map(|()| File::open(&self.dir))?,
                opened => opened,
            };
            let Ok(file) = opened else { return Ok(None) };
            match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) => {
                    if let Some(wait) = wait.take() {
                        wait();
                    }
                    let _ = file.lock();
                }
                Err(fs::TryLockError::Error(_)) => return Ok(None),
                Ok(()) => {}
            }
            // Whoever held it may have removed the folder, and another made it anew.
            if is_same(&file, &self.dir) {
                return Ok(Some(file));
            }
        }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The state file of a root.
    #[must_use]
    pub fn path(&self, wanted: &Wanted) -> PathBuf {
        self.dir.join(format!("{}.json", wanted.fingerprint()))
    }

    fn make_dir(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.dir).map_err(Error::io("create", &self.dir))
    }
}

#[cfg(unix)]
fn is_same(open: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |found: fs::Metadata| (found.dev(), found.ino());
    match (open.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => id(open) == id(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same(_: &File, path: &Path) -> bool {
    path.exists()
}

fn is_entry(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn read(path: &Path) -> Option<Entry> {
    let written: Written = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let root = Root::read(written.root.as_bytes()).ok()?;
    let places = written.places.into_iter().map(|place| (place.store, place.path)).collect();
    (root.fingerprint() == written.fingerprint).then_some(Entry { root, places })
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;

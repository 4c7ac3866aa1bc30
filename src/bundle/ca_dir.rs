//! The CA directory: `root.pem` and `root-key.pem`, which appear together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::atomic::{Staging, sweep, write_new};
use super::dirs::{MadeDirs, sync_dir};
use super::error::Error;
use super::hidden::lock_and_wait;
use super::kind::FileKind;
use super::read::read_input;
use crate::pki::{self, Ca};

/// The mode of the CA directory: nobody else looks into it.
const DIR_MODE: u32 = 0o700;

/// The directory of a CA, there or not yet.
#[derive(Clone, Debug)]
pub struct CaDir(PathBuf);

/// A CA that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The root.
    pub ca: Ca,
    /// Whether this call made it.
    pub created: bool,
    /// What was found amiss and mended, or could not be.
    pub notes: Vec<Note>,
}

/// Something about the CA directory that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Others could read the key, or change the root; the file's mode was set to what it should be.
    Tightened(PathBuf, u32),
    /// Others can, and that could not be changed.
    Loose(PathBuf, u32),
    /// Others may exchange files in the directory.
    WritableDir(PathBuf),
}

impl CaDir {
    /// The directory at `path`; nothing is touched yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self, kind: FileKind) -> PathBuf {
        self.0.join(kind.file_name())
    }

    /// Opens the CA, if there is one.
    ///
    /// # Errors
    /// When half of it is missing, or it cannot be read or used at `now`.
    pub fn open(&self, now: OffsetDateTime) -> Result<Option<Opened>, Error> {
        let has = |kind| self.file(kind).try_exists().map_err(Error::io("open", &self.file(kind)));
        let mut there = (has(FileKind::Root)?, has(FileKind::RootKey)?);
        if there.0 != there.1 {
            // Somebody is just making it, or was killed in the middle.
            let _lock = lock_and_wait(&self.0);
            self.complete()?;
            there = (has(FileKind::Root)?, has(FileKind::RootKey)?);
        }
        let missing = match there {
            (false, false) => return Ok(None),
            (true, true) => return self.load(now).map(Some),
            (false, true) => FileKind::Root,
            (true, false) => FileKind::RootKey,
        };
        Err(Error::Incomplete { dir: self.0.clone(), missing: missing.file_name() })
    }

    /// Opens the CA, or makes one with `make`. When several do so at once, one is made and all open it.
    ///
    /// # Errors
    /// As [`CaDir::open`] and [`CaDir::create`].
    pub fn open_or_create(
        &self,
        now: OffsetDateTime,
        make: impl FnOnce() -> Result<Ca, pki::Error>,
    ) -> Result<Opened, Error> {
        if let Some(opened) = self.open(now)? {
            return Ok(opened);
        }
        let ca = make().map_err(Error::pki(&self.0))?;
        match self.create(&ca) {
            Ok(()) => Ok(Opened { ca, created: true, notes: Vec::new() }),
            Err(Error::CaExists(_)) => self.open(now)?.ok_or_else(|| Error::NoCa(self.0.clone())),
            Err(why) => Err(why),
        }
    }

    /// Writes `ca`: both files at once, by renaming a whole directory into place, wherever that is possible.
    ///
    /// # Errors
    /// When there is a CA already, and when the system refuses.
    pub fn create(&self, ca: &Ca) -> Result<(), Error> {
        if self.0.is_file() {
            return Err(Error::NotADirectory(self.0.clone()));
        }
        let absolute = std::path::absolute(&self.0).map_err(Error::io("open", &self.0))?;
        let parent = absolute.parent().unwrap_or(&absolute);
        let mut dirs = MadeDirs::default();
        dirs.make(parent, DIR_MODE)?;
        sweep(parent);
        let root = ca.pem();
        let key = ca.key().to_pem();
        let staged = Staging::new(parent, DIR_MODE).and_then(|staging| {
            staging.write(&[(FileKind::RootKey, key.as_bytes()), (FileKind::Root, root.as_bytes())])?;
            staging.publish(&absolute)
        });
        match staged {
            Ok(true) => {}
            // It is there (empty, a mount point, a link), or its parent is not ours to write: then inside of it.
            Ok(false) => self.create_inside(&root, &key)?,
            Err(Error::Io { source, .. }) if self.0.is_dir() && is_place(&source) => {
                self.create_inside(&root, &key)?;
            }
            Err(why) => return Err(why),
        }
        dirs.keep();
        self.verify(&root, &key)
    }

    /// Writes both files under hidden names, then renames the key and last the root. A run that is killed
    /// between the renames is completed by the next one.
    fn create_inside(&self, root: &str, key: &str) -> Result<(), Error> {
        let _lock = lock_and_wait(&self.0);
        self.complete()?;
        if FileKind::CA.iter().any(|kind| self.file(*kind).exists()) {
            return Err(Error::CaExists(self.0.clone()));
        }
        for (kind, text) in [(FileKind::RootKey, key), (FileKind::Root, root)] {
            let hidden = self.hidden(kind);
            let _ = fs::remove_file(&hidden);
            write_new(&hidden, kind, text.as_bytes()).inspect_err(|_| {
                for kind in FileKind::CA {
                    let _ = fs::remove_file(self.hidden(kind));
                }
            })?;
        }
        self.rename_hidden(FileKind::RootKey)?;
        self.rename_hidden(FileKind::Root)?;
        sync_dir(&self.0)
    }

    fn hidden(&self, kind: FileKind) -> PathBuf {
        self.0.join(format!(".{}.new", kind.file_name()))
    }

    fn rename_hidden(&self, kind: FileKind) -> Result<(), Error> {
        fs::rename(self.hidden(kind), self.file(kind)).map_err(Error::io("create", &self.file(kind)))
    }

    /// Finishes what a run that was killed between its two renames began.
    fn complete(&self) -> Result<(), Error> {
        let half = self.file(FileKind::RootKey).exists() && !self.file(FileKind::Root).exists();
        if half && self.hidden(FileKind::Root).exists() {
            let root = read_input(&self.hidden(FileKind::Root))?;
            let key = Zeroizing::new(read_input(&self.file(FileKind::RootKey))?);
            if Ca::load(&root, &key, OffsetDateTime::UNIX_EPOCH).is_ok() {
                self.rename_hidden(FileKind::Root)?;
            }
        }
        Ok(())
    }

    fn verify(&self, root: &str, key: &str) -> Result<(), Error> {
        for (kind, text) in [(FileKind::RootKey, key), (FileKind::Root, root)] {
            let path = self.file(kind);
            if Zeroizing::new(read_input(&path)?).as_slice() != text.as_bytes() {
                return Err(Error::Verify(path));
            }
        }
        Ok(())
    }

    fn load(&self, now: OffsetDateTime) -> Result<Opened, Error> {
        let notes = self.tighten();
        let (root_path, key_path) = (self.file(FileKind::Root), self.file(FileKind::RootKey));
        let root = read_input(&root_path)?;
        let key = Zeroizing::new(read_input(&key_path)?);
        let ca = Ca::load(&root, &key, now).map_err(|source| Error::BrokenCa {
            path: if source.is_about_key() { key_path } else { root_path },
            dir: self.0.clone(),
            source,
        })?;
        Ok(Opened { ca, created: false, notes })
    }

    /// A root key that others can read is no secret, a root that they can change is no root: takes their rights away.
    #[cfg(unix)]
    fn tighten(&self) -> Vec<Note> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).map_or(0, |m| m.permissions().mode());
        let mut notes = Vec::new();
        for (kind, others) in [(FileKind::RootKey, 0o077), (FileKind::Root, 0o022)] {
            let (file, tight) = (self.file(kind), kind.mode());
            if mode(&file) & others != 0 {
                let set = fs::set_permissions(&file, fs::Permissions::from_mode(tight));
                notes.push(if set.is_ok() { Note::Tightened(file, tight) } else { Note::Loose(file, tight) });
            }
        }
        if mode(&self.0) & 0o022 != 0 {
            notes.push(Note::WritableDir(self.0.clone()));
        }
        notes
    }

    #[cfg(not(unix))]
    fn tighten(&self) -> Vec<Note> {
        Vec::new()
    }
}

/// Whether the system refused the place rather than the work.
fn is_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ResourceBusy
            | io::ErrorKind::CrossesDevices
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
#[path = "ca_dir_tests.rs"]
mod tests;

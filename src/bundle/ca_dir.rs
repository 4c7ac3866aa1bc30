//! The CA directory: `root.pem` and `root-key.pem`, which appear together, and what is added to them later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::atomic::{Staging, sweep, write_new};
use super::ca_state::State;
use super::dirs::{MadeDirs, sync_dir};
use super::error::Error;
use super::hidden::{inode, lock_and_wait};
use super::kind::FileKind;
use super::read::read_input;
use super::revoked::Revoked;
use crate::pki::{self, Authority, Ca};

/// The mode of the CA directory: nobody else looks into it.
pub(super) const DIR_MODE: u32 = 0o700;

/// The directory of a CA, there or not yet.
#[derive(Clone, Debug)]
pub struct CaDir(PathBuf);

/// A CA that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Who signs, and what is trusted.
    pub authority: Authority,
    /// Whether this call made it.
    pub created: bool,
    /// What was found amiss and mended, or could not be.
    pub notes: Vec<Note>,
    /// The state that it was read from.
    pub(super) source: State,
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
    /// The old root of a finished roll cannot be read: there is no way back to it.
    NoWayBack(PathBuf),
}

impl Opened {
    /// The root above who signs.
    #[must_use]
    pub fn root(&self) -> &Ca {
        self.authority.root()
    }

    /// Who signs.
    #[must_use]
    pub fn signer(&self) -> &Ca {
        self.authority.signer()
    }

    /// What `ca.pem` holds, if nothing else is asked for.
    #[must_use]
    pub fn ca_pem(&self) -> String {
        self.authority.ca_pem(self.authority.trust)
    }
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

    /// Whether nothing of a CA is there.
    pub(super) fn is_empty(&self) -> bool {
        FileKind::CA.iter().all(|kind| !self.file(*kind).exists())
    }

    pub(super) fn file(&self, kind: FileKind) -> PathBuf {
        self.0.join(kind.file_name())
    }

    /// Opens the CA, if there is one.
    ///
    /// # Errors
    /// When half of it is missing, or it cannot be read or used at `now`.
    pub fn open(&self, now: OffsetDateTime) -> Result<Option<Opened>, Error> {
        let has = |kind| self.file(kind).try_exists().map_err(Error::io("open", &self.file(kind)));
        let mut there = (has(FileKind::Root)?, has(FileKind::RootKey)?);
        if there.0 != there.1 || self.state()?.is_moving() {
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

    /// Whether the CA is still as it was when it was opened, and has revoked what it had. A roll that was taken back and begun
    /// again has the same state, and other CAs.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_still(&self, opened: &Opened, revoked: &Revoked) -> Result<bool, Error> {
        let state = self.state()?;
        Ok(self.is_as(opened, &state)? && Revoked::read(self)?.entries() == revoked.entries())
    }

    /// The same for the CAs, with the state as it was a moment ago.
    fn is_as(&self, opened: &Opened, state: &State) -> Result<bool, Error> {
        if *state != opened.source {
            return Ok(false);
        }
        let there = self.load_state(state);
        // A step may have moved files meanwhile.
        if self.state()? != *state {
            return Ok(false);
        }
        Ok(there?.all().map(Ca::der).eq(opened.authority.all().map(Ca::der)))
    }

    /// Refuses a folder that is this directory, or in it: both are locked, and whoever waits for himself waits for ever.
    ///
    /// # Errors
    /// When it is. What is not there yet is where the folder above it is.
    pub fn refuse_inside(&self, folder: &Path) -> Result<(), Error> {
        let real = |path: &Path| -> Option<PathBuf> {
            let path = std::path::absolute(path).ok()?;
            path.ancestors()
                .find_map(|above| Some(fs::canonicalize(above).ok()?.join(path.strip_prefix(above).ok()?)))
        };
        match (real(folder), real(&self.0)) {
            (Some(inside), Some(dir)) if lies_in(&inside, &dir) => {
                Err(Error::InCaDir { folder: folder.to_owned(), dir: self.0.clone() })
            }
            _ => Ok(()),
        }
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
            Ok(()) => Ok(Opened {
                authority: Authority::of_root(ca),
                created: true,
                notes: Vec::new(),
                source: State::default(),
            }),
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

    /// Finishes what a run that was killed between its renames began.
    fn complete(&self) -> Result<(), Error> {
        self.settle()?;
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
}

/// Whether a path is in a folder; both have no links. What is mounted at two places has two paths.
fn lies_in(inside: &Path, dir: &Path) -> bool {
    let inode_of = |path: &Path| inode(&fs::metadata(path).ok()?);
    let is_it = |dir: (u64, u64)| inside.ancestors().any(|above| inode_of(above) == Some(dir));
    inside.starts_with(dir) || inode_of(dir).is_some_and(is_it)
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

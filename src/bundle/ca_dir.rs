//! The CA directory: `root.pem` and `root-key.pem`, which appear together, and what is added to them later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::atomic::{Staging, sweep, write_new};
use super::ca_family::{self, NEXT, PREVIOUS};
#[cfg(unix)]
use super::ca_state::FILE as STATE;
use super::ca_state::{State, Step};
use super::dirs::{MadeDirs, sync_dir};
use super::error::Error;
use super::hidden::lock_and_wait;
use super::kind::FileKind;
use super::read::read_input;
use crate::pki::{self, Authority, Ca, Rolled};

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
    /// The state and the file of the root that it was read from.
    pub(super) source: (State, Vec<u8>),
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

    /// Whether the CA is still as it was when it was opened. No CA's file changes but by a state or a root that does.
    ///
    /// # Errors
    /// When state or root cannot be read.
    pub fn is_still(&self, opened: &Opened) -> Result<bool, Error> {
        let (state, root) = &opened.source;
        Ok(self.state()? == *state && read_input(&self.file(FileKind::Root))? == *root)
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
            (Some(inside), Some(dir)) if inside.starts_with(&dir) => {
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
            Ok(()) => {
                let source = (State::default(), ca.pem().into_bytes());
                Ok(Opened { authority: Authority::of_root(ca), created: true, notes: Vec::new(), source })
            }
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

    /// The state and the CAs that it speaks of. Another run may take a step meanwhile: then what was read is of no use.
    pub(super) fn load(&self, now: OffsetDateTime) -> Result<Opened, Error> {
        let mut state = self.state()?;
        let mut notes = self.tighten(&state.with_aside().names().collect::<Vec<_>>());
        let (authority, root_file) = loop {
            if state.is_moving() {
                // What was read amid a move is of two families.
                let _lock = lock_and_wait(&self.0);
                self.settle()?;
                state = self.state()?;
            }
            let root_file = read_input(&self.file(FileKind::Root));
            let loaded = self.load_state(&state);
            let after = self.state()?;
            if after == state {
                break (loaded?, root_file?);
            }
            state = after;
        };
        let previous = self.0.join(PREVIOUS);
        if authority.other.is_none() && state.has_old_root() && previous.exists() {
            notes.push(Note::NoWayBack(previous));
        }
        let (root, signer) = (authority.root(), authority.signer());
        for ca in [root, signer] {
            ca.facts().check_ca(now).map_err(|source| Error::BrokenCa {
                path: self.path_of(&authority, ca),
                dir: self.0.clone(),
                source: if ca.is_root() { source } else { source.of_intermediate() },
            })?;
        }
        Ok(Opened { authority, created: false, notes, source: (state, root_file) })
    }

    fn load_state(&self, state: &State) -> Result<Authority, Error> {
        let family = ca_family::load(&self.0, &self.0, state)?;
        let roll = state.roll.as_ref().filter(|roll| roll.rolled == Rolled::Root);
        let other = match roll.map(|roll| roll.step) {
            None => None,
            Some(Step::Finished) => {
                let previous = self.0.join(PREVIOUS);
                // Whoever wants to be rid of the old key may remove it.
                ca_family::load(&previous, &self.0, &state.with_aside()).ok()
            }
            Some(_) => Some(ca_family::load(&self.0.join(NEXT), &self.0, state)?),
        };
        Ok(Authority { family, other, trust: state.trust, roll: state.roll() })
    }

    /// The certificate of a CA in use.
    fn path_of(&self, authority: &Authority, ca: &Ca) -> PathBuf {
        match authority.signing().active() {
            Some(active) if !ca.is_root() => self.intermediate_file(authority, &active.name),
            _ if authority.is_next_signing() => self.0.join(NEXT).join(FileKind::Root.file_name()),
            _ => self.file(FileKind::Root),
        }
    }

    /// A key that others can read is no secret, a CA that they can change is none: takes their rights away.
    #[cfg(unix)]
    fn tighten(&self, names: &[&String]) -> Vec<Note> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).map_or(0, |m| m.permissions().mode());
        let mut notes = Vec::new();
        let families = [self.0.clone(), self.0.join(NEXT), self.0.join(PREVIOUS)];
        let own = families.iter().flat_map(|family| {
            [(FileKind::RootKey, 0o077), (FileKind::Root, 0o022)].map(|(kind, o)| (family.clone(), kind, o))
        });
        let below = names.iter().flat_map(|name| {
            families.iter().flat_map(move |family| {
                let dir = ca_family::intermediate_dir(family, name);
                [(FileKind::PrivateKey, 0o077), (FileKind::Certificate, 0o022)]
                    .map(|(kind, o)| (dir.clone(), kind, o))
            })
        });
        let files = own.chain(below).map(|(dir, kind, o)| (dir.join(kind.file_name()), kind.mode(), o));
        for (file, tight, others) in files.chain([(self.0.join(STATE), 0o644, 0o022)]) {
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
    fn tighten(&self, _names: &[&String]) -> Vec<Note> {
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

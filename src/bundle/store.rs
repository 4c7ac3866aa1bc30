//! Bundles on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::atomic::{Staging, sweep};
use super::dirs::MadeDirs;
use super::error::Error;
use super::kind::FileKind;
use super::layout::{BundleName, role_dir};
use super::locks::Locks;
use super::read::read_input;
use super::tree::STAGING;
use crate::pki::{Facts, Pin, Pinned, SourceKind, pins_in};

/// The mode of a bundle's folder: its key file guards itself.
pub(super) const DIR_MODE: u32 = 0o755;

/// What a bundle holds.
pub struct Contents {
    /// `cert.pem`
    pub cert: String,
    /// `key.pem`; `None`: it was made elsewhere, see [`Slot::keep_key`].
    pub key: Option<Zeroizing<String>>,
    /// `ca.pem`
    pub ca: String,
    /// `tls.conf`
    pub tls_conf: String,
}

impl Contents {
    fn file(&self, kind: FileKind) -> Option<&[u8]> {
        let text = match kind {
            FileKind::PrivateKey => self.key.as_deref()?,
            FileKind::CaBundle => &self.ca,
            FileKind::TlsConf => &self.tls_conf,
            _ => &self.cert,
        };
        Some(text.as_bytes())
    }
}

/// A place for a bundle that was found fit to be written to. Dropped unused, it leaves no trace.
pub struct Slot {
    // Order matters: the hidden folder goes before the folders that were made for it.
    staging: Staging,
    dirs: MadeDirs,
    target: PathBuf,
    replace: bool,
    /// What may lie in it.
    ours: &'static [FileKind],
    /// The key that a bundle which is there may have: whose it is.
    keeps: Option<Pin>,
}

impl Slot {
    /// Prepares `OUT/<role>/<name>/`: checks what is there and makes a hidden folder beside it.
    ///
    /// # Errors
    /// When a bundle is there and `replace` is not asked for, when the folder holds files of somebody else,
    /// when a link or a file is in the way, and when the system refuses.
    pub fn prepare(
        out: &Path,
        role: &str,
        name: &BundleName,
        replace: bool,
        now: OffsetDateTime,
    ) -> Result<Self, Error> {
        Self::prepare_folder(&role_dir(out, role), name, replace, now, &FileKind::BUNDLE)
    }

    /// Prepares `OUT/<defect>/<role>/<name>/` for a fixture.
    ///
    /// # Errors
    /// As [`Slot::prepare`].
    pub fn prepare_fixture(
        out: &Path,
        (defect, role): (&str, &str),
        name: &BundleName,
        replace: bool,
        now: OffsetDateTime,
    ) -> Result<Self, Error> {
        let out = role_dir(out, defect);
        refuse_link(&out)?;
        Self::prepare_folder(&role_dir(&out, role), name, replace, now, &FileKind::FIXTURE)
    }

    fn prepare_folder(
        parent: &Path,
        name: &BundleName,
        replace: bool,
        now: OffsetDateTime,
        ours: &'static [FileKind],
    ) -> Result<Self, Error> {
        let mut dirs = MadeDirs::default();
        refuse_link(parent)?;
        dirs.make(parent, DIR_MODE)?;
        let parent = fs::canonicalize(parent).map_err(Error::io("open", parent))?;
        let target = parent.join(name.as_str());
        plain_text(&target)?;
        refuse_link(&target)?;
        sweep(&parent);
        let occupied = occupied(&target)?;
        if occupied {
            refuse_foreign(&target, ours)?;
            if replace {
                removable(&target)?;
            } else {
                return Err(Error::Exists { expiry: expiry(&target, now), dir: target });
            }
        }
        Ok(Self { staging: Staging::new(&parent, DIR_MODE)?, dirs, target, replace, ours, keeps: None })
    }

    /// The absolute path that the bundle will have.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.target
    }

    /// For a bundle whose key is made elsewhere: a `key.pem` that is there stays, and has to be the key with this pin.
    /// Whether there is one.
    ///
    /// # Errors
    /// When there is another key, or one that cannot be read.
    pub fn keep_key(&mut self, pin: Pin) -> Result<bool, Error> {
        self.keeps = Some(pin);
        Ok(self.kept_key()?.is_some())
    }

    fn kept_key(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let Some(pin) = self.keeps else { return Ok(None) };
        let path = self.target.join(FileKind::PrivateKey.file_name());
        if fs::symlink_metadata(&path).is_err_and(|why| why.kind() == io::ErrorKind::NotFound) {
            return Ok(None);
        }
        let key = Zeroizing::new(read_input(&path)?);
        let own = |found: &Pinned| found.kind == SourceKind::PrivateKey && found.pin == pin;
        match pins_in(&key) {
            Ok(found) if found.iter().any(own) => Ok(Some(key)),
            _ => Err(Error::OtherKey(path)),
        }
    }

    /// Writes the bundle: afterwards it is there, whole. It is read back before it is put in its place, because
    /// another run may replace it right afterwards. One that is replaced leaves it owners, groups and modes. After a
    /// failure, there is what was there before. `wait` is called when another run keeps the folder above to itself.
    /// `is_still` says, when that is over, whether the CA is the one that signed: `Ok(false)`, nothing was written, if not.
    ///
    /// # Errors
    /// When the system refuses, or somebody else was faster.
    pub fn commit(
        self,
        contents: &Contents,
        wait: impl FnOnce(&Path),
        is_still: impl FnOnce() -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        self.put((contents, None), wait, is_still)
    }

    /// The same with a CRL, PEM, if there is one, for a fixture: whatever becomes of the CA.
    ///
    /// # Errors
    /// As [`Slot::commit`].
    pub fn commit_with(
        self,
        contents: &Contents,
        crl: Option<&str>,
        wait: impl FnOnce(&Path),
    ) -> Result<(), Error> {
        self.put((contents, crl), wait, || Ok(true)).map(drop)
    }

    fn put(
        mut self,
        (contents, crl): (&Contents, Option<&str>),
        wait: impl FnOnce(&Path),
        is_still: impl FnOnce() -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let kept = self.kept_key()?;
        let files = FileKind::BUNDLE.map(|kind| (kind, contents.file(kind)));
        let kept_file = kept.as_ref().map(|key| (FileKind::PrivateKey, key.as_slice()));
        let files = files.into_iter().filter_map(|(kind, bytes)| Some((kind, bytes?)));
        let crl = crl.map(|crl| (FileKind::Crl, crl.as_bytes()));
        let files: Vec<_> = files.chain(kept_file).chain(crl).collect();
        let like = self.replace && occupied(&self.target)?;
        self.staging.write_like(like.then_some(self.target.as_path()), &files)?;
        self.staging.verify(&files)?;
        // Whoever renews it works on what is there; and whoever rolls the folder above has seen all that is below it.
        let mut wait = Some(wait);
        let mut above: Vec<&Path> = self.target.ancestors().skip(1).take(2).collect();
        above.reverse();
        let mut wait = |dir: &Path| {
            if let Some(wait) = wait.take() {
                wait(dir);
            }
        };
        let _held = above.into_iter().map(|dir| Locks::take_for_a_moment(dir, &mut wait)).collect::<Vec<_>>();
        if !is_still()? {
            return Ok(false);
        }
        while !self.put_in_place(kept.as_ref())? {
            if !self.replace && occupied(&self.target)? {
                let expiry = expiry(&self.target, OffsetDateTime::now_utc());
                return Err(Error::Exists { expiry, dir: self.target });
            }
        }
        self.dirs.keep();
        Ok(true)
    }

    /// `Ok(false)`: something is there that was not. What [`Slot::prepare`] saw may have changed since: a key takes
    /// its time.
    fn put_in_place(&self, kept: Option<&Zeroizing<Vec<u8>>>) -> Result<bool, Error> {
        refuse_link(&self.target)?;
        let empty = match fs::symlink_metadata(&self.target) {
            Err(_) => return self.staging.publish(&self.target),
            Ok(_) => !occupied(&self.target)?,
        };
        if !self.replace && !empty {
            return Ok(false);
        }
        refuse_foreign(&self.target, self.ours)?;
        if self.kept_key()?.as_ref() != kept {
            return Err(Error::OtherKey(self.target.join(FileKind::PrivateKey.file_name())));
        }
        self.staging.replace(&self.target)
    }
}

/// Refuses a link where a folder of natscert's own should be.
///
/// # Errors
/// When it is one.
pub fn refuse_link(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(Error::Symlink(path.to_owned())),
        _ => Ok(()),
    }
}

/// nats-server reads the path from a configuration file, a person reads it in a message.
pub(super) fn plain_text(path: &Path) -> Result<(), Error> {
    match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(()),
        _ => Err(Error::Unprintable(path.to_string_lossy().escape_debug().to_string())),
    }
}

/// Whether there is a folder with something in it.
fn occupied(target: &Path) -> Result<bool, Error> {
    match fs::read_dir(target) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) if why.kind() == io::ErrorKind::NotADirectory => {
            Err(Error::NotADirectory(target.to_owned()))
        }
        Err(why) => Err(Error::io("open", target)(why)),
    }
}

/// What natscert did not write it does not remove.
pub(super) fn refuse_foreign(target: &Path, ours: &[FileKind]) -> Result<(), Error> {
    ours_in(target, ours).map(drop)
}

/// Which of our files are in a folder; an error when there are others.
pub(super) fn ours_in(target: &Path, ours: &[FileKind]) -> Result<Vec<FileKind>, Error> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(target) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(Error::io("open", target))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_folder = entry.file_type().is_ok_and(|t| t.is_dir());
        // What a run that was killed left in a folder that it could write to nowhere else.
        if name == STAGING && is_folder {
            continue;
        }
        match ours.iter().find(|kind| name == kind.file_name()) {
            Some(kind) if !is_folder => found.push(*kind),
            _ => {
                let file = name.to_string_lossy().escape_debug().to_string();
                return Err(Error::Foreign { dir: target.to_owned(), file });
            }
        }
    }
    Ok(found)
}

/// A folder that may not be written to could be exchanged, but its old key would stay beside the new one for good.
#[cfg(unix)]
fn removable(target: &Path) -> Result<(), Error> {
    use rustix::fs::{Access, access};
    access(target, Access::WRITE_OK | Access::EXEC_OK).map_err(|why| Error::io("replace", target)(why.into()))
}

#[cfg(not(unix))]
fn removable(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// When the certificate that is there ends, in words.
fn expiry(target: &Path, now: OffsetDateTime) -> String {
    let facts = read_input(&target.join(FileKind::Certificate.file_name()))
        .ok()
        .and_then(|bytes| Facts::all_in(&bytes).ok());
    let Some(facts) = facts.as_ref().and_then(|all| all.first()) else {
        return "cannot be read".to_owned();
    };
    let days = (facts.not_after - now).whole_days();
    let date = facts.not_after.date();
    match days {
        _ if facts.not_after < now => format!("expired on {date}"),
        0 => format!("expires today ({date})"),
        1 => format!("expires tomorrow ({date})"),
        _ => format!("expires in {days} days ({date})"),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;

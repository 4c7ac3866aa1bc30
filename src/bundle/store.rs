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
use super::read::read_input;
use crate::pki::Facts;

/// The mode of a bundle's folder: its key file guards itself.
pub(super) const DIR_MODE: u32 = 0o755;

/// What a bundle holds.
pub struct Contents {
    /// `cert.pem`
    pub cert: String,
    /// `key.pem`
    pub key: Zeroizing<String>,
    /// `ca.pem`
    pub ca: String,
    /// `tls.conf`
    pub tls_conf: String,
}

impl Contents {
    fn file(&self, kind: FileKind) -> &str {
        match kind {
            FileKind::PrivateKey => &self.key,
            FileKind::CaBundle => &self.ca,
            FileKind::TlsConf => &self.tls_conf,
            _ => &self.cert,
        }
    }
}

/// A place for a bundle that was found fit to be written to. Dropped unused, it leaves no trace.
pub struct Slot {
    // Order matters: the hidden folder goes before the folders that were made for it.
    staging: Staging,
    dirs: MadeDirs,
    target: PathBuf,
    replace: bool,
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
        let mut dirs = MadeDirs::default();
        let parent = role_dir(out, role);
        refuse_link(&parent)?;
        dirs.make(&parent, DIR_MODE)?;
        let parent = fs::canonicalize(&parent).map_err(Error::io("open", &parent))?;
        let target = parent.join(name.as_str());
        plain_text(&target)?;
        refuse_link(&target)?;
        sweep(&parent);
        let occupied = occupied(&target)?;
        if occupied {
            refuse_foreign(&target, &FileKind::BUNDLE)?;
            if replace {
                removable(&target)?;
            } else {
                return Err(Error::Exists { expiry: expiry(&target, now), dir: target });
            }
        }
        Ok(Self { staging: Staging::new(&parent, DIR_MODE)?, dirs, target, replace })
    }

    /// The absolute path that the bundle will have.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.target
    }

    /// Writes the bundle: afterwards it is there, whole. It is read back before it is put in its place, because
    /// another run may replace it right afterwards. After a failure, there is what was there before.
    ///
    /// # Errors
    /// When the system refuses, or somebody else was faster.
    pub fn commit(mut self, contents: &Contents) -> Result<(), Error> {
        let files = FileKind::BUNDLE.map(|kind| (kind, contents.file(kind).as_bytes()));
        self.staging.write(&files)?;
        self.staging.verify(&files)?;
        while !self.put_in_place()? {
            if !self.replace && occupied(&self.target)? {
                let expiry = expiry(&self.target, OffsetDateTime::now_utc());
                return Err(Error::Exists { expiry, dir: self.target });
            }
        }
        self.dirs.keep();
        Ok(())
    }

    /// `Ok(false)`: something is there that was not. What [`Slot::prepare`] saw may have changed since: a key takes
    /// its time.
    fn put_in_place(&self) -> Result<bool, Error> {
        refuse_link(&self.target)?;
        let empty = match fs::symlink_metadata(&self.target) {
            Err(_) => return self.staging.publish(&self.target),
            Ok(_) => !occupied(&self.target)?,
        };
        if !self.replace && !empty {
            return Ok(false);
        }
        refuse_foreign(&self.target, &FileKind::BUNDLE)?;
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
    let entries = match fs::read_dir(target) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::io("open", target))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = ours.iter().any(|kind| name == kind.file_name());
        if !ours || entry.file_type().is_ok_and(|t| t.is_dir()) {
            let file = name.to_string_lossy().escape_debug().to_string();
            return Err(Error::Foreign { dir: target.to_owned(), file });
        }
    }
    Ok(())
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

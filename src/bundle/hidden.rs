//! Hidden folders: how they are called, who holds them, how they go.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::kind::FileKind;

/// How hidden folders begin. Behind it stand [`DIGITS`] hex digits, and for one that was set aside `-` and its name.
pub(super) const PREFIX: &str = ".natscert-";
/// Enough that two never meet, and that nobody else's folder looks like one.
pub(super) const DIGITS: usize = 16;

/// A new name for a hidden folder, in `parent`, which is for messages.
pub(super) fn hidden_name(parent: &Path) -> Result<String, Error> {
    let random = crate::pki::random::<{ DIGITS / 2 }>().map_err(Error::pki(parent))?;
    Ok(format!("{PREFIX}{}", crate::pki::hex(&random)))
}

/// A hidden place beside `place` for what stands there.
pub(super) fn aside_path(place: &Path) -> Result<PathBuf, Error> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    Ok(place.with_file_name(format!("{}-{name}", hidden_name(place)?)))
}

/// Of a hidden folder's name: the name of what was set aside, or an empty one. `None`: it is no name of ours.
pub(super) fn parse_hidden(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(PREFIX)?;
    let (digits, behind) = rest.split_at_checked(DIGITS)?;
    let hex = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let aside =
        if behind.is_empty() { "" } else { behind.strip_prefix('-').filter(|name| !name.is_empty())? };
    hex.then_some(aside)
}

/// Removes the files that natscert writes and then the folder, if nothing else is in it.
pub(super) fn remove_ours(dir: &Path) {
    // Not through a link that somebody put there.
    if !fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir()) {
        return;
    }
    let staging = dir.join(super::tree::STAGING);
    super::tree_pins::forget(&staging);
    super::tree::clear(&staging);
    for kind in FileKind::FIXTURE.into_iter().chain(FileKind::CA).chain([FileKind::ClientScript]) {
        let _ = fs::remove_file(dir.join(kind.file_name()));
    }
    let _ = fs::remove_dir(dir);
}

/// What became of an attempt to lock a folder.
pub(super) enum Lock {
    Held(File),
    Busy,
    /// Folders cannot be opened or locked here (Windows, some network file systems).
    Unsupported,
}

pub(super) fn lock(dir: &Path) -> Lock {
    let Ok(file) = File::open(dir) else { return if dir.exists() { Lock::Unsupported } else { Lock::Busy } };
    match file.try_lock() {
        Ok(()) => Lock::Held(file),
        Err(fs::TryLockError::WouldBlock) => Lock::Busy,
        Err(fs::TryLockError::Error(_)) => Lock::Unsupported,
    }
}

/// Waits until no other natscert works in `dir`; `None` where folders cannot be locked.
pub(super) fn lock_and_wait(dir: &Path) -> Option<File> {
    let file = File::open(dir).ok()?;
    file.lock().ok().map(|()| file)
}

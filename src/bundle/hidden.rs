//! Hidden folders: how they are called, who holds them, how they go.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::dirs::make_dir;
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

/// Whether natscert gives this name to a hidden folder of its own, which a killed run may have left.
#[must_use]
pub fn is_own_hidden(name: &str) -> bool {
    name == super::tree::STAGING || parse_hidden(name).is_some()
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
    super::tree_notes::forget(&staging);
    super::reload_note::forget(&staging);
    clear(&staging);
    for kind in FileKind::FIXTURE.into_iter().chain(FileKind::CA).chain([FileKind::ClientScript]) {
        let _ = fs::remove_file(dir.join(kind.file_name()));
    }
    let _ = fs::remove_dir(dir);
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

/// Makes a folder for what nobody else may see yet; one of ours may be there.
pub(super) fn make_own(dir: &Path) -> Result<(), Error> {
    let make = || make_dir(dir, 0o700);
    match make() {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            if is_own(dir)? {
                Ok(())
            } else {
                make().map_err(Error::io("create", dir))
            }
        }
        done => done.map_err(Error::io("create", dir)),
    }
}

/// Whether a folder of ours is there. In a folder that others may write to, it can be anything. `false`: nothing is, or
/// no longer: root takes away an empty one of somebody else.
pub(super) fn is_own(dir: &Path) -> Result<bool, Error> {
    let found = match fs::symlink_metadata(dir) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(false),
        found => found.map_err(Error::io("open", dir))?,
    };
    if found.is_symlink() {
        return Err(Error::Symlink(dir.to_owned()));
    }
    if !found.is_dir() {
        return Err(Error::NotADirectory(dir.to_owned()));
    }
    #[cfg(unix)]
    if let Some(uid) = other_owner(dir, &found)? {
        let is_gone = rustix::process::geteuid().is_root() && fs::remove_dir(dir).is_ok();
        return if is_gone { Ok(false) } else { Err(Error::OthersFolder { path: dir.to_owned(), uid }) };
    }
    Ok(true)
}

/// Whose it is, if not ours. Where the file system names owners of its own (a share, a stick), a new file says who we are.
#[cfg(unix)]
fn other_owner(dir: &Path, found: &Metadata) -> Result<Option<u32>, Error> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = found.uid();
    if uid == rustix::process::geteuid().as_raw() {
        return Ok(None);
    }
    let beside = dir.with_file_name(hidden_name(dir)?);
    let ours = File::create_new(&beside).and_then(|file| file.metadata()).map(|made| made.uid());
    let _ = fs::remove_file(&beside);
    Ok(ours.map_or(Some(uid), |ours| (ours != uid).then_some(uid)))
}

/// What tells a file from all others, whatever its path; none: the system does not say.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems do not say")]
pub(super) fn inode(found: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
pub(super) fn inode(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Removes a file or folder in the making.
pub(super) fn remove_staged(path: &Path) {
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
    // It may have taken over the mode of a folder that nobody writes to.
    #[cfg(unix)]
    if path.exists() {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        let _ = fs::set_permissions(path, mode);
        remove_ours(path);
    }
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

/// The same, and calls `wait` where it has to.
pub(super) fn lock_or_wait(dir: &Path, wait: impl FnOnce(&Path)) -> Option<File> {
    match lock(dir) {
        Lock::Held(file) => Some(file),
        Lock::Unsupported => None,
        // One that is not there is called busy, too: it may just have been exchanged.
        Lock::Busy if !dir.exists() => None,
        Lock::Busy => {
            wait(dir);
            lock_and_wait(dir)
        }
    }
}

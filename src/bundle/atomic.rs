//! Folders that appear whole: written beside their place under a hidden name, then moved there by one rename.
//!
//! A hidden folder in the making is locked by its maker. A killed maker's lock is gone, so the next run can
//! tell what is left over from what is still being written, and removes only the former.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::Error;
use super::kind::FileKind;
use super::read::read_input;

/// How hidden folders begin. Behind it stand [`DIGITS`] hex digits, and for one that was set aside `-` and its name.
const PREFIX: &str = ".natscert-";
/// Enough that two never meet, and that nobody else's folder looks like one.
const DIGITS: usize = 16;

/// A new name for a hidden folder, in `parent`, which is for messages.
fn hidden_name(parent: &Path) -> Result<String, Error> {
    let random = crate::pki::random::<{ DIGITS / 2 }>().map_err(Error::pki(parent))?;
    Ok(format!("{PREFIX}{}", crate::pki::hex(&random)))
}

/// A hidden place beside `place` for what stands there.
fn aside_path(place: &Path) -> Result<PathBuf, Error> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    Ok(place.with_file_name(format!("{}-{name}", hidden_name(place)?)))
}

/// Of a hidden folder's name: the name of what was set aside, or an empty one. `None`: it is no name of ours.
fn parse_hidden(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(PREFIX)?;
    let (digits, behind) = rest.split_at_checked(DIGITS)?;
    let hex = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let aside =
        if behind.is_empty() { "" } else { behind.strip_prefix('-').filter(|name| !name.is_empty())? };
    hex.then_some(aside)
}

/// A folder in the making. Dropped without [`Staging::publish`] or [`Staging::replace`], it goes away.
pub(super) struct Staging {
    path: PathBuf,
    _lock: Option<File>,
}

impl Staging {
    /// A new hidden folder in `parent`, made with `dir_mode`.
    pub(super) fn new(parent: &Path, dir_mode: u32) -> Result<Self, Error> {
        loop {
            let path = parent.join(hidden_name(parent)?);
            match make_dir(&path, dir_mode) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => continue,
                done => done.map_err(Error::io("create", &path))?,
            }
            // A sweeper may have come between the two: then the folder is gone, and another one is made.
            match lock(&path) {
                Lock::Held(file) if path.exists() => return Ok(Self { path, _lock: Some(file) }),
                Lock::Unsupported => return Ok(Self { path, _lock: None }),
                Lock::Held(_) | Lock::Busy => {}
            }
        }
    }

    /// Writes the files and brings them, and the folder, to the disk.
    pub(super) fn write(&self, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        let mut open = Vec::with_capacity(files.len());
        for (kind, bytes) in files {
            let path = self.path.join(kind.file_name());
            open.push((create(&path, *kind, bytes)?, path));
        }
        if cfg!(unix) {
            // Where folders can be opened, their entries are brought to the disk like the files.
            open.push((File::open(&self.path).map_err(Error::io("open", &self.path))?, self.path.clone()));
        }
        // Each sync waits for the same journal: together they take little longer than one.
        std::thread::scope(|scope| {
            let sync = |file: &File| file.sync_all();
            let spawn = |file| std::thread::Builder::new().spawn_scoped(scope, move || sync(file));
            let syncs: Vec<_> = open.iter().map(|(file, _)| spawn(file)).collect();
            for (thread, (file, path)) in syncs.into_iter().zip(&open) {
                // Where no thread is to be had, one sync after the other.
                let synced = match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(synced)) => synced,
                    Ok(Err(_)) | Err(_) => sync(file),
                };
                synced.map_err(Error::io("write", path))?;
            }
            Ok(())
        })
    }

    /// Reads the files again.
    pub(super) fn verify(&self, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        for (kind, bytes) in files {
            let path = self.path.join(kind.file_name());
            if Zeroizing::new(read_input(&path)?).as_slice() != *bytes {
                return Err(Error::Verify(path));
            }
        }
        Ok(())
    }

    /// Moves the folder to `target`. `Ok(false)`: something is there.
    pub(super) fn publish(&self, target: &Path) -> Result<bool, Error> {
        match rename(Rename::New, &self.path, target) {
            Ok(()) => {
                sync_parent(target)?;
                Ok(true)
            }
            Err(why)
                if matches!(why.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists) =>
            {
                Ok(false)
            }
            Err(why) => Err(Error::io("create", target)(why)),
        }
    }

    /// Exchanges the folder with the one at `target`; dropped, it takes the old one away. `Ok(false)`: nothing is
    /// there.
    pub(super) fn replace(&self, target: &Path) -> Result<bool, Error> {
        match rename(Rename::Exchange, &self.path, target) {
            Ok(()) => {
                sync_parent(target)?;
                Ok(true)
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound && self.path.exists() => Ok(false),
            Err(why) => Err(Error::io("replace", target)(why)),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove_ours(&self.path);
    }
}

/// Removes hidden folders in `parent` that a killed run left behind, and puts back what it had set aside.
pub(super) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let Some(aside) = file_name.to_str().and_then(parse_hidden) else { continue };
        if !entry.file_type().is_ok_and(|t| t.is_dir()) {
            continue;
        }
        let lost = Some(parent.join(aside))
            .filter(|place| !aside.is_empty() && fs::symlink_metadata(place).is_err());
        match (lock(&entry.path()), lost) {
            (Lock::Held(_) | Lock::Unsupported, Some(place)) => _ = fs::rename(entry.path(), place),
            (Lock::Held(_lock), None) => remove_ours(&entry.path()),
            _ => {}
        }
    }
}

/// Removes the files that natscert writes and then the folder, if nothing else is in it.
fn remove_ours(dir: &Path) {
    // Not through a link that somebody put there.
    if !fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir()) {
        return;
    }
    for kind in FileKind::BUNDLE.into_iter().chain(FileKind::CA) {
        let _ = fs::remove_file(dir.join(kind.file_name()));
    }
    let _ = fs::remove_dir(dir);
}

/// Writes a file that must not be there yet, and brings it to the disk.
pub(super) fn write_new(path: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
    create(path, kind, bytes)?.sync_all().map_err(Error::io("write", path))
}

/// Creates a file that must not be there yet, with its mode from the first moment.
fn create(path: &Path, kind: FileKind, bytes: &[u8]) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, kind.mode());
    #[cfg(not(unix))]
    let _ = kind;
    let mut file = options.open(path).map_err(Error::io("create", path))?;
    file.write_all(bytes).map_err(Error::io("write", path))?;
    Ok(file)
}

/// Makes one folder with `mode` from the first moment.
pub(super) fn make_dir(path: &Path, mode: u32) -> io::Result<()> {
    #[allow(unused_mut)]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
    #[cfg(not(unix))]
    let _ = mode;
    builder.create(path)
}

/// Folders made on the way to a path; those still empty go away again unless [`MadeDirs::keep`] is called.
#[derive(Default)]
pub(super) struct MadeDirs(Vec<PathBuf>);

impl MadeDirs {
    /// Makes `path` and what is missing above it.
    pub(super) fn make(&mut self, path: &Path, mode: u32) -> Result<(), Error> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => return Err(Error::NotADirectory(path.to_owned())),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {}
            Err(why) if why.kind() == io::ErrorKind::NotADirectory => {
                return Err(Error::NotADirectory(first_file(path)));
            }
            Err(why) => return Err(Error::io("open", path)(why)),
        }
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            self.make(parent, mode)?;
        }
        match make_dir(path, mode) {
            Ok(()) => self.0.push(path.to_owned()),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(why) => return Err(Error::io("create", path)(why)),
        }
        Ok(())
    }

    /// They stay, and are brought to the disk as entries of the folder that was there.
    pub(super) fn keep(&mut self) {
        if let Some(topmost) = self.0.first() {
            let _ = sync_parent(topmost);
        }
        self.0.clear();
    }
}

impl Drop for MadeDirs {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}

/// The part of `path` that is a file although it should be a folder.
fn first_file(path: &Path) -> PathBuf {
    let file = path.ancestors().find(|part| fs::metadata(part).is_ok_and(|m| !m.is_dir()));
    file.unwrap_or(path).to_owned()
}

/// What became of an attempt to lock a folder.
enum Lock {
    Held(File),
    Busy,
    /// Folders cannot be opened or locked here (Windows, some network file systems).
    Unsupported,
}

fn lock(dir: &Path) -> Lock {
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

/// The renames that plain rename cannot do.
#[derive(Clone, Copy)]
enum Rename {
    /// Two folders change places.
    Exchange,
    /// To a place where nothing is: plain rename would replace an empty folder, and with it its owner, mode and whoever
    /// works in it.
    New,
}

/// By one system call where there is one, else in steps.
fn rename(how: Rename, from: &Path, to: &Path) -> io::Result<()> {
    in_one_call(how, from, to).unwrap_or_else(|| match how {
        Rename::Exchange => exchange_in_steps(from, to),
        Rename::New => rename_checked(from, to),
    })
}

/// `None`: the system or this file system cannot.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn in_one_call(how: Rename, from: &Path, to: &Path) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let flags = match how {
        Rename::Exchange => RenameFlags::EXCHANGE,
        Rename::New => RenameFlags::NOREPLACE,
    };
    match renameat_with(CWD, from, CWD, to, flags) {
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => None,
        done => Some(done.map_err(Into::into)),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn in_one_call(_: Rename, _: &Path, _: &Path) -> Option<io::Result<()>> {
    None
}

/// For file systems that cannot exchange: for a moment there is nothing at `b`, and the old folder is hidden. Its
/// hidden name says where it belongs, so that [`sweep`] can put it back if this run is killed then.
fn exchange_in_steps(a: &Path, b: &Path) -> io::Result<()> {
    let aside = aside_path(b).map_err(io::Error::other)?;
    let _lock = lock(b);
    fs::rename(b, &aside)?;
    match fs::rename(a, b) {
        Ok(()) => fs::rename(&aside, a),
        Err(why) if matches!(why.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists) => {
            // Another run has put its own there in between: the old one has been replaced already.
            remove_ours(&aside);
            Err(io::ErrorKind::NotFound.into())
        }
        Err(why) => {
            fs::rename(&aside, b)?;
            Err(why)
        }
    }
}

/// For file systems that cannot do it in one step.
fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

fn sync_parent(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), sync_dir)
}

/// Brings the entries of a folder to the disk; where folders cannot be opened there is nothing to do.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    match File::open(dir) {
        Ok(open) if cfg!(unix) => open.sync_all().map_err(Error::io("write", dir)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "atomic_tests.rs"]
mod tests;

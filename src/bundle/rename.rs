//! The two renames that make folders appear whole.

use std::fs;
use std::io;
use std::path::Path;

use super::hidden::{aside_path, lock, remove_ours};

/// The renames that plain rename cannot do.
#[derive(Clone, Copy)]
pub(super) enum Rename {
    /// Two folders change places.
    Exchange,
    /// To a place where nothing is: plain rename would replace an empty folder, and with it its owner, mode and whoever
    /// works in it.
    New,
}

/// By one system call where there is one, else in steps.
pub(super) fn rename(how: Rename, from: &Path, to: &Path) -> io::Result<()> {
    in_one_call(how, from, to).unwrap_or_else(|| match how {
        Rename::Exchange => exchange_in_steps(from, to),
        Rename::New => rename_checked(from, to),
    })
}

/// `None`: the system or this file system cannot.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(super) fn in_one_call(how: Rename, from: &Path, to: &Path) -> Option<io::Result<()>> {
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
pub(super) fn in_one_call(_: Rename, _: &Path, _: &Path) -> Option<io::Result<()>> {
    None
}

/// For file systems that cannot exchange: for a moment there is nothing at `b`, and the old folder is hidden. Its
/// hidden name says where it belongs, so that [`sweep`] can put it back if this run is killed then.
pub(super) fn exchange_in_steps(a: &Path, b: &Path) -> io::Result<()> {
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
pub(super) fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

//! Files and bundles of a tree that are replaced by new ones of the same owner and mode: who could read the old key can
//! read the new one.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::atomic::create;
use super::error::Error;
use super::hidden::inode;
use super::kind::FileKind;
use super::read::{open_unlinked, plain_at, read_limited};
use super::rename::{Rename, rename};
use super::store::{ours_in, refuse_link};
use super::tree::{Staged, Tree};

/// What the folder of a bundle may hold, whoever made it.
const OURS: [FileKind; 5] = [
    FileKind::Certificate,
    FileKind::PrivateKey,
    FileKind::CaBundle,
    FileKind::TlsConf,
    FileKind::ClientScript,
];

impl Tree {
    /// Puts a file in the place of an old one, whose owner, group and mode it takes over.
    ///
    /// # Errors
    /// When something else is there, such as a link, and when the system refuses.
    pub fn replace_file(&self, target: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
        let old = plain_at(target)?;
        self.put_file_with(target, kind, bytes, |file| match &old {
            Some(old) => take_over(file, old, kind).map_err(Error::io("create", target)),
            None => Ok(()),
        })
    }

    /// Replaces a bundle's folder as a whole: `files` instead of those that it has; the others of natscert's files stay as
    /// they are. Owners, groups and modes do, too.
    ///
    /// # Errors
    /// When there are files of somebody else or what is no ordinary file, and when the system refuses.
    pub fn replace_bundle(&self, target: &Path, files: &[(FileKind, &[u8])]) -> Result<(), Error> {
        refuse_link(target)?;
        let there = ours_in(target, &OURS)?;
        let staged = self.stage()?;
        for kind in there.iter().filter(|kind| files.iter().all(|(given, _)| given != *kind)) {
            staged.keep(target, *kind)?;
        }
        for (kind, bytes) in files {
            let path = staged.path.join(kind.file_name());
            let file = create(&path, *kind, bytes)?;
            if let Some(old) = plain_at(&target.join(kind.file_name()))? {
                take_over(&file, &old, *kind).map_err(Error::io("create", &path))?;
            }
        }
        keep_folder(&staged.path, target).map_err(Error::io("create", &staged.path))?;
        rename(Rename::Exchange, &staged.path, target).map_err(Error::io("replace", target))?;
        staged.empty(&there, target);
        Ok(())
    }

    /// Makes now the time of a file's last change, whatever it holds. `false`: the system refuses.
    #[cfg(unix)]
    #[must_use]
    pub fn touch(&self, target: &Path) -> bool {
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        utimensat(CWD, target, &times, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Makes now the time of a file's last change, whatever it holds. `false`: the system refuses.
    #[cfg(not(unix))]
    #[must_use]
    pub fn touch(&self, _: &Path) -> bool {
        false
    }
}

impl Staged {
    /// Takes over a file of the old folder as it is, which has both names then; a copy where the system refuses that.
    fn keep(&self, from: &Path, kind: FileKind) -> Result<(), Error> {
        let (old_path, path) = (from.join(kind.file_name()), self.path.join(kind.file_name()));
        let gone = || Error::io("read", &old_path)(io::ErrorKind::NotFound.into());
        if link(&old_path, &path, &plain_at(&old_path)?.ok_or_else(gone)?)? {
            return Ok(());
        }
        // Whoever owns the folder may put another file there at any moment: what is open is what counts.
        let (open, old) = open_unlinked(&old_path)?;
        let file = create(&path, kind, &Zeroizing::new(read_limited(open, &old_path)?))?;
        take_over(&file, &old, kind).map_err(Error::io("create", &path))
    }

    /// Takes the files of ours out of what was at `target`. What somebody else put there meanwhile goes back.
    fn empty(&self, ours: &[FileKind], target: &Path) {
        for kind in ours {
            let _ = fs::remove_file(self.path.join(kind.file_name()));
        }
        if fs::remove_dir(&self.path).is_ok() {
            return;
        }
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let place = target.join(entry.file_name());
            let _ = rename(Rename::New, &entry.path(), &place);
        }
    }
}

/// Gives a file a second name, if it is still the one that was seen. `false`: the system refuses.
fn link(old: &Path, new: &Path, seen: &Metadata) -> Result<bool, Error> {
    if fs::hard_link(old, new).is_err() {
        return Ok(false);
    }
    let is_seen = |found: &Metadata| found.is_file() && inode(found) == inode(seen);
    if fs::symlink_metadata(new).is_ok_and(|found| is_seen(&found)) {
        return Ok(true);
    }
    let _ = fs::remove_file(new);
    refuse_link(old)?;
    Err(Error::io("read", old)(io::Error::other("somebody has just put another file there")))
}

/// The folder in which files for a bundle in `dir` can be staged: `above` or a folder on the way, so that a rename leads
/// from there to `dir`; `dir` itself where the folder above it is not ours to write, or something else is mounted there.
#[cfg(unix)]
#[must_use]
pub fn staging_place(dir: &Path, above: &Path) -> PathBuf {
    use rustix::fs::{Access, access};
    let fits =
        |path: &&Path| mount(path) == mount(dir) && access(*path, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    let inside = |path: &&Path| path.starts_with(above);
    if fits(&above) {
        return above.to_owned();
    }
    dir.ancestors().take_while(inside).take_while(fits).last().unwrap_or(dir).to_owned()
}

/// What has to be the same for a rename: two mounts of one file system are two.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn mount(path: &Path) -> Option<(u64, u64)> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID).ok()?;
    Some((makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_mnt_id))
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn mount(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|found| found.dev())
}

/// Where the system does not say, it is the folder above.
#[cfg(not(unix))]
#[must_use]
pub fn staging_place(_: &Path, above: &Path) -> PathBuf {
    above.to_owned()
}

#[cfg(unix)]
pub(super) fn take_over(file: &File, old: &Metadata, kind: FileKind) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let new = file.metadata()?;
    let is_kept = own(|owner, group| rustix::fs::fchown(file, owner, group), old, &new);
    let mut mode = old.mode() & 0o777;
    if matches!(kind, FileKind::PrivateKey) {
        // Others never read it, nor a group that is not the one that could.
        mode &= if is_kept { 0o640 } else { 0o600 };
    }
    if mode == new.mode() & 0o777 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// A folder that is made anew has the owner, group and mode of the old one.
#[cfg(unix)]
pub(super) fn keep_folder(new: &Path, old: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (found, made) = (fs::symlink_metadata(old)?, fs::symlink_metadata(new)?);
    if !found.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    own(|owner, group| rustix::fs::chown(new, owner, group), &found, &made);
    if found.mode() == made.mode() {
        return Ok(());
    }
    fs::set_permissions(new, found.permissions())
}

/// Gives what is new the owner and group of the old. Without the right to: the group alone. `false`: it has another one.
#[cfg(unix)]
fn own(
    give: impl Fn(Option<rustix::fs::Uid>, Option<rustix::fs::Gid>) -> rustix::io::Result<()>,
    old: &Metadata,
    new: &Metadata,
) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (owner, group) =
        (Some(rustix::fs::Uid::from_raw(old.uid())), Some(rustix::fs::Gid::from_raw(old.gid())));
    if (old.uid(), old.gid()) == (new.uid(), new.gid()) || give(owner, group).is_ok() {
        return true;
    }
    old.gid() == new.gid() || give(None, group).is_ok()
}

#[cfg(not(unix))]
pub(super) fn take_over(_: &File, _: &Metadata, _: FileKind) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn keep_folder(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "tree_again_tests.rs"]
mod tests;

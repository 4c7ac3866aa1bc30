//! Files and bundles of a tree that are replaced by new ones of the same owner and mode: who could read the old key can
//! read the new one.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::atomic::create;
use super::error::Error;
use super::kind::FileKind;
use super::read::read_input;
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

/// A bundle in the making, for the place of an old one.
pub struct Replacement {
    staged: Staged,
    target: PathBuf,
}

impl Tree {
    /// Puts a file in the place of an old one, whose owner, group and mode it takes over.
    ///
    /// # Errors
    /// When a link is there, and when the system refuses.
    pub fn replace_file(&self, target: &Path, kind: FileKind, bytes: &[u8]) -> Result<(), Error> {
        let old = fs::symlink_metadata(target).ok();
        if old.as_ref().is_some_and(std::fs::Metadata::is_symlink) {
            return Err(Error::Symlink(target.to_owned()));
        }
        self.put_file_with(target, kind, bytes, |file| match &old {
            Some(old) => take_over(file, old, kind).map_err(Error::io("create", target)),
            None => Ok(()),
        })
    }

    /// Stages a bundle's folder anew, with `files` instead of those that it has; the others of natscert's files stay as
    /// they are. Owners, groups and modes do, too.
    ///
    /// # Errors
    /// When there are files of somebody else, and when the system refuses.
    pub fn replacement(&self, target: &Path, files: &[(FileKind, &[u8])]) -> Result<Replacement, Error> {
        refuse_link(target)?;
        let there = ours_in(target, &OURS)?;
        let staged = self.stage()?;
        for kind in there.iter().filter(|kind| files.iter().all(|(given, _)| given != *kind)) {
            staged.keep(target, *kind)?;
        }
        for (kind, bytes) in files {
            let path = staged.path.join(kind.file_name());
            let file = create(&path, *kind, bytes)?;
            if there.contains(kind) {
                let old = fs::symlink_metadata(target.join(kind.file_name()));
                let taken = old.and_then(|old| take_over(&file, &old, *kind));
                taken.map_err(Error::io("create", &path))?;
            }
        }
        keep_folder(&staged.path, target).map_err(Error::io("create", &staged.path))?;
        Ok(Replacement { staged, target: target.to_owned() })
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
        let old = fs::symlink_metadata(&old_path).map_err(Error::io("read", &old_path))?;
        if old.is_file() && fs::hard_link(&old_path, &path).is_ok() {
            return Ok(());
        }
        let file = create(&path, kind, &Zeroizing::new(read_input(&old_path)?))?;
        take_over(&file, &old, kind).map_err(Error::io("create", &path))
    }
}

impl Replacement {
    /// The folder that is replaced.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Exchanges the folders; the old one goes.
    ///
    /// # Errors
    /// When somebody put files of his own there meanwhile, and when the system refuses.
    pub fn put(self) -> Result<(), Error> {
        refuse_link(&self.target)?;
        let old = ours_in(&self.target, &OURS)?;
        let staged = &self.staged.path;
        rename(Rename::Exchange, staged, &self.target).map_err(Error::io("replace", &self.target))?;
        for kind in old {
            let _ = fs::remove_file(staged.join(kind.file_name()));
        }
        // What could not be removed is tried once more when it is dropped.
        let _ = fs::remove_dir(staged);
        Ok(())
    }
}

/// The folder in which files for a bundle in `dir` can be staged: `above` or a folder on the way, so that a rename leads
/// from there to `dir`; `dir` itself where the folder above it is not ours to write or on another file system.
#[cfg(unix)]
#[must_use]
pub fn staging_place(dir: &Path, above: &Path) -> PathBuf {
    use rustix::fs::{Access, access};
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| fs::metadata(path).ok().map(|found| found.dev());
    let fits = |path: &&Path| {
        device(path) == device(dir) && access(*path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
    };
    let inside = |path: &&Path| path.starts_with(above);
    if device(above) == device(dir) && fits(&above) {
        return above.to_owned();
    }
    dir.ancestors().take_while(inside).take_while(fits).last().unwrap_or(dir).to_owned()
}

/// Where the system does not say, it is the folder above.
#[cfg(not(unix))]
#[must_use]
pub fn staging_place(_: &Path, above: &Path) -> PathBuf {
    above.to_owned()
}

#[cfg(unix)]
fn take_over(file: &File, old: &Metadata, kind: FileKind) -> std::io::Result<()> {
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
fn keep_folder(new: &Path, old: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (found, made) = (fs::symlink_metadata(old)?, fs::symlink_metadata(new)?);
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
fn take_over(_: &File, _: &Metadata, _: FileKind) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn keep_folder(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "tree_again_tests.rs"]
mod tests;

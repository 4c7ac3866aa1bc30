//! Ordinary folders: made, brought to the disk, and taken away again when nothing came of it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;

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
pub(super) fn first_file(path: &Path) -> PathBuf {
    let file = path.ancestors().find(|part| fs::metadata(part).is_ok_and(|m| !m.is_dir()));
    file.unwrap_or(path).to_owned()
}

pub(super) fn sync_parent(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), sync_dir)
}

/// Brings the entries of a folder to the disk; where folders cannot be opened there is nothing to do.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    match File::open(dir) {
        Ok(open) if cfg!(unix) => open.sync_all().map_err(Error::io("write", dir)),
        _ => Ok(()),
    }
}

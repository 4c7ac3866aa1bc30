//! Texts that a user goes on writing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::dirs::sync_parent;
use super::error::Error;

/// Writes a file that must not be there yet, and brings it to the disk.
///
/// # Errors
/// When it is there, and when the system refuses: then it is not there afterwards either.
pub fn write_new_text(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Error::FileExists(path.to_owned()));
        }
        open => open.map_err(Error::io("create", path))?,
    };
    written(&mut file, text).map_err(|why| {
        let _ = fs::remove_file(path);
        Error::io("write", path)(why)
    })?;
    sync_parent(&std::path::absolute(path).map_err(Error::io("open", path))?)
}

/// Writes a file whole or not at all; `replace`: one that is there goes.
///
/// # Errors
/// When one is there that may not be replaced, and when the system refuses.
pub fn write_text(path: &Path, text: &str, replace: bool) -> Result<(), Error> {
    if !replace || fs::symlink_metadata(path).is_err() {
        return write_new_text(path, text);
    }
    if path.is_dir() {
        return Err(Error::io("create", path)(io::ErrorKind::IsADirectory.into()));
    }
    let beside = super::hidden::aside_path(path)?;
    write_new_text(&beside, text)?;
    fs::rename(&beside, path).map_err(|why| {
        let _ = fs::remove_file(&beside);
        Error::io("replace", path)(why)
    })
}

fn written(file: &mut File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

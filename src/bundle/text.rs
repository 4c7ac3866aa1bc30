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
    write_new_bytes(path, text.as_bytes())
}

fn write_new_bytes(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Error::FileExists(path.to_owned()));
        }
        open => open.map_err(Error::io("create", path))?,
    };
    written(&mut file, bytes).map_err(|why| {
        let _ = fs::remove_file(path);
        Error::io("write", path)(why)
    })?;
    sync_parent(&std::path::absolute(path).map_err(Error::io("open", path))?)
}

/// Writes a file whole or not at all; `replace`: one that is there goes, and where a link leads to it, the link stays.
///
/// # Errors
/// When one is there that may not be replaced or is no ordinary file, and when the system refuses.
pub fn write_text(path: &Path, text: &str, replace: bool) -> Result<(), Error> {
    write_bytes(path, text.as_bytes(), replace)
}

/// [`write_text`] for what is no text.
///
/// # Errors
/// As there.
pub fn write_bytes(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Error> {
    if !replace {
        return write_new_bytes(path, bytes);
    }
    let place = match fs::canonicalize(path) {
        Ok(place) if place.is_dir() => {
            return Err(Error::io("create", path)(io::ErrorKind::IsADirectory.into()));
        }
        Ok(place) if !place.is_file() => {
            return Err(Error::io("replace", path)(io::Error::other("it is no ordinary file")));
        }
        Ok(place) => place,
        Err(_) => path.to_owned(),
    };
    let beside = super::hidden::aside_path(&place)?;
    write_new_bytes(&beside, bytes)?;
    fs::rename(&beside, &place).map_err(|why| {
        let _ = fs::remove_file(&beside);
        Error::io("replace", path)(why)
    })
}

fn written(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_there_is_replaced_only_if_that_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("roots.pem");
        write_text(&path, "one", false).unwrap();
        assert!(matches!(write_text(&path, "two", false), Err(Error::FileExists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write_text(&path, "two", true).unwrap();
        write_text(&dir.path().join("new"), "new", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing beside them");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_devices_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("roots.pem"), dir.path().join("link"));
        fs::write(&path, "one").unwrap();
        std::os::unix::fs::symlink("roots.pem", &link).unwrap();
        write_text(&link, "two", true).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let pipe = dir.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        for path in [&pipe, dir.path()] {
            write_text(path, "two", true).unwrap_err();
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing beside them");
    }
}

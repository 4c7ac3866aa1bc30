//! Reading what a user names: files and nothing endless.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::error::Error;
use super::store::refuse_link;

/// The most that is read of any input, in octets.
pub const MAX_INPUT: u64 = 16 << 20;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read or is larger than [`MAX_INPUT`].
pub fn read_input(path: &Path) -> Result<Vec<u8>, Error> {
    read_limited(File::open(path).map_err(Error::io("read", path))?, path)
}

/// Opens a file, and nothing that could keep us waiting.
///
/// # Errors
/// When it cannot be opened, or is no ordinary file: a pipe, a device, a folder.
pub fn open_plain(path: &Path) -> io::Result<File> {
    Ok(open_described(path)?.0)
}

/// The same, with what the system says of it.
///
/// # Errors
/// Those of [`open_plain`].
pub fn open_described(path: &Path) -> io::Result<(File, Metadata)> {
    open_as(path, false)
}

/// The same, and no link: whose folder it is may not be whose link's target it is.
///
/// # Errors
/// When it is a link, cannot be opened, or is no ordinary file.
pub(super) fn open_unlinked(path: &Path) -> Result<(File, Metadata), Error> {
    if cfg!(not(unix)) {
        refuse_link(path)?;
    }
    // Systems have several numbers for "it is a link".
    open_as(path, true).map_err(|why| refuse_link(path).err().unwrap_or_else(|| Error::io("read", path)(why)))
}

/// What is at a place where natscert puts a file: nothing, or an ordinary one.
///
/// # Errors
/// When it is anything else, and when the system does not say.
pub(super) fn plain_at(path: &Path) -> Result<Option<Metadata>, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(Error::Symlink(path.to_owned())),
        Ok(found) => plain(&found).map_err(Error::io("read", path)).map(|()| Some(found)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(Error::io("read", path)(why)),
    }
}

#[cfg_attr(not(unix), allow(unused_variables, reason = "only Unix opens without following a link"))]
fn open_as(path: &Path, is_unlinked: bool) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let links = if is_unlinked { OFlags::NOFOLLOW } else { OFlags::empty() };
        let flags = (OFlags::NONBLOCK | links).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    plain(&metadata)?;
    Ok((file, metadata))
}

fn plain(found: &Metadata) -> io::Result<()> {
    match found.file_type() {
        kind if kind.is_file() => Ok(()),
        kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::other("it is no ordinary file")),
    }
}

/// The bytes of an ordinary file, whatever its size.
///
/// # Errors
/// Those of [`open_plain`], and when it cannot be read.
pub fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes of what is open; `path` is what messages call it.
///
/// # Errors
/// When it cannot be read or is larger than [`MAX_INPUT`].
pub fn read_limited(input: impl Read, path: &Path) -> Result<Vec<u8>, Error> {
    // Certificates and keys are small: one read gets them.
    let mut bytes = Vec::with_capacity(16 << 10);
    input.take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(Error::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rustix::fs::{CWD, FileType, mknodat};

    use super::*;

    #[test]
    fn a_pipe_and_a_device_keep_nobody_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let (pipe, file) = (dir.path().join("pipe"), dir.path().join("file"));
        mknodat(CWD, &pipe, FileType::Fifo, 0o600.into(), 0).unwrap();
        std::fs::write(&file, "content").unwrap();
        for path in [&pipe, Path::new("/dev/zero")] {
            assert_eq!(open_plain(path).unwrap_err().to_string(), "it is no ordinary file");
        }
        assert_eq!(open_plain(dir.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(read_plain(&file).unwrap(), b"content");
        assert!(matches!(open_unlinked(&pipe), Err(Error::Io { action: "read", .. })));
        assert!(matches!(plain_at(&pipe), Err(Error::Io { action: "read", .. })));
    }

    #[test]
    fn a_link_is_not_followed_where_it_could_be_somebody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let (link, file) = (dir.path().join("link"), dir.path().join("file"));
        std::fs::write(&file, "content").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(matches!(open_unlinked(&link), Err(Error::Symlink(_))));
        assert!(open_as(&link, true).is_err(), "the system refuses it, not a look before");
        assert!(matches!(plain_at(&link), Err(Error::Symlink(_))));
        assert_eq!(read_plain(&link).unwrap(), b"content");
        let (open, found) = open_unlinked(&file).unwrap();
        assert_eq!(read_limited(open, &file).unwrap(), b"content");
        assert_eq!((found.len(), plain_at(&file).unwrap().unwrap().len()), (7, 7));
        assert!(plain_at(&dir.path().join("none")).unwrap().is_none());
    }
}

//! Files as they are on disk, with their modes and the times of their last change.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::bundle::{self, MAX_INPUT, open_described};

/// When a file was changed last: seconds and nanoseconds.
pub(crate) type Changed = (i64, i64);

/// A file that was read. It may be a key: it is wiped.
pub(crate) struct Content {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) mode: u32,
    pub(crate) changed: Changed,
}

/// A file; none when it is not there.
pub(crate) fn read(path: &Path) -> Result<Option<Content>, bundle::Error> {
    match open_described(path).and_then(read_open) {
        Ok(read) => Ok(Some(read)),
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        // Where a folder stands nothing can be read, and nothing put.
        Err(why) if why.kind() == io::ErrorKind::IsADirectory => Err(bundle::Error::io("create", path)(why)),
        Err(why) => Err(bundle::Error::io("read", path)(why)),
    }
}

fn read_open((mut file, metadata): (File, Metadata)) -> io::Result<Content> {
    // One octet more than there should be: one read gets them all and tells that it did.
    let size = usize::try_from(metadata.len().min(MAX_INPUT)).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(vec![0; size]);
    let mut count = 0;
    while count < size {
        match file.read(&mut bytes[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
        if count == size - 1 {
            break;
        }
    }
    bytes.truncate(count);
    Ok(Content { bytes, mode: mode(&metadata), changed: change_of(&metadata) })
}

/// When a file was changed last; none: it is not there.
pub(crate) fn changed(path: &Path) -> Option<Changed> {
    fs::metadata(path).ok().map(|metadata| change_of(&metadata))
}

#[cfg(unix)]
fn change_of(metadata: &fs::Metadata) -> Changed {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ctime(), metadata.ctime_nsec())
}

/// Where the system does not say, everything has just been changed.
#[cfg(not(unix))]
fn change_of(_: &fs::Metadata) -> Changed {
    (i64::MAX, 0)
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0
}

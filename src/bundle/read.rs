//! Reading what a user names: files and nothing endless.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::Error;

/// The most that is read of any input, in octets.
pub const MAX_INPUT: u64 = 16 << 20;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read or is larger than [`MAX_INPUT`].
pub fn read_input(path: &Path) -> Result<Vec<u8>, Error> {
    read_limited(File::open(path).map_err(Error::io("read", path))?, path)
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

//! Reads nats-server configurations for the commands that look at them.

use std::path::Path;

use super::super::failure::Failure;
use crate::nats::Version;
use crate::natsconf::{Config, Dialect, Disk, Reader, process_environment};

/// A configuration as a server of this version reads it on this machine: with its files and this process's environment.
/// For `-`, what standard input has, with includes from the current folder.
pub(super) fn read(path: &Path, version: Version) -> Result<Config, Failure> {
    let mut text = super::read_file_or_stdin(path).map_err(Failure::into_input)?;
    // For the places of findings; a bare name is a file of the current folder.
    let name = if path.as_os_str() == "-" { Path::new(super::STDIN) } else { path };
    Reader::new(dialect(version), &Disk)
        .environment(&process_environment)
        .read(name, std::mem::take(&mut *text))
        .map_err(|why| Failure::in_configuration(&why))
}

/// An unknown patch is the lowest one, as everywhere: what only later ones read is not sure to be read.
fn dialect(version: Version) -> Dialect {
    Dialect::of(version.major, version.minor, version.patch.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_unknown_patch_is_the_lowest() {
        let of = |text: &str| dialect(text.parse().unwrap());
        assert_eq!(of("2.12"), Dialect::of(2, 12, 0));
        assert_eq!(of("2.12.6"), Dialect::of(2, 12, 6));
        assert_eq!(dialect(Version::NEWEST), Dialect::NEWEST);
    }
}

//! nats-server versions, as far as they change what a `tls` map may contain.

use std::fmt;
use std::str::FromStr;

/// A nats-server version. The patch may be unknown: `2.10` means *some* 2.10.
///
/// In comparisons an unknown patch is the lowest one, so that a danger that was removed in 2.14.4 still counts for
/// `2.14`. Whether an option exists is asked with [`Version::supports`], which tells the doubtful case apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First number; 2 since 2018.
    pub major: u32,
    /// Release line.
    pub minor: u32,
    /// Patch release, if it was given.
    pub patch: Option<u32>,
}

/// Whether a version has something that came with another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It has.
    Yes,
    /// The patch is not known, and only from this release on does the line have it.
    From(Version),
    /// It has not.
    No,
}

impl Version {
    /// The newest version these tables were checked against. A newer server is treated as this one.
    pub const NEWEST: Self = Self::new(2, 15, 1);
    /// The oldest release line these tables were checked against (with 2.9.10).
    pub const OLDEST: Self = Self { major: 2, minor: 9, patch: None };

    /// The version `major.minor.patch`.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch: Some(patch) }
    }

    /// Whether this version has what came with `since`.
    #[must_use]
    pub fn supports(self, since: Self) -> Support {
        if self >= since {
            Support::Yes
        } else if self.patch.is_none() && (self.major, self.minor) == (since.major, since.minor) {
            // 2.10 for something of 2.10.0 is no doubtful case.
            if since.patch.unwrap_or(0) == 0 { Support::Yes } else { Support::From(since) }
        } else {
            Support::No
        }
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

/// A text that is no nats-server version we know the options of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Not `X.Y` or `X.Y.Z`.
    #[error("{0:?} is not a nats-server version")]
    Syntax(String),
    /// Older than [`Version::OLDEST`].
    #[error("nats-server {0} is older than {oldest}, the oldest version with known TLS options", oldest = Version::OLDEST)]
    TooOld(Version),
}

impl VersionError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        format!("give {} up to {}, for example 2.10 or 2.10.25", Version::OLDEST, Version::NEWEST)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `2.10`, `2.10.25` and `v2.10.25`, as `nats-server --version` prints it.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let syntax = || VersionError::Syntax(text.to_owned());
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if digits { part.parse::<u32>().map_err(|_| syntax()) } else { Err(syntax()) }
        });
        let major = numbers.next().ok_or_else(syntax)??;
        let minor = numbers.next().ok_or_else(syntax)??;
        let patch = numbers.next().transpose()?;
        if numbers.next().is_some() {
            return Err(syntax());
        }
        let version = Self { major, minor, patch };
        if version < Self::OLDEST { Err(VersionError::TooOld(version)) } else { Ok(version) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [("2.9", "2.9"), ("2.10.25", "2.10.25"), ("v2.12", "2.12"), ("3.0.0", "3.0.0")]
        {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), printed);
        }
        for text in ["", "2", "2.", "2.10.", "2.10.1.1", "2.+1", "latest", "2.10.25-RC.1", "2.99999999999"] {
            assert_eq!(text.parse::<Version>(), Err(VersionError::Syntax(text.to_owned())), "{text}");
        }
        assert_eq!("2.8.4".parse::<Version>(), Err(VersionError::TooOld(Version::new(2, 8, 4))));
        assert!("1.99".parse::<Version>().is_err());
    }

    #[test]
    fn an_unknown_patch_is_the_lowest() {
        let line: Version = "2.14".parse().unwrap();
        assert!(line < Version::new(2, 14, 0));
        assert_eq!(line.supports(Version::new(2, 14, 1)), Support::From(Version::new(2, 14, 1)));
        assert_eq!(line.supports(Version::new(2, 14, 0)), Support::Yes);
        assert_eq!(line.supports(Version::new(2, 15, 0)), Support::No);
        assert_eq!(Version::new(2, 10, 20).supports(Version::new(2, 10, 21)), Support::No);
        assert_eq!(Version::new(2, 10, 21).supports(Version::new(2, 10, 21)), Support::Yes);
    }
}

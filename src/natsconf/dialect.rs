//! What differs between servers, as one question per difference.
//!
//! A type of its own and not `nats::Version`: here a release counts only by what it changed in the language (some of these
//! changes went into several release lines at once), and whoever wants the parser alone needs nothing else of us.

/// The language of one nats-server release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    release: (u32, u32, u32),
}

impl Dialect {
    /// Of the newest release that was compared with a real server, 2.15.1.
    pub const NEWEST: Self = Self::of(2, 15, 1);

    /// The language of nats-server `major.minor.patch`. For an unknown patch give 0.
    #[must_use]
    pub const fn of(major: u32, minor: u32, patch: u32) -> Self {
        Self { release: (major, minor, patch) }
    }

    /// `{ … }` around everything is a block with rules of its own; before, its braces were skipped (2.10.15).
    pub(super) fn has_blocks(self) -> bool {
        self.release >= (2, 10, 15)
    }

    /// A file that ends with a key is refused; before, the key was forgotten (2.9.22 and 2.10.0).
    pub(super) fn refuses_open_key(self) -> bool {
        self.release >= (2, 9, 22)
    }

    /// `1e3` is a string; before, the number ended behind its suffix, and what followed was an error (2.15.1).
    pub(super) fn suffix_joins_digits(self) -> bool {
        self.release >= (2, 15, 1)
    }

    /// A variable that needs itself is an error; before, the server overflowed its stack (2.11.12, and 2.12.4).
    pub(super) fn finds_cycles(self) -> bool {
        self.release >= (2, 12, 4) || ((2, 11, 12)..(2, 12, 0)).contains(&self.release)
    }

    /// Keys that are used as variables are dropped once all is read (2.11.0 to 2.12.5).
    #[must_use]
    pub fn forgets_used(self) -> bool {
        ((2, 11, 0)..(2, 12, 6)).contains(&self.release)
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::NEWEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_releases() {
        let of = Dialect::of;
        assert!(!of(2, 10, 14).has_blocks() && of(2, 10, 15).has_blocks() && of(2, 11, 0).has_blocks());
        assert!(!of(2, 9, 21).refuses_open_key() && of(2, 9, 22).refuses_open_key());
        assert!(!of(2, 15, 0).suffix_joins_digits() && of(2, 15, 1).suffix_joins_digits());
        assert!(!of(2, 10, 29).forgets_used() && of(2, 11, 0).forgets_used());
        assert!(of(2, 12, 5).forgets_used() && !of(2, 12, 6).forgets_used());
        assert!(of(2, 11, 12).finds_cycles() && !of(2, 12, 3).finds_cycles() && of(2, 12, 4).finds_cycles());
        assert!(!of(2, 11, 11).finds_cycles() && !of(2, 12, 0).finds_cycles() && of(3, 0, 0).finds_cycles());
    }
}

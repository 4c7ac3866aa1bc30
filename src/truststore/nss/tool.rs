//! What reads and changes databases: libnss3 or certutil, alike.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

/// A certificate of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its DER.
    pub(super) der: Vec<u8>,
    /// Under which name.
    pub(super) nickname: String,
    /// For what.
    pub(super) trust: Trust,
}

/// NSS's trust flags, of TLS, mail and signed code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) ssl: u32,
    pub(super) email: u32,
    pub(super) code: u32,
}

impl Trust {
    /// `CERTDB_TRUSTED_CA`.
    pub(super) const CA: u32 = 1 << 4;
    /// certutil's `C`: `CERTDB_VALID_CA` and `CERTDB_TRUSTED_CA`.
    pub(super) const C: u32 = 1 << 3 | Self::CA;

    /// Whether servers of this root are trusted.
    pub(super) fn is_for_servers(self) -> bool {
        self.ssl & Self::CA != 0
    }

    /// For servers; for mail and code as it was.
    pub(super) fn with_servers(self) -> Self {
        Self { ssl: Self::C, ..self }
    }
}

/// Why a tool could not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A Primary Password protects the database and was not given: nothing was written.
    Password,
    /// The password given was wrong: nothing was written.
    WrongPassword,
    /// It can only be read.
    ReadOnly,
    /// Several certificates have the same name, and certutil tells them apart by nothing else.
    Ambiguous(String),
    /// What the tool said.
    Said(String),
    /// A certificate was added, could not be trusted, and could not be taken out again.
    HalfDone(String),
}

impl Fault {
    /// In the tool's words.
    pub(super) fn into_said(self) -> String {
        match self {
            Self::Said(said) | Self::HalfDone(said) => said,
            Self::ReadOnly => "it can only be read".to_owned(),
            Self::Ambiguous(nickname) => format!("several certificates are named \"{nickname}\""),
            Self::Password | Self::WrongPassword => "a Primary Password protects it".to_owned(),
        }
    }
}

/// Asks for the Primary Password; `None` if nobody can or wants to say it.
pub(super) type Question<'a> = &'a dyn Fn() -> Option<Zeroizing<String>>;

/// libnss3 or certutil.
pub(super) trait Tool: fmt::Debug {
    /// The certificates of the database in `dir` that `is_meant`. Never needs a password.
    fn entries(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, Fault>;

    /// Adds the certificate if it is not there, under whatever name, and has it trusted. Makes the database if there is
    /// none. After a fault the certificate is not there, unless it was before.
    fn install(&self, dir: &Path, der: &[u8], nickname: &str, ask: Question<'_>) -> Result<(), Fault>;

    /// Whether there is neither a certificate nor a key in it, as far as the tool can tell.
    fn is_empty(&self, dir: &Path) -> Result<bool, Fault>;

    /// Deletes every certificate that `is_meant`.
    fn remove(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Fault>;
}

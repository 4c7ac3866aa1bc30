//! What is in a keystore, of either format.

use super::{jks, pkcs12};

/// What Java's own tools use, and what a file without encryption is as good as protected by.
pub(super) const PASSWORDS: [&str; 2] = ["changeit", ""];

/// A keystore that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keystore {
    pub(super) entries: Vec<Entry>,
    /// The one that keytool takes, if it is one of [`PASSWORDS`].
    pub(super) password: Option<&'static str>,
}

/// A certificate under its alias.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) alias: String,
    pub(super) der: Vec<u8>,
    pub(super) role: Role,
}

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A root that Java trusts.
    Trusted,
    /// It belongs to a private key; Java trusts it as well.
    OfKey,
    /// In PKCS#12, one without the attribute by which Java knows its roots: of the chain of a key, most often.
    Bystander,
}

/// Why a keystore cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Its password is none of [`PASSWORDS`].
    Password,
    /// It is no keystore, or was cut off, or changed.
    Damaged,
    /// It is of a kind that is not read here.
    Unsupported(String),
}

impl From<der::Error> for Unreadable {
    fn from(_: der::Error) -> Self {
        Self::Damaged
    }
}

/// Reads a keystore, of the format that its first octets tell.
pub(super) fn read(bytes: &[u8]) -> Result<Keystore, Unreadable> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] => jks::read(bytes),
        [0xce, 0xce, 0xce, 0xce, ..] => Err(Unreadable::Unsupported("of the format JCEKS".to_owned())),
        [0x30, ..] => pkcs12::read(bytes),
        _ => Err(Unreadable::Damaged),
    }
}

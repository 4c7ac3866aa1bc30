//! Why a certificate is made again.

use std::fmt;

use time::OffsetDateTime;

use crate::pki::{Span, rfc3339};

/// Why a certificate is issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is none.
    Missing,
    /// A file of the bundle is not there.
    FileMissing(&'static str),
    /// A file of the bundle cannot be read as what it should be.
    Unreadable(&'static str, String),
    /// Others than its owner could read the key.
    KeyMode(u32),
    /// Certificate and key do not belong together.
    KeyMismatch,
    /// The kind of key.
    KeyType {
        /// What it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// A name that it lacks.
    NameAdded(String),
    /// A name that it should not have.
    NameRemoved(String),
    /// The subject.
    Subject {
        /// What it is.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// The key usage or extended key usage.
    Usage,
    /// The period of validity.
    Validity {
        /// How long it is, in seconds.
        found: i64,
        /// How long it should be.
        wanted: Span,
    },
    /// It is not valid any more.
    Expired(OffsetDateTime),
    /// It will not be for long.
    Expires {
        /// Whole days that are left.
        days: i64,
        /// When it is made again.
        renew_before: Span,
    },
    /// It is not valid yet.
    NotYetValid(OffsetDateTime),
    /// The OCSP responder, or whether a response has to be stapled.
    Extensions,
    /// Another CA of this CA directory issued it than the one that signs.
    Signer {
        /// Which one did.
        found: String,
        /// Which one does.
        wanted: String,
    },
    /// Another CA issued it.
    CaChanged,
    /// It is not what the CA signed.
    Signature,
    /// The CA revoked it.
    Revoked,
    /// Other certificates follow it than those between it and the root.
    Chain,
}

impl Reason {
    /// Every word that [`Reason::code`] gives.
    pub const CODES: [&'static str; 20] = [
        "missing",
        "file-missing",
        "unreadable",
        "key-mode",
        "key-mismatch",
        "key-type",
        "san-added",
        "san-removed",
        "subject",
        "usage",
        "validity",
        "expired",
        "expires",
        "not-yet-valid",
        "extensions",
        "signer",
        "ca-changed",
        "signature",
        "revoked",
        "chain",
    ];

    /// Whether the key is as good as before: then it stays, and with it the pins of others.
    #[must_use]
    pub fn keeps_key(&self) -> bool {
        matches!(self, Self::Extensions | Self::Signer { .. })
    }

    /// A stable word for JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::FileMissing(_) => "file-missing",
            Self::Unreadable(..) => "unreadable",
            Self::KeyMode(_) => "key-mode",
            Self::KeyMismatch => "key-mismatch",
            Self::KeyType { .. } => "key-type",
            Self::NameAdded(_) => "san-added",
            Self::NameRemoved(_) => "san-removed",
            Self::Subject { .. } => "subject",
            Self::Usage => "usage",
            Self::Validity { .. } => "validity",
            Self::Expired(_) => "expired",
            Self::Expires { .. } => "expires",
            Self::NotYetValid(_) => "not-yet-valid",
            Self::Extensions => "extensions",
            Self::Signer { .. } => "signer",
            Self::CaChanged => "ca-changed",
            Self::Signature => "signature",
            Self::Revoked => "revoked",
            Self::Chain => "chain",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::FileMissing(file) => write!(f, "{file} is missing"),
            Self::Unreadable(file, why) => write!(f, "{file}: {why}"),
            Self::KeyMode(mode) => write!(f, "key.pem could be read by others (mode {mode:04o})"),
            Self::KeyMismatch => f.write_str("key does not match"),
            Self::KeyType { found, wanted } => write!(f, "key type changed from {found} to {wanted}"),
            Self::NameAdded(name) => write!(f, "SAN {name} added"),
            Self::NameRemoved(name) => write!(f, "SAN {name} removed"),
            Self::Subject { found, wanted } => write!(f, "subject changed from {found} to {wanted}"),
            Self::Usage => f.write_str("key usage changed"),
            Self::Validity { found, wanted } => {
                let days = found / 86400;
                write!(
                    f,
                    "validity changed from {} to {wanted}",
                    match days {
                        0 => format!("{}m", found / 60),
                        days => format!("{days}d"),
                    }
                )
            }
            Self::Expired(end) => write!(f, "expired on {}", end.date()),
            Self::Expires { days, renew_before } => {
                let days = match days {
                    0 => "today".to_owned(),
                    1 => "in 1 day".to_owned(),
                    days => format!("in {days} days"),
                };
                write!(f, "expires {days}, renew_before is {renew_before}")
            }
            Self::NotYetValid(start) => write!(f, "not valid before {}", rfc3339(*start)),
            Self::Extensions => f.write_str("OCSP responder or must-staple changed"),
            Self::Signer { found, wanted } => write!(f, "signer changed from {found} to {wanted}"),
            Self::CaChanged => f.write_str("CA changed"),
            Self::Signature => f.write_str("signature does not match"),
            Self::Revoked => f.write_str("revoked"),
            Self::Chain => f.write_str("intermediates changed"),
        }
    }
}

#[cfg(test)]
#[path = "reason_tests.rs"]
mod tests;

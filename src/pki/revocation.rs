//! What is said of a certificate that is good no longer, in a CRL and over OCSP alike.

use der::{DateTime, asn1::GeneralizedTime};
use time::OffsetDateTime;
use x509_cert::ext::pkix::CrlReason;

use super::error::Error;
use super::word::by_word;

/// Why a certificate was revoked (RFC 5280, section 5.3.1). `certificateHold` and `removeFromCRL` are not among them:
/// they are for revocations that come and go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// No reason is given.
    #[default]
    Unspecified,
    /// Its private key is known, or may be known, to others.
    KeyCompromise,
    /// The same of a CA's key.
    CaCompromise,
    /// Its names are no longer right.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// Its holder may no longer do what it allows.
    PrivilegeWithdrawn,
}

/// A certificate that was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number, as in [`super::Facts::serial`].
    pub serial: String,
    /// Since when.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: Reason,
}

/// The times of a statement about revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    /// When it is made: what it says was known to be true then.
    pub this: OffsetDateTime,
    /// When there will be a newer one.
    pub next: OffsetDateTime,
}

/// A word that is no reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a reason for a revocation")]
pub struct UnknownReason(pub String);

impl Reason {
    /// Every reason, in the order of RFC 5280.
    pub const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// Its name in RFC 5280.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    /// As it is written; [`Reason::Unspecified`] is left out (RFC 5280, section 5.3.1).
    pub(super) fn code(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::CaCompromise => Some(CrlReason::CaCompromise),
            Self::AffiliationChanged => Some(CrlReason::AffiliationChanged),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
            Self::PrivilegeWithdrawn => Some(CrlReason::PrivilegeWithdrawn),
        }
    }
}

by_word!(Reason, UnknownReason);

/// Whole seconds, as DER has them.
pub(super) fn date_time(instant: OffsetDateTime) -> der::Result<DateTime> {
    DateTime::from_system_time(instant.into())
}

pub(super) fn generalized(instant: OffsetDateTime) -> der::Result<GeneralizedTime> {
    date_time(instant).map(GeneralizedTime::from)
}

/// What could not be encoded.
pub(super) fn encode(why: der::Error) -> Error {
    Error::Encode(why.to_string())
}

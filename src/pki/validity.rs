//! When a certificate is valid.

use std::fmt;
use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::name::shown;

/// How far before the present a certificate becomes valid: clocks of test machines differ.
pub const BACKDATE: Duration = Duration::minutes(5);
/// Days of validity of a certificate when nothing else is asked: the most that Apple platforms accept
/// from a private root.
pub const DEFAULT_DAYS: i64 = 825;

/// Days of validity of a root when nothing else is asked.
pub const CA_DAYS: u32 = 3650;

/// A length of time such as `90d`: a positive whole number and one of `m`, `h`, `d`, `w`, `y` (365 days).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

/// The period of validity, both ends included (RFC 5280, section 4.1.2.5), in whole seconds of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: OffsetDateTime,
    /// Last second.
    pub not_after: OffsetDateTime,
}

/// A time or a span that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a span.
    #[error("{0} is not a length of time")]
    Span(String),
    /// Not an RFC 3339 date and time.
    #[error("{0} is not a date and time (RFC 3339)")]
    Instant(String),
    /// The end is not after the beginning.
    #[error("the certificate would end ({not_after}) before it begins ({not_before})")]
    Empty {
        /// Its beginning.
        not_before: String,
        /// Its end.
        not_after: String,
    },
    /// Outside the years 1970 to 9999.
    #[error("the year of {0} cannot be written in a certificate (1970 to 9999)")]
    Range(String),
}

impl TimeError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Span(_) => "write a whole number and a unit: 90d, 12h, 30m, 8w or 1y".to_owned(),
            Self::Instant(_) => "write it with its offset: 2027-01-31T00:00:00Z".to_owned(),
            Self::Empty { .. } => "give an end that is after the beginning".to_owned(),
            Self::Range(_) => "give a shorter validity".to_owned(),
        }
    }
}

impl Span {
    /// A span of whole days.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self(Duration::days(i64::from(days)))
    }

    /// A third of it, in whole seconds.
    #[cfg(feature = "cli")]
    pub(crate) fn third(self) -> Self {
        Self(Duration::seconds((self.0.whole_seconds() / 3).max(1)))
    }

    /// The span as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.whole_seconds();
        match (seconds % 86400, seconds % 3600) {
            (0, _) => write!(f, "{}d", seconds / 86400),
            (_, 0) => write!(f, "{}h", seconds / 3600),
            _ => write!(f, "{}m", seconds / 60),
        }
    }
}

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(input: &str) -> Result<Self, TimeError> {
        let fail = || TimeError::Span(shown(input));
        let unit = input.chars().last().ok_or_else(fail)?;
        let seconds: i64 = match unit {
            'm' => 60,
            'h' => 3600,
            'd' => 86400,
            'w' => 7 * 86400,
            'y' => 365 * 86400,
            _ => return Err(fail()),
        };
        let digits = &input[..input.len() - 1];
        let count: i64 =
            digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit())).ok_or_else(fail)?;
        let total =
            count.checked_mul(seconds).filter(|s| (1..=9000 * 366 * 86400).contains(s)).ok_or_else(fail)?;
        Ok(Self(Duration::seconds(total)))
    }
}

impl Validity {
    /// The period from `not_before` to `not_after`, cut to whole seconds.
    ///
    /// # Errors
    /// When it is empty, or outside the years 1970 to 9999. X.509 itself begins in 1950, but many readers of
    /// certificates, among them the one behind [`super::Facts`], count from 1970.
    pub fn new(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self, TimeError> {
        let whole = |t: OffsetDateTime| {
            let utc = t.checked_to_offset(time::UtcOffset::UTC);
            utc.and_then(|utc| utc.replace_nanosecond(0).ok()).ok_or_else(|| TimeError::Range(rfc3339(t)))
        };
        let (not_before, not_after) = (whole(not_before)?, whole(not_after)?);
        for end in [not_before, not_after] {
            if !(1970..=9999).contains(&end.year()) {
                return Err(TimeError::Range(rfc3339(end)));
            }
        }
        if not_after <= not_before {
            return Err(TimeError::Empty { not_before: rfc3339(not_before), not_after: rfc3339(not_after) });
        }
        Ok(Self { not_before, not_after })
    }

    /// The period that a user asked for: `start` or a few minutes before `now`, and `end`, or `span` after
    /// `start` or `now`, or [`DEFAULT_DAYS`] in all.
    ///
    /// # Errors
    /// When it is empty or cannot be written.
    pub fn asked(
        now: OffsetDateTime,
        start: Option<OffsetDateTime>,
        end: Option<OffsetDateTime>,
        span: Option<Span>,
    ) -> Result<Self, TimeError> {
        let from = start.unwrap_or(now - BACKDATE);
        let to = match (end, span) {
            (Some(end), _) => Some(end),
            // As long as the default when it says the same.
            (None, Some(span)) if span.0 != Duration::days(DEFAULT_DAYS) => {
                start.unwrap_or(now).checked_add(span.0)
            }
            (None, _) => from.checked_add(Duration::days(DEFAULT_DAYS) - Duration::SECOND),
        };
        Self::new(from, to.ok_or_else(|| TimeError::Range("its end".to_owned()))?)
    }

    /// Its length, both ends included.
    #[must_use]
    pub fn length(self) -> Duration {
        self.not_after - self.not_before + Duration::SECOND
    }

    /// Cut so that it ends no later than `end`. `None` when nothing is left. The beginning stays: verifiers look
    /// at each certificate by itself, and a certificate that expired before its root was made is a fine test.
    #[must_use]
    pub fn ending_by(self, end: OffsetDateTime) -> Option<Self> {
        let not_after = self.not_after.min(end);
        (self.not_before < not_after).then_some(Self { not_after, ..self })
    }

    /// Whether `now` lies within.
    #[must_use]
    pub fn contains(self, now: OffsetDateTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whole days from `now` to the end; negative once it is past.
    #[must_use]
    pub fn days_left(self, now: OffsetDateTime) -> i64 {
        (self.not_after - now).whole_seconds().div_euclid(86400)
    }
}

/// An instant in RFC 3339, UTC, whole seconds.
#[must_use]
pub fn rfc3339(instant: OffsetDateTime) -> String {
    instant.format(&Rfc3339).unwrap_or_else(|_| instant.to_string())
}

/// Reads an RFC 3339 date and time.
///
/// # Errors
/// When it is none.
pub fn parse_instant(input: &str) -> Result<OffsetDateTime, TimeError> {
    OffsetDateTime::parse(input, &Rfc3339).map_err(|_| TimeError::Instant(shown(input)))
}

#[cfg(test)]
#[path = "validity_tests.rs"]
mod tests;

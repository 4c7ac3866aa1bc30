//! Values of options that need more than a string: parsed once, written so that every version reads the same.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::duration::{go_duration, is_decimal};

/// A value that an option does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a number, not a duration.
    #[error("{0:?} is not a duration")]
    Duration(String),
    /// nats-server takes 0 as its default, and fails every handshake with a negative one.
    #[error("{0:?} is not more than zero")]
    NotPositive(String),
    /// Longer than a day.
    #[error("{0:?} is more than a day")]
    TooLong(String),
    /// Not a TLS version that nats-server can be limited to.
    #[error("{0:?} is not a lowest TLS version of nats-server")]
    MinVersion(String),
    /// Not `true`, `auto` or a duration.
    #[error("{0:?} is no way to do the handshake first")]
    HandshakeFirst(String),
    /// Not a SHA-256 in hex.
    #[error("{0:?} is not a pin: it has not 64 hex digits")]
    Pin(String),
}

impl ValueError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Duration(_) | Self::TooLong(_) => "give seconds, or a duration such as 500ms, 5s or 1m30s",
            Self::NotPositive(_) => "give more than zero, or leave the option out for the server's default",
            Self::MinVersion(_) => "use 1.2 or 1.3",
            Self::HandshakeFirst(_) => "use true, auto, or a duration with its unit such as 250ms",
            Self::Pin(_) => {
                "a pin is the SHA-256 of the SubjectPublicKeyInfo in hex; `natscert pin FILE` computes it"
            }
        }
        .to_owned()
    }
}

/// Time for a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timeout(Duration);

impl Timeout {
    /// The time itself.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Timeout {
    type Err = ValueError;

    /// Reads seconds (`5`, `2.5`) or a duration as Go writes it (`500ms`, `1m30s`).
    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            number if is_decimal(number.strip_prefix('-').unwrap_or(number)) => {
                positive(&format!("{number}s"), text)
            }
            duration => positive(duration, text),
        }
        .map(Self)
    }
}

impl fmt::Display for Timeout {
    /// Plain seconds: a number means seconds to every version, whereas an unquoted `2m` means two million.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.as_secs(), self.0.subsec_nanos());
        if nanos == 0 {
            write!(f, "{seconds}")
        } else {
            write!(f, "{seconds}.{}", format!("{nanos:09}").trim_end_matches('0'))
        }
    }
}

/// Lowest TLS version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MinVersion {
    /// TLS 1.2, the server's default.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl MinVersion {
    /// As nats-server wants it, as a string: unquoted it would be a number.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

impl FromStr for MinVersion {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "1.2" => Ok(Self::Tls12),
            "1.3" => Ok(Self::Tls13),
            _ => Err(ValueError::MinVersion(text.to_owned())),
        }
    }
}

impl fmt::Display for MinVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How TLS comes before INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeFirst {
    /// Always: clients that wait for INFO cannot connect.
    Always,
    /// INFO is sent to clients that send nothing within 50 ms.
    Auto,
    /// INFO is sent to clients that send nothing within this time.
    After(Duration),
}

impl FromStr for HandshakeFirst {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "true" | "on" => Ok(Self::Always),
            "auto" | "auto_fallback" => Ok(Self::Auto),
            _ => match positive(text, text) {
                Err(ValueError::Duration(text)) => Err(ValueError::HandshakeFirst(text)),
                other => other.map(Self::After),
            },
        }
    }
}

impl fmt::Display for HandshakeFirst {
    /// `true`, `auto`, or the duration as Go reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("true"),
            Self::Auto => f.write_str("auto"),
            Self::After(time) if time.subsec_nanos() % 1_000_000 == 0 => {
                write!(f, "{}ms", time.as_millis())
            }
            Self::After(time) => write!(f, "{}ns", time.as_nanos()),
        }
    }
}

/// The hash of a public key: SHA-256 of the DER `SubjectPublicKeyInfo`, as 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pin(String);

impl Pin {
    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pin {
    type Err = ValueError;

    /// Takes any case, and colons between the bytes as openssl prints them.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let error = || ValueError::Pin(text.to_owned());
        let hex = if text.contains(':') {
            if text.split(':').any(|byte| byte.len() != 2) {
                return Err(error());
            }
            text.replace(':', "")
        } else {
            text.to_owned()
        };
        if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(hex.to_ascii_lowercase()))
        } else {
            Err(error())
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration in Go's syntax, more than zero and at most a day.
fn positive(duration: &str, as_given: &str) -> Result<Duration, ValueError> {
    if let Some(magnitude) = duration.strip_prefix('-') {
        // Only a real duration is told that it is negative.
        return match go_duration(magnitude) {
            Some(_) => Err(ValueError::NotPositive(as_given.to_owned())),
            None => Err(ValueError::Duration(as_given.to_owned())),
        };
    }
    match go_duration(duration) {
        None => Err(ValueError::Duration(as_given.to_owned())),
        Some(0) => Err(ValueError::NotPositive(as_given.to_owned())),
        Some(nanos) if nanos > DAY.as_nanos() => Err(ValueError::TooLong(as_given.to_owned())),
        Some(nanos) => u64::try_from(nanos)
            .map(Duration::from_nanos)
            .map_err(|_| ValueError::TooLong(as_given.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_written_as_seconds() {
        for (text, written) in [
            ("5", "5"),
            ("2.5", "2.5"),
            ("500ms", "0.5"),
            ("5s", "5"),
            ("1m30s", "90"),
            ("2m", "120"),
            ("1.5h", "5400"),
            ("1ns", "0.000000001"),
            ("0.1", "0.1"),
            ("24h", "86400"),
        ] {
            assert_eq!(text.parse::<Timeout>().unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn timeouts_that_are_none() {
        for text in ["0", "-1", "0s", "-5s", "0.0", "0.0000000001"] {
            assert_eq!(text.parse::<Timeout>(), Err(ValueError::NotPositive(text.to_owned())), "{text}");
        }
        for text in ["", "x", "5 s", "5x", "-", "1e3", ".5", "5.", "s", "1..2s", "inf", "NaN", "--5", "1s2"] {
            assert_eq!(text.parse::<Timeout>(), Err(ValueError::Duration(text.to_owned())), "{text}");
        }
        for text in ["25h", "86401", "99999999999999999999999999999999999999999999h"] {
            assert_eq!(text.parse::<Timeout>(), Err(ValueError::TooLong(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn handshake_first_takes_three_forms() {
        for (text, written) in [
            ("true", "true"),
            ("auto", "auto"),
            ("auto_fallback", "auto"),
            ("1.5s", "1500ms"),
            ("1500us", "1500000ns"),
        ] {
            assert_eq!(text.parse::<HandshakeFirst>().unwrap().to_string(), written, "{text}");
        }
        // Go wants a unit.
        assert_eq!("5".parse::<HandshakeFirst>(), Err(ValueError::HandshakeFirst("5".to_owned())));
        assert_eq!("0s".parse::<HandshakeFirst>(), Err(ValueError::NotPositive("0s".to_owned())));
    }

    #[test]
    fn pins_come_out_as_lower_case_hex() {
        let hex = "AB".repeat(32);
        assert_eq!(hex.parse::<Pin>().unwrap().as_str(), "ab".repeat(32));
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(colons.parse::<Pin>().unwrap().as_str(), "ab".repeat(32));
        for text in [
            "",
            "abcd",
            &"g".repeat(64),
            &format!("{hex}00"),
            &format!("{hex}:"),
            &hex.replacen("AB", "A:B", 1),
        ] {
            assert_eq!(text.parse::<Pin>(), Err(ValueError::Pin(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn min_versions() {
        assert_eq!("1.3".parse::<MinVersion>().unwrap().as_str(), "1.3");
        assert!("1.1".parse::<MinVersion>().is_err());
        assert!("TLS1.3".parse::<MinVersion>().is_err());
    }
}

//! Why something is made again.

use std::collections::{BTreeMap, HashMap};
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
    /// Another CA issued it.
    CaChanged,
}

impl Reason {
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
            Self::CaChanged => "ca-changed",
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
            Self::CaChanged => f.write_str("CA changed"),
        }
    }
}

/// A part of a configuration: the top-level key or block that a changed line stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Such as `cluster`.
    pub section: String,
    /// What of it.
    pub what: What,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

/// The kind of a changed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A pin.
    Pins,
    /// A URL.
    Urls,
    /// A user.
    Users,
    /// Anything else.
    Settings,
}

impl What {
    fn of(line: &str) -> Self {
        let inner = line.trim_matches(['"', ',']);
        if inner.len() == 64 && inner.bytes().all(|b| b.is_ascii_hexdigit())
            || line.starts_with("pinned_certs")
        {
            Self::Pins
        } else if line.starts_with("\"tls://") || line.starts_with("urls:") {
            Self::Urls
        } else if line.starts_with("{ user:") || line.starts_with("user:") {
            Self::Users
        } else {
            Self::Settings
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Pins => "pins",
            Self::Urls => "urls",
            Self::Users => "users",
            Self::Settings => "settings",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.section, self.what.as_str())?;
        match (self.added, self.removed) {
            (added, 0) => write!(f, " (+{added})"),
            (0, removed) => write!(f, " (-{removed})"),
            (added, removed) => write!(f, " (+{added} -{removed})"),
        }
    }
}

/// Why a configuration is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfChange {
    /// There is none.
    Missing,
    /// Lines differ.
    Differs(Vec<Part>),
}

impl ConfChange {
    /// What makes `new` of `old`.
    pub(super) fn between(old: &[u8], new: &str) -> Self {
        let old = String::from_utf8_lossy(old);
        let mut counts: BTreeMap<(String, What), (usize, usize)> = BTreeMap::new();
        let mut lines: HashMap<(String, &str), isize> = HashMap::new();
        for (section, line) in sections(new) {
            *lines.entry((section, line)).or_default() += 1;
        }
        for (section, line) in sections(&old) {
            *lines.entry((section, line)).or_default() -= 1;
        }
        for ((section, line), count) in lines {
            let entry = counts.entry((section, What::of(line))).or_default();
            if count > 0 { entry.0 += count.unsigned_abs() } else { entry.1 += count.unsigned_abs() }
        }
        let parts = counts.into_iter().filter(|(_, (added, removed))| added + removed > 0);
        Self::Differs(
            parts.map(|((section, what), (added, removed))| Part { section, what, added, removed }).collect(),
        )
    }

    /// A stable word for JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Differs(_) => "differs",
        }
    }
}

/// Each line that says something, with the top-level key or block it belongs to.
fn sections(conf: &str) -> impl Iterator<Item = (String, &str)> {
    let mut section = String::new();
    conf.lines().filter_map(move |line| {
        let text = line.trim();
        if !line.starts_with([' ', '}']) {
            section = text.split([':', ' ']).next().unwrap_or_default().to_owned();
        }
        let says = !text.is_empty() && !text.starts_with('#') && !matches!(text, "}" | "]" | "{");
        says.then(|| (section.clone(), text))
    })
}

impl fmt::Display for ConfChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Differs(parts) if parts.is_empty() => f.write_str("order or comments"),
            Self::Differs(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                f.write_str(&parts.join(", "))
            }
        }
    }
}

//! What diagnosis finds: one vocabulary for `lint`, `explain`, `inspect` and, one day, a probe of live listeners.

mod code;

pub use code::{Code, UnknownCode};

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Note,
    /// It works, but not for long, not everywhere, or not as it says.
    Warning,
    /// It does not work, or lets in whom it should not.
    Error,
}

impl Severity {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word for people and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was given or as an include names it; `$NAME` is an environment variable.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// How many characters are meant.
    pub width: usize,
    /// `--> file:line:column`, the line, and carets below what is meant.
    pub picture: String,
}

/// A certificate among those of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The file.
    pub file: String,
    /// Which certificate in it, from 1.
    pub number: usize,
    /// Its subject, RFC 4514.
    pub subject: String,
    /// SHA-256 of the whole certificate, lower-case hex: it may lie in several files.
    pub fingerprint: String,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// Where; none when no text is at hand.
    pub place: Option<Place>,
    /// Other places that take part, each with what it is.
    pub related: Vec<(String, Place)>,
    /// The certificate that is meant.
    pub element: Option<Element>,
    /// What mends it: a command, a line, or a sentence.
    pub fix: String,
}

impl Finding {
    /// One as bad as its code says, without a place.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            place: None,
            related: Vec::new(),
            element: None,
            fix: fix.into(),
        }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The same about a certificate.
    #[must_use]
    pub fn of(self, element: Element) -> Self {
        Self { element: Some(element), ..self }
    }

    /// The same with another place that takes part.
    #[must_use]
    pub fn beside(mut self, what: impl Into<String>, place: Place) -> Self {
        self.related.push((what.into(), place));
        self
    }
}

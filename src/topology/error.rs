//! What is wrong with a manifest, and where it says so.

use std::fmt;

/// Octets of the manifest, from the first to behind the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Loc {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl From<std::ops::Range<usize>> for Loc {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A mistake before it is known how the manifest's lines run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) hint: String,
    pub(super) at: Option<Loc>,
}

impl Fault {
    pub(super) fn new(at: Loc, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), at: Some(at) }
    }

    pub(super) fn into_error(self, text: &str) -> Error {
        let place = self.at.map(|at| Location::new(text, at));
        Error { what: self.what, hint: self.hint, place }
    }
}

/// A manifest that describes no system. [`fmt::Display`] says what is wrong, [`Error::hint`] what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    what: String,
    hint: String,
    place: Option<Location>,
}

/// A place in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// How many characters are meant, on this line.
    pub width: usize,
    /// The line, without what a terminal would not print.
    pub text: String,
}

/// The widest piece of a line that is shown.
const MAX_SHOWN: usize = 100;

impl Location {
    fn new(text: &str, at: Loc) -> Self {
        let at = Loc { start: floor(text, at.start), end: floor(text, at.end) };
        let line = text[..at.start].matches('\n').count() + 1;
        let begin = text[..at.start].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[begin..];
        let whole = rest.split('\n').next().unwrap_or(rest);
        let end = at.end.clamp(at.start, begin.max(at.start) + whole.len().saturating_sub(at.start - begin));
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        Self {
            line,
            column: text[begin..at.start].chars().count() + 1,
            width: text[at.start..end].trim_end().chars().count().max(1),
            text: whole.trim_end().chars().map(printable).collect(),
        }
    }

    /// The line with its number, and carets below what is meant.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let number = self.line.to_string();
        let skip = if self.column > MAX_SHOWN / 2 && self.text.chars().count() > MAX_SHOWN {
            self.column - MAX_SHOWN / 2
        } else {
            0
        };
        let shown: String = self.text.chars().skip(skip).take(MAX_SHOWN).collect();
        let indent = " ".repeat(self.column - 1 - skip);
        let carets = "^".repeat(self.width.min(MAX_SHOWN - indent.len().min(MAX_SHOWN - 1)));
        let margin = " ".repeat(number.len());
        format!("{number} | {shown}\n{margin} | {indent}{carets}\n")
    }
}

/// The nearest boundary of a character at or before an octet.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl Error {
    /// One that is about no place in a manifest.
    pub(crate) fn plain(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), place: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// Where in the manifest, if it is about one place.
    #[must_use]
    pub fn place(&self) -> Option<&Location> {
        self.place.as_ref()
    }

    /// Whether the input is at fault (exit code 2): always.
    #[must_use]
    pub fn is_input(&self) -> bool {
        true
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, start: usize, end: usize) -> String {
        Location::new(text, Loc { start, end }).excerpt()
    }

    #[test]
    fn carets_stand_below_characters() {
        assert_eq!(excerpt("a = 1\nbö = 2\n", 6, 9), "2 | bö = 2\n  | ^^\n");
        assert_eq!(excerpt("ä\tx", 3, 4), "1 | ä x\n  |   ^\n");
        assert_eq!(excerpt("", 0, 0), "1 | \n  | ^\n");
        assert_eq!(excerpt("a = \"\"\"x\ny\"\"\"\n", 4, 13), "1 | a = \"\"\"x\n  |     ^^^^\n");
        assert_eq!(excerpt("a\r\nb", 3, 9), "2 | b\n  | ^\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}wrong{}", "a".repeat(500), "b".repeat(500));
        let shown = excerpt(&line, 500, 505);
        assert!(shown.lines().all(|line| line.chars().count() <= MAX_SHOWN + 4), "{shown}");
        let [text, carets] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
        let from = carets.find('^').unwrap_or_default();
        assert_eq!(&text[from..from + 5], "wrong");
    }

    #[test]
    fn a_place_outside_is_the_end() {
        assert_eq!(Location::new("ab\ncd", Loc { start: 99, end: 120 }).line, 2);
        assert_eq!(Location::new("aö", Loc { start: 2, end: 3 }).column, 2);
    }
}

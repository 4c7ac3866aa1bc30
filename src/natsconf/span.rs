//! Places: which file, which bytes; lines and columns when somebody asks.

use super::text::Text;
use super::unicode;
use crate::quote;
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// How many characters of a long line a picture shows.
const WIDE: usize = 160;

/// One of the texts that were read; an index into [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(super) u32);

/// Some bytes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// How many bytes; 0 at the end of the file.
    pub len: u32,
}

impl Span {
    /// Files are shorter than 4 GiB: longer ones are refused before they are read.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: start as u32, len: end.saturating_sub(start) as u32 }
    }

    /// Offset of the byte behind the last one.
    #[must_use]
    pub fn end(self) -> u32 {
        self.start + self.len
    }

    /// From the beginning of this one to the end of `last`, which is in the same file.
    pub(super) fn to(self, last: Self) -> Self {
        Self { len: last.end().saturating_sub(self.start), ..self }
    }
}

/// Line and column, both from 1; the column counts characters. (nats-server's own columns count bytes, and from 0 in
/// the first line.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A file, by the path that nats-server would open.
    File(PathBuf),
    /// The value of an environment variable, behind the `pk=` that the server puts before it.
    Environment(Text),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) => write!(f, "${name}"),
        }
    }
}

/// A text that was read.
#[derive(Debug)]
pub struct SourceText {
    name: Name,
    bytes: Arc<[u8]>,
    lines: OnceLock<Vec<usize>>,
}

impl SourceText {
    /// Where it comes from.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Offsets at which lines begin, counted once.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        })
    }
}

/// As it is shown at a terminal: what would steer it, or disguise a text, is replaced.
fn clean(c: char) -> char {
    if quote::misleads(c) { '\u{fffd}' } else { c }
}

/// Everything that was read for one configuration, to turn a [`Span`] into words.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Arc<SourceText>>);

impl Sources {
    pub(super) fn add(&mut self, name: Name, bytes: Arc<[u8]>) -> FileId {
        self.0.push(Arc::new(SourceText { name, bytes, lines: OnceLock::new() }));
        FileId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text with this id. An id of another configuration gives a text of this one, or none.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&SourceText> {
        self.0.get(file.0 as usize).map(Arc::as_ref)
    }

    /// All of them, in the order in which they were read; the first is the main file.
    pub fn iter(&self) -> impl Iterator<Item = &SourceText> {
        self.0.iter().map(Arc::as_ref)
    }

    /// The bytes of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &[u8] {
        let text = self.get(span.file).map_or(&[][..], SourceText::bytes);
        text.get(span.start as usize..span.end() as usize).unwrap_or_default()
    }

    /// Line and column of a span's first byte.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let Some(text) = self.get(span.file) else { return Position { line: 1, column: 1 } };
        let start = (span.start as usize).min(text.bytes.len());
        let line = text.lines().partition_point(|&at| at <= start);
        let mut rest = &text.bytes[text.lines()[line - 1]..start];
        let mut column = 1;
        while !rest.is_empty() {
            rest = &rest[unicode::decode(rest).1..];
            column += 1;
        }
        Position { line, column }
    }

    /// The line that a span begins in, without its end.
    #[must_use]
    pub fn line(&self, span: Span) -> Cow<'_, str> {
        let Some(text) = self.get(span.file) else { return Cow::Borrowed("") };
        let start = (span.start as usize).min(text.bytes.len());
        let line = text.lines().partition_point(|&at| at <= start);
        let end = text.lines().get(line).map_or(text.bytes.len(), |next| next - 1);
        let bytes = &text.bytes[text.lines()[line - 1]..end];
        String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes))
    }

    /// `file:line:column` of a span.
    #[must_use]
    pub fn describe(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        let name = self.get(span.file).map(|text| text.name.to_string()).unwrap_or_default();
        format!("{}:{line}:{column}", name.chars().map(clean).collect::<String>())
    }

    /// A span in a picture: `file:line:column`, the line, and carets below what is meant.
    #[must_use]
    pub fn picture(&self, span: Span) -> String {
        let line = self.line(span);
        let at = self.position(span);
        let before = at.column - 1;
        let skipped = if line.chars().count() > WIDE { before.saturating_sub(WIDE / 2) } else { 0 };
        let part = || line.chars().skip(skipped).take(WIDE);
        let cut = if skipped > 0 { "…" } else { "" };
        // Tabs stay tabs, so that the carets stand where the text does.
        let clean_part = part().map(|c| if c == '\t' { c } else { clean(c) });
        let shown: String = cut.chars().chain(clean_part).collect();
        let blank_of = |c: char| if c == '\t' { '\t' } else { ' ' };
        let indent: String = cut.chars().chain(part().take(before - skipped)).map(blank_of).collect();
        let meant = String::from_utf8_lossy(self.slice(span));
        let rest = shown.chars().count().saturating_sub(indent.chars().count());
        let carets = "^".repeat(meant.chars().count().clamp(1, rest.max(1)));
        let gutter = at.line.to_string();
        let blank = " ".repeat(gutter.len());
        let place = self.describe(span);
        format!("{blank}--> {place}\n{blank} |\n{gutter} | {shown}\n{blank} | {indent}{carets}\n")
    }
}

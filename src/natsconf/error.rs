//! Why a configuration cannot be read.

use super::span::{Name, Sources, Span};
use std::borrow::Cow;
use std::fmt;

/// Who would say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// nats-server prints exactly this text.
    Server,
    /// nats-server overflows its stack here: a file that includes itself, or a variable that needs itself.
    Crash,
    /// It is a limit of ours; nats-server has none, or a higher one.
    Limit,
}

/// What nats-server says against a configuration, and where the reason for it is.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    text: Vec<u8>,
    refusal: Refusal,
    span: Span,
    trail: Vec<Span>,
    hint: Option<&'static str>,
    sources: Sources,
}

impl Error {
    pub(super) fn new(fault: Fault, sources: Sources) -> Self {
        let Fault { text, refusal, span, mut trail, hint } = fault;
        trail.reverse();
        Self(Box::new(Inner { text, refusal, span, trail, hint, sources }))
    }

    /// The text as nats-server prints it, behind `nats-server: `. It can hold bytes of the file that are no UTF-8.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0.text
    }

    /// Who refuses.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.0.refusal
    }

    /// What to point at, in the innermost file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// The `include`s and variables that lead there, the one in the main file first.
    #[must_use]
    pub fn trail(&self) -> &[Span] {
        &self.0.trail
    }

    /// What to do about it, where the text itself does not say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// What was read, for the spans.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.0.sources
    }

    /// The place in a picture: `file:line:column`, the line, and carets below what is meant.
    #[must_use]
    pub fn picture(&self) -> String {
        self.0.sources.picture(self.0.span)
    }

    /// Where the innermost text comes from.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        self.0.sources.get(self.0.span.file).map(super::SourceText::name)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Cow<'_, str> = String::from_utf8_lossy(&self.0.text);
        text.fmt(f)
    }
}

impl std::error::Error for Error {}

/// An error in the making: on its way out through includes and variables.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) text: Vec<u8>,
    pub(super) refusal: Refusal,
    pub(super) span: Span,
    pub(super) trail: Vec<Span>,
    pub(super) hint: Option<&'static str>,
}

impl Fault {
    pub(super) fn new(text: impl Into<Vec<u8>>, span: Span) -> Self {
        Self { text: text.into(), refusal: Refusal::Server, span, trail: Vec::new(), hint: None }
    }

    pub(super) fn refused_by(mut self, refusal: Refusal) -> Self {
        self.refusal = refusal;
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<Option<&'static str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same, seen from the place that led there. A limit of ours stays what it is.
    pub(super) fn behind(mut self, text: &[u8], place: Span) -> Self {
        if self.refusal != Refusal::Limit {
            self.text.splice(0..0, text.iter().copied());
        }
        self.trail.push(place);
        self
    }
}

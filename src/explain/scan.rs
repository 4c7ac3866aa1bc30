//! From bytes to lines that may be about TLS. Most lines are not: they are skipped without being looked at.

use memchr::{memchr, memchr_iter, memrchr};

use super::cause::Cause;
use super::needles::Needles;
use super::watch::Watch;

/// What is longer is cut.
const LINE: usize = 16 << 10;

/// Reads a log in pieces of any size, and knows the causes in it.
///
/// ```
/// let mut explainer = natscert::explain::Explainer::new();
/// explainer.feed(b"[1] 2026/11/22 07:47:46 [ERR] 10.0.0.7:51300 - cid:5 - TLS handshake error: \
///     tls: client didn't provide a certificate\n");
/// explainer.finish();
/// let causes = explainer.causes();
/// assert_eq!(causes[0].id, "no-client-certificate");
/// assert_eq!(causes[0].peers.first, ["10.0.0.7:51300"]);
/// ```
#[derive(Debug)]
pub struct Explainer {
    watch: Watch,
    needles: Needles,
    /// The beginning of a line whose end has not come.
    open: Vec<u8>,
    lines: u64,
    shown: usize,
}

impl Default for Explainer {
    fn default() -> Self {
        Self::new()
    }
}

impl Explainer {
    /// One for logs.
    #[must_use]
    pub fn new() -> Self {
        Self::with(false)
    }

    /// One for single texts that somebody asks about: it knows those, too, that say nothing about TLS in a log.
    #[must_use]
    pub fn for_texts() -> Self {
        Self::with(true)
    }

    fn with(alone: bool) -> Self {
        Self { watch: Watch::new(alone), needles: Needles::new(), open: Vec::new(), lines: 0, shown: 0 }
    }

    /// Begins another log: lines are counted from 1 again. `name` is what its causes are said to be from.
    pub fn begin(&mut self, name: Option<&str>) {
        self.end_line();
        self.lines = 0;
        self.watch.source = name.map(str::to_owned);
    }

    /// The next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if !self.open.is_empty() {
            let end = memchr(b'\n', bytes);
            self.keep(&bytes[..end.unwrap_or(bytes.len())]);
            let Some(end) = end else { return };
            self.end_line();
            bytes = &bytes[end + 1..];
        }
        let whole = memrchr(b'\n', bytes).map_or(0, |last| last + 1);
        self.block(&bytes[..whole]);
        self.keep(&bytes[whole..]);
    }

    /// There is nothing more.
    pub fn finish(&mut self) {
        self.end_line();
        self.watch.finish();
    }

    /// Every cause so far, in the order in which they were seen.
    #[must_use]
    pub fn causes(&self) -> Vec<Cause> {
        self.watch.causes.iter().map(super::cause::Seen::show).collect()
    }

    /// Those that no call gave before.
    pub fn news(&mut self) -> Vec<Cause> {
        let shown = std::mem::replace(&mut self.shown, self.watch.causes.len());
        self.watch.causes[shown..].iter().map(super::cause::Seen::show).collect()
    }

    /// How many lines of the current log were read.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How often causes came up that are not among [`Explainer::causes`], because there are too many.
    #[must_use]
    pub fn beyond(&self) -> u64 {
        self.watch.beyond
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE.saturating_sub(self.open.len()).min(bytes.len());
        self.open.extend_from_slice(&bytes[..room]);
    }

    fn end_line(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let line = std::mem::take(&mut self.open);
        self.lines += 1;
        if self.watch.alone || self.needles.find(&line, 0).is_some() {
            self.watch.line(self.lines, &line);
        }
    }

    /// Whole lines.
    fn block(&mut self, block: &[u8]) {
        let (mut counted, mut from) = (0, 0);
        while let Some(start) = self.candidate(block, from) {
            self.lines += memchr_iter(b'\n', &block[counted..start]).count() as u64;
            counted = start;
            let end = memchr(b'\n', &block[start..]).map_or(block.len(), |length| start + length);
            self.watch.line(self.lines + 1, &block[start..end.min(start + LINE)]);
            from = end + 1;
        }
        self.lines += memchr_iter(b'\n', &block[counted..]).count() as u64;
    }

    /// Where the next line begins that has to be looked at.
    fn candidate(&self, block: &[u8], from: usize) -> Option<usize> {
        if self.watch.alone {
            return (from < block.len()).then_some(from);
        }
        let at = self.needles.find(block, from)?;
        Some(memrchr(b'\n', &block[..at]).map_or(0, |end| end + 1))
    }
}

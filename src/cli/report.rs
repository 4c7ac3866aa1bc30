//! Printing: the product to stdout, what is said to a person to stderr.

use std::io::{self, IsTerminal as _, Write as _};

use anstream::ColorChoice;
use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

use super::args::{ColorWhen, OutputArgs};
use super::failure::Failure;
use crate::render::comment;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

#[derive(Default)]
pub(super) struct Report {
    color: ColorChoice,
    quiet: bool,
    pub(super) json: bool,
    /// Another process tells what becomes of places.
    muted: bool,
}

impl Report {
    pub(super) fn new(args: &OutputArgs) -> Self {
        let color = match args.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self { color, quiet: args.quiet, json: args.json, muted: false }
    }

    /// The product.
    #[allow(clippy::unused_self)]
    pub(super) fn product(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads has seen enough.
            Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(why) => Err(Failure::stdout(why)),
            Ok(()) => Ok(()),
        }
    }

    /// The block of a bundle that is on disk.
    pub(super) fn block(&self, block: &str) -> Result<(), Failure> {
        let hint =
            "see where it goes; what was issued is on disk, and natscert snippet prints its block again";
        self.product(block.as_bytes()).map_err(|why| why.hinting(hint))
    }

    /// The product with colours, which it has on a terminal only.
    pub(super) fn styled(&self, text: &str) -> Result<(), Failure> {
        let stream = anstream::AutoStream::new(io::stdout(), self.color);
        match stream.current_choice() {
            ColorChoice::Never => self.product(strip_str(text).to_string().as_bytes()),
            _ => self.product(text.as_bytes()),
        }
    }

    /// The product as JSON.
    pub(super) fn json(&self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|why| Failure::failed(format!("cannot write JSON: {why}"), "please report this"))?;
        text.push('\n');
        self.product(text.as_bytes())
    }

    /// The product in words or as JSON.
    pub(super) fn either(&self, words: &str, value: &impl serde::Serialize) -> Result<(), Failure> {
        if self.json { self.json(value) } else { self.product(words.as_bytes()) }
    }

    /// A line for a person that says what was done.
    pub(super) fn done(&self, verb: &str, text: &str) {
        if self.speaks() {
            self.line(&format!("{GOOD}{verb:>9}{GOOD:#} {}", comment(text)));
        }
    }

    /// As [`Report::done`], for what was promised: said even when quiet.
    pub(super) fn repeat(&self, verb: &str, text: &str) {
        self.line(&format!("{GOOD}{verb:>9}{GOOD:#} {}", comment(text)));
    }

    /// A line for a person that belongs to the last [`Report::done`].
    pub(super) fn detail(&self, label: &str, text: &str) {
        if self.speaks() {
            self.line(&format!("{label:>9} {}", comment(text)));
        }
    }

    /// Something that takes a while, for a person who waits.
    pub(super) fn busy(&self, text: &str) {
        if self.speaks() && io::stderr().is_terminal() {
            self.line(&format!("{HINT}{:>9}{HINT:#} {text}", "wait"));
        }
    }

    /// Something that goes on outside.
    pub(super) fn note(&self, text: &str) {
        if self.speaks() {
            self.line(&format!("{HINT}{:>9}{HINT:#} {}", "wait", comment(text)));
        }
    }

    /// Something in a list that did not go well: said even when quiet.
    pub(super) fn trouble(&self, verb: &str, text: &str, hint: Option<&str>) {
        if self.muted {
            return;
        }
        self.line(&format!("{WARNING}{verb:>9}{WARNING:#} {}", comment(text)));
        for line in hint.into_iter().flat_map(str::lines) {
            self.line(&format!("{HINT}{:>9}{HINT:#} {}", "hint", comment(line)));
        }
    }

    /// A command that is about to run with root's rights: said even when quiet.
    pub(super) fn command(&self, command: &str) {
        self.line(&format!("{HINT}{:>9}{HINT:#} {}", "run", comment(command)));
    }

    /// One for a process whose lists another one prints.
    pub(super) fn muted(&self) -> Self {
        Self { color: self.color, quiet: true, json: self.json, muted: true }
    }

    pub(super) fn next_step(&self, text: &str) {
        if self.speaks() {
            self.line(&format!("{HINT}{:>9}{HINT:#} {text}", "next"));
        }
    }

    /// Something that will not work as it looks. Said even when quiet.
    pub(super) fn warning(&self, what: &str, hint: Option<&str>) {
        self.line(&format!("{WARNING}warning{WARNING:#}: {}", comment(what)));
        if let Some(hint) = hint {
            self.line(&format!("   {HINT}hint{HINT:#}: {}", comment(hint)));
        }
    }

    pub(super) fn failure(&self, failure: &Failure) {
        self.line(&format!("{ERROR}error{ERROR:#}: {}", comment(failure.what())));
        for line in failure.excerpt().unwrap_or_default().lines() {
            self.line(&format!("  {}", comment(line)));
        }
        self.line(&format!(" {HINT}hint{HINT:#}: {}", comment(failure.hint())));
    }

    /// Whether what is said to a person may be coloured.
    pub(super) fn colors(&self) -> bool {
        let stream = anstream::AutoStream::new(io::stderr(), self.color);
        !matches!(stream.current_choice(), ColorChoice::Never)
    }

    pub(super) fn speaks(&self) -> bool {
        !self.quiet && !self.json
    }

    fn line(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(io::stderr(), self.color);
        // Standard error has no buffer: a line without colours goes out in one piece.
        let _ = match stream.current_choice() {
            ColorChoice::Never => stream.write_all(format!("{}\n", strip_str(text)).as_bytes()),
            _ => writeln!(stream, "{text}"),
        };
    }
}

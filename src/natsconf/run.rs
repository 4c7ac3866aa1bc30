//! What the texts of one configuration share: how to get at files and variables, and how much of it was done already.

use super::dialect::Dialect;
use super::error::{Fault, Refusal};
use super::parse::{Parsed, Parser};
use super::source::Source;
use super::span::{Name, Sources, Span};
use super::text::Text;
use super::value::{Map, Node};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many files and variables may wait for each other.
const MAX_NESTING: usize = 50;
/// How many files and variables may be read.
const MAX_TEXTS: usize = 10_000;
/// How long all of them together may be.
pub(super) const MAX_BYTES: usize = 16 << 20;
/// About how many bytes of JSON a configuration may become, besides what its texts come to when each value is used
/// once: variables that hold variables grow without an end.
const MAX_GROWTH: u64 = 64 << 20;
/// No byte of a text comes to more than this.
const GROWTH: u64 = 16;

/// Gives the value of an environment variable.
pub(super) type Environment<'a> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a;

/// A key that got no value: nats-server forgets it silently, or takes it for the name of the map around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The key.
    pub key: Text,
    /// Where it is.
    pub span: Span,
}

/// The reading of one configuration.
pub(super) struct Run<'a> {
    pub(super) dialect: Dialect,
    pub(super) source: &'a dyn Source,
    pub(super) variables: &'a Environment<'a>,
    pub(super) sources: Sources,
    pub(super) stray: Vec<Stray>,
    files: Vec<PathBuf>,
    resolving: Vec<Vec<u8>>,
    resolved: HashMap<Vec<u8>, Option<Node>>,
    nesting: usize,
    bytes: usize,
    bearable: u64,
}

impl<'a> Run<'a> {
    pub(super) fn new(dialect: Dialect, source: &'a dyn Source, variables: &'a Environment<'a>) -> Self {
        Self {
            dialect,
            source,
            variables,
            sources: Sources::default(),
            stray: Vec::new(),
            files: Vec::new(),
            resolving: Vec::new(),
            resolved: HashMap::new(),
            nesting: 0,
            bytes: 0,
            bearable: MAX_GROWTH,
        }
    }

    /// Reads the file `path`, which holds `bytes`.
    pub(super) fn file(&mut self, path: &Path, bytes: Vec<u8>, in_variable: bool) -> Parsed<Map> {
        let bytes: Arc<[u8]> = bytes.into();
        self.bearable += GROWTH * bytes.len() as u64;
        let file = self.sources.add(Name::File(path.to_owned()), Arc::clone(&bytes));
        self.files.push(path.to_owned());
        // An included file knows nothing of the variables that are being read.
        let resolving = std::mem::take(&mut self.resolving);
        let mut parser = Parser::new(self, file, &bytes, path);
        parser.in_variable = in_variable;
        let map = parser.read(path)?;
        self.resolving = resolving;
        self.files.pop();
        Ok(map)
    }

    /// Reads an included file; `place` is what names it.
    pub(super) fn included(&mut self, path: &Path, in_variable: bool, place: Span) -> Parsed<Map> {
        if self.files.iter().any(|open| open == path) {
            let text = [path.as_os_str().as_encoded_bytes(), b" includes itself"].concat();
            return Err(Fault::new(text, place)
                .refused_by(Refusal::Crash)
                .hint("take this include out; nats-server overflows its stack here"));
        }
        self.enter(place)?;
        let bytes = self.source.read(path).map_err(|reason| {
            let prefix: &[u8] = if in_variable { b"error opening config file: " } else { b"" };
            Fault::new([prefix, &reason].concat(), place)
        })?;
        self.count(bytes.len(), place)?;
        let map = self.file(path, bytes, in_variable)?;
        self.nesting -= 1;
        Ok(map)
    }

    /// The value of an environment variable, read as a configuration of its own.
    pub(super) fn environment(&mut self, name: &[u8], place: Span) -> Parsed<Option<Node>> {
        if self.resolving.iter().any(|open| open == name) {
            let text = [b"variable reference cycle for '", name, b"'"].concat();
            let refusal = if self.dialect.finds_cycles() { Refusal::Server } else { Refusal::Crash };
            return Err(Fault::new(text, place)
                .refused_by(refusal)
                .hint("the variable needs itself; servers before 2.12.4 overflow their stack here"));
        }
        if let Some(known) = self.resolved.get(name) {
            return Ok(known.clone());
        }
        // No variable of the environment has an empty name.
        let Some(value) = Some(name).filter(|name| !name.is_empty()).and_then(self.variables) else {
            return Ok(None);
        };
        self.enter(place)?;
        let bytes: Arc<[u8]> = [b"pk=", &value[..]].concat().into();
        self.count(bytes.len(), place)?;
        let file = self.sources.add(Name::Environment(Text::from(name)), Arc::clone(&bytes));
        self.resolving.push(name.to_owned());
        let mut parser = Parser::new(self, file, &bytes, Path::new(""));
        parser.in_variable = true;
        let map = parser.read(Path::new(""))?;
        self.resolving.pop();
        self.nesting -= 1;
        let node = map.get("pk").map(|entry| entry.node.clone());
        self.resolved.insert(name.to_owned(), node.clone());
        Ok(node)
    }

    /// Refuses a map or array that has become too large.
    pub(super) fn bear(&self, weight: u64, place: Span) -> Parsed<()> {
        if weight > self.bearable {
            let text = format!("the configuration becomes larger than {} MiB", self.bearable >> 20);
            return Err(limit(text, place));
        }
        Ok(())
    }

    fn enter(&mut self, place: Span) -> Parsed<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(limit(
                format!("more than {MAX_NESTING} files or variables within each other"),
                place,
            ));
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize, place: Span) -> Parsed<()> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.sources.iter().count() > MAX_TEXTS {
            return Err(limit(format!("more than {MAX_TEXTS} files and variables"), place));
        }
        if self.bytes > MAX_BYTES {
            return Err(limit(format!("included files hold more than {} MiB", MAX_BYTES >> 20), place));
        }
        Ok(())
    }
}

fn limit(text: String, place: Span) -> Fault {
    Fault::new(text, place).refused_by(Refusal::Limit)
}

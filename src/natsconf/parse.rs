//! Items to a tree, with nats-server's stack of keys: a key that gets no value stays on it, and the next map that is
//! closed takes it for its own.

use super::error::{Fault, Refusal};
use super::hint;
use super::lex::{Flaw, Item, Kind, Lexer, MAX_DEPTH};
use super::run::{Run, Stray};
use super::scalar;
use super::source;
use super::span::{FileId, Span};
use super::text::Text;
use super::value::{Array, Entry, Map, Node, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) type Parsed<T> = Result<T, Fault>;

/// A map or array whose end has not come yet.
struct Open {
    what: Container,
    start: Span,
}

enum Container {
    Map(Map),
    Array(Array),
}

/// Reads one text: a file, or the value of an environment variable.
pub(super) struct Parser<'r, 'a> {
    pub(super) run: &'r mut Run<'a>,
    file: FileId,
    bytes: &'r [u8],
    folder: PathBuf,
    /// Within the value of an environment variable: nats-server words errors in another way there.
    pub(super) in_variable: bool,
    open: Vec<Open>,
    keys: Vec<(Text, Span)>,
}

impl<'r, 'a> Parser<'r, 'a> {
    /// For the text `bytes`, which is `file`; `path` is empty if it is no file.
    pub(super) fn new(run: &'r mut Run<'a>, file: FileId, bytes: &'r [u8], path: &Path) -> Self {
        let folder = source::folder(path);
        Self { run, file, bytes, folder, in_variable: false, open: Vec::new(), keys: Vec::new() }
    }

    /// Reads all of it.
    pub(super) fn read(mut self, path: &Path) -> Parsed<Map> {
        let mut lexer = Lexer::new(self.bytes, self.run.dialect);
        let mut root = Map::default();
        let mut open_key = None;
        loop {
            let item = lexer.next_item().map_err(|flaw| self.flawed(flaw))?;
            if let Kind::Eof { line, column } = item.kind {
                if let Some(key) = open_key.filter(|_| self.run.dialect.refuses_open_key()) {
                    let place = format!(":{line}:{column})");
                    let path = path.as_os_str().as_encoded_bytes();
                    let text = [b"config is invalid (", path, place.as_bytes()].concat();
                    return Err(Fault::new(text, key).hint("give the last key a value"));
                }
                break;
            }
            open_key = (item.kind == Kind::Key && *item.text != *b"}").then(|| self.span(&item));
            self.process(&item, &mut root)?;
        }
        if !self.in_variable {
            self.run.stray.extend(self.keys.drain(..).map(|(key, span)| Stray { key, span }));
        }
        Ok(root)
    }

    fn process(&mut self, item: &Item<'_>, root: &mut Map) -> Parsed<()> {
        let span = self.span(item);
        let node = match item.kind {
            Kind::Key => {
                self.keys.push((Text::from(&*item.text), span));
                return Ok(());
            }
            Kind::MapStart => {
                self.open.push(Open { what: Container::Map(Map::default()), start: span });
                return Ok(());
            }
            Kind::ArrayStart => {
                self.open.push(Open { what: Container::Array(Array::default()), start: span });
                return Ok(());
            }
            Kind::MapEnd | Kind::ArrayEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.what {
                    Container::Map(map) => Value::Map(Arc::new(map)),
                    Container::Array(array) => Value::Array(Arc::new(array)),
                };
                let span = open.start.to(span);
                Node { value, span, origin: span }
            }
            Kind::Variable => self.variable(item, root)?,
            Kind::Include => return self.include(item, root),
            _ => {
                let value = scalar::value(item.kind, &item.text)
                    .map_err(|text| Fault::new(text, span).hint(hint::of_number(item.kind)))?;
                let Some(value) = value else { return Ok(()) };
                Node { value, span, origin: span }
            }
        };
        self.set(node, root)
    }

    /// Puts a value into the map or array that is open.
    fn set(&mut self, node: Node, root: &mut Map) -> Parsed<()> {
        let place = node.span;
        if node.value.size().depth > MAX_DEPTH {
            let text = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Fault::new(text, place).refused_by(Refusal::Limit));
        }
        let map = match self.open.last_mut().map(|open| &mut open.what) {
            Some(Container::Array(array)) => {
                array.push(node);
                return self.run.bear(array.size().weight, place);
            }
            Some(Container::Map(map)) => map,
            None => root,
        };
        // Every value in a map has a key before it, so there is one.
        let Some((key, key_span)) = self.keys.pop() else { return Ok(()) };
        map.set(Entry { key, key_span, node, shadowed: false, used: false });
        self.run.bear(map.size().weight, place)
    }

    /// The value of `$name`: from the maps that are open, the innermost first, or from the environment.
    fn variable(&mut self, item: &Item<'_>, root: &mut Map) -> Parsed<Node> {
        let span = self.span(item);
        let name: &[u8] = &item.text;
        if name.starts_with(b"2a$") {
            // A password hash.
            let value = Value::String(Text::from(&[b"$", name].concat()[..]));
            return Ok(Node { value, span, origin: span });
        }
        let maps = self.open.iter_mut().rev().filter_map(|open| match &mut open.what {
            Container::Map(map) => Some(map),
            Container::Array(_) => None,
        });
        if let Some(node) = maps.chain([root]).find_map(|map| map.take_note(name)) {
            return Ok(Node { span, ..node.clone() });
        }
        let bytes = self.bytes;
        let reference = |rest: &str| {
            let line = lines(&bytes[..item.end]);
            let rest = format!("' on line {line} {rest}");
            [b"variable reference for '", name, rest.as_bytes()].concat()
        };
        match self.run.environment(name, span) {
            Ok(Some(node)) => Ok(Node { span, ..node }),
            Ok(None) => {
                Err(Fault::new(reference("can not be found"), span).hint(Some(hint::of_variable(name))))
            }
            Err(fault) => Err(fault.behind(&reference("could not be parsed: "), span)),
        }
    }

    /// Reads another file, and adds its keys to the map that is open.
    fn include(&mut self, item: &Item<'_>, root: &mut Map) -> Parsed<()> {
        let span = self.span(item);
        let path = source::included(&self.folder, &item.text);
        let included = self.run.included(&path, self.in_variable, span).map_err(|fault| {
            let unreadable = fault.span == span && fault.refusal == Refusal::Server;
            let hint = fault.hint.or_else(|| unreadable.then(|| hint::of_include(&item.text)));
            fault.behind(&[b"error parsing include file '", &*item.text, b"', "].concat(), span).hint(hint)
        })?;
        let map = match self.open.last_mut().map(|open| &mut open.what) {
            Some(Container::Map(map)) => map,
            Some(Container::Array(_)) => return Ok(()),
            None => root,
        };
        included.into_entries().into_iter().for_each(|entry| map.set(entry));
        self.run.bear(map.size().weight, span)
    }

    fn span(&self, item: &Item<'_>) -> Span {
        Span::new(self.file, item.start, item.end)
    }

    /// An error of the lexer, with the line that nats-server names: the one it had come to.
    fn flawed(&self, flaw: Flaw) -> Fault {
        let span = Span::new(self.file, flaw.start, flaw.end);
        if flaw.deep {
            return Fault::new(flaw.text, span).refused_by(Refusal::Limit);
        }
        let hint = hint::of_flaw(&flaw, self.bytes);
        let line = lines(&self.bytes[..flaw.read]);
        let text = [format!("Parse error on line {line}: '").as_bytes(), &flaw.text, b"'"].concat();
        Fault::new(text, span).hint(hint)
    }
}

/// How many lines there are. Counted for errors alone: for each value that would take the square of the text's length.
fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count()
}

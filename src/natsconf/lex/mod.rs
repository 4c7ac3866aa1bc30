//! Text to items: the states of the four contexts, as nats-server goes through them.
//!
//! A state looks at the next character and either gives an item, or goes to another state. What comes behind a value is
//! decided by where it began, so that state waits on a stack meanwhile. Keys and values are read in one go.

mod array;
mod block;
mod key;
mod map;
mod number;
mod string;
mod value;

use super::dialect::Dialect;
use super::unicode::decode;
use std::borrow::Cow;

/// How deep maps, arrays, blocks and what stands for them may be nested. nats-server itself stops at 10,000, and
/// before 2.11 nowhere.
pub(super) const MAX_DEPTH: usize = 1000;

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end, and where nats-server says that it is.
    Eof {
        line: usize,
        column: usize,
    },
    Key,
    String,
    Bool,
    Integer,
    Float,
    DateTime,
    Variable,
    Include,
    ArrayStart,
    ArrayEnd,
    MapStart,
    MapEnd,
}

/// One item: its text without quotes, and its bytes with them.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) kind: Kind,
    pub(super) text: Cow<'a, [u8]>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Why no item can be read.
#[derive(Debug)]
pub(super) struct Flaw {
    /// As nats-server says it.
    pub(super) text: Vec<u8>,
    /// How far it had read then: the line that it names is this one's.
    pub(super) read: usize,
    /// What to point at.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The nesting is too deep for us.
    pub(super) deep: bool,
}

type Step<'a> = Result<Option<Item<'a>>, Flaw>;

/// Where the lexer is between two items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Top,
    TopEnd,
    Block,
    BlockValueEnd,
    BlockEnd,
    KeyEnd,
    Include,
    Array,
    ArrayValueEnd,
    MapKey,
    MapKeyEnd,
    MapValueEnd,
}

/// Reads items one by one.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    input: &'a [u8],
    pos: usize,
    state: State,
    stack: Vec<State>,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], dialect: Dialect) -> Self {
        Self { input, pos: 0, state: State::Top, stack: Vec::new(), dialect }
    }

    /// The next item. Nothing is to be read behind [`Kind::Eof`] or a flaw.
    pub(super) fn next_item(&mut self) -> Result<Item<'a>, Flaw> {
        loop {
            let found = match self.state {
                State::Top => self.top(),
                State::TopEnd => self.top_end(),
                State::Block => self.block(),
                State::BlockValueEnd => self.block_value_end(),
                State::BlockEnd => self.block_end(),
                State::KeyEnd => self.key_end(),
                State::Include => self.include(),
                State::Array => self.array(),
                State::ArrayValueEnd => self.array_value_end(),
                State::MapKey => self.map_key(),
                State::MapKeyEnd => self.map_key_end(),
                State::MapValueEnd => self.map_value_end(),
            };
            if let Some(item) = found? {
                return Ok(item);
            }
        }
    }

    fn push(&mut self, state: State) -> Result<(), Flaw> {
        if self.stack.len() >= MAX_DEPTH {
            let text = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Flaw { deep: true, ..self.flaw(text, self.pos) });
        }
        self.stack.push(state);
        Ok(())
    }

    /// Back to what waits behind a value or block. Never without one: whatever pops was pushed for.
    fn pop(&mut self) {
        self.state = self.stack.pop().unwrap_or(State::Top);
    }

    /// The next character, and its length: 0 at the end.
    fn peek(&self) -> (char, usize) {
        decode(&self.input[self.pos..])
    }

    /// The next character, read. NUL at the end as for a NUL: no state tells them apart by it.
    fn read(&mut self) -> char {
        let (character, length) = self.peek();
        self.pos += length;
        character
    }

    /// Reads on as long as `wanted` says so; bytes of one character never differ in it.
    fn read_while(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = &self.input[self.pos..];
        self.pos += rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
    }

    fn skip_blanks(&mut self) {
        self.read_while(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// Skips every kind of white space that Unicode knows, line ends too.
    fn skip_space(&mut self) {
        loop {
            self.read_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r'));
            let (character, length) = self.peek();
            if !character.is_whitespace() {
                return;
            }
            self.pos += length;
        }
    }

    /// Reads a comment up to the end of its line, if one begins here.
    fn comment(&mut self) -> bool {
        let rest = &self.input[self.pos..];
        let begins = rest.starts_with(b"#") || rest.starts_with(b"//");
        if begins {
            self.read_while(|byte| !matches!(byte, b'\n' | b'\r' | 0));
        }
        begins
    }

    /// An item of the bytes up to here.
    fn item(&self, kind: Kind, start: usize) -> Item<'a> {
        Item { kind, text: Cow::Borrowed(&self.input[start..self.pos]), start, end: self.pos }
    }

    /// The end of the file. nats-server counts the column from the last line end before `anchor`, and takes
    /// `written` off.
    fn eof(&self, start: usize, anchor: usize, written: usize) -> Item<'a> {
        let lines = |end: usize| self.input[..end].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let line_end = lines(anchor).next_back().map_or(0, |(at, _)| at);
        let column = start.saturating_sub(line_end + written);
        let kind = Kind::Eof { line: lines(self.pos).count() + 1, column };
        Item { kind, text: Cow::Borrowed(&[]), start, end: self.pos }
    }

    /// A flaw in the bytes from `start` up to here.
    fn flaw(&self, text: impl Into<Vec<u8>>, start: usize) -> Flaw {
        Flaw { text: text.into(), read: self.pos, start, end: self.pos, deep: false }
    }

    /// A flaw that is the next character, read by it; `{}` in `text` is the character.
    fn unexpected(&mut self, text: &str) -> Flaw {
        let start = self.pos;
        let shown = shown(self.read());
        self.flaw(text.replace("{}", &shown), start)
    }
}

/// A character in a message.
fn shown(character: char) -> String {
    if character == '\n' { "\\n".to_owned() } else { character.to_string() }
}

//! Keys at the top and in blocks, and `include` everywhere.

use super::super::unicode::is_digit;
use super::{Flaw, Item, Kind, Lexer, State, Step};

impl<'a> Lexer<'a> {
    /// A key; there is a character, and it is no white space.
    pub(super) fn key(&mut self) -> Step<'a> {
        let start = self.pos;
        match self.peek().0 {
            separator @ ('=' | ':') => {
                let mut flaw = self.flaw(format!("Unexpected key separator '{separator}'"), start);
                flaw.end += 1;
                Err(flaw)
            }
            quote @ ('"' | '\'') => self.quoted_key(quote),
            _ => {
                self.read();
                self.read_key();
                if self.peek().0.is_whitespace() && self.is_include(start) {
                    self.state = State::Include;
                    return Ok(None);
                }
                self.state = State::KeyEnd;
                Ok(Some(self.item(Kind::Key, start)))
            }
        }
    }

    /// Reads the rest of an unquoted key: up to white space, a separator or the end.
    pub(super) fn read_key(&mut self) {
        loop {
            self.read_while(|byte| !matches!(byte, 0 | b'=' | b':' | b' ' | b'\t'..=b'\r' | 0x80..));
            let (character, length) = self.peek();
            if character.is_ascii() || character.is_whitespace() {
                return;
            }
            self.pos += length;
        }
    }

    /// Whether the bytes up to here are the keyword. In lower case, by Go, İ is an i.
    pub(super) fn is_include(&self, start: usize) -> bool {
        let word = &self.input[start..self.pos];
        word.eq_ignore_ascii_case(b"include")
            || word.strip_prefix("İ".as_bytes()).is_some_and(|rest| rest.eq_ignore_ascii_case(b"nclude"))
    }

    fn quoted_key(&mut self, quote: char) -> Step<'a> {
        let start = self.pos;
        match self.read_quoted_key(quote) {
            Some(key) => {
                self.state = State::KeyEnd;
                Ok(Some(key))
            }
            None if self.pos == start + 1 => Ok(Some(self.eof(self.pos, self.pos, 0))),
            None => Err(self.unclosed("Unexpected EOF.", start)),
        }
    }

    /// Reads a key with its quotes, which it cannot have inside; `None`, and everything read, if it does not end.
    pub(super) fn read_quoted_key(&mut self, quote: char) -> Option<Item<'a>> {
        let start = self.pos;
        self.pos += 1;
        self.read_while(|byte| byte != 0 && char::from(byte) != quote);
        if self.peek().0 != quote {
            return None;
        }
        let inner = Item { start, end: self.pos + 1, ..self.item(Kind::Key, start + 1) };
        self.pos += 1;
        Some(inner)
    }

    /// What was begun at `start` has no end: a flaw that points at its beginning alone.
    pub(super) fn unclosed(&self, text: &str, start: usize) -> Flaw {
        Flaw { end: start + 1, ..self.flaw(text, start) }
    }

    /// Behind a key: at most one separator, and the value. White space is skipped before the separator.
    pub(super) fn key_end(&mut self) -> Step<'a> {
        self.skip_space();
        let start = self.pos;
        match self.peek() {
            ('=' | ':', _) => {
                self.pos += 1;
                self.value()
            }
            ('\0', length) => {
                self.pos += length;
                Ok(Some(self.eof(start, start, 0)))
            }
            _ => self.value(),
        }
    }

    /// The path behind `include`.
    pub(super) fn include(&mut self) -> Step<'a> {
        self.skip_blanks();
        let start = self.pos;
        let what = match self.peek().0 {
            '\'' => return self.quoted_include('\'', "Unexpected EOF in quoted include"),
            '"' => return self.quoted_include('"', "Unexpected EOF in double quoted include"),
            '[' => "start of an array",
            '{' => "start of a map",
            '(' => "start of a block",
            '\\' => "escape sequence",
            '\n' | '\r' => "new line",
            character if character == '-' || is_digit(character) => "start of a number",
            _ => {
                self.read_while(|byte| {
                    !matches!(byte, b'\n' | b'\r' | 0 | b';' | b'}' | b' ' | b'\t' | b'\'')
                });
                let path = self.item(Kind::Include, start);
                if self.peek().0 == '\'' {
                    self.pos += 1;
                }
                self.pop();
                return Ok(Some(path));
            }
        };
        Err(self.unexpected(&format!("Expected include value but found {what}")))
    }

    fn quoted_include(&mut self, quote: char, unclosed: &str) -> Step<'a> {
        let start = self.pos;
        let Some(path) = self.read_quoted_key(quote) else {
            self.read(); // a NUL: nats-server names the line behind it
            return Err(self.unclosed(unclosed, start));
        };
        self.pop();
        Ok(Some(Item { kind: Kind::Include, ..path }))
    }
}

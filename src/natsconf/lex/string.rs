//! Strings of all four kinds, and what looks like one: words that are booleans, and variables.

use super::{Flaw, Item, Kind, Lexer, Step, shown};
use std::borrow::Cow;

const END_OF_LINE: &str = r"Expected two hexadecimal digits after '\x', but hit end of line";

impl<'a> Lexer<'a> {
    /// `'…'`, without escapes.
    pub(super) fn single_quoted(&mut self) -> Step<'a> {
        let start = self.pos;
        self.pos += 1;
        self.read_while(|byte| byte != 0 && byte != b'\'');
        if self.peek().0 != '\'' {
            return self.unended(start, start + 1, &[]);
        }
        let text = self.item(Kind::String, start + 1).text;
        Ok(Some(self.closed(start, text)))
    }

    /// `"…"`.
    pub(super) fn double_quoted(&mut self) -> Step<'a> {
        let start = self.pos;
        self.pos += 1;
        let mut from = self.pos;
        let mut unescaped = Vec::new();
        loop {
            self.read_while(|byte| !matches!(byte, 0 | b'"' | b'\\'));
            match self.peek().0 {
                '"' => {
                    let text = self.joined(unescaped, from);
                    return Ok(Some(self.closed(start, text)));
                }
                '\\' => {
                    unescaped.extend_from_slice(&self.input[from..self.pos]);
                    unescaped.push(self.escape()?);
                    from = self.pos;
                }
                _ => return self.unended(start, from, &unescaped),
            }
        }
    }

    /// A string up to its closing quote, which is read.
    fn closed(&mut self, start: usize, text: Cow<'a, [u8]>) -> Item<'a> {
        self.pos += 1;
        self.pop();
        Item { kind: Kind::String, text, start, end: self.pos }
    }

    /// The file ends in a string. If it does so directly behind the quote or an escape, nats-server takes that for
    /// the end of the file.
    fn unended(&mut self, start: usize, from: usize, unescaped: &[u8]) -> Step<'a> {
        if self.pos == from && self.pos == self.input.len() {
            return Ok(Some(self.eof(self.pos, start + 1, unescaped.len())));
        }
        self.read();
        Err(self.unclosed("Unexpected EOF.", start))
    }

    /// A string without quotes that begins at `start`; what has been read of it is taken as it is.
    pub(super) fn plain(&mut self, start: usize) -> Step<'a> {
        let mut from = start;
        let mut unescaped = Vec::new();
        loop {
            self.read_while(|byte| {
                !matches!(byte, b'\\' | b'\n' | b'\r' | 0 | b';' | b',' | b']' | b'}' | b' ' | b'\t' | b'\'')
            });
            let next = self.peek().0;
            if next == '\\' {
                unescaped.extend_from_slice(&self.input[from..self.pos]);
                unescaped.push(self.escape()?);
                from = self.pos;
                continue;
            }
            let escaped = from != start;
            let text = self.joined(unescaped, from);
            if next == '\'' {
                return Ok(Some(self.closed(start, text)));
            }
            self.pop();
            let (kind, text) = if escaped { (Kind::String, text) } else { classified(text) };
            return Ok(Some(Item { kind, text, start, end: self.pos }));
        }
    }

    fn joined(&self, mut unescaped: Vec<u8>, from: usize) -> Cow<'a, [u8]> {
        let rest = &self.input[from..self.pos];
        if unescaped.is_empty() {
            return Cow::Borrowed(rest);
        }
        unescaped.extend_from_slice(rest);
        Cow::Owned(unescaped)
    }

    /// `(`, up to a `)` that is a line of its own.
    pub(super) fn block_string(&mut self) -> Step<'a> {
        let start = self.pos;
        self.pos += 1;
        loop {
            self.read_while(|byte| !matches!(byte, 0 | b')'));
            if self.peek().0 != ')' {
                self.read();
                return Err(self.unclosed("Unexpected EOF processing block.", start));
            }
            let close = self.pos;
            self.pos += 1;
            if self.input[close - 1] != b'\n' {
                continue;
            }
            // At the very end of the file it becomes part of the string.
            let end = match self.peek() {
                ('\0', 0) => self.pos,
                ('\n' | '\0', _) => close,
                _ => continue,
            };
            self.pop();
            let text = Cow::Borrowed(&self.input[start + 1..end]);
            return Ok(Some(Item { kind: Kind::String, text, start, end: self.pos }));
        }
    }

    /// The byte that an escape means.
    fn escape(&mut self) -> Result<u8, Flaw> {
        let start = self.pos;
        self.pos += 1;
        Ok(match self.read() {
            'x' => return self.hexadecimal(start),
            't' => b'\t',
            'n' => b'\n',
            'r' => b'\r',
            '"' => b'"',
            '\\' => b'\\',
            other => {
                let shown = shown(other);
                let text = format!(
                    "Invalid escape character '{shown}'. Only the following escape characters are allowed: \
                     \\xXX, \\t, \\n, \\r, \\\", \\\\."
                );
                return Err(self.flaw(text, start));
            }
        })
    }

    fn hexadecimal(&mut self, start: usize) -> Result<u8, Flaw> {
        for _ in 0..2 {
            if matches!(self.read(), '\n' | '\r') {
                return Err(self.flaw(END_OF_LINE, start));
            }
        }
        // Of what was read the last two bytes, whatever the characters.
        let digits = &self.input[self.pos - 2..self.pos];
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        if let (Some(high), Some(low)) = (value(digits[0]), value(digits[1])) {
            return Ok(high * 16 + low);
        }
        let text = [br"Expected two hexadecimal digits after '\x', but got '", digits, b"'"].concat();
        Err(self.flaw(text, start))
    }
}

/// What an unquoted string without escapes is.
fn classified(text: Cow<'_, [u8]>) -> (Kind, Cow<'_, [u8]>) {
    const WORDS: [&[u8]; 6] = [b"true", b"false", b"on", b"off", b"yes", b"no"];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return (Kind::Bool, text);
    }
    match text {
        Cow::Borrowed([b'$', name @ ..]) => (Kind::Variable, Cow::Borrowed(name)),
        text => (Kind::String, text),
    }
}

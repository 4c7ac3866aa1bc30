//! The top of a file, and blocks: `{ … }` around all of it, as in JSON.

use super::{Lexer, State, Step};

const TOP_END: &str =
    "Expected a top-level value to end with a new line, comment or EOF, but got '{}' instead.";
const BLOCK_VALUE_END: &str =
    "Expected a block-level value to end with a new line, comment or EOF, but got '{}' instead.";
const BLOCK_END: &str = "Expected a block-level to end with a '}', but got '{}' instead.";

impl<'a> Lexer<'a> {
    pub(super) fn top(&mut self) -> Step<'a> {
        self.skip_space();
        if self.comment() {
            return Ok(None);
        }
        if self.peek().0 == '{' {
            self.pos += 1;
            if self.dialect.has_blocks() {
                self.push(State::Top)?;
                self.state = State::Block;
            }
            return Ok(None);
        }
        self.key_or_end(State::TopEnd)
    }

    pub(super) fn block(&mut self) -> Step<'a> {
        self.skip_space();
        if self.comment() {
            return Ok(None);
        }
        match self.peek().0 {
            '{' => {
                self.pos += 1;
                self.push(State::BlockEnd)?;
                Ok(None)
            }
            '}' => {
                self.pos += 1;
                self.pop();
                Ok(None)
            }
            _ => self.key_or_end(State::BlockValueEnd),
        }
    }

    /// A key whose value ends in `behind`, or the end of the file.
    fn key_or_end(&mut self, behind: State) -> Step<'a> {
        let start = self.pos;
        match self.peek() {
            ('\0', 0) => Ok(Some(self.eof(start, start, 0))),
            ('/' | '\0', _) => {
                self.pos += 1;
                Err(self.flaw("Unexpected EOF.", start))
            }
            _ => {
                self.push(behind)?;
                self.key()
            }
        }
    }

    pub(super) fn top_end(&mut self) -> Step<'a> {
        self.skip_blanks_and_slashes();
        if self.comment() {
            self.state = State::Top;
            return Ok(None);
        }
        match self.peek().0 {
            '\n' | '\r' | '\0' | ';' | ',' | '}' => {
                self.read();
                self.state = State::Top;
                Ok(None)
            }
            _ => Err(self.unexpected(TOP_END)),
        }
    }

    pub(super) fn block_value_end(&mut self) -> Step<'a> {
        self.skip_blanks_and_slashes();
        if self.comment() {
            return Ok(None);
        }
        match self.peek().0 {
            '\n' | '\r' | ';' | ',' => {
                self.pos += 1;
                self.state = State::Block;
                Ok(None)
            }
            '}' => {
                self.pos += 1;
                self.pop();
                Ok(None)
            }
            _ => Err(self.unexpected(BLOCK_VALUE_END)),
        }
    }

    /// Behind the `}` of a block within a block.
    pub(super) fn block_end(&mut self) -> Step<'a> {
        self.skip_blanks_and_slashes();
        if self.comment() {
            self.state = State::Block;
            return Ok(None);
        }
        match self.peek().0 {
            '\n' | '\r' => self.pos += 1,
            ';' | ',' => {
                self.pos += 1;
                self.state = State::Block;
            }
            '}' => {
                self.pos += 1;
                self.pop();
            }
            _ => return Err(self.unexpected(BLOCK_END)),
        }
        Ok(None)
    }

    /// A slash that begins no comment counts as a blank behind a value.
    fn skip_blanks_and_slashes(&mut self) {
        loop {
            self.skip_blanks();
            let rest = &self.input[self.pos..];
            if !rest.starts_with(b"/") || rest.starts_with(b"//") {
                return;
            }
            self.pos += 1;
        }
    }
}

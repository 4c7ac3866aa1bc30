//! Where a value starts.

use super::super::unicode::is_digit;
use super::{Kind, Lexer, State, Step};

impl<'a> Lexer<'a> {
    /// A value. What waits behind it has been pushed.
    pub(super) fn value(&mut self) -> Step<'a> {
        self.skip_blanks();
        let start = self.pos;
        match self.peek().0 {
            '[' => {
                self.pos += 1;
                self.state = State::Array;
                Ok(Some(self.item(Kind::ArrayStart, start)))
            }
            '{' => {
                self.pos += 1;
                self.state = State::MapKey;
                Ok(Some(self.item(Kind::MapStart, start)))
            }
            '\'' => self.single_quoted(),
            '"' => self.double_quoted(),
            '(' => self.block_string(),
            '-' => self.negative(),
            '.' => Err(self.unexpected("Floats must start with a digit")),
            '\n' | '\r' => Err(self.unexpected("Expected value but found new line")),
            character if is_digit(character) => self.number(),
            _ => self.plain(start),
        }
    }
}

//! Inside of `[ … ]`.

use super::{Item, Kind, Lexer, State, Step};

const ARRAY_VALUE_END: &str =
    r#"Expected an array value terminator "," or an array terminator "]", but got '{}' instead."#;

impl<'a> Lexer<'a> {
    pub(super) fn array(&mut self) -> Step<'a> {
        self.skip_space();
        if self.comment() {
            return Ok(None);
        }
        match self.peek().0 {
            ',' | '/' => Err(self.unexpected("Unexpected array value terminator ','.")),
            ']' => Ok(Some(self.array_end())),
            _ => {
                self.push(State::ArrayValueEnd)?;
                self.value()
            }
        }
    }

    pub(super) fn array_value_end(&mut self) -> Step<'a> {
        self.skip_blanks();
        if self.comment() {
            return Ok(None);
        }
        match self.peek().0 {
            '\n' | '\r' | ',' | '/' => {
                self.pos += 1;
                self.state = State::Array;
                Ok(None)
            }
            ']' => Ok(Some(self.array_end())),
            _ => Err(self.unexpected(ARRAY_VALUE_END)),
        }
    }

    fn array_end(&mut self) -> Item<'a> {
        let start = self.pos;
        self.pos += 1;
        self.pop();
        self.item(Kind::ArrayEnd, start)
    }
}

//! Inside of `{ … }` behind a key.

use super::{Item, Kind, Lexer, State, Step};

const MAP_VALUE_END: &str =
    r#"Expected a map value terminator "," or a map terminator "}", but got '{}' instead."#;

impl<'a> Lexer<'a> {
    pub(super) fn map_key(&mut self) -> Step<'a> {
        self.skip_space();
        if self.comment() {
            return Ok(None);
        }
        let start = self.pos;
        match self.peek().0 {
            character @ ('=' | ':' | ']') => {
                let mut flaw = if character == ']' {
                    self.flaw("Unexpected array end ']' processing map.", start)
                } else {
                    self.flaw(format!("Unexpected key separator '{character}'."), start)
                };
                flaw.end += 1;
                Err(flaw)
            }
            '}' => Ok(Some(self.map_end())),
            '"' => self.map_quoted_key('"', "Unexpected EOF processing double quoted map key."),
            '\'' => self.map_quoted_key('\'', "Unexpected EOF processing quoted map key."),
            '\0' => Err(self.flaw("Unexpected EOF processing map.", start)),
            '/' => {
                // It is dropped, and whatever follows begins the key.
                self.pos += 1;
                self.map_plain_key()
            }
            _ => self.map_plain_key(),
        }
    }

    fn map_plain_key(&mut self) -> Step<'a> {
        let start = self.pos;
        self.read();
        self.read_key();
        match self.peek().0 {
            '\0' => Err(self.flaw("Unexpected EOF processing map key.", start)),
            next if next.is_whitespace() && self.is_include(start) => {
                self.push(State::MapValueEnd)?;
                self.state = State::Include;
                Ok(None)
            }
            _ => {
                self.state = State::MapKeyEnd;
                Ok(Some(self.item(Kind::Key, start)))
            }
        }
    }

    fn map_quoted_key(&mut self, quote: char, unclosed: &str) -> Step<'a> {
        let start = self.pos;
        let key = self.read_quoted_key(quote).ok_or_else(|| self.unclosed(unclosed, start))?;
        self.state = State::MapKeyEnd;
        Ok(Some(key))
    }

    /// Behind a key: as at the top, but lines may end behind the separator, too.
    pub(super) fn map_key_end(&mut self) -> Step<'a> {
        self.skip_space();
        if matches!(self.peek().0, '=' | ':') {
            self.pos += 1;
            self.skip_space();
        }
        match self.peek().0 {
            ',' => Err(self.unexpected(r#"Unexpected map value terminator "{}"."#)),
            '}' => Ok(Some(self.map_end())),
            _ => {
                self.push(State::MapValueEnd)?;
                self.value()
            }
        }
    }

    pub(super) fn map_value_end(&mut self) -> Step<'a> {
        self.skip_blanks();
        if self.comment() {
            return Ok(None);
        }
        match self.peek().0 {
            '\n' | '\r' | ';' | ',' | '/' => {
                self.pos += 1;
                self.state = State::MapKey;
                Ok(None)
            }
            '}' => Ok(Some(self.map_end())),
            _ => Err(self.unexpected(MAP_VALUE_END)),
        }
    }

    fn map_end(&mut self) -> Item<'a> {
        let start = self.pos;
        self.pos += 1;
        self.pop();
        self.item(Kind::MapEnd, start)
    }
}

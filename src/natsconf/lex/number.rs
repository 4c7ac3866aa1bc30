//! What begins with a digit or a minus: integers, floats, dates, addresses, and strings after all.

use super::super::unicode::is_digit;
use super::{Kind, Lexer, Step, shown};

impl<'a> Lexer<'a> {
    /// A digit is next.
    pub(super) fn number(&mut self) -> Step<'a> {
        let start = self.pos;
        self.read_digits();
        match self.peek() {
            ('-', _) => self.date(start),
            ('.', _) => self.float(start),
            (character, _) if is_suffix(character) => self.suffixed(start),
            (character, _) if ends_number(character) => Ok(Some(self.number_item(Kind::Integer, start))),
            (_, length) => {
                // A string after all. This character belongs to it, even if it would end one.
                self.pos += length;
                self.plain(start)
            }
        }
    }

    /// A minus is next.
    pub(super) fn negative(&mut self) -> Step<'a> {
        let start = self.pos;
        self.pos += 1;
        match self.peek().0 {
            '.' => return Err(self.unexpected("Floats must start with a digit, not '.'.")),
            digit if is_digit(digit) => self.read_digits(),
            _ => return Err(self.unexpected("Expected a digit but got '{}'.")),
        }
        match self.peek().0 {
            '.' => self.float(start),
            suffix if is_suffix(suffix) => self.suffixed(start),
            _ => Ok(Some(self.number_item(Kind::Integer, start))),
        }
    }

    fn read_digits(&mut self) {
        loop {
            self.read_while(|byte| byte.is_ascii_digit());
            let (character, length) = self.peek();
            if !is_digit(character) {
                return;
            }
            self.pos += length;
        }
    }

    fn number_item(&mut self, kind: Kind, start: usize) -> super::Item<'a> {
        self.pop();
        self.item(kind, start)
    }

    /// `1k`, `1MiB` and the like; a suffix is next.
    fn suffixed(&mut self, start: usize) -> Step<'a> {
        self.pos += 1;
        self.read_while(|byte| matches!(byte, b'b' | b'B' | b'i' | b'I'));
        let next = self.peek().0;
        if ends_number(next) || (is_digit(next) && !self.dialect.suffix_joins_digits()) {
            return Ok(Some(self.number_item(Kind::Integer, start)));
        }
        self.plain(start)
    }

    /// The dot behind the first digits is next.
    fn float(&mut self, start: usize) -> Step<'a> {
        self.pos += 1;
        if !is_digit(self.peek().0) {
            return Err(self.unexpected("Floats must have a digit after the '.', but got '{}' instead."));
        }
        self.read_digits();
        if self.peek().0 != '.' {
            return Ok(Some(self.number_item(Kind::Float, start)));
        }
        // An address or a version.
        loop {
            self.read_digits();
            match self.peek().0 {
                '.' | ':' | '-' => self.pos += 1,
                _ => return Ok(Some(self.number_item(Kind::String, start))),
            }
        }
    }

    /// `YYYY-MM-DDTHH:MM:SSZ`; the first minus is next.
    fn date(&mut self, start: usize) -> Step<'a> {
        self.pos += 1;
        if self.pos - start != 5 {
            return Err(self.flaw("All ISO8601 dates must be in full Zulu form.", start));
        }
        for wanted in "00-00T00:00:00Z".chars() {
            let at = self.pos;
            let found = self.read();
            let fits = if wanted == '0' { is_digit(found) } else { wanted == found };
            if !fits {
                let expected = if wanted == '0' { "digit".to_owned() } else { format!("'{wanted}'") };
                let found = shown(found);
                let text = format!("Expected {expected} in ISO8601 datetime, but found '{found}' instead.");
                return Err(self.flaw(text, at));
            }
        }
        Ok(Some(self.number_item(Kind::DateTime, start)))
    }
}

fn is_suffix(character: char) -> bool {
    matches!(character.to_ascii_lowercase(), 'k' | 'm' | 'g' | 't' | 'p' | 'e')
}

fn ends_number(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\0' | '}' | ';' | ',' | ' ' | '\t')
}

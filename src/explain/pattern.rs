//! Texts with blanks: `is valid for {has}, not {wanted}`.

use memchr::memmem::Finder;

/// A text as it is looked for: its parts have to follow each other, with anything in between. What stands at a
/// named blank is kept; `{}` is a blank that is not.
#[derive(Debug)]
pub(super) struct Pattern {
    first: Finder<'static>,
    rest: Vec<(&'static str, &'static str)>,
}

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        let (first, mut open) = text.split_once('{').unwrap_or((text, ""));
        let mut rest = Vec::new();
        while let Some((name, behind)) = open.split_once('}') {
            let (literal, next) = behind.split_once('{').unwrap_or((behind, ""));
            rest.push((name, literal));
            open = next;
        }
        Self { first: Finder::new(first), rest }
    }

    /// What stands at the blanks, if the text is there.
    pub(super) fn find<'t>(&self, text: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
        let start = self.first.find(text.as_bytes())? + self.first.needle().len();
        let mut tail = text.get(start..)?;
        let mut found = Vec::new();
        for (name, literal) in &self.rest {
            let value = if literal.is_empty() {
                std::mem::take(&mut tail)
            } else {
                let (value, behind) = tail.split_once(literal)?;
                tail = behind;
                value
            };
            let value = value.trim_matches(|c: char| c.is_whitespace() || "\"'`".contains(c));
            if !name.is_empty() && !value.is_empty() {
                found.push((*name, value));
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_what_stands_there() {
        let pattern = Pattern::new("is valid for {has}, not {wanted}");
        let found = pattern.find("x509: certificate is valid for a, b, not c.example").unwrap();
        assert_eq!(found, [("has", "a, b"), ("wanted", "c.example")]);
        assert_eq!(pattern.find("is valid for a"), None);
        assert_eq!(Pattern::new("EOF").find("handshake error: EOF"), Some(vec![]));
        let skipped = Pattern::new("time {} is after {end}").find("time 1 is after 2").unwrap();
        assert_eq!(skipped, [("end", "2")]);
    }
}

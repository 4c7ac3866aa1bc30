//! Texts that stand for several: `n{1..3}.east.example.com`.

/// The most texts that one pattern stands for.
const MAX: usize = 1_000_000;

/// A text with or without ranges. All ranges in it go in step.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    /// None: there is no range in it.
    count: Option<usize>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Range { first: usize, width: usize },
}

/// What is wrong, and what to write instead.
pub(super) type Problem = (String, String);

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut pattern = Self { pieces: Vec::new(), count: None };
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (range, after) = behind.split_once('}').ok_or_else(|| not_a_range(behind))?;
            let (first, last) = range.split_once("..").ok_or_else(|| not_a_range(range))?;
            let width = if first.starts_with('0') { first.len() } else { 0 };
            let (first, last) = match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => (first, last),
                _ => return Err(not_a_range(range)),
            };
            let count = last - first + 1;
            if count > MAX {
                return Err((format!("{{{range}}} stands for {count} names"), format!("{MAX} at most")));
            }
            if pattern.count.is_some_and(|other| other != count) {
                return Err(out_of_step(pattern.len(), count));
            }
            pattern.count = Some(count);
            pattern.pieces.extend([Piece::Text(before.to_owned()), Piece::Range { first, width }]);
            rest = after;
        }
        pattern.pieces.push(Piece::Text(rest.to_owned()));
        Ok(pattern)
    }

    /// How many texts it stands for.
    pub(super) fn len(&self) -> usize {
        self.count.unwrap_or(1)
    }

    /// The count of its ranges, if it has any.
    pub(super) fn count(&self) -> Option<usize> {
        self.count
    }

    /// The text of this index.
    pub(super) fn get(&self, index: usize) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Range { first, width } => {
                    let _ = write!(text, "{:0width$}", first + index);
                }
            }
        }
        text.shrink_to_fit();
        text
    }
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn not_a_range(range: &str) -> Problem {
    let shown: String = range.chars().take(20).collect();
    (format!("{{{shown}}} is no range"), "write the first and the last number: n{1..3}, or n{01..12}".into())
}

/// Two ranges that do not go together.
pub(super) fn out_of_step(one: usize, other: usize) -> Problem {
    (
        format!("the ranges have {one} and {other} numbers"),
        "all ranges of a node go in step: give them the same length".into(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn all(text: &str) -> Vec<String> {
        let pattern = Pattern::parse(text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        (0..pattern.len()).map(|index| pattern.get(index)).collect()
    }

    #[test]
    fn ranges_count() {
        assert_eq!(all("n{1..3}.x"), ["n1.x", "n2.x", "n3.x"]);
        assert_eq!(all("n{08..11}"), ["n08", "n09", "n10", "n11"]);
        assert_eq!(all("{0..1}-{5..6}"), ["0-5", "1-6"]);
        assert_eq!(all("plain"), ["plain"]);
        assert_eq!(all("n{4..4}"), ["n4"]);
        assert_eq!(all(""), [""]);
    }

    #[test]
    fn what_is_no_range() {
        for text in
            ["n{1..}", "n{..3}", "n{3..1}", "n{a..b}", "n{1}", "n{1..3", "n{}", "n{+1..2}", "n{{1..2}}"]
        {
            let (what, hint) = Pattern::parse(text).unwrap_err();
            assert!(what.ends_with(" is no range"), "{text}: {what}");
            assert!(hint.contains("n{1..3}"));
        }
        let (what, _) = Pattern::parse("n{1..2000000}").unwrap_err();
        assert_eq!(what, "{1..2000000} stands for 2000000 names");
        assert_eq!(Pattern::parse("{1..2}{1..3}").unwrap_err().0, "the ranges have 2 and 3 numbers");
    }
}

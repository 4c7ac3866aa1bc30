//! What docs/findings.md says of a code.

use crate::finding::Code;
use crate::nats::{nearest, or_list};

const PAGES: &str = include_str!("../../docs/findings.md");

/// The page of a code, heading included; none while nobody has written it.
#[must_use]
pub fn page(code: Code) -> Option<&'static str> {
    let heading = format!("## {}", code.heading());
    let mut start = 0;
    while let Some(found) = PAGES[start..].find(&heading) {
        let at = start + found;
        let body = &PAGES[at..];
        let whole = body[heading.len()..].starts_with('\n') && (at == 0 || PAGES[..at].ends_with('\n'));
        if whole {
            let end = body[heading.len()..].find("\n## ").map_or(body.len(), |end| heading.len() + end);
            // Chapters between pages have a heading of their own.
            let end = body[..end].find("\n# ").unwrap_or(end);
            return Some(body[..end].trim_end());
        }
        start = at + heading.len();
    }
    None
}

/// What a code is about, for lists.
#[must_use]
pub fn group(code: Code) -> &'static str {
    let number: u16 = code.as_str()[2..].parse().unwrap_or(0);
    match number {
        0..=19 => "Files",
        20..=29 => "Time",
        30..=39 => "Usage",
        40..=59 => "Names",
        60..=69 => "Trust",
        70..=79 => "Verify and map",
        80..=89 => "Pins",
        90..=119 => "Options",
        _ => "Across configurations",
    }
}

/// The codes and names that resemble a wrong one: `NC012 key-exposed or …`.
#[must_use]
pub fn nearest_codes(wrong: &str) -> Option<String> {
    let words = Code::ALL.iter().flat_map(|code| [code.as_str(), code.name()]);
    let found = nearest(wrong, words, 3);
    (!found.is_empty()).then(|| or_list(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_begin_with_their_code_and_end_before_the_next() {
        for code in Code::ALL {
            let Some(page) = page(*code) else { panic!("{code} has no page") };
            assert!(
                page.starts_with(&format!(
                    "## {}\n\n*{}*: {}",
                    code.heading(),
                    code.severity(),
                    code.title()
                )),
                "{page}"
            );
            assert_eq!(page.matches("\n## ").count(), 0, "{code}");
        }
    }

    #[test]
    fn wrong_codes_have_neighbours() {
        assert!(nearest_codes("key-expsed").unwrap().contains("key-exposed"));
        assert!(nearest_codes("NC999").unwrap().contains("NC"));
    }
}

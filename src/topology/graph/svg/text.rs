//! How wide texts are, and how they are made to fit.

/// Sizes of letters, in pixels.
pub(super) const TITLE: i32 = 18;
pub(super) const HEAD: i32 = 13;
pub(super) const NAME: i32 = 12;
pub(super) const SMALL: i32 = 10;

/// From one line to the next.
pub(super) const fn line_height(size: i32) -> i32 {
    size * 14 / 10
}

/// The width at most, in pixels, with whatever monospaced font there is: most letters take 0.6 of their height.
pub(super) fn width(text: &str, size: i32) -> i32 {
    (text.chars().map(tenths).sum::<i32>() * size * 62 + 999) / 1000
}

/// The width of a letter in tenths of an ordinary one.
fn tenths(c: char) -> i32 {
    if c < '\u{530}' || c == '…' { 10 } else { 22 }
}

/// The text, shortened in the middle where it is too wide: names differ at both ends.
pub(super) fn fit(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (2..letters.len()).rev() {
        let (head, tail) = (kept - kept / 3, kept / 3);
        let short: String =
            letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
        if width(&short, size) <= room {
            return short;
        }
    }
    "…".to_owned()
}

/// The text in lines, broken at blanks; words that are too wide are shortened.
pub(super) fn wrap(text: &str, size: i32, room: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (lines.last_mut(), longer) {
            (Some(line), Some(longer)) if width(&longer, size) <= room => *line = longer,
            _ => lines.push(fit(word, size, room)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_shortened_in_the_middle() {
        assert_eq!(fit("n1.example.com", 10, 100), "n1.example.com");
        let short = fit("a-very-long-name-of-a-node.east.example.com", 10, 100);
        assert!(
            short.starts_with("a-very") && short.ends_with("e.com") && width(&short, 10) <= 100,
            "{short}"
        );
        assert_eq!(fit("abc", 10, 1), "…");
    }

    #[test]
    fn lines_break_at_blanks_and_fit() {
        assert_eq!(
            wrap("server, cluster until 2029-02-23", 10, 110),
            ["server, cluster", "until 2029-02-23"]
        );
        for line in wrap(&format!("is {}", "x".repeat(100)), 10, 100) {
            assert!(width(&line, 10) <= 100, "{line}");
        }
    }

    #[test]
    fn letters_of_other_scripts_are_wider() {
        assert!(width("東京", 10) > width("ab", 10));
        assert_eq!(width("é", 10), width("e", 10));
    }
}

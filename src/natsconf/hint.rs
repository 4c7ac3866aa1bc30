//! What to do about an error, where nats-server's text does not tell.

use super::lex::{Flaw, Kind};

/// For an error of the lexer in `bytes`.
pub(super) fn of_flaw(flaw: &Flaw, bytes: &[u8]) -> Option<&'static str> {
    let before = &bytes[..flaw.start];
    let begins = |text: &[u8]| flaw.text.starts_with(text);
    if begins(b"Expected an array value terminator")
        && let Some(digits) = swallowed_bracket(before)
    {
        // No number has as many.
        if digits > 19 {
            return Some("quote the value, as a pin always has to be");
        }
        return Some("put a blank between a number and ']': [8080 ]");
    }
    if flaw.start == bytes.len() {
        let closing = [
            (&b"Expected an array value"[..], "close the array with ']'"),
            (b"Expected a map value", "close the map with '}'"),
            (b"Expected a block-level", "close the block with '}'"),
        ];
        if let Some((_, hint)) = closing.iter().find(|(text, _)| begins(text)) {
            return Some(hint);
        }
    }
    if begins(b"Expected a") && flaw.text.ends_with(b" instead.") && !begins(b"Expected a digit") {
        return Some(match before.last() {
            Some(b'\'') => "quote the whole value with \"…\": an apostrophe ends it",
            Some(b' ' | b'\t') => "separate values by a comma or a line end, and quote a value with blanks",
            _ => "quote the value",
        });
    }
    HINTS.iter().find(|(text, _)| begins(text.as_bytes())).map(|(_, hint)| *hint)
}

/// By the beginning of nats-server's text.
const HINTS: [(&str, &str); 13] = [
    ("Invalid escape", "write it in single quotes, where a backslash is one, or double each backslash"),
    (
        "Expected two hexadecimal",
        "write it in single quotes, where a backslash is one, or double each backslash",
    ),
    ("Expected value but found new line", "begin the value in the line of its key"),
    ("All ISO8601 dates", "quote the value"),
    ("Expected digit in ISO8601", "quote the value, if it is no date"),
    ("Expected '", "quote the value, if it is no date"),
    ("Floats must", "quote the value, or put a digit on both sides of the dot"),
    ("Expected a digit", "quote the value"),
    (
        "Unexpected EOF processing block",
        "end the text with a line that is `)` and nothing else, not even a carriage return",
    ),
    ("Unexpected EOF processing map", "close the map with '}'"),
    ("Unexpected EOF processing", "close the quote"),
    ("Unexpected EOF", "close the quote; comments begin with # or //"),
    ("Unexpected array value terminator", "take out the comma that has no value before it"),
];

/// How many digits a number has that stands directly before a `]` in the text shortly before: it takes the bracket for a part of
/// it.
fn swallowed_bracket(before: &[u8]) -> Option<usize> {
    let near = &before[before.len().saturating_sub(500)..];
    let at = near.windows(2).position(|pair| pair[0].is_ascii_digit() && pair[1] == b']')?;
    Some(near[..=at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count())
}

pub(super) fn of_number(kind: Kind) -> &'static str {
    if kind == Kind::DateTime {
        "there is no such date; quote the value, if it is none"
    } else {
        "quote the value"
    }
}

pub(super) fn of_variable(name: &[u8]) -> &'static str {
    if name.contains(&b'$') {
        "quote the value: of all password hashes only $2a$ goes without"
    } else {
        "set it above this place or in the environment, or quote the value if the $ belongs to it"
    }
}

pub(super) fn of_include(path: &[u8]) -> &'static str {
    if path.starts_with(b"/") {
        "paths of includes are taken from the folder of this file, also with a / before"
    } else {
        "name a file that can be read; its path is taken from the folder of this file"
    }
}

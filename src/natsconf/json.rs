//! JSON as Go's `encoding/json` writes it, for the digest that `nats-server -t` prints. A byte that is no UTF-8 becomes
//! U+FFFD itself, as in 2.15.1 (Go 1.27); Go 1.26 and older write it as an escape.

use super::unicode::decode;
use super::value::{Map, Node, Value};
use std::fmt::Write;

/// A map as JSON: keys sorted by their bytes, `<`, `>` and `&` escaped, no white space. With `forgets_used`, without
/// keys that are used as variables, in maps within maps but not in arrays.
pub(super) fn map(map: &Map, forgets_used: bool) -> String {
    let mut out = String::new();
    write_map(&mut out, map, forgets_used);
    out
}

/// `sha256:…` of the JSON and a newline.
pub(super) fn digest(json: &str) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(json.as_bytes());
    context.update(b"\n");
    let mut text = String::from("sha256:");
    for byte in context.finish().as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The JSON of [`map`] with a line for each key and element.
pub(super) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '"' => length = readable(&mut out, rest),
            '{' | '[' if rest[1..].starts_with(['}', ']']) => {
                length = 2;
                out.push_str(&rest[..2]);
            }
            '{' | '[' | ',' => {
                depth += usize::from(first != ',');
                out.push(first);
                indent(&mut out, depth);
            }
            '}' | ']' => {
                depth -= 1;
                indent(&mut out, depth);
                out.push(first);
            }
            ':' => out.push_str(": "),
            _ => out.push(first),
        }
        rest = &rest[length..];
    }
    out.push('\n');
    out
}

/// A new line. What is nested absurdly deep shall not drown in blanks.
fn indent(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
}

const MAX_INDENT: usize = 50;

/// The string that `json` begins with, without the escapes that are for browsers alone; how long it was.
fn readable(out: &mut String, json: &str) -> usize {
    out.push('"');
    let mut at = 1;
    loop {
        let end = json[at..].find(['"', '\\']).map_or(json.len(), |found| at + found);
        out.push_str(&json[at..end]);
        let Some(escape) = json[end..].strip_prefix('\\') else {
            out.push('"');
            return (end + 1).min(json.len());
        };
        let plain = [("u003c", '<'), ("u003e", '>'), ("u0026", '&')];
        if let Some((code, c)) = plain.iter().find(|(code, _)| escape.starts_with(code)) {
            out.push(*c);
            at = end + 1 + code.len();
        } else {
            out.push_str(&json[end..end + 2]);
            at = end + 2;
        }
    }
}

fn write_map(out: &mut String, map: &Map, forgets_used: bool) {
    let mut entries: Vec<_> = map.iter().filter(|entry| !(forgets_used && entry.used)).collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    list(out, '{', '}', &entries, |out, entry| {
        string(out, entry.key.as_bytes());
        out.push(':');
        value(out, &entry.node, forgets_used);
    });
}

fn list<T>(out: &mut String, open: char, close: char, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(close);
}

fn value(out: &mut String, node: &Node, forgets_used: bool) {
    match &node.value {
        Value::Map(map) => write_map(out, map, forgets_used),
        Value::Array(array) => list(out, '[', ']', array.items(), |out, item| value(out, item, false)),
        Value::String(text) => string(out, text.as_bytes()),
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => float(out, *number),
        Value::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
        Value::DateTime(date) => string(out, date.as_str().as_bytes()),
    }
}

fn string(out: &mut String, mut bytes: &[u8]) {
    out.push('"');
    while !bytes.is_empty() {
        let (character, length) = decode(bytes);
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
        bytes = &bytes[length..];
    }
    out.push('"');
}

/// The shortest digits that give the same number, with an exponent where it is below -6 or above 20.
fn float(out: &mut String, number: f64) {
    let size = number.abs();
    let _ = if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        let text = if size < 1.0 { text } else { text.replace('e', "e+") };
        write!(out, "{text}")
    } else {
        write!(out, "{number}")
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn floats_as_go_writes_them() {
        for (number, text) in [
            (1.5, "1.5"),
            (1.0, "1"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.25e300, "1.25e+300"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1.5e-10, "1.5e-10"),
        ] {
            let mut out = String::new();
            float(&mut out, number);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn a_line_for_each_key_and_element() {
        let json = r#"{"a":[],"b":{},"c":[1,{"d":"x\u003e\\u003c\" {[,:é\u0001"}],"e":-1.5}"#;
        let lines = [
            "{",
            r#"  "a": [],"#,
            r#"  "b": {},"#,
            r#"  "c": ["#,
            "    1,",
            "    {",
            r#"      "d": "x>\\u003c\" {[,:é\u0001""#,
            "    }",
            "  ],",
            r#"  "e": -1.5"#,
            "}",
        ];
        assert_eq!(pretty(json).lines().collect::<Vec<_>>(), lines);
        assert_eq!(pretty("{}"), "{}\n");
        let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parsed(&pretty(json)), parsed(json));
    }

    #[test]
    fn strings_as_go_writes_them() {
        let mut out = String::new();
        string(&mut out, "a\"\\/<>&\u{1}\u{8}\u{c}\u{7f}é\u{2028}\u{fffd}".as_bytes());
        string(&mut out, b"\xff\xc3");
        assert_eq!(
            out,
            "\"a\\\"\\\\/\\u003c\\u003e\\u0026\\u0001\\b\\f\u{7f}é\\u2028\u{fffd}\"\"\u{fffd}\u{fffd}\""
        );
    }
}

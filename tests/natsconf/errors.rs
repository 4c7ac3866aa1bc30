//! Places: every key and value, every error with its picture and hint.

use natscert::natsconf::{Config, Dialect, Reader, Value};
use std::collections::HashMap;
use std::path::PathBuf;

fn files(files: &[(&str, &str)]) -> HashMap<PathBuf, Vec<u8>> {
    files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
}

fn read(text: &str) -> Config {
    Reader::new(Dialect::NEWEST, &files(&[])).read("n.conf", text).unwrap()
}

#[test]
fn every_key_and_value_has_its_bytes() {
    let text = "é: 'x' ; \"k y\" = [ 1k\n {n: (\nb\n)\n} ]\nX=$é\n";
    let config = read(text);
    let slice = |span| String::from_utf8(config.sources().slice(span).to_vec()).unwrap();
    let entries: Vec<_> = config.root().iter().collect();
    assert_eq!(slice(entries[0].key_span), "é");
    assert_eq!(slice(entries[0].node.span), "'x'");
    assert_eq!(slice(entries[1].key_span), "\"k y\"");
    assert_eq!(slice(entries[1].node.span), "[ 1k\n {n: (\nb\n)\n} ]");
    let items = entries[1].node.value.as_array().unwrap();
    assert_eq!(slice(items[0].span), "1k");
    let inner = items[1].value.as_map().unwrap().get("n").unwrap();
    assert_eq!(slice(inner.node.span), "(\nb\n)");
    assert_eq!(config.sources().describe(inner.node.span), "n.conf:2:6");
    assert_eq!((slice(entries[2].node.span).as_str(), slice(entries[2].node.origin).as_str()), ("$é", "'x'"));
    assert!(entries[0].used && !entries[1].used);
    // The column counts characters.
    assert_eq!(config.sources().describe(entries[1].key_span), "n.conf:1:10");
}

#[test]
fn duplicates_and_keys_without_value_are_known() {
    let config = read("a=1\na=2\nm { k }\nn: 1kbb\n");
    let all: Vec<_> =
        config.root().occurrences().iter().map(|entry| (entry.key.to_string(), entry.shadowed)).collect();
    assert_eq!(
        all,
        [("a", true), ("a", false), ("k", false)].map(|(key, shadowed)| (key.to_owned(), shadowed))
    );
    assert_eq!(config.root().get("a").unwrap().node.value, Value::Integer(2));
    let stray: Vec<_> = config.stray().iter().map(|stray| config.sources().describe(stray.span)).collect();
    assert_eq!(stray, ["n.conf:3:1", "n.conf:4:1"]);
}

#[test]
fn included_keys_are_in_their_own_file() {
    let files = files(&[("d/x.conf", "\n tls { a: $V }")]);
    let environment = |name: &[u8]| (name == b"V").then(|| b"[a, {b: 'c'}]".to_vec());
    let reader = Reader::new(Dialect::NEWEST, &files).environment(&environment);
    let config = reader.read("d/n.conf", "include x.conf").unwrap();
    let a = &config.root().get("tls").unwrap().node.value.as_map().unwrap().get("a").unwrap().node;
    assert_eq!(config.sources().describe(a.span), "d/x.conf:2:11");
    assert_eq!(config.sources().describe(a.origin), "$V:1:4");
}

/// Errors with their place and hint: a line for each input.
#[test]
fn errors_point_at_what_is_meant() {
    for (text, place, carets, hint) in [
        ("routes = [8080]\n", "2:1", "^", Some("put a blank between a number and ']': [8080 ]")),
        (
            "tls { a: b c: d }",
            "1:12",
            "^",
            Some("separate values by a comma or a line end, and quote a value with blanks"),
        ),
        ("x=1\nmotto: it's\n", "2:11", "^", Some("quote the whole value with \"…\": an apostrophe ends it")),
        (
            "a=\"C:\\certs\"",
            "1:6",
            "^^",
            Some("write it in single quotes, where a backslash is one, or double each backslash"),
        ),
        ("a: \"open\nb: 1\n", "1:4", "^", Some("close the quote; comments begin with # or //")),
        (
            "p: $2b$11$x",
            "1:4",
            "^^^^^^^^",
            Some("quote the value: of all password hashes only $2a$ goes without"),
        ),
        (
            "\ta: $V",
            "1:5",
            "^^",
            Some("set it above this place or in the environment, or quote the value if the $ belongs to it"),
        ),
        ("t: 1.5s", "1:7", "^", Some("quote the value")),
        ("t: 99999999999999999999", "1:4", "^^^^^^^^^^^^^^^^^^^^", Some("quote the value")),
        ("a=1\nlast", "2:1", "^^^^", Some("give the last key a value")),
        (
            "include /x",
            "1:9",
            "^^",
            Some("paths of includes are taken from the folder of this file, also with a / before"),
        ),
        ("m { a: 1", "1:9", "^", Some("close the map with '}'")),
    ] {
        let error = Reader::new(Dialect::NEWEST, &files(&[])).read("n.conf", text).unwrap_err();
        let picture = error.picture();
        assert!(picture.contains(&format!("--> n.conf:{place}\n")), "{text:?}\n{error}\n{picture}");
        let last = picture.lines().last().unwrap();
        assert_eq!(last.trim_start_matches([' ', '|', '\t']), carets, "{text:?}\n{picture}");
        assert_eq!(error.hint(), hint, "{text:?}\n{error}");
    }
}

#[test]
fn a_picture() {
    let files = files(&[("d/x.conf", "\n\ttls { cert: C:\\a }")]);
    let error = Reader::new(Dialect::NEWEST, &files).read("d/n.conf", "# n1\ninclude x.conf").unwrap_err();
    assert_eq!(
        error.picture(),
        " --> d/x.conf:2:16\n  |\n2 | \ttls { cert: C:\\a }\n  | \t              ^^\n"
    );
    let long = format!("a=\"{}\\q\"{}", "é".repeat(500), "z".repeat(500));
    let picture = Reader::new(Dialect::NEWEST, &files).read("n.conf", long).unwrap_err().picture();
    let rows: Vec<Vec<char>> = picture.lines().skip(2).map(|row| row.chars().collect()).collect();
    let at = rows[1].iter().position(|c| *c == '^').unwrap();
    assert_eq!(rows[0][at..at + 3], ['\\', 'q', '"'], "{picture}");
    assert!(rows[0].len() < 200 && rows[0].contains(&'…'), "{picture}");
    let trail: Vec<_> = error.trail().iter().map(|span| error.sources().describe(*span)).collect();
    assert_eq!(trail, ["d/n.conf:2:9"]);
}

/// Compared with 2.12.5: digests of what it dropped.
#[test]
fn servers_before_2_12_6_drop_keys_that_are_used() {
    let text = "port: 4222\nm { a: 1, b: $a }\nn: [ { c: 1, d: $c } ]\nx: $port";
    let json = |dialect| Reader::new(dialect, &files(&[])).read("n.conf", text).unwrap().json();
    assert_eq!(json(Dialect::of(2, 12, 5)), r#"{"m":{"b":1},"n":[{"c":1,"d":1}],"x":4222}"#);
    assert_eq!(
        json(Dialect::of(2, 12, 6)),
        r#"{"m":{"a":1,"b":1},"n":[{"c":1,"d":1}],"port":4222,"x":4222}"#
    );
    assert_eq!(json(Dialect::of(2, 10, 29)), json(Dialect::NEWEST));
}

//! Whatever string is put into a configuration comes out of nats-server's own parser as the same string.

use crate::support::cli::{Home, text};
use crate::support::server::Version;
use natscert::render::quote;
use proptest::collection::vec;
use proptest::prelude::*;
use ring::digest::{SHA256, digest};
use std::fmt::Write;
use std::fs;

/// Strings of what the configuration language treats specially, mixed with any others.
fn hostile() -> impl Strategy<Value = String> {
    let special = "[\"'\\\\$(){}\\[\\]#/;,:= \t\r\n\u{0}-\u{1f}\u{7f}a-bx0-9\u{85}\u{2028}ü]{0,12}";
    prop_oneof![
        special.prop_map(String::from),
        any::<String>(),
        "(true|on|-?[0-9]{1,3}[kmg]?|include|\\$HOME)( .*)?"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strings_come_back_as_they_were(values in vec(hostile(), 1..200)) {
        let quoted: Vec<_> = values.iter().filter_map(|value| Some((value, quote(value).ok()?))).collect();
        // A map that takes any key, so that any tree can be put through the server's parser.
        let mut config = String::from("resolver {\ntype: MEM\n");
        let mut json = String::from("{\"resolver\":{");
        for (index, (value, quoted)) in quoted.iter().enumerate() {
            writeln!(config, "k{index:03}: {quoted}").unwrap();
            write!(json, "\"k{index:03}\":{},", as_go_writes(value)).unwrap();
        }
        config += "}\n";
        json += "\"type\":\"MEM\"}}\n";
        let said = Version::V2_15_1.check(&config).unwrap_or_else(|error| panic!("{error}\n{config}"));
        let expected = digest(&SHA256, json.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        // The server digests the JSON of what it read.
        prop_assert!(said.contains(&format!("(sha256:{expected})")), "{}\n{}", said, config);
    }
}

#[test]
fn almost_every_string_is_taken() {
    for value in ["", "/a b/c", "it's", "\"", "\\", "$HOME", "}", "#", "ü", "\t", "true", "1m"] {
        assert!(quote(value).is_ok(), "{value:?}");
    }
}

/// JSON as Go's encoder writes it for a browser's sake.
fn as_go_writes(value: &str) -> String {
    let mut json = serde_json::to_string(value).unwrap();
    for (plain, escaped) in [
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ] {
        json = json.replace(plain, escaped);
    }
    json
}

/// Folders that try to end the string, the block or the line, or to be expanded.
const FOLDERS: [&str; 19] = [
    "it's",
    "\"quoted\"",
    "back\\slash",
    "tab\\t escape \\x41",
    "$HOME",
    "${HOME}",
    "}",
    "]",
    "a # b",
    "a // b",
    "a; b",
    "a, b: c = d",
    "(",
    " leading and trailing ",
    "ünï côdé 🔑",
    "new\nline",
    "return\r",
    "tab\t",
    "both ' and \" and \\",
];

#[test]
fn hostile_folders_are_named_so_that_the_server_finds_the_files() {
    let home = Home::new();
    let mut taken = 0;
    for folder in FOLDERS {
        let out = home.path().join(folder);
        for version in Version::ALL {
            let args = ["issue", "server", "localhost", "--force", "-o", text(&out)];
            let run = home.run([&args[..], &["--server-version", version.minor()]].concat());
            if run.code == Some(2) {
                assert!(!out.exists(), "refused {folder:?}, yet something is there");
                continue;
            }
            let block = run.done();
            // The server reads the files when it reads the configuration.
            let verdict = version.check(&block);
            assert!(verdict.is_ok(), "{folder:?} on {}: {verdict:?}\n{block}", version.full());
            let files = fs::read_dir(out.join("server")).unwrap().count();
            assert_eq!(files, 1, "{folder:?}");
            taken += 1;
        }
    }
    assert!(taken >= 3 * 15, "only {taken} of {} were not refused", 3 * FOLDERS.len());
}

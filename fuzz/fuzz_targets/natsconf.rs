//! Any bytes as a configuration: the first byte chooses the dialect, 0xfe separates the main file, two files that can be
//! included (`x`, `d/y`) and two environment variables (`A`, `B`). Whatever is read has its places in the text.
//!
//! `tests/fuzz` runs it. The module is taken by its path: with all of natscert and what it depends on, the first build
//! would take minutes.
#![no_main]

#[allow(dead_code, unused_imports)]
#[path = "../../src/natsconf/mod.rs"]
mod natsconf;
#[allow(dead_code, unexpected_cfgs)]
#[path = "../../src/quote.rs"]
mod quote;

use libfuzzer_sys::fuzz_target;
use natsconf::{Dialect, Map, Node, Reader, Sources, Span, Value};
use std::collections::HashMap;
use std::path::PathBuf;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let dialect = match first % 4 {
        0 => Dialect::NEWEST,
        1 => Dialect::of(2, 9, 10),
        2 => Dialect::of(2, 10, 25),
        _ => Dialect::of(2, 12, 4),
    };
    let mut texts = rest.split(|byte| *byte == 0xfe).map(<[u8]>::to_vec);
    let main = texts.next().unwrap_or_default();
    let files: HashMap<PathBuf, Vec<u8>> =
        ["x", "d/y"].into_iter().map(PathBuf::from).zip(texts.by_ref()).collect();
    let variables: HashMap<&[u8], Vec<u8>> = [&b"A"[..], b"B"].into_iter().zip(texts).collect();
    let environment = |name: &[u8]| variables.get(name).cloned();
    match Reader::new(dialect, &files).environment(&environment).read("main", main) {
        Ok(config) => {
            check_map(config.root(), config.sources());
            assert!(config.json().starts_with('{'));
            assert!(config.pretty().len() > config.json().matches(',').count());
            assert_eq!(config.digest().len(), "sha256:".len() + 64);
        }
        Err(error) => {
            assert!(!error.text().is_empty());
            check(error.span(), error.sources());
            assert!(error.picture().contains("-->"));
        }
    }
});

fn check_map(map: &Map, sources: &Sources) {
    for entry in map.occurrences() {
        check(entry.key_span, sources);
        check_node(&entry.node, sources);
    }
    for entry in map.iter() {
        assert_eq!(map.get(entry.key.as_bytes()), Some(entry));
    }
}

fn check_node(node: &Node, sources: &Sources) {
    check(node.span, sources);
    check(node.origin, sources);
    match &node.value {
        Value::Map(map) => check_map(map, sources),
        Value::Array(array) => array.items().iter().for_each(|item| check_node(item, sources)),
        _ => {}
    }
}

fn check(span: Span, sources: &Sources) {
    let text = sources.get(span.file).expect("a file that was read").bytes();
    assert!(span.end() as usize <= text.len());
}

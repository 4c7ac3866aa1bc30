#![allow(clippy::unwrap_used)]

use super::*;
use crate::topology::{Owner, Pins};

fn read(text: &str) -> System {
    System::read(text, "test").unwrap_or_else(|why| panic!("{}", shown(&why)))
}

/// An error as tests compare it: place, line and carets, what, hint.
fn shown(why: &Error) -> String {
    let place = why
        .place()
        .map_or_else(String::new, |place| format!("{}:{}\n{}", place.line, place.column, place.excerpt()));
    format!("{place}{why}\n{}\n", why.hint())
}

const SMALL: &str = r#"
local = true
[clusters.east]
nodes = ["n{1..3}"]
[clusters.west]
nodes = ["w{1..3}"]
[clients.alice]
"#;

#[test]
fn a_small_manifest_has_all_defaults() {
    let system = read(SMALL);
    assert_eq!(system.nodes.len(), 6);
    assert_eq!(system.clusters[1].gateways, [0]);
    let node = &system.nodes[4];
    assert_eq!((node.name.as_str(), node.port_offset, node.listen.as_str()), ("w2", 11, "127.0.0.1"));
    assert_eq!(node.advertise, "localhost");
    let client = node.settings.listeners.client.as_ref().unwrap();
    assert_eq!((node.port(client), client.pins), (4233, Pins::Default));
    assert_eq!(system.clients[0].user, "CN=alice");
    let folders: Vec<_> = system.wanted(Owner::Node(0)).into_iter().map(|wanted| wanted.folder).collect();
    assert_eq!(folders, ["server", "cluster", "gateway"]);
    assert_eq!(system.warnings, []);
}

#[test]
fn patterns_of_many_nodes_are_quick_and_small() {
    let text = "[clusters.east]\nnodes = [\"n{1..100000}.east.example.com\"]\n[clients.alice]\n";
    let start = std::time::Instant::now();
    let system = read(text);
    let took = start.elapsed();
    assert_eq!(system.nodes.len(), 100_000);
    assert_eq!(system.nodes[99_999].advertise, "n100000.east.example.com");
    assert!(std::sync::Arc::ptr_eq(&system.nodes[0].settings, &system.nodes[99_999].settings));
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}

#[test]
fn errors_point() {
    let why = System::read("[clusters.east]\nvaildity = \"90d\"\n", "x").unwrap_err();
    assert_eq!(
        shown(&why),
        "2:1\n2 | vaildity = \"90d\"\n  | ^^^^^^^^\nunknown field `vaildity`\ndid you mean validity?\n"
    );
}

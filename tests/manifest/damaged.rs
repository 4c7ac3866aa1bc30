//! Damaged manifests: whatever is in the file, an answer comes back, and it points into the file.

use natscert::topology::{Owner, System};
use proptest::prelude::*;

const WHOLE: [&str; 3] = [
    include_str!("../../docs/examples/laptop.toml"),
    include_str!("../../docs/examples/supercluster.toml"),
    include_str!("../../docs/examples/edge.toml"),
];

/// What somebody may have typed, or a disk may hold.
const PIECES: [&str; 24] = [
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\u{0}",
    "ß",
    "{1..3}",
    "{0..99}",
    "true",
    "\"\"",
    "-1",
    "70000",
    "east",
    "listeners",
    "[clusters.x]\n",
    "\t",
    "\r\n",
    "*.",
];

fn check(text: &str) {
    match System::read(text, "nats") {
        Ok(system) => {
            for node in 0..system.nodes.len() {
                assert!(!system.nodes[node].hosts.is_empty());
                for wanted in system.wanted(Owner::Node(node)) {
                    assert!(!wanted.names.is_empty());
                }
            }
            for client in 0..system.clients.len() {
                assert!(!system.wanted(Owner::Client(client))[0].names.is_empty());
            }
        }
        Err(why) => {
            assert!(!why.to_string().is_empty() && !why.hint().is_empty(), "{text}");
            assert!(!why.to_string().contains('\n') && !why.hint().contains('\n'), "{why:?}");
            if let Some(place) = why.place() {
                assert!((1..=text.split('\n').count()).contains(&place.line), "{why:?}");
                let shown = place.excerpt();
                assert!(shown.lines().count() == 2 && shown.contains('^'), "{shown}");
                assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn an_answer_comes_back(
        which in 0..3_usize,
        cuts in prop::collection::vec((0..4000_usize, 0..12_usize, 0..PIECES.len()), 1..4),
    ) {
        let mut text = WHOLE[which].to_owned();
        for (at, length, piece) in cuts {
            let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let (from, to) = (floor(at % text.len().max(1)), floor(at % text.len().max(1) + length));
            text.replace_range(from..to, PIECES[piece]);
        }
        check(&text);
    }

    #[test]
    fn names_of_clients_make_certificates(name in "[A-Za-z0-9_][A-Za-z0-9._@+=-]{0,70}") {
        check(&format!("clients = [\"{name}\"]\n[clusters.east]\nnodes = [\"n1\"]\n"));
    }
}

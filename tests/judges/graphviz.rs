//! The digraphs of `natscert graph`, drawn by Graphviz.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::cli::Home;
use crate::support::tools::ask;

const MANIFEST: &str = r#"
[clusters.east]
nodes = ["e{1..3}.example.com"]
[clusters.west]
nodes = ["w{1..3}.example.com"]
[leafnodes.edge]
cluster = "west"
hosts = ["edge.example.com"]
account = "];}|N&lt;'"
[clients.alice]
identity = 'CN=a\\\"b,O=}]'
[clients.bob]
connects_to = ["edge"]
[accounts."];}|N&lt;'"]
"#;

/// What `dot -Tplain` calls the boxes and lines of a digraph that it takes without a word.
fn drawn(digraph: &str) -> (BTreeSet<String>, usize) {
    let verdict = ask(Command::new("dot").arg("-Tplain"), digraph.as_bytes());
    assert!(verdict.accepted && verdict.said.as_bytes() == verdict.stdout, "{}\n{digraph}", verdict.said);
    let words = |line: &str, at: usize| line.split(' ').nth(at).unwrap_or_default().to_owned();
    let nodes = verdict.text().lines().filter(|line| words(line, 0) == "node").map(|line| words(line, 1));
    (nodes.collect(), verdict.text().lines().filter(|line| words(line, 0) == "edge").count())
}

fn graph(manifest: &str) -> String {
    let home = Home::new();
    fs::write(home.path().join("nats.toml"), manifest).unwrap();
    home.run(["graph", "nats.toml", "--format", "dot"]).done()
}

#[test]
fn graphviz_draws_every_box_whatever_the_names() {
    let (boxes, lines) = drawn(&graph(MANIFEST));
    let expected = ["c0n0", "c0n1", "c0n2", "c1n0", "c1n1", "c1n2", "k0n0", "k1n0", "l0n0"];
    assert_eq!(boxes, BTreeSet::from(expected.map(str::to_owned)));
    // Routes, a pair of gateways, the leafnode, alice at both clusters, bob at the leafnode.
    assert_eq!(lines, 3 + 3 + 1 + 1 + 2 + 1);
}

#[test]
fn graphviz_draws_many() {
    for (clusters, boxes) in [(64, 192 + 1), (100, 100)] {
        let cluster = |index: usize| {
            format!("[clusters.region{index}]\nnodes = [\"n{{1..3}}.region{index}.example.com\"]\n")
        };
        let named = if clusters > 64 { "gateways.pairs = [[\"region0\", \"region1\"]]\n" } else { "" };
        let manifest: String = named.to_owned() + &(0..clusters).map(cluster).collect::<String>();
        assert_eq!(drawn(&graph(&manifest)).0.len(), boxes, "{clusters} clusters");
    }
}

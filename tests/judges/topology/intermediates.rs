//! Systems whose manifest names intermediates, with the roots trusted and with the intermediates trusted.

use super::on_every_server;
use super::state::{Shape, numbered};
use super::world::World;
use crate::support::nats::deliver;
use crate::support::server::Version;
use natscert::pki::Facts;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

on_every_server!(the_signer_changes_under_a_running_system);

const SYSTEM: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[ca]
intermediates = ["one", "two"]
trust = "TRUST"

[clusters.east]
nodes = [{ name = "n{1..2}.east", hosts = ["n{1..2}.east.example.com", "NET.1{1..2}"], listen = "NET.1{1..2}" }]

[clusters.west]
nodes = [{ name = "n1.west", hosts = ["n1.west.example.com", "NET.21"], listen = "NET.21" }]

[leafnodes.edge]
cluster = "west"
hosts = ["edge.example.com", "NET.31"]
listen = "NET.31"

[clients.alice]
"#;

/// Every node goes on, before and after its reload, and who starts anew is let in with a certificate of the other one.
fn the_signer_changes_under_a_running_system(version: Version) {
    for (trust, anchors) in [("roots", 1), ("intermediates", 2)] {
        let manifest = SYSTEM.replace("TRUST", trust);
        let mut world = World::run(version, &manifest);
        let shape = Shape {
            clusters: vec![("east", numbered("n", 2, ".east")), ("west", vec!["n1.west".into()])],
            gateways: vec![("east", "west")],
            leafnodes: vec![("edge", "west")],
        };
        world.wait_for(&shape);
        let (signers, counts) = found(&world.out());
        assert!(signers.len() == 1 && signers.iter().all(|signer| signer.contains("one")), "{signers:?}");
        assert_eq!(counts, BTreeSet::from([anchors]), "{trust}");
        deliver(&world.connect("alice", "edge"), &world.connect("alice", "n2.east"));
        let said = world.apply(&manifest.replace("[\"one\", \"two\"]", "[\"two\", \"one\"]")).stderr;
        assert!(said.contains("two is active in the CA directory instead of one"), "{said}");
        let (signers, _) = found(&world.out());
        assert!(signers.len() == 1 && signers.iter().all(|signer| signer.contains("two")), "{signers:?}");
        // None has reloaded yet: the client's certificate is new, theirs are not.
        deliver(&world.connect("alice", "edge"), &world.connect("alice", "n2.east"));
        for node in ["n1.east", "n1.west"] {
            world.node(node).reload().unwrap();
        }
        // Half of them have, and one starts anew.
        world.restart("edge");
        world.wait_for(&shape);
        for node in ["n2.east", "edge"] {
            world.node(node).reload().unwrap();
        }
        assert_eq!(world.errors(), Vec::<String>::new());
        world.restart("n1.east");
        world.wait_for(&shape);
        deliver(&world.connect("alice", "n1.east"), &world.connect("alice", "edge"));
    }
}

/// Who issued what lies below this folder, and how many certificates are in its files `ca.pem`.
fn found(dir: &Path) -> (BTreeSet<String>, BTreeSet<usize>) {
    let (mut signers, mut counts) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let (more_signers, more_counts) = found(&path);
            signers.extend(more_signers);
            counts.extend(more_counts);
        } else if path.ends_with("cert.pem") {
            signers.insert(Facts::all_in(&fs::read(path).unwrap()).unwrap()[0].issuer.to_string());
        } else if path.ends_with("ca.pem") {
            counts.insert(Facts::all_in(&fs::read(path).unwrap()).unwrap().len());
        }
    }
    (signers, counts)
}

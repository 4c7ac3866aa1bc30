//! What is allowed to be small, or less than everything with everything.

use super::on_every_server;
use super::state::{Shape, numbered};
use super::world::World;
use crate::support::mqtt::Mqtt;
use crate::support::nats::deliver;
use crate::support::server::Version;

on_every_server!(one_node, one_node_beside_a_cluster, named_gateways, nobody_may_connect);

const ONE: &str = r#"
server_version = "VERSION"
jetstream = true
listeners.mqtt = true
listeners.monitor = true

[clusters.solo]
nodes = [{ name = "solo", hosts = ["solo.example.com", "NET.11"], listen = "NET.11" }]

[clients.alice]
"#;

/// `JetStream` of one server has nobody to wait for.
fn one_node(version: Version) {
    let mut world = World::run(version, ONE);
    let shape =
        Shape { clusters: vec![("solo", vec!["solo".into()])], gateways: Vec::new(), leafnodes: Vec::new() };
    world.wait_for(&shape);
    assert_eq!(world.node("solo").get("/healthz")["status"], "ok");
    deliver(&world.connect("alice", "solo"), &world.connect("alice", "solo"));
    Mqtt::connect(&world.node("solo").address("mqtt"), &world.client("alice"), "alice").unwrap();
    assert_eq!(world.errors(), Vec::<String>::new());
}

const BESIDE: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..3}.east", hosts = ["n{1..3}.east.example.com", "NET.1{1..3}"], listen = "NET.1{1..3}" }]
jetstream = true

[clusters.west]
nodes = [{ name = "n1.west", hosts = ["n1.west.example.com", "NET.21"], listen = "NET.21" }]
jetstream = true

[leafnodes.edge]
cluster = "west"
hosts = ["edge.example.com", "NET.31"]
listen = "NET.31"

[clients.alice]
"#;

/// `JetStream` of one server beside a cluster is a part of that cluster's.
fn one_node_beside_a_cluster(version: Version) {
    let mut world = World::run(version, BESIDE);
    let shape = Shape {
        clusters: vec![("east", numbered("n", 3, ".east")), ("west", vec!["n1.west".into()])],
        gateways: vec![("east", "west")],
        leafnodes: vec![("edge", "west")],
    };
    world.wait_for(&shape);
    world.wait_for_jetstream(4, &shape);
    deliver(&world.connect("alice", "edge"), &world.connect("alice", "n2.east"));
    assert_eq!(world.errors(), Vec::<String>::new());
}

const NAMED: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..2}.east", hosts = ["n{1..2}.east.example.com", "NET.1{1..2}"], listen = "NET.1{1..2}" }]

[clusters.west]
nodes = [{ name = "n1.west", hosts = ["n1.west.example.com", "NET.21"], listen = "NET.21" }]

[clusters.north]
nodes = [{ name = "n1.north", hosts = ["n1.north.example.com", "NET.31"], listen = "NET.31" }]

[gateways]
pairs = [["east", "west"], ["west", "north"]]
outgoing_certificate = true

[clients.alice]
"#;

/// Servers tell each other of clusters; nobody follows who is not meant to.
fn named_gateways(version: Version) {
    let mut world = World::run(version, NAMED);
    let shape = Shape {
        clusters: vec![
            ("east", numbered("n", 2, ".east")),
            ("west", vec!["n1.west".into()]),
            ("north", vec!["n1.north".into()]),
        ],
        gateways: vec![("east", "west"), ("west", "north")],
        leafnodes: Vec::new(),
    };
    world.wait_for(&shape);
    deliver(&world.connect("alice", "n1.east"), &world.connect("alice", "n1.west"));
    deliver(&world.connect("alice", "n1.west"), &world.connect("alice", "n1.north"));
    world.wait_for(&shape);
    assert_eq!(world.errors(), Vec::<String>::new());
}

/// A server for which the manifest has no clients takes none, whatever certificate they have.
fn nobody_may_connect(version: Version) {
    let manifest = format!("{BESIDE}connects_to = [\"west\"]\n").replace("jetstream = true\n", "");
    let mut world = World::new(version);
    let said = world.apply_to("out", &manifest).stderr;
    assert!(said.contains("no client may connect to east, edge"), "{said}");
    world.start_all();
    drop(world.connect("alice", "n1.west"));
    let other = world.home.issue("client", &["mallory@example.com"], &[]);
    for node in ["n1.east", "edge"] {
        world.refusal(&world.client("alice"), node);
        world.refusal(&other.dir, node);
        world.refusal(&world.out().join("nodes/n1.west/gateway"), node);
    }
}

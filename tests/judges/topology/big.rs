//! Two clusters of three, gateways, two leafnodes, clients of all four kinds of identity, websocket, MQTT, monitors.

use super::on_every_server;
use super::state::{Shape, numbered};
use super::world::World;
use crate::support::PATIENCE;
use crate::support::mqtt::Mqtt;
use crate::support::nats::{connect_url, deliver};
use crate::support::server::Version;
use std::time::{Duration, Instant};

on_every_server!(everything_connects);

const MANIFEST: &str = r#"
server_version = "VERSION"
jetstream = true
listeners.websocket = true
listeners.mqtt = true
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..3}.east", hosts = ["n{1..3}.east.example.com", "NET.1{1..3}"], listen = "NET.1{1..3}" }]

[clusters.west]
nodes = [{ name = "n{1..3}.west", hosts = ["n{1..3}.west.example.com", "NET.2{1..3}"], listen = "NET.2{1..3}" }]
jetstream = BOTH
listeners.mqtt = BOTH

[leafnodes.edge1]
cluster = "east"
hosts = ["edge1.example.com", "NET.31"]
listen = "NET.31"
account = "APP"
identity = "edge1@leafs.example.com"

[leafnodes.edge2]
cluster = "west"
hosts = ["edge2.example.com", "NET.32"]
listen = "NET.32"
account = "APP"

[accounts.APP]

[accounts.SYS]
system = true

[clients.alice]
identity = "alice@example.com"
account = "APP"

[clients.bob]
identity = "bob.example.com"
account = "APP"

[clients.carol]
identity = "spiffe://example.com/carol"
account = "APP"

[clients.dave]
identity = "CN=dave,OU=Ops,O=Example"
account = "APP"
"#;

fn shape() -> Shape {
    Shape {
        clusters: vec![("east", numbered("n", 3, ".east")), ("west", numbered("n", 3, ".west"))],
        gateways: vec![("east", "west")],
        leafnodes: vec![("edge1", "east"), ("edge2", "west")],
    }
}

fn everything_connects(version: Version) {
    // Two clusters that start together choose two leaders on 2.9.10, and never settle: there, one has JetStream.
    let both = version != Version::V2_9_10;
    let mut world = World::run(version, &MANIFEST.replace("BOTH", &both.to_string()));
    world.wait_for(&shape());
    world.wait_for_jetstream(if both { 6 } else { 3 }, &shape());
    assert_eq!(world.errors(), Vec::<String>::new());
    each_client_is_its_user(&world);
    from_a_leafnode_to_the_other_cluster(&world);
    over_websocket(&world);
    over_mqtt(&world, "edge1", if both { "n3.west" } else { "n3.east" });
    assert_eq!(world.errors(), Vec::<String>::new());
}

/// Every identity is known on every kind of server, by the name that the manifest gives it.
fn each_client_is_its_user(world: &World) {
    let users = [
        ("alice", "alice@example.com"),
        ("bob", "bob.example.com"),
        ("carol", "spiffe://example.com/carol"),
        ("dave", "CN=dave,OU=Ops,O=Example"),
    ];
    for node in ["n1.east", "n3.west", "edge2"] {
        let connected: Vec<_> = users.iter().map(|(client, _)| world.connect(client, node)).collect();
        let state = world.node(node).get("/connz?auth=1");
        let found = state["connections"].as_array().unwrap();
        for (_, user) in users {
            let own = found.iter().find(|connection| connection["authorized_user"] == user);
            assert_eq!(own.unwrap_or_else(|| panic!("{user} is not at {node}"))["account"], "APP");
        }
        drop(connected);
    }
}

fn from_a_leafnode_to_the_other_cluster(world: &World) {
    deliver(&world.connect("alice", "edge1"), &world.connect("bob", "n2.west"));
    deliver(&world.connect("carol", "edge2"), &world.connect("dave", "n1.east"));
    deliver(&world.connect("dave", "n3.east"), &world.connect("carol", "edge2"));
}

fn over_websocket(world: &World) {
    let connect = |client: &str, node: &str| {
        let url = format!("wss://{}", world.node(node).address("websocket"));
        connect_url(&url, &world.client(client)).unwrap_or_else(|said| panic!("{client} at {node}: {said}"))
    };
    deliver(&connect("alice", "edge1"), &connect("dave", "n2.west"));
    deliver(&connect("bob", "n1.west"), &connect("carol", "n3.east"));
}

fn over_mqtt(world: &World, from: &str, to: &str) {
    let connect = |client: &str, node: &str| {
        let address = world.node(node).address("mqtt");
        Mqtt::connect(&address, &world.client(client), client)
            .unwrap_or_else(|error| panic!("{client} at {node}: {error}"))
    };
    let mut from = connect("alice", from);
    let mut to = connect("bob", to);
    to.subscribe("greeting/mqtt").unwrap();
    let end = Instant::now() + PATIENCE;
    loop {
        from.publish("greeting/mqtt", b"hello").unwrap();
        if let Some(message) = to.message(Duration::from_millis(200)).unwrap() {
            assert_eq!(message, b"hello");
            return;
        }
        assert!(Instant::now() < end, "no message over MQTT");
    }
}

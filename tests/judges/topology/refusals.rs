//! Who is not in the manifest stays outside, whatever certificate of the CA it has.

use super::on_every_server;
use super::state::{Shape, State, numbered};
use super::world::World;
use crate::support::cli::Home;
use crate::support::poll;
use crate::support::server::Version;

on_every_server!(
    strangers_are_not_pinned,
    strangers_have_no_known_url,
    clients_of_another_ca,
    clients_that_are_not_pinned,
    clients_without_a_user
);

/// Two clusters and a leafnode; what follows is said of all servers.
const SYSTEM: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..2}.east", hosts = ["n{1..2}.east.example.com", "NET.1{1..2}"], listen = "NET.1{1..2}" }]

[clusters.west]
nodes = [{ name = "n1.west", hosts = ["n1.west.example.com", "NET.21"], listen = "NET.21" }]

[leafnodes.edge]
cluster = "east"
hosts = ["edge.example.com", "NET.31"]
listen = "NET.31"

[clients.alice]
identity = "alice@example.com"
"#;

fn shape() -> Shape {
    Shape {
        clusters: vec![("east", numbered("n", 2, ".east")), ("west", vec!["n1.west".into()])],
        gateways: vec![("east", "west")],
        leafnodes: vec![("edge", "east")],
    }
}

/// The same system as a stranger imagines it: with itself in it, and with servers whose keys it does not know.
fn with_strangers(manifest: &str) -> String {
    let node = r#"{ name = "stranger", hosts = ["stranger.example.org", "NET.19"], listen = "NET.19" },"#;
    let leafnode = "[leafnodes.intruder]\ncluster = \"east\"\nhosts = [\"intruder.example.org\", \"NET.39\"]\n\
                    listen = \"NET.39\"\n";
    let no_pins =
        ["client", "cluster", "gateway", "leafnodes"].map(|l| format!("listeners.{l}.pins = \"none\"\n"));
    let manifest = manifest.replacen("nodes = [", &format!("nodes = [{node}"), 1);
    format!(
        "{}{}{leafnode}",
        no_pins.concat(),
        manifest.replace("listeners.cluster.check_known_urls = true", "")
    )
}

fn strangers_are_not_pinned(version: Version) {
    let mut world = World::run(version, SYSTEM);
    world.wait_for(&shape());
    world.apply_to("strange", &with_strangers(SYSTEM));
    world.add("intruder", "strange");
    world.start(&["intruder"]);
    // It tries one hub after the other, at random.
    let hubs = [world.node("n1.east"), world.node("n2.east")];
    let refused = "TLS leafnode handshake error: certificate not pinned";
    assert!(poll(|| hubs.iter().any(|hub| hub.log().contains(refused)).then_some(())).is_some(), "{refused}");
    // The stranger would welcome it.
    world.nodes.remove("intruder");
    world.add("stranger", "strange");
    world.start(&["stranger"]);
    world.node("n1.east").wait_for_log(&["[ERR]", "TLS route handshake error: certificate not pinned"]);
    world.node("n1.west").wait_for_log(&["[ERR]", "TLS gateway handshake error: certificate not pinned"]);
    assert_eq!(State::of(&world).routes("stranger"), 0);
    world.wait_for(&shape());
}

fn strangers_have_no_known_url(version: Version) {
    let known = SYSTEM.replacen(
        "[clusters.east]",
        "[clusters.east]\nwildcards = [\"*.east.example.com\"]\nlisteners.cluster.check_known_urls = true",
        1,
    );
    let mut world = World::run(version, &known);
    world.wait_for(&shape());
    let conf = world.node("n1.east").conf();
    let (_, cluster) = conf.split_once("\ncluster {").unwrap();
    assert!(!cluster.split_once("\n}").unwrap().0.contains("pinned_certs"), "{conf}");
    world.apply_to("strange", &with_strangers(&known.replace("wildcards = [\"*.east.example.com\"]", "")));
    world.add("stranger", "strange");
    world.start(&["stranger"]);
    world.node("n1.east").wait_for_log(&["[ERR]", "rid:", "authentication error"]);
    world.node("n2.east").wait_for_log(&["[ERR]", "rid:", "authentication error"]);
    world.wait_for(&shape());
}

fn clients_of_another_ca(version: Version) {
    let world = World::run(version, SYSTEM);
    let other = Home::new();
    let stranger = other.issue("client", &["alice@example.com"], &[]);
    // It trusts the servers, so that they are the ones who refuse.
    std::fs::copy(world.out().join("ca.pem"), stranger.ca()).unwrap();
    for node in ["n1.east", "n1.west", "edge"] {
        world.refusal(&stranger.dir, node);
        world.node(node).wait_for_log(&["[ERR]", "certificate signed by unknown authority"]);
    }
    drop(world.connect("alice", "n1.east"));
}

fn clients_that_are_not_pinned(version: Version) {
    let world = World::run(version, SYSTEM);
    let second = world.home.issue("client", &["alice@example.com"], &[]);
    for node in ["n1.east", "n1.west", "edge"] {
        world.refusal(&second.dir, node);
        world.node(node).wait_for_log(&["[ERR]", "TLS handshake error: certificate not pinned"]);
    }
}

fn clients_without_a_user(version: Version) {
    let world = World::run(version, &format!("listeners.client.pins = \"none\"\n{SYSTEM}"));
    let mallory = world.home.issue("client", &["mallory@example.com"], &[]);
    for node in ["n1.east", "n1.west", "edge"] {
        let said = world.refusal(&mallory.dir, node).to_lowercase();
        assert!(said.contains("authorization violation"), "{said}");
        world.node(node).wait_for_log(&["[ERR]", "authentication error"]);
    }
    // A server's certificate is no client's.
    world.refusal(&world.out().join("nodes/n1.west/gateway"), "n1.east");
}

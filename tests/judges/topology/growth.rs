//! A cluster grows by one node while everybody works on.

use super::on_every_server;
use super::state::{Shape, connections, numbered};
use super::world::World;
use crate::support::nats::deliver;
use crate::support::server::Version;
use std::collections::{BTreeMap, BTreeSet};

on_every_server!(by_reload, by_wildcard, with_gateways);

const CLUSTER: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..COUNT}.east", hosts = ["n{1..COUNT}.east.example.com", "NET.1{1..COUNT}"], listen = "NET.1{1..COUNT}" }]

[clients.alice]
identity = "alice@example.com"

[clients.bob]
"#;

const KNOWN_URLS: &str = r#"
[clusters.east]
wildcards = ["*.east.example.com"]
listeners.cluster.check_known_urls = true
"#;

const WEST: &str = r#"
[clusters.west]
nodes = [{ name = "n{1..2}.west", hosts = ["n{1..2}.west.example.com", "NET.2{1..2}"], listen = "NET.2{1..2}" }]
"#;

fn of_size(manifest: &str, count: usize) -> String {
    manifest.replace("COUNT", &count.to_string())
}

fn shape(count: usize, west: bool) -> Shape {
    let mut shape = Shape {
        clusters: vec![("east", numbered("n", count, ".east"))],
        gateways: Vec::new(),
        leafnodes: Vec::new(),
    };
    if west {
        shape.clusters.push(("west", numbered("n", 2, ".west")));
        shape.gateways.push(("east", "west"));
    }
    shape
}

/// The world with three nodes in the east; the names of all servers to come are known from the beginning.
fn of_three(version: Version, manifest: &str) -> World {
    let mut world = World::new(version);
    world.apply_to("future", &of_size(manifest, 4));
    world.apply(&of_size(manifest, 3));
    let names = world.add_nodes();
    world.start(&names);
    world.wait_for(&shape(3, manifest.contains("clusters.west")));
    world
}

/// What apply says after a word at the beginning of a line.
fn names_behind<'a>(said: &'a str, word: &str) -> BTreeSet<&'a str> {
    let line = said.lines().find_map(|line| line.trim_start().strip_prefix(word)?.strip_prefix(' '));
    line.map(|names| names.split_whitespace().collect()).unwrap_or_default()
}

type Connections = BTreeMap<String, BTreeSet<String>>;

fn all_connections(world: &World) -> Connections {
    world.nodes.keys().map(|name| (name.clone(), connections(world, name))).collect()
}

/// Each connection that was there is there still.
fn assert_kept(world: &World, before: &Connections) {
    for (name, before) in before {
        let lost: Vec<_> = before.difference(&connections(world, name)).cloned().collect();
        assert_eq!(lost, Vec::<String>::new(), "lost by {name}");
    }
}

/// What apply has to say, and what is done then.
struct Told<'a> {
    reload: &'a [&'a str],
    restart: &'a [&'a str],
    /// The kinds of connections that are made anew by that.
    anew: &'a [&'a str],
}

/// Adds the fourth node, does what apply says, and compares the connections of the others.
fn grow(world: &mut World, manifest: &str, told: &Told<'_>) {
    let clients = [world.connect("alice", "n1.east"), world.connect("bob", "n3.east")];
    let before = all_connections(world);
    let said = world.apply(&of_size(manifest, 4)).stderr;
    for (word, names) in [("start", &["n4.east"][..]), ("reload", told.reload), ("restart", told.restart)] {
        assert_eq!(names_behind(&said, word), names.iter().copied().collect(), "{word}: {said}");
    }
    for name in told.reload {
        world.node(name).reload().unwrap_or_else(|why| panic!("{name} does not reload: {why}"));
    }
    for name in told.restart {
        world.restart(name);
        world.wait_for(&shape(3, true));
    }
    let added = world.add_nodes();
    world.start(&added);
    world.wait_for(&shape(4, manifest.contains("clusters.west")));
    let anew = |connection: &str| told.anew.iter().any(|kind| connection.starts_with(kind));
    let kept = before.into_iter().filter(|(name, _)| !told.restart.contains(&name.as_str()));
    let kept = kept.map(|(name, mut connections)| {
        connections.retain(|connection| !anew(connection));
        (name, connections)
    });
    assert_kept(world, &kept.collect());
    deliver(&clients[0], &world.connect("bob", "n4.east"));
    deliver(&world.connect("alice", "n4.east"), &clients[1]);
    if told.restart.is_empty() {
        assert_eq!(world.errors(), Vec::<String>::new());
    }
}

fn by_reload(version: Version) {
    let mut world = of_three(version, CLUSTER);
    grow(&mut world, CLUSTER, &Told { reload: &["n1.east", "n2.east", "n3.east"], restart: &[], anew: &[] });
}

/// Nobody who runs is told anything: the name in the certificate is enough.
fn by_wildcard(version: Version) {
    let manifest = CLUSTER.replace("\n[clusters.east]\n", KNOWN_URLS);
    let mut world = of_three(version, &manifest);
    let clients = [world.connect("alice", "n1.east"), world.connect("bob", "n3.east")];
    let before = all_connections(&world);
    world.apply(&of_size(&manifest, 4));
    let added = world.add_nodes();
    world.start(&added);
    world.wait_for(&shape(4, false));
    assert_kept(&world, &before);
    deliver(&clients[0], &world.connect("bob", "n4.east"));
    assert_eq!(world.errors(), Vec::<String>::new());
}

fn with_gateways(version: Version) {
    let manifest = format!("{CLUSTER}{WEST}");
    let mut world = of_three(version, &manifest);
    let (east, west) = (["n1.east", "n2.east", "n3.east"], ["n1.west", "n2.west"]);
    // The pins of gateways are read again by later servers only; 2.9.10 even compares routes with them at each reload.
    let all = [&east[..], &west].concat();
    let told = match version {
        Version::V2_15_1 => Told { reload: &all, restart: &[], anew: &[] },
        Version::V2_10_25 => Told { reload: &east, restart: &west, anew: &["gateway"] },
        Version::V2_9_10 => Told { reload: &east, restart: &west, anew: &["gateway", "route"] },
    };
    grow(&mut world, &manifest, &told);
}

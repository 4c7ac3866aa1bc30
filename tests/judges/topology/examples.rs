//! The examples of the documentation: each is applied, and its servers are started.

use super::state::{Shape, numbered};
use super::world::World;
use crate::support::cli::{Home, text};
use crate::support::nats::deliver;
use crate::support::server::Version;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An example with its addresses moved to this machine: 10.X.Y.Z is 127.N.(16X+Y).Z there. The rest is as it is.
fn moved(manifest: &str, world: &World) -> String {
    let mut parts = manifest.split("\"10.");
    let mut here = parts.next().unwrap().to_owned();
    for part in parts {
        let mut numbers = part.splitn(3, '.');
        let mut number = || numbers.next().unwrap().parse::<u8>().unwrap();
        let third = 16 * number() + number();
        write!(here, "\"{}.{third}.{}", world.first_of_net(), numbers.next().unwrap()).unwrap();
    }
    here
}

/// Starts all servers of a manifest and waits until they are connected.
fn start(manifest: &str, version: Version, shape: &Shape) -> World {
    let mut world = World::new(version);
    world.apply(manifest);
    world.check_all();
    world.apply(&with_monitors(&moved(manifest, &world)));
    world.start_all();
    world.wait_for(shape);
    assert_eq!(world.errors(), Vec::<String>::new());
    world
}

/// What runs on this machine has the same ports each time.
fn alone() -> MutexGuard<'static, ()> {
    static LOCAL: Mutex<()> = Mutex::new(());
    LOCAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the connections are counted.
fn with_monitors(manifest: &str) -> String {
    if manifest.contains("listeners.monitor = true") {
        return manifest.to_owned();
    }
    format!("listeners.monitor = true\n{manifest}")
}

#[test]
fn laptop() {
    let _alone = alone();
    let shape = Shape {
        clusters: vec![("east", numbered("east", 3, "")), ("west", numbered("west", 3, ""))],
        gateways: vec![("east", "west")],
        leafnodes: Vec::new(),
    };
    let world = start(&example("laptop.toml"), Version::V2_15_1, &shape);
    deliver(&world.connect("alice", "east1"), &world.connect("alice", "west3"));
}

#[test]
fn supercluster() {
    let shape = Shape {
        clusters: ["us", "eu", "ap"].map(|name| (name, numbered(name, 3, ""))).to_vec(),
        gateways: vec![("us", "eu"), ("us", "ap"), ("eu", "ap")],
        leafnodes: Vec::new(),
    };
    let mut world = start(&example("supercluster.toml"), Version::V2_15_1, &shape);
    world.wait_for_jetstream(9, &shape);
    deliver(&world.connect("alice", "us1"), &world.connect("alice", "ap2"));
}

#[test]
fn edge() {
    let hubs = ["shop1", "shop2", "shop3", "shop4", "workshop"].map(|leafnode| (leafnode, "hub"));
    let shape = Shape {
        clusters: vec![("hub", numbered("hub", 3, ""))],
        gateways: Vec::new(),
        leafnodes: hubs.to_vec(),
    };
    let world = start(&example("edge.toml"), Version::V2_10_25, &shape);
    deliver(&world.connect("office", "hub2"), &world.connect("office", "hub3"));
}

/// What `natscert new` writes.
fn starter(options: &[&str]) -> String {
    let home = Home::new();
    let path = home.path().join("new.toml");
    home.run([&["new", text(&path)], options].concat()).done();
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn starter_on_this_machine() {
    let _alone = alone();
    let manifest =
        starter(&["--local", "--clusters", "2", "--nodes", "3", "--leafs", "2", "--clients", "alice,bob"]);
    let shape = Shape {
        clusters: vec![("east", numbered("east", 3, "")), ("west", numbered("west", 3, ""))],
        gateways: vec![("east", "west")],
        leafnodes: vec![("edge1", "east"), ("edge2", "east")],
    };
    let world = start(&manifest, Version::V2_15_1, &shape);
    deliver(&world.connect("alice", "edge2"), &world.connect("bob", "west3"));
}

/// For machines that are not there: what is written for them is a configuration.
#[test]
fn starter_for_other_machines() {
    let mut world = World::new(Version::V2_15_1);
    world.apply(&starter(&["--clusters", "3", "--nodes", "2", "--leafs", "1", "--clients", "alice"]));
    assert_eq!(world.check_all(), 7);
}

//! The system that is rolled.

use crate::support::poll;
use crate::support::server::Version;
use crate::topology::state::{Shape, connections, numbered};
use crate::topology::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Three clusters, so that east has two gateways, and a leafnode.
const MANIFEST: &str = r#"
server_version = "VERSION"
listeners.monitor = true

[clusters.east]
nodes = [{ name = "n{1..3}.east", hosts = ["n{1..3}.east.example.com", "NET.1{1..3}"], listen = "NET.1{1..3}" }]

[clusters.west]
nodes = [{ name = "n1.west", hosts = ["n1.west.example.com", "NET.21"], listen = "NET.21" }]

[clusters.north]
nodes = [{ name = "n1.north", hosts = ["n1.north.example.com", "NET.31"], listen = "NET.31" }]

[leafnodes.edge]
cluster = "east"
hosts = ["edge.example.com", "NET.41"]
listen = "NET.41"

[clients.alice]
"#;

/// The one client.
pub(super) const CLIENT: &str = "alice";

/// Of every kind of link (route, gateway, leafnode), some lead from these servers to the others.
pub(super) const HALF: [&str; 3] = ["n1.east", "n1.west", "edge"];

/// Connections between servers: each pair in the east has three routes and one for the system's account, each node of the
/// clusters dials two others, and the leafnode dials one.
const LINKS: usize = 3 * (3 + 1) + 5 * 2 + 1;

/// Their ends that servers tell of: not that of the leafnode itself.
const ENDS: usize = 2 * LINKS - 1;

/// Every connection of every server.
pub(super) type Connections = BTreeMap<String, BTreeSet<String>>;

/// The system, running.
pub(super) struct System {
    pub(super) world: World,
}

impl System {
    /// With a CA as these commands make it.
    pub(super) fn start(version: Version, commands: &[&str]) -> System {
        let mut system = System { world: World::run_after(version, commands, MANIFEST) };
        system.wait();
        system
    }

    /// A copy of the client's folder, as one has it who misses what comes.
    pub(super) fn left_behind(&self) -> PathBuf {
        let copy = self.world.home.path().join("left-behind");
        fs::create_dir(&copy).unwrap();
        for file in ["ca.pem", "cert.pem", "key.pem"] {
            fs::copy(self.world.client(CLIENT).join(file), copy.join(file)).unwrap();
        }
        copy
    }

    /// Waits until everybody is connected.
    pub(super) fn wait(&mut self) {
        self.wait_for_others(&Connections::new());
    }

    /// Waits until every connection is there that there has to be between servers, and is none of these.
    fn wait_for_others(&mut self, old: &Connections) {
        let others = || {
            let now = self.connections();
            let is_new = |node: &String, name: &String| old.get(node).is_none_or(|old| !old.contains(name));
            let links = now.iter().flat_map(|(node, names)| names.iter().map(move |name| (node, name)));
            let links = links.filter(|(_, name)| !name.starts_with("client"));
            let ends: Vec<_> = links.map(|(node, name)| is_new(node, name)).collect();
            (ends.len() == ENDS && ends.iter().all(|is_new| *is_new)).then_some(())
        };
        assert!(poll(others).is_some(), "not {LINKS} new connections: {:#?}", self.connections());
        self.world.wait_for(&shape());
    }

    pub(super) fn nodes(&self) -> Vec<String> {
        self.world.nodes.keys().cloned().collect()
    }

    /// Reloads these servers, one after the other.
    pub(super) fn reload<S: AsRef<str>>(&self, nodes: &[S]) {
        for node in nodes {
            let node = self.world.node(node.as_ref());
            node.reload().unwrap_or_else(|why| panic!("{} does not reload: {why}", node.name));
        }
    }

    pub(super) fn connections(&self) -> Connections {
        self.world.nodes.keys().map(|name| (name.clone(), connections(&self.world, name))).collect()
    }

    /// Cuts every connection between servers: whatever is there afterwards was made with what the servers know now.
    pub(super) fn cut(&self) {
        let links: BTreeSet<SocketAddr> = self.links().collect();
        let cut: usize = self.world.nodes.values().map(|node| node.cut(&links)).sum();
        // Servers that dialled each other at once close what they have twice.
        assert!(cut >= LINKS, "{cut} of {LINKS}");
    }

    /// Everybody connects anew: servers with servers, and a client with each.
    pub(super) fn connect_anew(&mut self) {
        let before = self.connections();
        self.cut();
        self.wait_for_others(&before);
        for node in self.world.nodes.keys() {
            drop(self.world.connect(CLIENT, node));
        }
    }

    /// The addresses where servers dial each other.
    fn links(&self) -> impl Iterator<Item = SocketAddr> {
        self.world.nodes.values().flat_map(|node| {
            let conf = node.conf();
            let listens = |block: &&str| {
                let mut block = conf.lines().skip_while(|line| *line != format!("{block} {{"));
                let mut inside = block.by_ref().take_while(|line| *line != "}");
                inside.any(|line| line.starts_with("  listen: "))
            };
            let blocks = ["cluster", "gateway", "leafnodes"].into_iter().filter(listens);
            blocks.map(|block| node.address(block).parse().unwrap()).collect::<Vec<_>>()
        })
    }
}

fn shape() -> Shape {
    Shape {
        clusters: vec![
            ("east", numbered("n", 3, ".east")),
            ("west", vec!["n1.west".into()]),
            ("north", vec!["n1.north".into()]),
        ],
        gateways: vec![("east", "west"), ("east", "north"), ("west", "north")],
        leafnodes: vec![("edge", "east")],
    }
}

//! A manifest that was applied, and its servers: in names of their own, on loopback addresses of their own.

use super::node::{Node, values};
use super::state::{Shape, State};
use crate::support::cli::{Home, Run, text};
use crate::support::nats::connect_url;
use crate::support::poll;
use crate::support::server::Version;
use async_nats::Client;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

/// A CA, a folder with what was made of a manifest, and the servers that run.
pub(crate) struct World {
    pub(crate) home: Home,
    pub(crate) version: Version,
    net: String,
    pub(crate) nodes: BTreeMap<String, Node>,
    /// How long each log was when all were connected last.
    connected: BTreeMap<String, usize>,
}

impl World {
    pub(crate) fn new(version: Version) -> World {
        let random = RandomState::new().hash_one(version.full());
        // Not 127.0.x.x, where others live.
        let net = format!("127.{}.{}", 1 + random % 254, (random >> 8) % 256);
        World { home: Home::new(), version, net, nodes: BTreeMap::new(), connected: BTreeMap::new() }
    }

    /// A manifest of this world: `VERSION` and `NET` (the first three numbers of all addresses) are filled in.
    pub(crate) fn manifest(&self, manifest: &str) -> String {
        manifest.replace("VERSION", self.version.full()).replace("NET", &self.net)
    }

    /// The first two numbers of all addresses.
    pub(crate) fn first_of_net(&self) -> &str {
        self.net.rsplit_once('.').unwrap().0
    }

    /// `nats-server -t` for everything that was made; how much that is.
    pub(crate) fn check_all(&mut self) -> usize {
        let checked = self.add_nodes().len();
        self.nodes.clear();
        checked
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.home.path().join("out")
    }

    /// `natscert apply`, which has to succeed without warnings.
    pub(crate) fn apply(&self, manifest: &str) -> Run {
        let run = self.apply_to("out", manifest);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        run
    }

    /// The same into any folder, with the same CA, perhaps with warnings.
    pub(crate) fn apply_to(&self, out: &str, manifest: &str) -> Run {
        let path = self.home.path().join("system.toml");
        fs::write(&path, self.manifest(manifest)).unwrap();
        let out = self.home.path().join(out);
        let run = self.home.run(["apply", text(&path), "-o", text(&out)]);
        assert_eq!(run.code, Some(0), "{}\n{}", run.stderr, self.manifest(manifest));
        run
    }

    /// Adds every server of the folder that is not there yet; each has to pass `nats-server -t`.
    pub(crate) fn add_nodes(&mut self) -> Vec<String> {
        let mut added = Vec::new();
        for entry in fs::read_dir(self.out().join("nodes")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !self.nodes.contains_key(&name) {
                self.add(&name, "out");
                added.push(name);
            }
        }
        added
    }

    /// Adds one server, of this folder.
    pub(crate) fn add(&mut self, name: &str, out: &str) {
        let conf = self.home.path().join(out).join("nodes").join(name).join("nats.conf");
        self.nodes.insert(name.to_owned(), Node::new(name, self.version, conf));
    }

    /// The file of host names. nats-server remembers it for some seconds, so names are there before they are needed.
    fn write_hosts(&self) -> PathBuf {
        let path = self.home.path().join("hosts");
        let mut hosts = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
        for out in fs::read_dir(self.home.path()).unwrap() {
            let Ok(nodes) = fs::read_dir(out.unwrap().path().join("nodes")) else { continue };
            for node in nodes {
                let conf = fs::read_to_string(node.unwrap().path().join("nats.conf")).unwrap();
                let host = values(&conf, &["client_advertise: "]).remove(0);
                let address = values(&conf, &["listen: "]).remove(0);
                let line = (address.rsplit_once(':').unwrap().0, host.rsplit_once(':').unwrap().0);
                if line.1.parse::<std::net::IpAddr>().is_err() && line.1 != "localhost" {
                    writeln!(hosts, "{} {}", line.0, line.1).unwrap();
                }
            }
        }
        fs::write(&path, hosts).unwrap();
        path
    }

    /// Starts these servers, all at once, and waits until they are ready.
    pub(crate) fn start<S: AsRef<str>>(&mut self, names: &[S]) {
        let hosts = self.write_hosts();
        for name in names {
            self.nodes.get_mut(name.as_ref()).unwrap().start(&hosts);
        }
        for name in names {
            self.nodes.get_mut(name.as_ref()).unwrap().wait_until_ready();
        }
    }

    /// Applies the manifest and starts everything in it.
    pub(crate) fn run(version: Version, manifest: &str) -> World {
        World::run_after(version, &[], manifest)
    }

    /// The same with a CA as these commands make it.
    pub(crate) fn run_after(version: Version, commands: &[&str], manifest: &str) -> World {
        let mut world = World::new(version);
        for command in commands {
            world.home.run(command.split(' ')).done();
        }
        world.apply(manifest);
        world.start_all();
        world
    }

    /// Starts everything in the folder.
    pub(crate) fn start_all(&mut self) {
        let names = self.add_nodes();
        self.start(&names);
    }

    /// Ends a server and starts it again.
    pub(crate) fn restart(&mut self, name: &str) {
        self.nodes.get_mut(name).unwrap().kill();
        self.start(&[name]);
    }

    pub(crate) fn node(&self, name: &str) -> &Node {
        self.nodes.get(name).unwrap_or_else(|| panic!("no node {name}"))
    }

    /// Waits until everybody is connected with whom the shape says, and nobody else.
    pub(crate) fn wait_for(&mut self, shape: &Shape) {
        let up = poll(|| State::of(self).differences(shape).is_empty().then_some(()));
        assert!(up.is_some(), "{:#?}", State::of(self).differences(shape));
        self.connected = self.nodes.iter().map(|(name, node)| (name.clone(), node.log().len())).collect();
    }

    /// Waits until so many servers have one leader in their `JetStream` cluster, who knows them all. One of those that start
    /// together may be left out for good by 2.10.25, in one run of thirty: it gets in when it starts again, as it would elsewhere.
    pub(crate) fn wait_for_jetstream(&mut self, servers: usize, shape: &Shape) {
        if self.is_settled(servers) {
            return;
        }
        let views = self.jetstream();
        let leader = views.values().find_map(|view| view["leader"].as_str());
        let followers = leader.and_then(|leader| views[leader]["replicas"].as_array());
        let names = followers.into_iter().flatten().map(|follower| &follower["name"]);
        let inside: Vec<&str> = names.filter_map(Value::as_str).chain(leader).collect();
        let left_out: Vec<&String> = views.keys().filter(|name| !inside.contains(&name.as_str())).collect();
        assert!(leader.is_some() && left_out.len() == 1, "JetStream has not settled: {views:#?}");
        self.restart(left_out[0]);
        self.wait_for(shape);
        assert!(self.is_settled(servers), "JetStream has not settled: {:#?}", self.jetstream());
    }

    fn is_settled(&self, servers: usize) -> bool {
        let settled = poll(|| {
            let views = self.jetstream();
            let leader = views.values().next()?["leader"].as_str()?;
            let one = views.values().all(|view| view["leader"] == leader);
            let followers = views[leader]["replicas"].as_array()?;
            let current = followers.iter().filter(|follower| follower["current"] == true).count();
            (one && current + 1 == servers && views[leader]["cluster_size"] == servers).then_some(())
        });
        settled.is_some()
    }

    /// The cluster of all servers with `JetStream` as each of them sees it.
    fn jetstream(&self) -> BTreeMap<String, Value> {
        let clustered = |node: &&Node| {
            let conf = node.conf();
            conf.contains("\ncluster {") && conf.contains("\njetstream {")
        };
        let nodes = self.nodes.values().filter(clustered);
        nodes.map(|node| (node.name.clone(), node.get("/jsz")["meta_cluster"].take())).collect()
    }

    /// The lines of all logs that tell of errors. Whoever starts first dials in vain, once for each connection: until
    /// everybody was connected, a connection refused by one of ours is none. Nor is a route that its other end closes while
    /// it is written to, if one was closed as a duplicate: of two servers that dial each other at once, one of the two goes.
    pub(crate) fn errors(&self) -> Vec<String> {
        let listens: BTreeSet<String> = self.nodes.values().flat_map(Node::listens).collect();
        let too_early = |line: &str| {
            let dialled = line.split_once("(attempt 1): dial tcp ");
            let address = dialled.and_then(|(_, rest)| rest.strip_suffix(": connect: connection refused"));
            address.is_some_and(|address| listens.contains(address))
        };
        let has_twins = self.nodes.values().any(|node| node.log().contains("closed: Duplicate Route"));
        let is_twin = |line: &str| {
            has_twins
                && line.contains(" - rid:")
                && line.contains("Error flushing: write tcp")
                && line.ends_with("broken pipe")
        };
        let mut errors = Vec::new();
        for node in self.nodes.values() {
            let log = node.log();
            let (starting, connected) = log.split_at(self.connected.get(&node.name).copied().unwrap_or(0));
            let starting = starting.lines().filter(|line| !too_early(line));
            let lines = starting.chain(connected.lines()).filter(|line| is_error(line) && !is_twin(line));
            errors.extend(lines.map(|line| format!("{}: {line}", node.name)));
        }
        errors
    }

    /// The folder of a client.
    pub(crate) fn client(&self, name: &str) -> PathBuf {
        self.out().join("clients").join(name)
    }

    /// A client connects to a node.
    pub(crate) fn connect(&self, client: &str, node: &str) -> Client {
        let url = format!("tls://{}", self.node(node).address(""));
        connect_url(&url, &self.client(client)).unwrap_or_else(|said| panic!("{client} at {node}: {said}"))
    }

    /// The refusal that somebody with the certificate of this folder gets.
    pub(crate) fn refusal(&self, identity: &Path, node: &str) -> String {
        let url = format!("tls://{}", self.node(node).address(""));
        match connect_url(&url, identity) {
            Ok(_) => panic!("{} was let in", identity.display()),
            Err(said) => said,
        }
    }
}

fn is_error(line: &str) -> bool {
    ["[ERR]", "[FTL]"].iter().any(|level| line.contains(level))
}

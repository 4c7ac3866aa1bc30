//! Who is connected with whom, as the servers' monitors say.

use super::world::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a topology has to be.
pub(crate) struct Shape {
    /// The nodes of each cluster.
    pub(crate) clusters: Vec<(&'static str, Vec<String>)>,
    /// Pairs of clusters with gateways.
    pub(crate) gateways: Vec<(&'static str, &'static str)>,
    /// Leafnodes, each with its cluster.
    pub(crate) leafnodes: Vec<(&'static str, &'static str)>,
}

impl Shape {
    /// How many nodes a cluster has.
    fn size(&self, cluster: &str) -> usize {
        self.clusters.iter().find(|(name, _)| *name == cluster).map_or(0, |(_, nodes)| nodes.len())
    }

    fn neighbours(&self, cluster: &str) -> BTreeSet<String> {
        let other = |(a, b): &(&str, &str)| match (*a == cluster, *b == cluster) {
            (true, _) => Some((*b).to_owned()),
            (_, true) => Some((*a).to_owned()),
            _ => None,
        };
        self.gateways.iter().filter_map(other).collect()
    }
}

/// Numbered names: `numbered("n", 3, ".east")`.
pub(crate) fn numbered(before: &str, count: usize, behind: &str) -> Vec<String> {
    (1..=count).map(|n| format!("{before}{n}{behind}")).collect()
}

/// What one server says.
#[derive(Debug)]
struct Peers {
    /// Servers it has routes to.
    routes: BTreeSet<String>,
    /// Clusters it has dialled.
    outbound: BTreeSet<String>,
    /// How many nodes of each cluster have dialled it.
    inbound: BTreeMap<String, usize>,
    leafnodes: u64,
}

/// What all servers say.
pub(crate) struct State(BTreeMap<String, Peers>);

impl State {
    pub(crate) fn of(world: &World) -> State {
        let peers = |name: &String| {
            let node = world.node(name);
            let routes = node.get("/routez");
            let gateways = node.get("/gatewayz");
            let routes = list(&routes["routes"]).map(|route| name_of(&route["remote_id"])).collect();
            let outbound = object(&gateways["outbound_gateways"]).map(|(name, _)| name.clone()).collect();
            let inbound =
                object(&gateways["inbound_gateways"]).map(|(name, from)| (name.clone(), list(from).count()));
            let leafnodes = node.get("/leafz")["leafnodes"].as_u64().unwrap();
            (name.clone(), Peers { routes, outbound, inbound: inbound.collect(), leafnodes })
        };
        State(world.nodes.keys().map(peers).collect())
    }

    /// What is not as it should be.
    pub(crate) fn differences(&self, shape: &Shape) -> Vec<String> {
        let mut found = Vec::new();
        for (cluster, nodes) in &shape.clusters {
            let neighbours = shape.neighbours(cluster);
            let mut inbound: BTreeMap<&str, usize> = BTreeMap::new();
            let mut leafnodes = 0;
            for node in nodes {
                let peers = &self.0[node];
                if peers.routes.len() != nodes.len() - 1 || peers.outbound != neighbours {
                    found.push(format!("{node} has {peers:?}"));
                }
                for (from, count) in &peers.inbound {
                    *inbound.entry(from).or_default() += count;
                }
                leafnodes += peers.leafnodes;
            }
            let wanted = neighbours.iter().map(|name| (name.as_str(), shape.size(name))).collect();
            if inbound != wanted {
                found.push(format!("{cluster} is dialled by {inbound:?} and not by {wanted:?}"));
            }
            let wanted = shape.leafnodes.iter().filter(|(_, hub)| hub == cluster).count() as u64;
            if leafnodes != wanted {
                found.push(format!("{cluster} has {leafnodes} leafnodes and not {wanted}"));
            }
        }
        for (leafnode, _) in &shape.leafnodes {
            if self.0[*leafnode].leafnodes != 1 {
                found.push(format!("{leafnode} is not connected"));
            }
        }
        found
    }

    /// How many routes a server has.
    pub(crate) fn routes(&self, node: &str) -> usize {
        self.0[node].routes.len()
    }
}

/// Every connection of a server, with the moment it began: a connection that was lost and made again is another.
pub(crate) fn connections(world: &World, node: &str) -> BTreeSet<String> {
    let node = world.node(node);
    let mut found = BTreeSet::new();
    let mut add = |kind: &str, connection: &Value, id: &str| {
        found.insert(format!("{kind} {} {}", connection[id], connection["start"]));
    };
    for route in list(&node.get("/routez")["routes"]) {
        add("route", route, "rid");
    }
    let gateways = node.get("/gatewayz");
    for (_, gateway) in object(&gateways["outbound_gateways"]) {
        add("gateway to", &gateway["connection"], "cid");
    }
    for gateway in object(&gateways["inbound_gateways"]).flat_map(|(_, from)| list(from)) {
        add("gateway from", &gateway["connection"], "cid");
    }
    // Who dialled one knows nothing that tells it from the next; the hub knows the port where it comes from.
    let leafnodes = node.get("/leafz");
    for leafnode in list(&leafnodes["leafs"]).filter(|leafnode| leafnode["is_spoke"] != true) {
        add("leafnode", leafnode, "port");
    }
    // Later servers count their leafnodes among the clients.
    let clients = node.get("/connz");
    for client in list(&clients["connections"]).filter(|client| client["kind"] != "Leafnode") {
        add("client", client, "cid");
    }
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn name_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

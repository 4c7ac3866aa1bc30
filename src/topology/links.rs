//! Who connects to whom: from it follow URLs, pins and users. Computed once for a system.

use std::collections::HashMap;

use super::model::{Client, Cluster, Listener, Node, Pins, Place, System, Verification};
use super::wanted::{CLUSTER, GATEWAY, GATEWAY_REMOTE, LEAF, Owner};
use super::{GATEWAY_SEEDS, MAX_PEERS, ROUTE_SEEDS};
use crate::nats::Context;

/// The connections of a system.
#[derive(Debug)]
pub struct Links<'a> {
    system: &'a System,
    leafnodes_of: Vec<Vec<usize>>,
    clients_everywhere: Vec<usize>,
    clients_only: HashMap<Place, Vec<usize>>,
}

impl<'a> Links<'a> {
    /// Reads them out of `system`.
    #[must_use]
    pub fn of(system: &'a System) -> Self {
        let mut leafnodes_of = vec![Vec::new(); system.clusters.len()];
        for (index, leafnode) in system.leafnodes.iter().enumerate() {
            leafnodes_of[leafnode.hub].push(index);
        }
        let mut clients_everywhere = Vec::new();
        let mut clients_only: HashMap<Place, Vec<usize>> = HashMap::new();
        for (index, client) in system.clients.iter().enumerate() {
            if client.connects_to.is_empty() {
                clients_everywhere.push(index);
            }
            for place in &client.connects_to {
                clients_only.entry(*place).or_default().push(index);
            }
        }
        Self { system, leafnodes_of, clients_everywhere, clients_only }
    }

    /// The leafnodes of a cluster.
    #[must_use]
    pub fn leafnodes(&self, cluster: usize) -> &[usize] {
        &self.leafnodes_of[cluster]
    }

    /// Whether some clients may connect to this place and not everywhere.
    #[must_use]
    pub fn has_own_clients(&self, place: Place) -> bool {
        self.clients_only.contains_key(&place)
    }

    fn own_clients(&self, place: Place) -> &[usize] {
        self.clients_only.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The clients that may connect to a place.
    pub fn clients(&self, place: Place) -> impl Iterator<Item = (usize, &'a Client)> {
        let all = self.clients_everywhere.iter().chain(self.own_clients(place));
        all.map(|&index| (index, &self.system.clients[index]))
    }

    /// How many peers a listener of a node admits.
    #[must_use]
    pub fn count(&self, node: &Node, context: Context) -> usize {
        let size = |cluster: usize| self.system.clusters[cluster].nodes.len();
        match (context, node.place) {
            (Context::Cluster, Place::Cluster(own)) => size(own) - 1,
            (Context::Gateway, Place::Cluster(own)) => {
                self.system.clusters[own].gateways.iter().map(|&other| size(other)).sum()
            }
            (Context::Leaf, Place::Cluster(own)) => self.leafnodes(own).len(),
            (Context::Server | Context::Websocket | Context::Mqtt, place) => {
                self.clients_everywhere.len() + self.own_clients(place).len()
            }
            _ => 0,
        }
    }

    /// Whether a listener lists the keys of those that it admits.
    #[must_use]
    pub fn lists_pins(&self, node: &Node, context: Context, listener: &Listener) -> bool {
        match listener.pins {
            Pins::None => false,
            Pins::Exact => true,
            Pins::Default => {
                listener.verification != Verification::None && self.count(node, context) <= MAX_PEERS
            }
        }
    }

    /// Calls `each` with everybody whom a listener of a node admits, and the folder of the certificate that is shown.
    pub fn peers(&self, index: usize, context: Context, mut each: impl FnMut(Owner, &'static str)) {
        let system = self.system;
        let node = &system.nodes[index];
        match (context, node.place) {
            (Context::Cluster, Place::Cluster(own)) => {
                let alone = self.routes_to_itself(index);
                let others = system.clusters[own].nodes.clone().filter(|&other| other != index || alone);
                others.for_each(|other| each(Owner::Node(other), CLUSTER));
            }
            (Context::Gateway, Place::Cluster(own)) => {
                for &cluster in &system.clusters[own].gateways {
                    for other in system.clusters[cluster].nodes.clone() {
                        // The pins of a gateway are compared with whoever accepts and with whoever dials.
                        each(Owner::Node(other), GATEWAY);
                        if system.outgoing_gateway_certificate {
                            each(Owner::Node(other), GATEWAY_REMOTE);
                        }
                    }
                }
            }
            (Context::Leaf, Place::Cluster(own)) => {
                for &leafnode in self.leafnodes(own) {
                    each(Owner::Node(system.leafnodes[leafnode].node), LEAF);
                }
            }
            (Context::Server | Context::Websocket | Context::Mqtt, place) => {
                self.clients(place).for_each(|(client, _)| each(Owner::Client(client), ""));
            }
            _ => {}
        }
    }

    /// The nodes whose URLs a node lists as routes: all others of its cluster, or the first few of a large one; these
    /// tell it of the rest.
    pub fn routes(&self, index: usize) -> impl Iterator<Item = &'a Node> {
        let system = self.system;
        let node = &system.nodes[index];
        let range = match node.place {
            Place::Cluster(own) if self.has_seeds(node) => {
                seeds(&system.clusters[own], ROUTE_SEEDS, ROUTE_SEEDS)
            }
            Place::Cluster(own) => system.clusters[own].nodes.clone(),
            Place::Leafnode(_) => 0..0,
        };
        let alone = self.routes_to_itself(index);
        range.filter(move |&other| other != index || alone).map(|other| &system.nodes[other])
    }

    /// Whether a node lists only the first few of its cluster as routes. All, where their names are compared with those
    /// in certificates.
    #[must_use]
    pub fn has_seeds(&self, node: &Node) -> bool {
        let Place::Cluster(own) = node.place else { return false };
        let cluster = &self.system.clusters[own];
        let compared = node.settings.listeners.cluster.as_ref().is_some_and(knows_urls);
        cluster.nodes.len() > MAX_PEERS && !(compared && cluster.wildcards.is_empty())
    }

    /// Whether a node has a route to itself: with gateways `JetStream` does not start without any route, even where
    /// there is nobody to route to.
    fn routes_to_itself(&self, index: usize) -> bool {
        let node = &self.system.nodes[index];
        match node.place {
            Place::Cluster(own) => {
                let cluster = &self.system.clusters[own];
                cluster.nodes.len() == 1 && !cluster.gateways.is_empty() && node.settings.jetstream.is_some()
            }
            Place::Leafnode(_) => false,
        }
    }

    /// The nodes whose URLs stand for a cluster in the gateways of the others. A few suffice, and a cluster that grows
    /// then leaves the configurations of the others as they are. All, where they are compared with certificates.
    pub fn gateway_seeds(&self, cluster: usize, known_urls: bool) -> impl Iterator<Item = &'a Node> {
        let system = self.system;
        let cluster = &system.clusters[cluster];
        let all = known_urls && cluster.wildcards.is_empty();
        let range = if all { cluster.nodes.clone() } else { seeds(cluster, GATEWAY_SEEDS, GATEWAY_SEEDS) };
        range.map(|node| &system.nodes[node])
    }

    /// The nodes whose URLs stand for a cluster in its leafnodes.
    pub fn hubs(&self, cluster: usize) -> impl Iterator<Item = &'a Node> {
        let system = self.system;
        seeds(&system.clusters[cluster], MAX_PEERS, MAX_PEERS).map(|node| &system.nodes[node])
    }
}

fn knows_urls(listener: &Listener) -> bool {
    listener.tls.options().check_known_urls
}

/// The nodes of a cluster, or the first `few` where there are more than `limit`.
fn seeds(cluster: &Cluster, few: usize, limit: usize) -> std::ops::Range<usize> {
    let all = cluster.nodes.clone();
    if all.len() <= limit { all } else { all.start..all.start + few }
}

//! From a system to what is shown of it.

use std::collections::HashMap;

use super::certificates::{self, Expiry};
use super::picture::{Detail, Found, Group, Member, Pair, Picture};
use super::words::{self, count};
use crate::topology::{Links, Node, Owner, Place, System};

/// More pairs than this are said in words.
const MAX_PAIRS: usize = 40;
/// Where clients are counted, more groups than this become one.
const MAX_GROUPS: usize = 20;
/// More names than this are counted.
const MAX_LISTED: usize = 6;

/// What a picture is made of.
struct View<'a> {
    system: &'a System,
    links: Links<'a>,
    expiry: Expiry<'a>,
    detail: Detail,
}

/// The hubs that have leafnodes, and these.
type ByHub<'a> = [(usize, &'a [usize])];

pub(super) fn picture(system: &System, expiry: Expiry<'_>, detail: Detail) -> Picture {
    let view = View { system, links: Links::of(system), expiry, detail };
    let clusters = 0..system.clusters.len();
    let of_hub = |hub| Some((hub, view.links.leafnodes(hub))).filter(|(_, leafnodes)| !leafnodes.is_empty());
    let by_hub: Vec<_> = clusters.clone().filter_map(of_hub).collect();
    let mesh =
        is_mesh(system).then(|| words::gateways(system, &view.links, &clusters.clone().collect::<Vec<_>>()));
    Picture {
        name: system.name.clone(),
        summary: summary(system),
        clusters: clusters.map(|index| view.cluster(index)).collect(),
        mesh,
        pairs: view.pairs(),
        leafnodes: by_hub.iter().map(|(hub, members)| view.leafnodes(*hub, members)).collect(),
        clients: view.clients(),
        boxes: boxes(system, &by_hub, detail),
    }
}

fn summary(system: &System) -> String {
    let in_clusters = system.clusters.iter().map(|cluster| cluster.nodes.len()).sum();
    let mut summary = vec![count(system.clusters.len(), "cluster"), count(in_clusters, "node")];
    for (number, what) in [(system.leafnodes.len(), "leafnode"), (system.clients.len(), "client")] {
        if number > 0 {
            summary.push(count(number, what));
        }
    }
    summary.join(", ")
}

impl View<'_> {
    fn pairs(&self) -> Vec<Pair> {
        let both: usize = self.system.clusters.iter().map(|cluster| cluster.gateways.len()).sum();
        if both / 2 > MAX_PAIRS {
            return Vec::new();
        }
        let mut pairs = Vec::new();
        for (from, cluster) in self.system.clusters.iter().enumerate() {
            for &to in cluster.gateways.iter().filter(|to| **to > from) {
                pairs.push(Pair {
                    between: (from, to),
                    label: words::gateways(self.system, &self.links, &[from, to]),
                });
            }
        }
        pairs
    }

    fn cluster(&self, index: usize) -> Group {
        let cluster = &self.system.clusters[index];
        let nodes: Vec<_> = self.system.nodes[cluster.nodes.clone()].iter().collect();
        let routes = words::routes(&self.links, &nodes);
        let mut facts = vec![count(nodes.len(), "node")];
        if let Some(routes) = &routes {
            let who = if nodes.len() > 2 { "each node with each other: " } else { "" };
            facts.push(format!("routes: {who}{routes}"));
        }
        if !cluster.gateways.is_empty() {
            facts.push(format!("gateways to {}", self.others(index)));
        }
        facts.extend(words::client_listeners(&self.links, &nodes));
        if !self.detail.nodes {
            facts.extend(self.together(cluster.nodes.clone().map(Owner::Node)));
        }
        let member = |node: usize| Member {
            name: self.system.nodes[node].name.to_string(),
            facts: facts_of_node(&self.system.nodes[node], self.each(Owner::Node(node))),
        };
        let members =
            if self.detail.nodes { cluster.nodes.clone().map(member).collect() } else { Vec::new() };
        Group { title: cluster.name.clone(), facts, to: Vec::new(), label: routes, members }
    }

    /// The clusters that one has gateways to.
    fn others(&self, index: usize) -> String {
        let gateways = &self.system.clusters[index].gateways;
        if gateways.len() > MAX_LISTED && gateways.len() == self.system.clusters.len() - 1 {
            return format!("all {} others", gateways.len());
        }
        listed(gateways.iter().map(|&other| self.system.clusters[other].name.as_str()))
    }

    fn leafnodes(&self, hub: usize, of_hub: &[usize]) -> Group {
        let node_of = |index: usize| self.system.leafnodes[index].node;
        let nodes: Vec<_> = of_hub.iter().map(|&index| &self.system.nodes[node_of(index)]).collect();
        let mut facts = vec![count(of_hub.len(), "server")];
        facts.extend(words::client_listeners(&self.links, &nodes));
        let member = |&index: &usize| {
            let (leafnode, node) = (&self.system.leafnodes[index], &self.system.nodes[node_of(index)]);
            let mut facts = vec![self.identity(&leafnode.user, leafnode.account)];
            facts.extend(facts_of_node(node, self.each(Owner::Node(leafnode.node))));
            Member { name: node.name.to_string(), facts }
        };
        let mut members = Vec::new();
        if self.detail.nodes {
            members = of_hub.iter().map(member).collect();
        } else {
            let owners = of_hub.iter().map(|&index| Owner::Node(node_of(index)));
            facts.extend(self.together(owners));
        }
        Group {
            title: format!("leafnodes of {}", self.system.clusters[hub].name),
            facts,
            to: vec![Place::Cluster(hub)],
            label: words::leafnodes(self.system, &self.links, hub),
            members,
        }
    }

    fn clients(&self) -> Vec<Group> {
        let mut groups: Vec<(&[Place], Vec<usize>)> = Vec::new();
        let mut known: HashMap<&[Place], usize> = HashMap::new();
        for (index, client) in self.system.clients.iter().enumerate() {
            let group = *known.entry(&client.connects_to).or_insert(groups.len());
            if group == groups.len() {
                groups.push((&client.connects_to, Vec::new()));
            }
            groups[group].1.push(index);
        }
        if !self.detail.clients && groups.len() > MAX_GROUPS {
            let all: Vec<_> = (0..self.system.clients.len()).collect();
            let together = self.group_of_clients(&[], &all);
            return vec![Group { title: "clients, each of its own servers".to_owned(), ..together }];
        }
        groups.into_iter().map(|(to, members)| self.group_of_clients(to, &members)).collect()
    }

    fn group_of_clients(&self, to: &[Place], members: &[usize]) -> Group {
        let name = |place: &Place| match *place {
            Place::Cluster(index) => self.system.clusters[index].name.as_str(),
            Place::Leafnode(index) => self.system.nodes[self.system.leafnodes[index].node].name.as_str(),
        };
        let title = if to.is_empty() {
            "clients of any server".to_owned()
        } else {
            format!("clients of {}", listed(to.iter().map(name)))
        };
        let mut facts = vec![count(members.len(), "client")];
        if !self.detail.clients {
            facts.extend(self.together(members.iter().map(|&index| Owner::Client(index))));
        }
        let member = |&index: &usize| {
            let client = &self.system.clients[index];
            let mut facts = vec![self.identity(&client.user, client.account)];
            facts.extend(self.each(Owner::Client(index)));
            Member { name: client.name.to_string(), facts }
        };
        Group {
            title,
            facts,
            // The title says that it is leafnodes, too.
            to: if to.is_empty() {
                (0..self.system.clusters.len()).map(Place::Cluster).collect()
            } else {
                to.to_vec()
            },
            label: Some("client certs to server certs".to_owned()),
            members: if self.detail.clients { members.iter().map(member).collect() } else { Vec::new() },
        }
    }

    /// Who it is to the listener, and in which account.
    fn identity(&self, user: &str, account: Option<usize>) -> String {
        account.map_or_else(
            || format!("is {user}"),
            |account| format!("is {user} in account {}", self.system.accounts[account].name),
        )
    }

    fn each(&self, owner: Owner) -> Vec<String> {
        certificates::each(self.system, owner, self.expiry)
    }

    fn together(&self, owners: impl Iterator<Item = Owner>) -> Vec<String> {
        certificates::together(self.system, owners, self.expiry)
    }
}

fn boxes(system: &System, by_hub: &ByHub<'_>, detail: Detail) -> Vec<Found> {
    let mut boxes = vec![Found::Leafnodes(0); system.leafnodes.len()];
    for (group, (_, members)) in by_hub.iter().enumerate() {
        for (position, &index) in members.iter().enumerate() {
            boxes[index] =
                if detail.nodes { Found::Leafnode(group, position) } else { Found::Leafnodes(group) };
        }
    }
    boxes
}

fn is_mesh(system: &System) -> bool {
    let clusters = system.clusters.len();
    clusters > 1 && system.clusters.iter().all(|cluster| cluster.gateways.len() == clusters - 1)
}

/// `a, b`, or how many there are beyond some.
fn listed<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    let shown: Vec<_> = names.clone().take(MAX_LISTED).collect();
    let more = names.count() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// The address that others are told to dial is worth a line where the name does not say it.
fn facts_of_node(node: &Node, certificates: Vec<String>) -> Vec<String> {
    let address = || match &node.settings.listeners.client {
        Some(client) => format!("{}:{}", node.advertise, node.port(client)),
        None => node.advertise.clone(),
    };
    let address = (node.advertise != node.name.as_str()).then(address);
    address.into_iter().chain(certificates).collect()
}

//! What a picture shows, whatever it is written in.

use super::certificates::{self, Expiry};
use super::words::{self, count};
use crate::topology::{Node, Owner, Place, System};

/// More pairs than this are said in words.
const MAX_PAIRS: usize = 40;
/// Where clients are counted, more groups than this become one.
const MAX_GROUPS: usize = 20;
/// More names than this are counted.
const MAX_LISTED: usize = 6;

/// What is drawn one by one; the rest is counted.
#[derive(Clone, Copy)]
pub(super) struct Detail {
    pub(super) nodes: bool,
    pub(super) clients: bool,
}

/// Boxes, what is written in them, and the lines between them.
pub(super) struct Picture {
    /// The system's name.
    pub(super) name: String,
    /// How much of what there is.
    pub(super) summary: String,
    pub(super) clusters: Vec<Group>,
    /// What is written at gateways between all clusters, if they are.
    pub(super) mesh: Option<String>,
    /// The gateways, unless there are too many.
    pub(super) pairs: Vec<Pair>,
    /// The leafnodes, by hub.
    pub(super) leafnodes: Vec<Group>,
    /// The clients, by where they connect.
    pub(super) clients: Vec<Group>,
    /// The box of each leafnode of the system.
    boxes: Vec<Found>,
}

/// Gateways between two clusters, as indices into [`Picture::clusters`].
pub(super) struct Pair {
    pub(super) between: (usize, usize),
    pub(super) label: String,
}

/// A box with members.
pub(super) struct Group {
    pub(super) title: String,
    /// Lines about all of them.
    pub(super) facts: Vec<String>,
    /// Where they connect to. Of a cluster: nowhere.
    pub(super) to: Vec<Place>,
    /// What is written at the line to there; of a cluster, at its routes, if it has any.
    pub(super) label: Option<String>,
    /// None where they are counted only.
    pub(super) members: Vec<Member>,
}

/// A node or a client.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) facts: Vec<String>,
}

/// The box that a place has in a picture.
#[derive(Clone, Copy)]
pub(super) enum Found {
    /// A cluster, as index into [`Picture::clusters`].
    Cluster(usize),
    /// All leafnodes of a hub, as index into [`Picture::leafnodes`].
    Leafnodes(usize),
    /// One of them, and its index in the group.
    Leafnode(usize, usize),
}

impl Picture {
    pub(super) fn new(system: &System, expiry: Expiry<'_>, detail: Detail) -> Self {
        let in_clusters = system.clusters.iter().map(|cluster| cluster.nodes.len()).sum();
        let mut summary = vec![count(system.clusters.len(), "cluster"), count(in_clusters, "node")];
        for (number, what) in [(system.leafnodes.len(), "leafnode"), (system.clients.len(), "client")] {
            if number > 0 {
                summary.push(count(number, what));
            }
        }
        let mesh = is_mesh(system).then(|| {
            let all: Vec<_> = (0..system.clusters.len()).collect();
            words::gateways(system, &all)
        });
        let by_hub = by_hub(system);
        Self {
            name: system.name.clone(),
            summary: summary.join(", "),
            clusters: (0..system.clusters.len())
                .map(|index| cluster(system, index, expiry, detail))
                .collect(),
            pairs: pairs(system),
            mesh,
            leafnodes: by_hub
                .iter()
                .map(|(hub, members)| leafnodes(system, *hub, members, expiry, detail))
                .collect(),
            clients: clients(system, expiry, detail),
            boxes: boxes(system, &by_hub, detail),
        }
    }

    /// The box of a place.
    pub(super) fn box_of(&self, place: Place) -> Found {
        match place {
            Place::Cluster(index) => Found::Cluster(index),
            Place::Leafnode(index) => self.boxes[index],
        }
    }
}

/// The hubs that have leafnodes, and these.
fn by_hub(system: &System) -> Vec<(usize, Vec<usize>)> {
    let mut hubs: Vec<(usize, Vec<usize>)> =
        (0..system.clusters.len()).map(|hub| (hub, Vec::new())).collect();
    for (index, leafnode) in system.leafnodes.iter().enumerate() {
        hubs[leafnode.hub].1.push(index);
    }
    hubs.retain(|(_, members)| !members.is_empty());
    hubs
}

fn boxes(system: &System, by_hub: &[(usize, Vec<usize>)], detail: Detail) -> Vec<Found> {
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

fn pairs(system: &System) -> Vec<Pair> {
    let both: usize = system.clusters.iter().map(|cluster| cluster.gateways.len()).sum();
    if both / 2 > MAX_PAIRS {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (from, cluster) in system.clusters.iter().enumerate() {
        for &to in cluster.gateways.iter().filter(|to| **to > from) {
            pairs.push(Pair { between: (from, to), label: words::gateways(system, &[from, to]) });
        }
    }
    pairs
}

fn cluster(system: &System, index: usize, expiry: Expiry<'_>, detail: Detail) -> Group {
    let cluster = &system.clusters[index];
    let nodes: Vec<_> = system.nodes[cluster.nodes.clone()].iter().collect();
    let routes = words::routes(&nodes);
    let mut facts = vec![count(nodes.len(), "node")];
    if let Some(routes) = &routes {
        let who = if nodes.len() > 2 { "each node with each other: " } else { "" };
        facts.push(format!("routes: {who}{routes}"));
    }
    if !cluster.gateways.is_empty() {
        facts.push(format!("gateways to {}", others(system, index)));
    }
    facts.extend(words::client_listeners(system, &nodes));
    if !detail.nodes {
        facts.extend(certificates::together(system, cluster.nodes.clone().map(Owner::Node), expiry));
    }
    let member = |node: usize| Member {
        name: system.nodes[node].name.to_string(),
        facts: facts_of_node(&system.nodes[node], certificates::each(system, Owner::Node(node), expiry)),
    };
    let members = if detail.nodes { cluster.nodes.clone().map(member).collect() } else { Vec::new() };
    Group { title: cluster.name.clone(), facts, to: Vec::new(), label: routes, members }
}

/// The clusters that one has gateways to.
fn others(system: &System, index: usize) -> String {
    let gateways = &system.clusters[index].gateways;
    if gateways.len() > MAX_LISTED && gateways.len() == system.clusters.len() - 1 {
        return format!("all {} others", gateways.len());
    }
    listed(gateways.iter().map(|&other| system.clusters[other].name.as_str()))
}

/// `a, b`, or how many there are beyond some.
fn listed<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    let shown: Vec<_> = names.clone().take(MAX_LISTED).collect();
    let more = names.count() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// The host that others are told to dial is worth a line where the name does not say it.
fn facts_of_node(node: &Node, certificates: Vec<String>) -> Vec<String> {
    let host = (node.advertise != node.name.as_str()).then(|| node.advertise.clone());
    host.into_iter().chain(certificates).collect()
}

fn leafnodes(system: &System, hub: usize, of_hub: &[usize], expiry: Expiry<'_>, detail: Detail) -> Group {
    let node_of = |index: usize| system.leafnodes[index].node;
    let nodes: Vec<_> = of_hub.iter().map(|&index| &system.nodes[node_of(index)]).collect();
    let mut facts = vec![count(of_hub.len(), "server")];
    facts.extend(words::client_listeners(system, &nodes));
    let member = |&index: &usize| {
        let (leafnode, node) = (&system.leafnodes[index], &system.nodes[node_of(index)]);
        let mut facts = vec![identity(system, &leafnode.user, leafnode.account)];
        facts.extend(facts_of_node(node, certificates::each(system, Owner::Node(leafnode.node), expiry)));
        Member { name: node.name.to_string(), facts }
    };
    let mut members = Vec::new();
    if detail.nodes {
        members = of_hub.iter().map(member).collect();
    } else {
        let owners = of_hub.iter().map(|&index| Owner::Node(node_of(index)));
        facts.extend(certificates::together(system, owners, expiry));
    }
    Group {
        title: format!("leafnodes of {}", system.clusters[hub].name),
        facts,
        to: vec![Place::Cluster(hub)],
        label: words::leafnodes(system, hub, of_hub.len()),
        members,
    }
}

/// Who it is to the listener, and in which account.
fn identity(system: &System, user: &str, account: Option<usize>) -> String {
    account.map_or_else(
        || format!("is {user}"),
        |account| format!("is {user} in account {}", system.accounts[account].name),
    )
}

fn clients(system: &System, expiry: Expiry<'_>, detail: Detail) -> Vec<Group> {
    let mut groups: Vec<(&[Place], Vec<usize>)> = Vec::new();
    for (index, client) in system.clients.iter().enumerate() {
        match groups.iter_mut().find(|(to, _)| *to == client.connects_to) {
            Some((_, members)) => members.push(index),
            None => groups.push((&client.connects_to, vec![index])),
        }
    }
    if !detail.clients && groups.len() > MAX_GROUPS {
        let all: Vec<_> = (0..system.clients.len()).collect();
        let together = group_of_clients(system, &[], &all, expiry, detail);
        return vec![Group { title: "clients, each of its own servers".to_owned(), ..together }];
    }
    groups.into_iter().map(|(to, members)| group_of_clients(system, to, &members, expiry, detail)).collect()
}

fn group_of_clients(
    system: &System,
    to: &[Place],
    members: &[usize],
    expiry: Expiry<'_>,
    detail: Detail,
) -> Group {
    let name = |place: &Place| match *place {
        Place::Cluster(index) => system.clusters[index].name.as_str(),
        Place::Leafnode(index) => system.nodes[system.leafnodes[index].node].name.as_str(),
    };
    let title = if to.is_empty() {
        "clients of any server".to_owned()
    } else {
        format!("clients of {}", listed(to.iter().map(name)))
    };
    let mut facts = vec![count(members.len(), "client")];
    if !detail.clients {
        facts.extend(certificates::together(
            system,
            members.iter().map(|&index| Owner::Client(index)),
            expiry,
        ));
    }
    let member = |&index: &usize| {
        let client = &system.clients[index];
        let mut facts = vec![identity(system, &client.user, client.account)];
        facts.extend(certificates::each(system, Owner::Client(index), expiry));
        Member { name: client.name.to_string(), facts }
    };
    Group {
        title,
        facts,
        // The title says that it is leafnodes, too.
        to: if to.is_empty() {
            (0..system.clusters.len()).map(Place::Cluster).collect()
        } else {
            to.to_vec()
        },
        label: Some("client certs to server certs".to_owned()),
        members: if detail.clients { members.iter().map(member).collect() } else { Vec::new() },
    }
}

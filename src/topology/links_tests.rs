#![allow(clippy::unwrap_used)]

use super::*;

fn read(manifest: &str) -> System {
    System::read(manifest, "test").unwrap_or_else(|why| panic!("{why}"))
}

/// A cluster of so many nodes, and one of two.
fn sized(nodes: usize, settings: &str) -> System {
    read(&format!(
        "{settings}\n[clusters.east]\nnodes = [\"n{{1..{nodes}}}.east.example.com\"]\n[clusters.west]\nnodes = \
         [\"w{{1..2}}.example.com\"]\n[clients.alice]"
    ))
}

/// Whether the listener of the first node lists pins.
fn lists(system: &System, context: Context) -> bool {
    let node = &system.nodes[0];
    Links::of(system).lists_pins(node, context, node.settings.listeners.get(context).unwrap())
}

fn names<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<&'a str> {
    nodes.map(|node| node.name.as_str()).collect()
}

fn peers(system: &System, index: usize, context: Context) -> Vec<(Owner, &'static str)> {
    let mut found = Vec::new();
    Links::of(system).peers(index, context, |owner, folder| found.push((owner, folder)));
    found
}

#[test]
fn default_pins_end_where_there_are_more_peers_than_a_list_should_have() {
    for (nodes, listed) in [(MAX_PEERS + 1, true), (MAX_PEERS + 2, false)] {
        assert_eq!(lists(&sized(nodes, ""), Context::Cluster), listed, "{nodes}");
        assert!(lists(&sized(nodes, ""), Context::Gateway), "two peers");
        assert!(lists(&sized(nodes, "listeners.cluster.pins = \"exact\""), Context::Cluster));
        assert!(!lists(&sized(nodes, "listeners.cluster.pins = \"none\""), Context::Cluster));
    }
}

#[test]
fn a_large_cluster_has_the_first_few_as_routes() {
    let of = |system: &System, index| names(Links::of(system).routes(index)).len();
    assert_eq!(of(&sized(MAX_PEERS, ""), 0), MAX_PEERS - 1);
    let large = sized(MAX_PEERS + 1, "");
    assert_eq!(of(&large, 0), ROUTE_SEEDS - 1, "not itself");
    assert_eq!(of(&large, MAX_PEERS), ROUTE_SEEDS);
    assert_eq!(of(&large, MAX_PEERS + 1), 1, "the other cluster is small");
}

#[test]
fn routes_that_are_compared_with_certificates_are_all_there() {
    let known = "listeners.cluster.check_known_urls = true";
    let compared = sized(MAX_PEERS + 1, known);
    assert_eq!(names(Links::of(&compared).routes(0)).len(), MAX_PEERS);
    let wildcards = format!(
        "{known}\n[clusters.east]\nnodes = [\"n{{1..{}}}.e.example.com\"]\nwildcards = [\"*.e.example.com\"]\n",
        MAX_PEERS + 1
    );
    assert_eq!(names(Links::of(&read(&wildcards)).routes(0)).len(), ROUTE_SEEDS - 1);
}

#[test]
fn gateways_have_the_first_few_of_each_cluster() {
    let first = ["n1.east.example.com", "n2.east.example.com", "n3.east.example.com"];
    assert_eq!(first.len(), GATEWAY_SEEDS);
    for (nodes, known_urls, seen) in [(3, false, 3), (4, false, 3), (4, true, 4)] {
        let system = sized(nodes, "");
        let found = names(Links::of(&system).gateway_seeds(0, known_urls));
        assert_eq!((&found[..3], found.len()), (&first[..], seen), "{nodes} {known_urls}");
    }
}

#[test]
fn leafnodes_have_all_nodes_of_their_hub_up_to_the_limit() {
    let hubs = |nodes| names(Links::of(&sized(nodes, "")).hubs(0)).len();
    assert_eq!((hubs(MAX_PEERS), hubs(MAX_PEERS + 5)), (MAX_PEERS, MAX_PEERS));
}

#[test]
fn peers_are_those_who_may_connect_and_no_others() {
    let system = read(
        "gateways.outgoing_certificate = true\n[clusters.east]\nnodes = [\"n{1..3}\"]\n[clusters.west]\nnodes = \
         [\"w1\"]\n[leafnodes.edge]\ncluster = \"east\"\n[clients.alice]\n[clients.bob]\nconnects_to = [\"west\"]",
    );
    let node = Owner::Node;
    assert_eq!(peers(&system, 1, Context::Cluster), [(node(0), CLUSTER), (node(2), CLUSTER)]);
    assert_eq!(peers(&system, 1, Context::Gateway), [(node(3), GATEWAY), (node(3), GATEWAY_REMOTE)]);
    assert_eq!(peers(&system, 1, Context::Leaf), [(node(4), LEAF)]);
    assert_eq!(peers(&system, 3, Context::Leaf), []);
    assert_eq!(peers(&system, 1, Context::Server), [(Owner::Client(0), "")]);
    assert_eq!(peers(&system, 3, Context::Server), [(Owner::Client(0), ""), (Owner::Client(1), "")]);
    assert_eq!(peers(&system, 4, Context::Cluster), []);
    assert_eq!(peers(&system, 1, Context::Monitor), []);
}

#[test]
fn jetstream_of_one_node_with_gateways_has_a_route_to_itself() {
    let alone = "[clusters.east]\nnodes = [\"n1\"]\n[clusters.west]\nnodes = [\"w{1..2}\"]";
    let with = read(&format!("jetstream = true\n{alone}"));
    assert_eq!(names(Links::of(&with).routes(0)), ["n1"]);
    assert_eq!(peers(&with, 0, Context::Cluster), [(Owner::Node(0), CLUSTER)]);
    assert_eq!(names(Links::of(&read(alone)).routes(0)), [""; 0]);
}

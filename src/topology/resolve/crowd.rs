//! What is left out of configurations because there are too many: lists of everybody for everybody grow with the
//! square. The user is told, once for each kind of listener.

use crate::nats::Context;
use crate::topology::model::{Node, Pins, Place, System, Verification};
use crate::topology::{Links, MAX_PEERS, ROUTE_SEEDS};

/// Listeners that list pins by default.
const LISTED: [(Context, &str, &str); 4] = [
    (Context::Server, "client", "clients"),
    (Context::Cluster, "cluster", "other nodes"),
    (Context::Gateway, "gateway", "nodes of other clusters"),
    (Context::Leaf, "leafnodes", "leafnodes"),
];

pub(super) fn warn(system: &mut System) {
    let links = Links::of(system);
    let mut warnings: Vec<_> =
        LISTED.iter().filter_map(|listed| without_pins(system, &links, listed)).collect();
    warnings.extend(with_seeds(system, &links));
    system.warnings.extend(warnings);
}

/// Places, each once, and the largest number that was found in them.
struct Crowd<'a> {
    places: Vec<&'a str>,
    most: usize,
}

impl<'a> Crowd<'a> {
    /// `count` gives the number of a node that is meant.
    fn of(system: &'a System, count: impl Fn(&'a Node) -> Option<usize>) -> Option<Self> {
        let (mut places, mut most, mut last) = (Vec::new(), 0, None);
        for node in &system.nodes {
            let Some(found) = count(node) else { continue };
            most = most.max(found);
            // The nodes of a place follow each other.
            if last != Some(node.place) {
                last = Some(node.place);
                places.push(match node.place {
                    Place::Cluster(cluster) => system.clusters[cluster].name.as_str(),
                    Place::Leafnode(_) => node.name.as_str(),
                });
            }
        }
        (!places.is_empty()).then_some(Self { places, most })
    }

    fn places(&self) -> String {
        let shown = self.places[..self.places.len().min(3)].join(", ");
        match self.places.len().checked_sub(3) {
            None | Some(0) => shown,
            Some(more) => format!("{shown} and {more} more"),
        }
    }
}

fn without_pins(
    system: &System,
    links: &Links<'_>,
    (context, listener, peers): &(Context, &str, &str),
) -> Option<(String, String)> {
    let mut decided_by_user = true;
    let crowd = Crowd::of(system, |node| {
        let found = node.settings.listeners.get(*context)?;
        let count = links.count(node, *context);
        let left_out = found.pins == Pins::Default && !links.lists_pins(node, *context, found);
        (left_out && count > MAX_PEERS).then_some(count)
    })?;
    for node in &system.nodes {
        let found = node.settings.listeners.get(*context);
        decided_by_user &= found.is_none_or(|found| found.verification == Verification::Map);
    }
    let what = format!(
        "listeners.{listener} of {} lists no pins: there are {} {peers}, and lists end at {MAX_PEERS}",
        crowd.places(),
        crowd.most
    );
    let hint = match context {
        Context::Cluster | Context::Gateway => {
            "any certificate of this CA that fits is let in: say pins = \"exact\" to list them all, or check_known_urls \
             = true with wildcards"
        }
        _ if decided_by_user => {
            "users are known by their names all the same; say pins = \"exact\" to list all keys, or pins = \"none\""
        }
        _ => {
            "any certificate of this CA is let in: say pins = \"exact\" to list all keys, or pins = \"none\""
        }
    };
    Some((what, hint.to_owned()))
}

/// Clusters whose nodes have the URLs of the first few alone.
fn with_seeds(system: &System, links: &Links<'_>) -> Option<(String, String)> {
    let crowd = Crowd::of(system, |node| {
        let Place::Cluster(cluster) = node.place else { return None };
        let size = system.clusters[cluster].nodes.len();
        (size > MAX_PEERS && links.has_seeds(node)).then_some(size)
    })?;
    let (noun, verb) = if crowd.places.len() == 1 { ("cluster", "has") } else { ("clusters", "have up to") };
    Some((
        format!(
            "{noun} {} {verb} {} nodes: each has routes to the first {ROUTE_SEEDS}, which tell it of the others",
            crowd.places(),
            crowd.most
        ),
        format!("start one of the first {ROUTE_SEEDS} before the others"),
    ))
}

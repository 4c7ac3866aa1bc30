//! What a picture says of listeners: which certificate is shown, and what is asked of who connects.

use crate::nats::Context;
use crate::topology::{Links, Listener, Node, System, Verification};

/// `3 nodes`, `1 node`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// What a listener asks of its peers: `verify + pins`.
fn demand(links: &Links<'_>, node: &Node, context: Context, listener: &Listener) -> String {
    let mut words = vec![match listener.verification {
        Verification::Map => "verify_and_map",
        Verification::None if !context.always_verifies() => return "no client certs".to_owned(),
        _ => "verify",
    }];
    if links.lists_pins(node, context, listener) {
        words.push("pins");
    }
    if listener.tls.options().check_known_urls {
        words.push("known URLs");
    }
    words.join(" + ")
}

/// What the listeners of a context ask, on all of these nodes; none where none of them has one.
fn demands(links: &Links<'_>, nodes: &[&Node], context: Context) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for node in nodes {
        if let Some(listener) = node.settings.listeners.get(context) {
            let demand = demand(links, node, context, listener);
            if !found.contains(&demand) {
                found.push(demand);
            }
        }
    }
    (!found.is_empty()).then(|| found.join(" or "))
}

/// One line per kind of listener that clients connect to; kinds that ask for the same share a line.
pub(super) fn client_listeners(links: &Links<'_>, nodes: &[&Node]) -> Vec<String> {
    let kinds = [
        (Context::Server, "clients"),
        (Context::Websocket, "websocket"),
        (Context::Mqtt, "mqtt"),
        (Context::Monitor, "monitor"),
    ];
    let mut asked: Vec<(String, Vec<&str>)> = Vec::new();
    for (context, word) in kinds {
        let Some(demand) = demands(links, nodes, context) else { continue };
        match asked.iter_mut().find(|(same, _)| *same == demand) {
            Some((_, words)) => words.push(word),
            None => asked.push((demand, vec![word])),
        }
    }
    asked.into_iter().map(|(demand, words)| format!("{}: server cert, {demand}", words.join(", "))).collect()
}

/// What stands at the routes of a cluster; none where there are none.
pub(super) fn routes(links: &Links<'_>, nodes: &[&Node]) -> Option<String> {
    let demand = demands(links, nodes, Context::Cluster)?;
    (nodes.len() > 1).then(|| format!("cluster certs, both {demand}"))
}

fn nodes_of(system: &System, cluster: usize) -> Vec<&Node> {
    system.nodes[system.clusters[cluster].nodes.clone()].iter().collect()
}

/// What stands at the gateways between some clusters.
pub(super) fn gateways(system: &System, links: &Links<'_>, clusters: &[usize]) -> String {
    let mut asked: Vec<(&str, String)> = Vec::new();
    for &index in clusters {
        if let Some(demand) = demands(links, &nodes_of(system, index), Context::Gateway) {
            asked.push((&system.clusters[index].name, demand));
        }
    }
    let certs = if system.outgoing_gateway_certificate {
        "gateway certs, gateway-remote certs to dial"
    } else {
        "gateway certs"
    };
    let Some((_, first)) = asked.first() else { return certs.to_owned() };
    if asked.iter().all(|(_, demand)| demand == first) {
        return format!("{certs}, both {first}");
    }
    let each: Vec<_> = asked.iter().map(|(name, demand)| format!("{name}: {demand}")).collect();
    format!("{certs}, {}", each.join(", "))
}

/// What stands at the leafnodes of a hub; none where it does not listen for them.
pub(super) fn leafnodes(system: &System, links: &Links<'_>, hub: usize) -> Option<String> {
    let demand = demands(links, &nodes_of(system, hub), Context::Leaf)?;
    Some(format!("leaf certs, hub: {demand}"))
}

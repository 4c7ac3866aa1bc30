//! `pinned_certs`: what they are, where they count, and whom they leave out.

mod peers;
mod places;
mod values;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::lint::conf::TlsMap;
use crate::lint::{Desk, Peers, System};
use crate::nats::TlsOption;
use crate::natsconf::{Entry, Node};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let mut lists = Vec::new();
    for server in &system.servers {
        for map in &server.tls {
            let Some((entry, nodes)) = pins(map) else { continue };
            values::check(server, map, nodes, desk);
            places::check(server, map, entry, desk);
            lists.push((server, map, nodes));
        }
    }
    if !lists.is_empty() {
        let of_ca = values::of_something_else(system, &lists, desk);
        peers::check(system, peers, &of_ca, desk);
    }
}

/// The pins of a map, if there are any: an empty list pins nothing.
fn pins(map: &TlsMap) -> Option<(&Entry, &[Node])> {
    let entry = map.entry(TlsOption::PinnedCerts)?;
    let nodes = entry.node.value.as_array()?;
    (!nodes.is_empty()).then_some((entry, nodes))
}

/// The same as nats-server compares them.
fn pinned(map: &TlsMap) -> Option<HashSet<Cow<'_, str>>> {
    let (_, nodes) = pins(map)?;
    Some(nodes.iter().filter_map(pin).collect())
}

/// A pin in lower case.
fn pin(node: &Node) -> Option<Cow<'_, str>> {
    let text = node.value.as_text()?.to_str_lossy();
    let is_lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    Some(if is_lower { text } else { Cow::Owned(text.to_ascii_lowercase()) })
}

#[cfg(test)]
mod tests;

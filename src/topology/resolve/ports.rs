//! Ports: within range, and on one machine each once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use super::Scope;
use super::listeners::{ALL, port_place};
use super::settings::Inherited;
use crate::topology::error::{Fault, Loc};
use crate::topology::model::{Node, Settings};

/// The port offset of a node: that of its level, and its place in a row.
pub(super) fn offset(
    base: u16,
    step: usize,
    inherited: &Inherited,
    settings: &Settings,
    at: Loc,
) -> Result<u16, Fault> {
    let offset = usize::from(base) + step;
    for (context, name) in ALL {
        let Some(listener) = settings.listeners.get(context) else { continue };
        let port = usize::from(listener.port) + offset;
        if port > usize::from(u16::MAX) {
            let given = inherited.port_offset.as_ref().map(|given| given.at);
            return Err(Fault::new(
                given.or_else(|| port_place(inherited, name)).unwrap_or(at),
                format!("the port of listeners.{name} would be {} + {offset} = {port}", listener.port),
                "ports end at 65535: give a lower port or port_offset",
            ));
        }
    }
    // It was added to at least the client port.
    Ok(u16::try_from(offset).unwrap_or(u16::MAX))
}

/// The address as the system sees it, if other nodes may have to share it.
fn shared(node: &Node, local: bool) -> Option<Option<IpAddr>> {
    let address = match node.listen.as_str() {
        "localhost" => IpAddr::from([127, 0, 0, 1]),
        text => text.parse().ok()?,
    };
    match address.is_unspecified() {
        true if local => Some(None),
        true => None,
        false => Some(Some(address)),
    }
}

type Holder = (usize, &'static str);

/// No two nodes that run on one machine have one port.
pub(super) fn check(scope: &Scope) -> Result<(), Fault> {
    let mut exact: HashMap<(u16, IpAddr), Holder> = HashMap::new();
    let mut everywhere: HashMap<u16, Holder> = HashMap::new();
    let mut somewhere: HashMap<u16, Holder> = HashMap::new();
    for (index, node) in scope.nodes.iter().enumerate() {
        let Some(address) = shared(node, scope.local) else { continue };
        for (context, name) in ALL {
            let Some(listener) = node.settings.listeners.get(context) else { continue };
            let port = node.port(listener);
            let mine = (index, name);
            let mut other = everywhere.get(&port).copied();
            match address {
                Some(address) => match exact.entry((port, address)) {
                    Entry::Occupied(taken) => other = other.or(Some(*taken.get())),
                    Entry::Vacant(free) => _ = free.insert(mine),
                },
                None => {
                    other = other.or_else(|| somewhere.get(&port).copied());
                    everywhere.entry(port).or_insert(mine);
                }
            }
            somewhere.entry(port).or_insert(mine);
            if let Some(other) = other.filter(|(other, _)| *other != index) {
                return Err(clash(scope, other, mine, port));
            }
        }
    }
    Ok(())
}

fn clash(scope: &Scope, (other, its): Holder, (node, mine): Holder, port: u16) -> Fault {
    let name = |node: usize| &scope.nodes[node].name;
    Fault::new(
        scope.origin(node),
        format!(
            "{} ({mine}) and {} ({its}) both listen on port {port} of this machine",
            name(node),
            name(other)
        ),
        "give one of them, or its cluster, another port_offset",
    )
}

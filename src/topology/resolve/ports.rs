//! Ports: within range, and on one machine each once.

use std::collections::HashMap;
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

/// What a node's listeners may have to share with others.
enum Shared {
    /// Nothing: it has a machine of its own.
    Nothing,
    /// One address.
    Address(IpAddr),
    /// Every address of this machine.
    Everything,
}

fn shared(node: &Node, local: bool) -> Shared {
    let address = match node.listen.as_str() {
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        text => text.parse(),
    };
    match address {
        Ok(address) if !address.is_unspecified() => Shared::Address(address),
        Ok(_) if local => Shared::Everything,
        _ => Shared::Nothing,
    }
}

type Holder = (usize, &'static str);

/// The ports that are taken, and by whom.
#[derive(Default)]
struct Ports {
    /// At one address.
    exact: HashMap<(u16, IpAddr), Holder>,
    /// At every address.
    everywhere: HashMap<u16, Holder>,
    /// At some address, whichever.
    somewhere: HashMap<u16, Holder>,
}

impl Ports {
    /// Takes a port; or who has it.
    fn take(&mut self, port: u16, shared: &Shared, who: Holder) -> Option<Holder> {
        let other = match shared {
            Shared::Nothing => return None,
            Shared::Address(address) => {
                let other = self.everywhere.get(&port).or_else(|| self.exact.get(&(port, *address))).copied();
                self.exact.entry((port, *address)).or_insert(who);
                other
            }
            Shared::Everything => {
                self.everywhere.entry(port).or_insert(who);
                self.somewhere.get(&port).copied()
            }
        };
        self.somewhere.entry(port).or_insert(who);
        other
    }
}

/// No two nodes that run on one machine have one port.
pub(super) fn check(scope: &Scope) -> Result<(), Fault> {
    let mut ports = Ports::default();
    let mut advertised: HashMap<(&str, u16), usize> = HashMap::with_capacity(scope.nodes.len());
    for (index, node) in scope.nodes.iter().enumerate() {
        let first = advertised.insert((&node.advertise, node.port_offset), index);
        if let Some(other) = first.filter(|_| !scope.local) {
            return Err(Fault::new(
                scope.origin(index),
                format!(
                    "{} and {} tell others to dial the same host, {}",
                    scope.nodes[other].name, node.name, node.advertise
                ),
                "give each node a host of its own; on one host each a port_offset",
            ));
        }
        let shared = shared(node, scope.local);
        for (context, name) in ALL {
            let Some(listener) = node.settings.listeners.get(context) else { continue };
            let port = node.port(listener);
            if let Some(other) = ports.take(port, &shared, (index, name)) {
                return Err(clash(scope, other, (index, name), port));
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

//! Servers that tell each other addresses.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use super::cover::{any_covers, has_address, has_host};
use super::urls::names;
use crate::finding::{Code, Finding};
use crate::lint::conf::{Listener, Server, TlsMap};
use crate::lint::peers::{Peers, is_any, listener_in};
use crate::lint::{Desk, System};
use crate::nats::{Context, TlsOption};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    routes(system, peers, desk);
    gateways(system, peers, desk);
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

fn routes(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let dials = peers.dials.iter().filter(|dial| dial.context == Context::Cluster);
    let linked: HashSet<_> = dials.map(|dial| pair(dial.from, dial.to)).collect();
    for crowd in peers.crowds.iter().filter(|crowd| crowd.context == Context::Cluster) {
        // By the name that they ask for when they dial an address.
        let mut asking: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for index in &crowd.from {
            let own = system.servers[*index].cluster.iter().flat_map(|cluster| &cluster.routes);
            asking.entry(names(own).next()).or_default().push(*index);
        }
        for told in &crowd.to {
            let Some((listener, map)) = nameless_address(system, *told, Context::Cluster) else { continue };
            let leaves = system.leaves(map);
            let refusing =
                asking.iter().filter(|(name, _)| name.is_none_or(|name| !any_covers(&leaves, name)));
            // Neither has a route to the other: one of them is told where the other is.
            let is_told = |other: &&usize| *other != told && !linked.contains(&pair(**other, *told));
            let Some(other) = refusing.flat_map(|(_, servers)| servers).find(is_told) else { continue };
            let what = format!(
                "{} learns of this server from others, by IP address, which its certificate lacks",
                system.servers[*other].file
            );
            report(&system.servers[*told], listener, map, what, "cluster", desk);
        }
    }
}

/// Who is dialled by a cluster that it has no entry for dials back.
fn gateways(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let mut entries: HashMap<&str, HashSet<&str>> = HashMap::new();
    for server in &system.servers {
        let Some(gateway) = server.gateway.as_ref().filter(|gateway| gateway.listener.port.is_some()) else {
            continue;
        };
        let remotes = gateway.remotes.iter().filter_map(|remote| remote.name.as_ref());
        entries.entry(name_of(server)).or_default().extend(remotes.map(|name| name.value.as_str()));
    }
    let has = |one: &str, other: &str| entries.get(one).is_some_and(|names| names.contains(other));
    let mut said = HashSet::new();
    for dial in peers.dials.iter().filter(|dial| dial.context == Context::Gateway) {
        let (from, to) = (name_of(&system.servers[dial.from]), name_of(&system.servers[dial.to]));
        if from == to || has(to, from) || !has(from, to) || !said.insert((dial.from, to)) {
            continue;
        }
        let Some((listener, map)) = nameless_address(system, dial.from, Context::Gateway) else { continue };
        let what = format!(
            "{} dials this gateway back by IP address, which its certificate lacks",
            system.servers[dial.to].file
        );
        report(&system.servers[dial.from], listener, map, what, "gateway", desk);
    }
}

fn name_of(server: &Server) -> &str {
    let name = server.gateway.as_ref().and_then(|gateway| gateway.name.as_ref());
    name.map_or("", |name| name.value.as_str())
}

fn report(server: &Server, listener: &Listener, map: &TlsMap, what: String, section: &str, desk: &mut Desk) {
    let fix = format!(
        "add advertise: \"HOST:PORT\" to {section} with a name of the certificate, or issue it with the IP address"
    );
    desk.add(server, listener.key.unwrap_or(map.key), Finding::new(Code::GossipedIp, what, fix));
}

/// Where a server is told by address, and shows certificates without any.
fn nameless_address<'s>(
    system: &'s System<'_>,
    index: usize,
    context: Context,
) -> Option<(&'s Listener, &'s TlsMap)> {
    let server = &system.servers[index];
    let listener = listener_in(server, context).filter(|listener| listener.advertise.is_none())?;
    let map = server.map_of(listener).filter(|map| !map.flag(TlsOption::Insecure))?;
    let host = listener.host.as_ref().map_or("", |host| &host.value);
    // A gateway tells the host that it listens at, a route where it comes from.
    if context == Context::Gateway && !is_any(host) && host.parse::<IpAddr>().is_err() {
        return None;
    }
    let leaves = system.leaves(map);
    let lacks = leaves.iter().any(|leaf| has_host(&leaf.facts))
        && !leaves.iter().any(|leaf| has_address(&leaf.facts));
    lacks.then_some((listener, map))
}

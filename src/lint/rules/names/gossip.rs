//! Servers that tell each other addresses.

use std::collections::HashSet;
use std::net::IpAddr;

use super::cover::{any_covers, has_address, has_host};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Listener, Server, TlsMap};
use crate::lint::peers::{Peers, is_any, listener_in};
use crate::lint::{Desk, System};
use crate::nats::{Context, TlsOption};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let links: HashSet<_> =
        peers.dials.iter().map(|dial| (dial.context.as_str(), dial.from, dial.to)).collect();
    let linked = |context: Context, one: usize, other: usize| {
        links.contains(&(context.as_str(), one, other)) || links.contains(&(context.as_str(), other, one))
    };
    for crowd in peers.crowds.iter().filter(|crowd| crowd.context == Context::Cluster) {
        for told in &crowd.to {
            let Some((listener, map)) = nameless_address(system, *told, Context::Cluster) else { continue };
            // Neither has a route to the other: one of them is told where the other is.
            let refuses = |other: &&usize| {
                *other != told
                    && !linked(Context::Cluster, **other, *told)
                    && !names_it(system, &system.servers[**other], map)
            };
            let Some(other) = crowd.from.iter().find(refuses) else { continue };
            let what = format!(
                "{} learns of this server from others, by IP address, which its certificate lacks",
                system.servers[*other].file
            );
            report(&system.servers[*told], listener, map, what, "cluster", desk);
        }
    }
    for crowd in peers.crowds.iter().filter(|crowd| crowd.context == Context::Gateway) {
        // Who is dialled by a cluster that it has no entry for dials back.
        let known = |from: &usize| {
            let name = system.servers[*from].gateway.as_ref().and_then(|gateway| gateway.name.as_ref());
            let entries =
                |to: &usize| system.servers[*to].gateway.iter().flat_map(|gateway| &gateway.remotes);
            crowd
                .to
                .iter()
                .flat_map(entries)
                .any(|remote| remote.name.as_ref().map(|n| &n.value) == name.map(|n| &n.value))
        };
        for dial in peers.dials.iter().filter(|dial| dial.context == Context::Gateway) {
            if !crowd.from.contains(&dial.from) || !crowd.to.contains(&dial.to) || known(&dial.from) {
                continue;
            }
            let Some((listener, map)) = nameless_address(system, dial.from, Context::Gateway) else {
                continue;
            };
            let what = format!(
                "{} dials this gateway back by IP address, which its certificate lacks",
                system.servers[dial.to].file
            );
            report(&system.servers[dial.from], listener, map, what, "gateway", desk);
        }
    }
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

/// Whether a server asks for a name that the certificates have when it dials an address: one of its own routes'.
fn names_it(system: &System<'_>, from: &Server, map: &TlsMap) -> bool {
    let leaves = system.leaves(map);
    let mut routes = from.cluster.iter().flat_map(|cluster| &cluster.routes);
    routes.any(|url| url.value.address().is_none() && any_covers(&leaves, &url.value.host))
}

//! Who connects to whom among the configurations that are linted together.
//!
//! A URL names a server by port and host. Which of the given servers that is, only its names can say: where it listens, what it
//! advertises, its `server_name`, its file or folder, the names in its certificate; of a loopback host, the port.
//! can be, by its port alone. Where several servers fit, nobody is meant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::System;
use super::conf::{Listener, Remote, Server, Spanned, TlsMap, Url};
use crate::nats::Context;

mod book;
mod name;
#[cfg(test)]
mod tests;

use book::Book;
pub(crate) use name::{is_any, is_loopback};

/// A URL of one server that leads to another.
#[derive(Debug, Clone, Copy)]
pub struct Dial<'s> {
    /// Who dials: which of [`System::servers`].
    pub from: usize,
    /// Who is dialled.
    pub to: usize,
    /// Where it is accepted: `Cluster`, `Gateway`, `Leaf`, or `Websocket` for a leafnode that comes that way.
    pub context: Context,
    /// The map that it is dialled with.
    pub from_tls: Option<&'s TlsMap>,
    /// The entry of `gateways` or `remotes`; of routes, none.
    pub remote: Option<&'s Remote>,
    /// Where it is accepted.
    pub listener: &'s Listener,
    /// The map there.
    pub to_tls: Option<&'s TlsMap>,
    /// The URL.
    pub url: &'s Spanned<Url>,
}

/// Servers of which each may dial each, because they tell each other where the rest is: those of a cluster among themselves,
/// those of one cluster and those of another by gateways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// `Cluster` or `Gateway`.
    pub context: Context,
    /// Who may dial.
    pub from: Vec<usize>,
    /// Whom. (Nobody dials itself.)
    pub to: Vec<usize>,
}

/// A URL of a configuration, wherever it leads.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'s> {
    /// Who dials.
    pub from: usize,
    /// As in [`Dial`].
    pub context: Context,
    /// As in [`Dial`].
    pub from_tls: Option<&'s TlsMap>,
    /// As in [`Dial`].
    pub remote: Option<&'s Remote>,
    /// The URL.
    pub url: &'s Spanned<Url>,
}

/// Everything of it.
#[derive(Debug)]
pub struct Peers<'s> {
    /// URLs that lead to a server among the given, and not to the one that has them.
    pub dials: Vec<Dial<'s>>,
    /// Who may dial whom without a URL of its own.
    pub crowds: Vec<Crowd>,
    /// URLs that lead to nobody who is known.
    pub unknown: Vec<Outgoing<'s>>,
}

impl<'s> Peers<'s> {
    /// Finds out.
    #[must_use]
    pub fn of(system: &'s System<'_>) -> Self {
        let book = Book::of(system);
        let mut peers = Self { dials: Vec::new(), crowds: Vec::new(), unknown: Vec::new() };
        for out in outgoing(system) {
            let Some(to) = book.find(&out) else {
                peers.unknown.push(out);
                continue;
            };
            let server = &system.servers[to];
            let Some(listener) = listener_in(server, out.context).filter(|_| to != out.from) else {
                continue;
            };
            let to_tls = server.map_of(listener);
            let Outgoing { from, context, from_tls, remote, url } = out;
            peers.dials.push(Dial { from, to, context, from_tls, remote, listener, to_tls, url });
        }
        peers.crowds = crowds(system, &peers.dials);
        peers
    }
}

/// Where a server accepts connections of a kind; a cluster or leafnode port that is not set accepts none.
#[must_use]
pub fn listener_in(server: &Server, context: Context) -> Option<&Listener> {
    server.listeners().find(|(kind, listener)| *kind == context && listener.port.is_some()).map(|(_, at)| at)
}

/// Every URL that a server dials. Routes and gateways of a server that does not listen there are never dialled.
fn outgoing<'s>(system: &'s System<'_>) -> impl Iterator<Item = Outgoing<'s>> {
    system.servers.iter().enumerate().flat_map(|(from, server)| {
        let cluster = server.cluster.iter().filter(|cluster| cluster.listener.port.is_some());
        let routes = cluster.flat_map(move |cluster| {
            let from_tls = server.map_of(&cluster.listener);
            let out = move |url| Outgoing { from, context: Context::Cluster, from_tls, remote: None, url };
            cluster.routes.iter().map(out)
        });
        let gateway = server.gateway.iter().filter(|gateway| gateway.listener.port.is_some());
        let gateways = gateway.flat_map(|gateway| gateway.remotes.iter()).flat_map(move |remote| {
            let from_tls = server.gateway_remote_tls(remote);
            let out =
                move |url| Outgoing { from, context: Context::Gateway, from_tls, remote: Some(remote), url };
            remote.urls.iter().map(out)
        });
        let leafs = server.leafnodes.iter().flat_map(|leafs| leafs.remotes.iter()).flat_map(move |remote| {
            let from_tls = remote.tls.and_then(|index| server.tls.get(index));
            let out = move |url: &'s Spanned<Url>| {
                let websocket = matches!(&*url.value.scheme, "ws" | "wss");
                let context = if websocket { Context::Websocket } else { Context::Leaf };
                Outgoing { from, context, from_tls, remote: Some(remote), url }
            };
            remote.urls.iter().map(out)
        });
        routes.chain(gateways).chain(leafs)
    })
}

/// The name of the cluster whose servers are meant; leafnodes have none.
fn group_of(server: &Server, context: Context) -> String {
    let name = match context {
        Context::Cluster => server.cluster.as_ref().and_then(|cluster| cluster.name.as_ref()),
        Context::Gateway => server.gateway.as_ref().and_then(|gateway| gateway.name.as_ref()),
        _ => None,
    };
    name.map(|name| name.value.clone()).unwrap_or_default()
}

/// Clusters: servers of one name, and those that dial each other. Gateways: clusters of which one names the other; it dials
/// back whether it has an entry or not.
fn crowds(system: &System<'_>, dials: &[Dial<'_>]) -> Vec<Crowd> {
    let mut crowds = Vec::new();
    for members in clusters(system, dials) {
        if members.len() > 1 {
            crowds.push(Crowd { context: Context::Cluster, from: members.clone(), to: members });
        }
    }
    let mut gateways: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, server) in system.servers.iter().enumerate() {
        if listener_in(server, Context::Gateway).is_some() {
            gateways.entry(group_of(server, Context::Gateway)).or_default().push(index);
        }
    }
    let mut pairs = BTreeSet::new();
    for server in &system.servers {
        let own = group_of(server, Context::Gateway);
        for remote in server.gateway.iter().flat_map(|gateway| &gateway.remotes) {
            let Some(name) = remote.name.as_ref().filter(|name| name.value != own) else { continue };
            pairs.insert((own.clone(), name.value.clone()));
            pairs.insert((name.value.clone(), own.clone()));
        }
    }
    for (from, to) in pairs {
        if let (Some(from), Some(to)) = (gateways.get(&from), gateways.get(&to)) {
            crowds.push(Crowd { context: Context::Gateway, from: from.clone(), to: to.clone() });
        }
    }
    crowds
}

fn clusters(system: &System<'_>, dials: &[Dial<'_>]) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..system.servers.len()).collect();
    let mut join = |one: usize, other: usize| {
        let (one, other) = (head(&mut group, one), head(&mut group, other));
        group[one.max(other)] = one.min(other);
    };
    let mut first: HashMap<String, usize> = HashMap::new();
    for (index, server) in system.servers.iter().enumerate() {
        let name = group_of(server, Context::Cluster);
        if listener_in(server, Context::Cluster).is_some() && !name.is_empty() {
            join(index, *first.entry(name).or_insert(index));
        }
    }
    for dial in dials.iter().filter(|dial| dial.context == Context::Cluster) {
        join(dial.from, dial.to);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, server) in system.servers.iter().enumerate() {
        if listener_in(server, Context::Cluster).is_some() {
            members.entry(head(&mut group, index)).or_default().push(index);
        }
    }
    members.into_values().collect()
}

/// The first of the group that a server is in.
fn head(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

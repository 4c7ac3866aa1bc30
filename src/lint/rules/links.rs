//! Every connection that servers make to each other, by a URL or because they were told.

use crate::lint::System;
use crate::lint::conf::{Server, TlsMap};
use crate::lint::peers::{Crowd, Peers, listener_in};
use crate::nats::Context;

/// One server dials another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'s> {
    /// Who dials: which of the servers.
    pub(super) from: usize,
    /// Who is dialled.
    pub(super) to: usize,
    /// Where it is accepted.
    pub(super) context: Context,
    /// The map that it is dialled with.
    pub(super) from_tls: Option<&'s TlsMap>,
    /// The map where it is accepted.
    pub(super) to_tls: Option<&'s TlsMap>,
}

/// All of them; a pair may come several times.
pub(super) fn links<'s>(system: &'s System<'_>, peers: &'s Peers<'s>) -> impl Iterator<Item = Link<'s>> {
    dialled(peers).chain(peers.crowds.iter().flat_map(|crowd| {
        let context = crowd.context;
        let (from, to) = (diallers(system, crowd), listeners(system, crowd));
        from.into_iter().flat_map(move |(from, from_tls)| {
            let link = move |&(to, to_tls): &Side<'s>| Link { from, to, context, from_tls, to_tls };
            to.iter().map(link).filter(|link| link.from != link.to).collect::<Vec<_>>()
        })
    }))
}

/// Those that have a URL, but for routes: all servers of a cluster are one of the crowds.
pub(super) fn dialled<'s>(peers: &'s Peers<'s>) -> impl Iterator<Item = Link<'s>> {
    peers.dials.iter().filter(|dial| dial.context != Context::Cluster).map(|dial| Link {
        from: dial.from,
        to: dial.to,
        context: dial.context,
        from_tls: dial.from_tls,
        to_tls: dial.to_tls,
    })
}

/// A server of a crowd, and the map that it uses there.
pub(super) type Side<'s> = (usize, Option<&'s TlsMap>);

/// Who dials in a crowd.
pub(super) fn diallers<'s>(system: &'s System<'_>, crowd: &Crowd) -> Vec<Side<'s>> {
    let name = crowd.to.first().and_then(|first| gateway_name(&system.servers[*first]));
    let dialler = |at: &usize| (*at, dialled_with(&system.servers[*at], crowd.context, name));
    crowd.from.iter().map(dialler).collect()
}

/// Who is dialled.
pub(super) fn listeners<'s>(system: &'s System<'_>, crowd: &Crowd) -> Vec<Side<'s>> {
    let listener = |at: &usize| {
        let server = &system.servers[*at];
        (*at, listener_in(server, crowd.context).and_then(|listener| server.map_of(listener)))
    };
    crowd.to.iter().map(listener).collect()
}

fn gateway_name(server: &Server) -> Option<&str> {
    server.gateway.as_ref()?.name.as_ref().map(|name| name.value.as_str())
}

fn dialled_with<'s>(server: &'s Server, context: Context, name: Option<&str>) -> Option<&'s TlsMap> {
    let gateway = server.gateway.as_ref().filter(|_| context == Context::Gateway);
    let is_it = |named: &Option<crate::lint::conf::Spanned<String>>| {
        named.as_ref().map(|name| name.value.as_str()) == name
    };
    match gateway.and_then(|gateway| gateway.remotes.iter().find(|remote| is_it(&remote.name))) {
        Some(remote) => server.gateway_remote_tls(remote),
        None => server.tls_in(context),
    }
}

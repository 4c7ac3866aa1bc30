//! Whether the URLs of given servers name those that they lead to.

use std::collections::HashSet;
use std::net::IpAddr;

use super::cover::{addresses_as_names, any_covers, has_host, short_wildcard, shown};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Remote, Spanned, Url, host_and_port};
use crate::lint::peers::{Dial, Peers, listener_in};
use crate::lint::{Desk, System};
use crate::nats::{Context, TlsOption};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    // Many servers dial one by the same name: what is right is looked at once.
    let mut right = HashSet::new();
    for dial in &peers.dials {
        let host = dial.url.value.host.as_str();
        if right.contains(&(dial.to, dial.context.as_str(), host)) || !checks_names(dial) {
            continue;
        }
        let Some(map) = dial.to_tls else { continue };
        let leaves = system.leaves(map);
        if any_covers(&leaves, host) || !leaves.iter().any(|leaf| has_host(&leaf.facts)) {
            right.insert((dial.to, dial.context.as_str(), host));
            continue;
        }
        if let Some(finding) = finding(system, dial) {
            let to = &system.servers[dial.to];
            let at = map.pairs.first().map_or(map.key, |pair| pair.span);
            desk.add_beside((&system.servers[dial.from], dial.url.span), finding, ("who is dialled", to, at));
        }
    }
}

/// Whether who dials checks the name: with TLS, and not with `insecure`. A leafnode without a map of its own does as its hub
/// says.
fn checks_names(dial: &Dial<'_>) -> bool {
    match dial.from_tls {
        Some(map) => !map.flag(TlsOption::Insecure),
        None => match dial.context {
            Context::Leaf => true,
            Context::Websocket => dial.url.value.scheme == "wss",
            _ => false,
        },
    }
}

/// What is wrong, if the name that is asked for does not mend it.
fn finding(system: &System<'_>, dial: &Dial<'_>) -> Option<Finding> {
    let leaves = system.leaves(dial.to_tls?);
    let host = dial.url.value.host.as_str();
    let to = &system.servers[dial.to].file;
    let covered = shown(&leaves);
    if let Ok(address) = host.parse::<IpAddr>() {
        if asks_for_names(system, dial).iter().any(|name| any_covers(&leaves, name)) {
            return None;
        }
        if leaves.iter().any(|leaf| addresses_as_names(&leaf.facts).any(|wrong| wrong == address)) {
            let what = format!("the certificate of {to} has {host} as a DNS name, not as an IP address");
            return Some(Finding::new(Code::IpAsDns, what, reissue(host)));
        }
        let what = format!("the certificate of {to} covers {covered}, not the address {host}");
        return Some(Finding::new(Code::IpNotCovered, what, reissue(host)));
    }
    let wildcard = leaves.iter().find_map(|leaf| short_wildcard(&leaf.facts, host));
    if let Some(wildcard) = wildcard {
        let what =
            format!("{wildcard} in the certificate of {to} stands for one label and does not cover {host}");
        return Some(Finding::new(Code::WildcardMismatch, what, reissue(host)));
    }
    let what = format!("the certificate of {to} covers {covered}, not {host}");
    Some(Finding::new(Code::UrlNotCovered, what, reissue(host)))
}

/// The host names that may be asked for where an address is dialled.
///
/// Of routes and gateways it is the first of their URLs. A leafnode shuffles its URLs when it starts: any of them. Gateways learn
/// where the servers of the other cluster are, which may be names, too.
fn asks_for_names(system: &System<'_>, dial: &Dial<'_>) -> Vec<String> {
    let Some(remote) = dial.remote else {
        let routes = system.servers[dial.from].cluster.iter().flat_map(|cluster| &cluster.routes);
        return names(routes).take(1).map(str::to_owned).collect();
    };
    if dial.context != Context::Gateway {
        return names(&remote.urls).map(str::to_owned).collect();
    }
    names(&remote.urls).take(1).map(str::to_owned).chain(advertised(system, remote)).collect()
}

/// The hosts of URLs that are names, in their order.
pub(super) fn names<'s>(urls: impl IntoIterator<Item = &'s Spanned<Url>>) -> impl Iterator<Item = &'s str> {
    urls.into_iter().filter(|url| url.value.address().is_none()).map(|url| url.value.host.as_str())
}

/// The names that the servers of a gateway tell others.
fn advertised(system: &System<'_>, remote: &Remote) -> impl Iterator<Item = String> {
    let name = remote.name.as_ref().map(|name| &name.value);
    system.servers.iter().filter_map(move |server| {
        let own = server.gateway.as_ref()?.name.as_ref().map(|name| &name.value);
        let advertise = listener_in(server, Context::Gateway)?.advertise.as_ref()?;
        let (host, _) = host_and_port(&advertise.value);
        (own == name && host.parse::<IpAddr>().is_err()).then_some(host)
    })
}

/// What to do about a host that a certificate lacks.
pub(super) fn reissue(host: &str) -> String {
    format!("issue the certificate again with {host} among its names, or use a name that it covers")
}

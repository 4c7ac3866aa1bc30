//! `verify_cert_and_check_known_urls`: a peer's DNS names against the host names of the URLs that a server has.

use std::collections::{HashMap, HashSet};

use super::cover::{dns_names, shown};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Server, Spanned, TlsMap, Url};
use crate::lint::peers::{Peers, listener_in};
use crate::lint::{Desk, System};
use crate::nats::{Context, TlsOption};
use crate::natsconf::Span;

/// Names that a server knows: whole, and without the first label, for wildcards.
struct Names {
    whole: HashSet<String>,
    parents: HashSet<String>,
    span: Span,
}

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let mut known = HashMap::new();
    for (index, server) in system.servers.iter().enumerate() {
        for context in [Context::Cluster, Context::Gateway] {
            let Some((map, span)) = checked(server, context) else { continue };
            let names = Names::of(&urls(server, context), span);
            if names.whole.is_empty() {
                let (what, list) = match context {
                    Context::Cluster => ("routes", "cluster.routes"),
                    _ => ("gateways", "the urls of gateway.gateways"),
                };
                let why = if urls(server, context).is_empty() {
                    "there are none"
                } else {
                    "there are addresses only"
                };
                let what = format!(
                    "inbound {what} are compared with the host names of {list}, and {why}: all are refused"
                );
                let fix = format!("name every peer by a host name in {list}, or take {} out", key(map));
                desk.add(server, span, Finding::new(Code::KnownUrlsWithoutDns, what, fix));
            } else {
                known.insert((context.as_str(), index), names);
            }
        }
    }
    for dial in &peers.dials {
        let Some(names) = known.get(&(dial.context.as_str(), dial.to)) else { continue };
        let leaves = dial.from_tls.map(|map| system.leaves(map)).unwrap_or_default();
        if leaves.is_empty() || leaves.iter().any(|leaf| dns_names(&leaf.facts).any(|name| names.have(name)))
        {
            continue;
        }
        let (from, to) = (&system.servers[dial.from], &system.servers[dial.to]);
        let finding = if leaves.iter().any(|leaf| dns_names(&leaf.facts).next().is_some()) {
            let what = format!(
                "{} is refused: its certificate has {}, no host of a URL here",
                from.file,
                shown(&leaves)
            );
            Finding::new(
                Code::KnownUrlsNoOverlap,
                what,
                "use a name of each peer's certificate in the URLs here",
            )
        } else {
            let what = format!("{} is refused: its certificate has no DNS name to compare", from.file);
            Finding::new(
                Code::KnownUrlsWithoutDns,
                what,
                "issue it with a host name that stands in the URLs here",
            )
        };
        desk.add(to, names.span, finding);
    }
}

fn key(map: &TlsMap) -> String {
    map.entry(TlsOption::CheckKnownUrls)
        .map(|entry| entry.key.to_str_lossy().into_owned())
        .unwrap_or_default()
}

/// The map of a listener that compares, and where it says so.
fn checked(server: &Server, context: Context) -> Option<(&TlsMap, Span)> {
    let map = server.map_of(listener_in(server, context)?)?;
    let entry = map.entry(TlsOption::CheckKnownUrls)?;
    map.flag(TlsOption::CheckKnownUrls).then_some((map, entry.key_span))
}

fn urls(server: &Server, context: Context) -> Vec<&Spanned<Url>> {
    if context == Context::Cluster {
        return server.cluster.iter().flat_map(|cluster| &cluster.routes).collect();
    }
    let remotes = server.gateway.iter().flat_map(|gateway| &gateway.remotes);
    remotes.flat_map(|remote| &remote.urls).collect()
}

impl Names {
    fn of(urls: &[&Spanned<Url>], span: Span) -> Self {
        let named = urls.iter().filter(|url| url.value.address().is_none());
        let whole: HashSet<_> = named.map(|url| url.value.host.to_ascii_lowercase()).collect();
        let parents = whole.iter().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect();
        Self { whole, parents, span }
    }

    /// A name of a certificate; a `*` stands for the leftmost label.
    fn have(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("*.") {
            Some(parent) => self.parents.contains(parent),
            None => self.whole.contains(&name),
        }
    }
}

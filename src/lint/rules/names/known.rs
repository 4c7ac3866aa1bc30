//! `verify_cert_and_check_known_urls`: a peer's DNS names against the host names of the URLs that a server has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::cover::{dns_names, shown};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Server, Spanned, TlsMap, Url};
use crate::lint::peers::{Peers, listener_in};
use crate::lint::{Desk, System};
use crate::nats::{Context, TlsOption};
use crate::natsconf::Span;

/// Names that a server knows: whole, and without the first label, for wildcards.
struct Names<'s> {
    /// The map that says so.
    map: &'s TlsMap,
    whole: HashSet<String>,
    parents: HashSet<String>,
    span: Span,
}

/// Those of the servers that compare, by context.
type Known<'s> = HashMap<(&'static str, usize), Names<'s>>;

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let mut known = Known::new();
    for (index, server) in system.servers.iter().enumerate() {
        for context in [Context::Cluster, Context::Gateway] {
            let Some((map, span)) = checked(server, context) else { continue };
            let names = Names::of(&urls(server, context), map, span);
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
    told(system, peers, &known, desk);
}

/// Servers of a cluster that no URL of either leads to the other of: each is told of the other by those between, and refuses it.
/// Where one of them does not compare, it depends on who is started first.
fn told(system: &System<'_>, peers: &Peers<'_>, known: &Known<'_>, desk: &mut Desk) {
    let checks = |at: &usize| known.contains_key(&(Context::Cluster.as_str(), *at));
    if (0..system.servers.len()).filter(checks).count() < 2 {
        return;
    }
    let dials = || peers.dials.iter().filter(|dial| dial.context == Context::Cluster);
    let linked: HashSet<_> = dials().flat_map(|dial| [(dial.from, dial.to), (dial.to, dial.from)]).collect();
    for members in groups(&linked) {
        let of = |at: usize| {
            let names = known.get(&(Context::Cluster.as_str(), at))?;
            let leaves = system.leaves(names.map);
            let shown: HashSet<_> = leaves
                .iter()
                .flat_map(|leaf| dns_names(&leaf.facts).map(str::to_ascii_lowercase).collect::<Vec<_>>())
                .collect();
            (!leaves.is_empty()).then_some((at, names, shown))
        };
        let members: Vec<_> = members.into_iter().filter_map(of).collect();
        for (at, names, shown) in &members {
            let refuses =
                |names: &Names<'_>, shown: &HashSet<String>| !shown.iter().any(|name| names.have(name));
            let other = members.iter().find(|(other, theirs, own)| {
                other != at
                    && !linked.contains(&(*at, *other))
                    && refuses(names, own)
                    && refuses(theirs, shown)
            });
            let Some((other, ..)) = other else { continue };
            let what = format!(
                "this server and {} learn of each other from others, and neither has a name of the other's certificate \
                 in its routes: both refuse each other",
                system.servers[*other].file
            );
            let fix = "give all servers a route to each other by name, or all certificates a name that is in all routes";
            desk.add(&system.servers[*at], names.span, Finding::new(Code::KnownUrlsNoOverlap, what, fix));
        }
    }
}

/// Servers that are connected, by whatever way.
fn groups(linked: &HashSet<(usize, usize)>) -> Vec<BTreeSet<usize>> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (one, other) in linked {
        next.entry(*one).or_default().push(*other);
    }
    let mut groups: Vec<BTreeSet<usize>> = Vec::new();
    let mut seen = HashSet::new();
    for start in next.keys() {
        let (mut group, mut todo) = (BTreeSet::new(), vec![*start]);
        while let Some(at) = todo.pop() {
            if seen.insert(at) {
                group.insert(at);
                todo.extend(&next[&at]);
            }
        }
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups
}

fn key(map: &TlsMap) -> String {
    map.entry(TlsOption::CheckKnownUrls)
        .map(|entry| entry.key.to_str_lossy().into_owned())
        .unwrap_or_default()
}

/// The map of a listener that compares, and where it says so.
fn checked(server: &Server, context: Context) -> Option<(&TlsMap, Span)> {
    let listener = listener_in(server, context)?;
    let map = server.map_of(listener)?;
    // One of both is enough to get in.
    if map.flag(TlsOption::VerifyAndMap) && listener.users.single.is_some() {
        return None;
    }
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

impl<'s> Names<'s> {
    fn of(urls: &[&Spanned<Url>], map: &'s TlsMap, span: Span) -> Self {
        let named = urls.iter().filter(|url| url.value.address().is_none());
        let whole: HashSet<_> = named.map(|url| url.value.host.to_ascii_lowercase()).collect();
        let parents = whole.iter().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect();
        Self { map, whole, parents, span }
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

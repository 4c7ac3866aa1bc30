//! Peers and clients at hand whose keys are not among the pins.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::{pinned, pins};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Server, TlsMap};
use crate::lint::peers::Peers;
use crate::lint::rules::links::{Side, dialled, diallers, listeners};
use crate::lint::{Certificate, Desk, System, element};
use crate::nats::Context;
use crate::natsconf::Span;

/// A map of a server.
type At = (usize, Span);

/// What a map pins.
type Pins<'s> = Rc<HashSet<Cow<'s, str>>>;

/// A key that a map shows, as its pin, and the certificate.
type Key = (String, Rc<Certificate>);

/// A server at one end of connections: what it shows there, and what it pins.
struct End<'s> {
    server: usize,
    pinning: Option<(&'s TlsMap, Pins<'s>)>,
    keys: Rc<Vec<Key>>,
}

impl End<'_> {
    /// The certificate that another shows and that is not pinned; none if one is, or none is at hand.
    fn lacks(&self, other: &End<'_>) -> Option<Rc<Certificate>> {
        let (_, pins) = self.pinning.as_ref()?;
        // A pin that is the hash of the certificate is a finding of its own.
        let is_meant = |leaf: &Certificate| pins.contains(leaf.facts.fingerprint.as_str());
        if other.keys.iter().any(|(key, leaf)| pins.contains(key.as_str()) || is_meant(leaf)) {
            return None;
        }
        other.keys.first().map(|(_, leaf)| Rc::clone(leaf))
    }
}

/// What maps pin, and the keys that they show: looked up once for each.
struct Book<'s> {
    system: &'s System<'s>,
    pins: HashMap<At, Option<Pins<'s>>>,
    keys: HashMap<At, Rc<Vec<Key>>>,
}

impl<'s> Book<'s> {
    /// `shown` is the map whose certificate the server shows, `own` that whose pins count.
    fn end(&mut self, server: usize, shown: Option<&'s TlsMap>, own: Option<&'s TlsMap>) -> End<'s> {
        let pins = own.and_then(|map| {
            let pins = self.pins.entry((server, map.key)).or_insert_with(|| pinned(map).map(Rc::new));
            pins.clone().map(|pins| (map, pins))
        });
        let keys = shown.map(|map| self.keys(server, map)).unwrap_or_default();
        End { server, pinning: pins, keys }
    }

    fn keys(&mut self, server: usize, map: &TlsMap) -> Rc<Vec<Key>> {
        let system = self.system;
        let key = |leaf: Rc<Certificate>| (leaf.facts.pin.to_string(), leaf);
        let keys = || Rc::new(system.leaves(map).into_iter().map(key).collect());
        Rc::clone(self.keys.entry((server, map.key)).or_insert_with(keys))
    }

    /// Who dials compares with the pins of the listener's block of its own configuration.
    fn dialler(&mut self, (server, shown): Side<'s>, context: Context) -> End<'s> {
        self.end(server, shown, self.system.servers[server].tls_in(context))
    }

    /// Where nobody is asked for a certificate, that is another finding.
    fn listener(&mut self, (server, map): Side<'s>) -> End<'s> {
        self.end(server, map, map.filter(|map| map.demands_certificates()))
    }
}

/// Who is missing among the pins of a map, and what that peer shows.
#[derive(Default)]
struct Missing<'s>(BTreeMap<At, (&'s TlsMap, BTreeMap<usize, Rc<Certificate>>)>);

impl<'s> Missing<'s> {
    /// Whether one has the key of another.
    fn compare(&mut self, one: &End<'s>, other: &End<'_>) {
        let Some((map, _)) = one.pinning.as_ref().filter(|_| one.server != other.server) else { return };
        if let Some(leaf) = one.lacks(other) {
            let entry = self.0.entry((one.server, map.key)).or_insert_with(|| (map, BTreeMap::new()));
            entry.1.insert(other.server, leaf);
        }
    }
}

/// `of_ca` are the maps that pin nothing but the key of a CA, which has been said.
pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, of_ca: &HashSet<(&str, Span)>, desk: &mut Desk) {
    clients(system, of_ca, desk);
    if system.servers.len() < 2 {
        return;
    }
    let mut book = Book { system, pins: HashMap::new(), keys: HashMap::new() };
    let mut missing = Missing::default();
    // Pins of a websocket listener are not looked at.
    for link in dialled(peers).filter(|link| link.context != Context::Websocket) {
        let from = book.dialler((link.from, link.from_tls), link.context);
        let to = book.listener((link.to, link.to_tls));
        missing.compare(&from, &to);
        missing.compare(&to, &from);
    }
    for crowd in &peers.crowds {
        let to: Vec<_> = listeners(system, crowd).into_iter().map(|side| book.listener(side)).collect();
        let sides = diallers(system, crowd).into_iter();
        let from: Vec<_> = sides.map(|side| book.dialler(side, crowd.context)).collect();
        for (one, other) in to.iter().flat_map(|one| from.iter().map(move |other| (one, other))) {
            missing.compare(one, other);
            // In a cluster all are on both sides, with the same map.
            if crowd.context != Context::Cluster {
                missing.compare(other, one);
            }
        }
    }
    for ((server, _), (map, peers)) in &missing.0 {
        let server = &system.servers[*server];
        if !of_ca.contains(&(server.file.as_str(), map.key)) {
            unpinned(system, server, map, peers, desk);
        }
    }
}

/// How many peers are named in one finding.
const NAMED: usize = 3;

fn unpinned(
    system: &System<'_>,
    server: &Server,
    map: &TlsMap,
    peers: &BTreeMap<usize, Rc<Certificate>>,
    desk: &mut Desk,
) {
    let Some((entry, _)) = pins(map) else { return };
    let names: Vec<_> = peers.keys().take(NAMED).map(|peer| system.servers[*peer].file.as_str()).collect();
    let more = if peers.len() > NAMED { format!(" and {} more", peers.len() - NAMED) } else { String::new() };
    let (are, its, whom) = if peers.len() == 1 { ("is", "key of", "it") } else { ("are", "keys of", "them") };
    let what = format!(
        "the {its} {}{more} {are} not among the pins of {}: connections with {whom} fail in both directions",
        names.join(", "),
        map.path
    );
    let own: Vec<_> = peers.values().take(NAMED).map(|leaf| format!("\"{}\"", leaf.facts.pin)).collect();
    let more = if more.is_empty() { "" } else { ", …" };
    let finding = Finding::new(Code::PeerNotPinned, what, format!("add {}{more}", own.join(", ")));
    desk.add(server, entry.key_span, finding);
}

/// A client is wanted somewhere, not everywhere: it is found where no listener has its key.
fn clients(system: &System<'_>, of_ca: &HashSet<(&str, Span)>, desk: &mut Desk) {
    let doors: Vec<_> = system
        .servers
        .iter()
        .flat_map(|server| server.listeners().map(move |(context, listener)| (server, context, listener)))
        .filter(|(_, context, listener)| {
            matches!(context, Context::Server | Context::Websocket | Context::Mqtt) && listener.port.is_some()
        })
        .filter_map(|(server, context, listener)| Some((server, context, server.map_of(listener)?)))
        .filter(|(_, _, map)| map.demands_certificates())
        .collect();
    let pins: Vec<_> = doors
        .iter()
        .map(|(_, context, map)| pinned(map).filter(|_| *context != Context::Websocket))
        .collect();
    // Where one of them pins nothing, any client may be meant for it.
    if doors.is_empty() || pins.iter().any(Option::is_none) {
        return;
    }
    for client in &system.clients {
        let Some(leaf) = client.file.leaf() else { continue };
        let own = leaf.facts.pin.to_string();
        let hash = leaf.facts.fingerprint.as_str();
        if pins.iter().flatten().any(|pins| pins.contains(own.as_str()) || pins.contains(hash)) {
            continue;
        }
        let said = |(server, _, map): &&(&Server, Context, &TlsMap)| {
            of_ca.contains(&(server.file.as_str(), map.key))
        };
        let Some((server, _, map)) = doors.iter().find(|door| !said(door)).copied() else { continue };
        let Some((entry, _)) = super::pins(map) else { continue };
        let what = format!("the key of client {} is not among the pins of {}", client.file.name, map.path);
        let finding = Finding::new(Code::PeerNotPinned, what, format!("add \"{own}\""));
        desk.add(server, entry.key_span, finding.of(element(&client.file, leaf)));
    }
}

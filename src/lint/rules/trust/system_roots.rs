//! Maps without `ca_file`, where certificates are checked against the roots of the system.

use super::private;
use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::lint::peers::{Peers, listener_in};
use crate::lint::{Desk, File, System, desk::place};
use crate::nats::{Context, TlsOption};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    for (index, server) in system.servers.iter().enumerate() {
        for map in server.tls.iter().filter(|map| checks(server, map)) {
            desk.on(server, map, finding(system, peers, index, map));
        }
    }
    without_map(system, peers, desk);
}

/// Whether certificates are checked there, and against the system's roots.
fn checks(server: &Server, map: &TlsMap) -> bool {
    let Spot::In(context) = map.spot else { return false };
    let windows = crate::lint::conf::entry(&map.map, &["cert_store", "ca_certs_match"]).is_some();
    if map.ca.is_some() || windows {
        return false;
    }
    if context.listens() {
        listener_in(server, context).is_some() && map.demands_certificates()
    } else {
        !map.flag(TlsOption::Insecure)
    }
}

fn finding(system: &System<'_>, peers: &Peers<'_>, index: usize, map: &TlsMap) -> Finding {
    let server = &system.servers[index];
    let fix = "add ca_file: \"…/ca.pem\" with the CA that issued the peers' certificates";
    let who = match map.spot {
        Spot::In(Context::Server | Context::Websocket | Context::Mqtt) => "clients",
        Spot::In(Context::Leaf) => "leafnodes",
        Spot::In(Context::Remote) => "the hub",
        Spot::In(Context::RemoteGateway) => "that gateway",
        _ => "peers",
    };
    let start = format!("{} has no ca_file: {who} are checked against the system's roots", map.path);
    let start = if who.starts_with("th") { start.replace(" are checked", " is checked") } else { start };
    if let Some((file, whose, why)) = private_peer(system, peers, index, map) {
        let what = format!("{start}, and {} of {whose} is not of a public CA: {why}", file.name);
        return Finding { severity: Severity::Error, ..Finding::new(Code::SystemRoots, what, fix) };
    }
    let own = map.pairs.iter().filter_map(|pair| system.cert_file(pair));
    let own = own.filter(|_| map.spot.dials()).find_map(|file| Some((private::why(&file)?, file)));
    if let Some((why, file)) = own {
        let what =
            format!("{start}, and {} of {} itself is not of a public CA: {why}", file.name, server.file);
        return Finding::new(Code::SystemRoots, what, fix);
    }
    // A hub somewhere else may well have a certificate of a public CA.
    let severity = if map.spot.listens() { Severity::Warning } else { Severity::Note };
    Finding { severity, ..Finding::new(Code::SystemRoots, start, fix) }
}

/// A peer whose certificate cannot lead to public roots: its file, whose it is, and why.
fn private_peer(
    system: &System<'_>,
    peers: &Peers<'_>,
    index: usize,
    map: &TlsMap,
) -> Option<(std::rc::Rc<File>, String, String)> {
    let is_this =
        |other: Option<&TlsMap>| other.is_some_and(|other| other.key == map.key && other.path == map.path);
    let of = |shower: usize, shown: &TlsMap| {
        let mut files = shown.pairs.iter().filter_map(|pair| system.cert_file(pair));
        let found = files.find_map(|file| Some((private::why(&file)?, file)));
        found.map(|(why, file)| (file, system.servers[shower].file.clone(), why))
    };
    for dial in &peers.dials {
        let shown = if dial.from == index && is_this(dial.from_tls) && !map.flag(TlsOption::Insecure) {
            dial.to_tls.map(|shown| (dial.to, shown))
        } else if dial.to == index && is_this(dial.to_tls) {
            dial.from_tls.map(|shown| (dial.from, shown))
        } else {
            None
        };
        if let Some(found) = shown.and_then(|(shower, shown)| of(shower, shown)) {
            return Some(found);
        }
    }
    let clients = system.clients.iter().filter(|_| map.spot == Spot::In(Context::Server));
    clients
        .map(|client| &client.file)
        .find_map(|file| Some((std::rc::Rc::clone(file), "a client".to_owned(), private::why(file)?)))
}

/// Leafnodes without a map of their own, whose hub asks for TLS.
fn without_map(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    for dial in &peers.dials {
        let tls = match dial.context {
            Context::Leaf => true,
            Context::Websocket => dial.url.value.scheme == "wss",
            _ => false,
        };
        let Some(hub) = dial.to_tls.filter(|_| tls && dial.from_tls.is_none()) else { continue };
        let mut files = hub.pairs.iter().filter_map(|pair| system.cert_file(pair));
        let Some((why, file)) = files.find_map(|file| Some((private::why(&file)?, file))) else {
            continue;
        };
        let to = &system.servers[dial.to];
        let what = format!(
            "a remote without tls checks its hub {} against the system's roots, and {} is not of a public CA: {why}",
            to.file, file.name
        );
        let fix = "add tls { ca_file: \"…/ca.pem\" } with the hub's CA to the remote";
        let finding = Finding { severity: Severity::Error, ..Finding::new(Code::SystemRoots, what, fix) };
        let at = place(to.config.sources(), hub.key);
        desk.add(&system.servers[dial.from], dial.url.span, finding.beside("the hub asks for TLS", at));
    }
}

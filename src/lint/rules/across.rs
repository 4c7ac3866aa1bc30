//! Two servers that cannot begin to speak with each other.

use std::collections::HashSet;

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, TlsMap, array, flag, map, text_of};
use crate::lint::peers::{Dial, Peers};
use crate::lint::rules::options::first::First;
use crate::lint::{Desk, System};
use crate::nats::Context;

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    for dial in &peers.dials {
        one_sided(system, dial, desk);
        if dial.context == Context::Leaf {
            who_is_first(system, dial, desk);
        }
        no_curve(system, dial, desk);
    }
    plaintext_remotes(system, peers, desk);
}

/// `tls://` says less than it seems to: it is the hub that decides.
fn plaintext_remotes(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let dialled = peers.dials.iter().filter_map(|dial| Some((dial.from, dial.remote?, dial.url, Some(dial))));
    let others = peers.unknown.iter().filter_map(|out| Some((out.from, out.remote?, out.url, None)));
    for (from, remote, url, dial) in dialled.chain(others) {
        let server = &system.servers[from];
        let is_leaf =
            server.leafnodes.iter().flat_map(|leafs| &leafs.remotes).any(|one| std::ptr::eq(one, remote));
        if !is_leaf || remote.tls.is_some() || url.value.scheme != "tls" {
            continue;
        }
        let host = &url.value.host;
        let finding = if dial.is_some_and(|dial| dial.to_tls.is_none()) {
            let what =
                format!("tls:// does not enforce TLS: {host} offers none, and this remote connects without");
            Finding::new(
                Code::PlaintextRemote,
                what,
                "add tls { ca_file: \"…/ca.pem\" } to the remote, and tls to the leafnodes of its hub",
            )
        } else {
            let what = format!(
                "tls:// does not enforce TLS: if {host} offers none, or somebody between says so, this remote connects without"
            );
            let fix = "add tls { ca_file: \"…/ca.pem\" } to the remote; for a public CA tls {} is enough";
            Finding { severity: Severity::Note, ..Finding::new(Code::PlaintextRemote, what, fix) }
        };
        desk.add(server, url.span, finding);
    }
}

fn add(system: &System<'_>, dial: &Dial<'_>, finding: Finding, desk: &mut Desk) {
    let (from, to) = (&system.servers[dial.from], &system.servers[dial.to]);
    match dial.to_tls.map(|map| map.key).or(dial.listener.key) {
        Some(at) => desk.add_beside((from, dial.url.span), finding, ("the other side", to, at)),
        None => desk.add(from, dial.url.span, finding),
    }
}

fn no_tls(server: &Server) -> bool {
    let websocket = map(server.config.root(), &["websocket", "ws"]);
    websocket.and_then(|(_, websocket)| flag(websocket, &["no_tls"])).is_some_and(|flag| flag.value)
}

/// TLS on one side only. A leafnode without a map does as its hub says; one with a map insists.
fn one_sided(system: &System<'_>, dial: &Dial<'_>, desk: &mut Desk) {
    let scheme = dial.url.value.scheme.as_str();
    let (dials, accepts) = match dial.context {
        Context::Leaf => (dial.from_tls.is_some(), dial.from_tls.is_none() || dial.to_tls.is_some()),
        Context::Websocket => (dial.from_tls.is_some() || scheme == "wss", dial.to_tls.is_some()),
        _ => (dial.from_tls.is_some(), dial.to_tls.is_some()),
    };
    if dials == accepts || (dial.context == Context::Leaf && !dials) {
        return;
    }
    // Somebody between them may speak TLS.
    let is_behind_proxy = dial.context == Context::Websocket && no_tls(&system.servers[dial.to]);
    if is_behind_proxy && dial.url.value.port.map(i64::from) != dial.listener.port {
        return;
    }
    let (from, to) = (&system.servers[dial.from].file, &system.servers[dial.to].file);
    let section = dial.context.config_path();
    let role = dial.context.role();
    let (what, fix) = if dials {
        let what = format!("{from} speaks TLS to {to}, which has no {section}");
        (what, format!("add {section} to {to}: natscert issue {role}"))
    } else {
        let what = format!("{to} demands TLS, and {from} dials it without");
        let fix = match dial.context {
            Context::Websocket => {
                "write wss:// in the URL, and a tls map with the CA in the remote".to_owned()
            }
            _ => format!("add a tls map to {from}, too: natscert issue {role}"),
        };
        (what, fix)
    };
    add(system, dial, Finding::new(Code::OneSidedTls, what, fix), desk);
}

/// Hub and remote that wait for each other, or talk at once.
fn who_is_first(system: &System<'_>, dial: &Dial<'_>, desk: &mut Desk) {
    let Some(hub) = dial.to_tls else { return };
    let version = system.settings.version;
    let hub_first = First::of_leaf(hub, version);
    let remote_first = dial.from_tls.is_some_and(|map| First::of_leaf(map, version) != First::No);
    let (from, to) = (&system.servers[dial.from].file, &system.servers[dial.to].file);
    let (what, fix) = match (hub_first, remote_first) {
        (First::Yes, false) => (
            format!("{to} waits for TLS first, and {from} waits for its INFO"),
            format!("add handshake_first: true to the remote's tls in {from}"),
        ),
        (First::No, true) => (
            format!("{from} begins with TLS, and {to} with its INFO"),
            format!(
                "add handshake_first: true to leafnodes.tls in {to}, or take it from the remote in {from}"
            ),
        ),
        _ => return,
    };
    add(system, dial, Finding::new(Code::HandshakeFirstMismatch, what, fix), desk);
}

/// No curve for the key exchange in common. (Versions and suites always have something: TLS 1.3 cannot be switched off.)
fn no_curve(system: &System<'_>, dial: &Dial<'_>, desk: &mut Desk) {
    let (Some(from_map), Some(to_map)) = (dial.from_tls, dial.to_tls) else { return };
    let (Some(mine), Some(theirs)) = (curves(from_map), curves(to_map)) else { return };
    if mine.is_disjoint(&theirs) {
        let (from, to) = (&system.servers[dial.from].file, &system.servers[dial.to].file);
        let list = |set: &HashSet<String>| {
            let mut names: Vec<_> = set.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.join(", ")
        };
        let what = format!("{from} wants {} for the key exchange, {to} {}", list(&mine), list(&theirs));
        let fix = "let curve_preferences of both have X25519, or take them out";
        add(system, dial, Finding::new(Code::NoCommonProtocol, what, fix), desk);
    }
}

/// The curves that a map is limited to.
fn curves(map: &TlsMap) -> Option<HashSet<String>> {
    let names: HashSet<_> =
        array(&map.map, &["curve_preferences"]).iter().filter_map(text_of).map(|name| name.value).collect();
    (!names.is_empty()).then_some(names)
}

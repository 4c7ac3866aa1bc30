//! What a listener's certificate says for itself, and whether it covers where the listener is.

use std::rc::Rc;

use super::cover::{addresses_as_names, any_covers, has_address, has_host, shown};
use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Listener, Server, Spanned, TlsMap, host_and_port};
use crate::lint::peers::{is_any, is_loopback};
use crate::lint::rules::names::urls;
use crate::lint::{Certificate, Desk, File, System, element};
use crate::nats::{Context, TlsOption};
use crate::pki::Facts;

pub(super) fn check(system: &System<'_>, desk: &mut Desk) {
    for server in &system.servers {
        for (context, listener) in server.listeners() {
            let Some(map) = server.map_of(listener).filter(|_| listener.port.is_some()) else { continue };
            // Whoever dials such a listener with the same map checks nothing.
            if map.spot.dials() && map.flag(TlsOption::Insecure) {
                continue;
            }
            let leaves = system.leaves(map);
            nameless(system, server, listener, map, desk);
            if leaves.iter().any(|leaf| has_host(&leaf.facts)) {
                address(server, listener, context, &leaves, desk);
            }
        }
    }
}

/// Certificates without a name, or with a name where nobody looks for it.
fn nameless(system: &System<'_>, server: &Server, listener: &Listener, map: &TlsMap, desk: &mut Desk) {
    for pair in &map.pairs {
        let Some(file) = system.shown(pair) else { continue };
        let Some(leaf) = file.leaf() else { continue };
        let span = pair.cert.as_ref().map_or(pair.span, |cert| cert.span);
        let mut add = |finding: Finding| desk.add(server, span, finding.of(element(&file, leaf)));
        if !has_host(&leaf.facts) {
            add(no_san(server, listener, &file, &leaf.facts));
        }
        for address in addresses_as_names(&leaf.facts) {
            let text = address.to_string();
            let is_own = own_hosts(listener).any(|host| host.value == text);
            let severity =
                if is_own || !has_address(&leaf.facts) { Severity::Error } else { Severity::Warning };
            let what = format!(
                "{}: {text} stands among the DNS names, where nobody looks for an address",
                file.name
            );
            let fix = format!("issue it with {text} as an IP address, as natscert issue does");
            add(Finding { severity, ..Finding::new(Code::IpAsDns, what, fix) });
        }
    }
}

fn no_san(server: &Server, listener: &Listener, file: &File, facts: &Facts) -> Finding {
    let name = &file.name;
    let common = facts.subject.last_common_name().unwrap_or_default();
    let known = own_hosts(listener).chain(&server.name).any(|host| host.value == common);
    if known || is_host(common) {
        let what = format!("{name} has {common} in its common name only, where clients do not look");
        return Finding::new(
            Code::CnOnly,
            what,
            format!("issue it with {common} as a subject alternative name"),
        );
    }
    let what = format!("{name} has no DNS name and no IP address: whoever connects refuses it");
    Finding::new(Code::NoSan, what, "issue it with the names and addresses that the server is reached by")
}

/// Whether a common name looks like a host's.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_*".contains(&b))
    };
    text.eq_ignore_ascii_case("localhost") || (text.contains('.') && text.split('.').all(label))
}

fn own_hosts(listener: &Listener) -> impl Iterator<Item = &Spanned<String>> {
    listener.host.iter().chain(&listener.advertise)
}

/// Whether who goes by the listener's own address gets in.
fn address(
    server: &Server,
    listener: &Listener,
    context: Context,
    leaves: &[Rc<Certificate>],
    desk: &mut Desk,
) {
    let covered = shown(leaves);
    if let Some(advertise) = &listener.advertise {
        let (host, _) = host_and_port(&advertise.value);
        if !is_any(&host) && !any_covers(leaves, &host) && !named_by_routes(server, context, &host, leaves) {
            let what = format!(
                "the {context} listener tells others to dial {host}; its certificate covers {covered}"
            );
            let fix = urls::reissue(&host);
            let finding = Finding::new(Code::HostNotCovered, what, fix);
            // Who knows the server by name asks for that, at an address that it is told, too.
            let is_address = host.parse::<std::net::IpAddr>().is_ok();
            let severity = if is_address { Severity::Note } else { finding.severity };
            desk.add(server, advertise.span, Finding { severity, ..finding });
        }
        return;
    }
    let Some(host) = &listener.host else { return };
    if is_any(&host.value) || any_covers(leaves, &host.value) {
        return;
    }
    let near = ["localhost", "127.0.0.1", "::1"].iter().any(|near| any_covers(leaves, near));
    if is_loopback(&host.value) && near {
        return;
    }
    // Who binds to an address may be known by name only; a name is bound to in order to be used.
    let is_address = host.value.parse::<std::net::IpAddr>().is_ok();
    let severity = if is_address { Severity::Note } else { Severity::Warning };
    let what = format!("the {context} listener is at {}; its certificate covers {covered}", host.value);
    let fix = urls::reissue(&host.value);
    desk.add(server, host.span, Finding { severity, ..Finding::new(Code::HostNotCovered, what, fix) });
}

/// Servers that are told an address ask for the first host name of their own URLs; the members of a cluster have much the same.
fn named_by_routes(server: &Server, context: Context, host: &str, leaves: &[Rc<Certificate>]) -> bool {
    let Some(cluster) = server.cluster.as_ref().filter(|_| context == Context::Cluster) else { return false };
    let first = urls::names(&cluster.routes).next();
    host.parse::<std::net::IpAddr>().is_ok() && first.is_some_and(|name| any_covers(leaves, name))
}

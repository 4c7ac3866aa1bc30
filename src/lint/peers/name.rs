//! The names by which a server may be dialled.

use std::net::IpAddr;
use std::path::Path;

use crate::lint::System;
use crate::lint::conf::{Listener, Server, host_and_port};
use crate::pki::San;

/// Where a name comes from; those that say most come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Where it listens, or what it advertises.
    Own,
    /// Its `server_name`, or the name of its file or folder.
    Called,
    /// A name in its certificate.
    Certified,
}

/// Lower-case names; `n1.` is a first label, `*.example.com` stands for one. A port, where it is not the listener's.
pub(super) fn names(
    system: &System<'_>,
    server: &Server,
    listener: &Listener,
) -> Vec<(Kind, String, Option<i64>)> {
    let mut names = Vec::new();
    if let Some(host) = listener.host.as_ref().filter(|host| !is_any(&host.value)) {
        names.push((Kind::Own, host.value.to_ascii_lowercase(), None));
    }
    if let Some(advertise) = &listener.advertise {
        let (host, port) = host_and_port(&advertise.value);
        names.push((Kind::Own, host.to_ascii_lowercase(), port.map(i64::from)));
        names.push((Kind::Own, host.to_ascii_lowercase(), None));
    }
    for called in called(server) {
        let called = called.to_ascii_lowercase();
        if !called.contains('.') {
            names.push((Kind::Called, format!("{called}."), None));
        }
        names.push((Kind::Called, called, None));
    }
    for leaf in server.map_of(listener).map(|map| system.leaves(map)).unwrap_or_default() {
        for san in &leaf.facts.sans {
            match san {
                San::Dns(name) => names.push((Kind::Certified, name.to_ascii_lowercase(), None)),
                San::Ip(address) => names.push((Kind::Certified, address.to_string(), None)),
                _ => {}
            }
        }
    }
    names
}

/// What people call it: `server_name`, the file without `.conf`, and the folder where that is `nats.conf`.
fn called(server: &Server) -> Vec<String> {
    let path = Path::new(&server.file);
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let folder = path.parent().and_then(Path::file_name);
    let mut called: Vec<_> = server.name.iter().map(|name| name.value.clone()).collect();
    called.extend(text(path.file_stem()));
    called.extend(text(folder));
    called
}

/// Whether a host stands for all addresses of a machine.
pub(crate) fn is_any(host: &str) -> bool {
    host.is_empty() || host.parse().is_ok_and(|address: IpAddr| address.is_unspecified())
}

/// Whether a host is this machine's loopback.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether a listener is reached by loopback.
pub(super) fn binds_loopback(listener: &Listener) -> bool {
    listener.host.as_ref().is_none_or(|host| is_any(&host.value) || is_loopback(&host.value))
}

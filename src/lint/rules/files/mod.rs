//! Files that are not there, not readable, not what their option wants, or not what belongs together.

mod chain;
mod content;
mod pairs;
mod paths;
mod trouble;

use std::rc::Rc;

use super::once::Once;
use crate::finding::{Code, Finding};
use crate::lint::conf::{Pair, Server, Spanned, TlsMap};
use crate::lint::{Desk, File, Peers, System};

/// What a file is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Certificate,
    Key,
    Ca,
}

impl Wanted {
    const fn option(self) -> &'static str {
        match self {
            Self::Certificate => "cert_file",
            Self::Key => "key_file",
            Self::Ca => "ca_file",
        }
    }

    /// Whether Go finds in the file what it looks for.
    fn is_in(self, file: &File) -> bool {
        match self {
            Self::Certificate => !file.certificates.is_empty() && !file.is_first_broken,
            Self::Key => file.key.is_some(),
            Self::Ca => !file.certificates.is_empty(),
        }
    }
}

/// A file that a map names.
#[derive(Clone, Copy)]
struct Named<'a> {
    server: &'a Server,
    map: &'a TlsMap,
    wanted: Wanted,
    name: &'a Spanned<String>,
}

/// Every file that a map names.
fn named<'a>(server: &'a Server, map: &'a TlsMap) -> impl Iterator<Item = Named<'a>> {
    let of = |pair: &'a Pair| {
        let certificate = pair.cert.iter().map(|name| (Wanted::Certificate, name));
        certificate.chain(pair.key.iter().map(|name| (Wanted::Key, name)))
    };
    let all = map.pairs.iter().flat_map(of).chain(map.ca.iter().map(|name| (Wanted::Ca, name)));
    all.map(move |(wanted, name)| Named { server, map, wanted, name })
}

pub(super) fn check(system: &System<'_>, _: &Peers<'_>, desk: &mut Desk) {
    let mut once = Once::default();
    for server in &system.servers {
        paths::check(server, &mut once);
        for map in &server.tls {
            for named in named(server, map) {
                content::check(system, named, &mut once);
            }
            for pair in &map.pairs {
                half_pair(server, pair, &mut once);
            }
            no_certificate(server, map, &mut once);
        }
    }
    pairs::check(system, &mut once);
    chain::check(system, &mut once);
    once.lay_on(desk);
}

fn half_pair<'a>(server: &'a Server, pair: &'a Pair, once: &mut Once<'a>) {
    let (there, option) = match (&pair.cert, &pair.key) {
        (Some(cert), None) => (cert, "key_file"),
        (None, Some(key)) => (key, "cert_file"),
        _ => return,
    };
    let message = format!("there is no {option} beside {}", there.value);
    let fix = format!("add {option}: \"…\"; one file may serve as both, and is named twice then");
    once.add(server, there.span, &there.value, Finding::new(Code::HalfPair, message, fix));
}

fn no_certificate<'a>(server: &'a Server, map: &TlsMap, once: &mut Once<'a>) {
    use crate::lint::conf::Spot;
    use crate::nats::Context;
    let from_store = map.map.iter().any(|entry| entry.key.as_bytes().eq_ignore_ascii_case(b"cert_store"));
    if !map.pairs.is_empty() || from_store {
        return;
    }
    let Spot::In(context) = map.spot else { return };
    let listens = server.listeners().any(|(kind, at)| kind == context && at.port.is_some());
    let message = match context {
        Context::RemoteGateway => {
            format!("{} has no certificate, and gateways demand one of whoever dials them", map.path)
        }
        _ if listens => format!("{} has no certificate: every TLS handshake fails", map.path),
        _ => return,
    };
    let role = context.role();
    let fix = format!("natscert issue {role} HOST, and name its cert_file and key_file here");
    once.add(server, map.key, "", Finding::new(Code::NoCertificate, message, fix));
}

/// The file that a map's option names.
fn file_of(system: &System<'_>, name: &Spanned<String>) -> Rc<File> {
    system.material.file(&name.value)
}

#[cfg(test)]
mod tests;

//! Who shows a certificate to whom.

use std::collections::HashMap;

use crate::lint::System;
use crate::lint::conf::TlsMap;
use crate::lint::peers::{Peers, listener_in};
use crate::nats::{Context, TlsOption};
use crate::pki::Usage;

/// A server shows a certificate, and another checks it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation<'s> {
    /// Who shows it.
    pub(super) shows: usize,
    /// The map that says which; a leafnode may dial without any.
    pub(super) shown: Option<&'s TlsMap>,
    /// Who checks it.
    pub(super) checks: usize,
    /// The map that says how.
    pub(super) by: &'s TlsMap,
    /// As what: who dials shows a client's certificate.
    pub(super) usage: Usage,
}

/// All of them: along URLs both ways, and among those who tell each other of each other. Of many who check against the same, one
/// stands for all.
pub(super) fn relations<'s>(system: &'s System<'_>, peers: &Peers<'s>) -> Vec<Relation<'s>> {
    let mut all = Vec::new();
    for dial in &peers.dials {
        let Some(listening) = dial.to_tls else { continue };
        let (from, to) = (dial.from, dial.to);
        if let Some(by) = dial.from_tls.filter(|map| !map.flag(TlsOption::Insecure)) {
            let shown = Some(listening);
            all.push(Relation { shows: to, shown, checks: from, by, usage: Usage::Server });
        }
        let speaks_tls =
            dial.from_tls.is_some() || dial.context == Context::Leaf || dial.url.value.scheme == "wss";
        if listening.demands_certificates() && speaks_tls {
            let shown = dial.from_tls;
            all.push(Relation { shows: from, shown, checks: to, by: listening, usage: Usage::Client });
        }
    }
    let mut pools = Pools::default();
    for crowd in peers.crowds.iter().filter(|crowd| crowd.context == Context::Cluster) {
        let map = |index: &usize| {
            let server = &system.servers[*index];
            Some((*index, server.map_of(listener_in(server, Context::Cluster)?)?))
        };
        let members: Vec<_> = crowd.to.iter().filter_map(map).collect();
        // Whoever dials, one of two accepts: each has to take the other's certificate as that of a client or a server.
        let mut checking: HashMap<usize, Vec<(usize, &TlsMap)>> = HashMap::new();
        for (index, map) in &members {
            let some = checking.entry(pools.of(system, map)).or_default();
            if some.len() < 2 {
                some.push((*index, map));
            }
        }
        for (shows, shown) in &members {
            for some in checking.values() {
                let Some((checks, by)) = some.iter().find(|(checks, _)| checks != shows) else { continue };
                let usage = Usage::Client;
                all.push(Relation { shows: *shows, shown: Some(shown), checks: *checks, by, usage });
            }
        }
    }
    all
}

/// What maps check against, told apart by content.
#[derive(Default)]
pub(super) struct Pools {
    files: HashMap<String, usize>,
    contents: HashMap<Vec<String>, usize>,
}

impl Pools {
    /// A number that is the same for the same certificates.
    pub(super) fn of(&mut self, system: &System<'_>, map: &TlsMap) -> usize {
        let name = map.ca.as_ref().map_or("", |ca| &*ca.value);
        if let Some(known) = self.files.get(name) {
            return *known;
        }
        let certificates = system.roots(map).map(|file| {
            file.certificates.iter().map(|one| one.facts.fingerprint.clone()).collect::<Vec<_>>()
        });
        let next = self.contents.len();
        let number = *self.contents.entry(certificates.unwrap_or_default()).or_insert(next);
        self.files.insert(name.to_owned(), number);
        number
    }
}

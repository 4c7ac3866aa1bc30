//! Pins where nothing is compared with them.

use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::nats::{Context, Effect, TlsOption};
use crate::natsconf::Entry;

pub(super) fn check(server: &Server, map: &TlsMap, entry: &Entry, desk: &mut Desk) {
    let Spot::In(context) = map.spot else {
        if map.spot == Spot::Resolver {
            let what = format!("nats-server does not look at the pins of {}", map.path);
            let fix = "take pinned_certs out; ca_file says who is trusted there";
            desk.add(server, entry.key_span, Finding::new(Code::PinsIgnored, what, fix));
        }
        return;
    };
    if let Effect::Ignored(why) = TlsOption::PinnedCerts.effect(context) {
        let what = format!("nats-server does not look at the pins of {}: {why}", map.path);
        let fix = match context {
            Context::Remote => "put pinned_certs into leafnodes { tls { … } } of this server",
            Context::RemoteGateway => "put pinned_certs into gateway { tls { … } } of this server",
            _ => "take pinned_certs out, and name the users who may connect: verify_and_map",
        };
        desk.add(server, entry.key_span, Finding::new(Code::PinsIgnored, what, fix));
        return;
    }
    let listener = server.listeners().find(|(kind, _)| *kind == context).map(|(_, listener)| listener);
    // Of leafnodes the pins count for who dials, too: a server that only does that needs no verify.
    let listens = listener.is_some_and(|listener| listener.port.is_some());
    if listens && !map.demands_certificates() {
        let what = format!(
            "{} has pins but neither verify nor verify_and_map: no certificate is asked for, and every connection is \
             refused",
            map.path
        );
        desk.add(
            server,
            entry.key_span,
            Finding::new(Code::PinsWithoutVerify, what, "add verify: true beside them"),
        );
    }
}

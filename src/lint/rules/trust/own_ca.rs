//! A cluster's certificate against the `ca_file` beside it, where no other server of the cluster is at hand.

use crate::finding::{Code, Finding, Severity};
use crate::lint::peers::{Peers, listener_in};
use crate::lint::{Desk, System, element};
use crate::nats::Context;
use crate::pki::{Obstacle, Usage};

/// Servers of one cluster mostly trust the same CAs: what this one would not take, the others will not either.
pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    for (index, server) in system.servers.iter().enumerate() {
        let accompanied =
            peers.crowds.iter().any(|crowd| crowd.context == Context::Cluster && crowd.to.contains(&index));
        let listens = listener_in(server, Context::Cluster).is_some();
        let Some(map) = server.tls_in(Context::Cluster).filter(|_| listens && !accompanied) else { continue };
        let Some((ca, roots)) = map.ca.as_ref().zip(system.roots(map)) else { continue };
        for pair in &map.pairs {
            let Some((file, cert)) = system.shown(pair).zip(pair.cert.as_ref()) else { continue };
            let unknown = |usage| {
                matches!(
                    system.verify(&file, &roots, usage),
                    Err(Obstacle::UnknownIssuer(_) | Obstacle::OtherKey(_))
                )
            };
            let Some(leaf) = file.leaf().filter(|_| unknown(Usage::Server) && unknown(Usage::Client)) else {
                continue;
            };
            let what = format!(
                "{} does not lead to {}, the ca_file beside it: servers of the cluster that have the same refuse this one",
                file.name, ca.value
            );
            let fix =
                format!("add the CA certificate of {} to {}, in all servers", leaf.facts.issuer, ca.value);
            let finding =
                Finding { severity: Severity::Warning, ..Finding::new(Code::UntrustedPeer, what, fix) };
            desk.add(server, cert.span, finding.of(element(&file, leaf)));
        }
    }
}

//! `check_known_urls`: nats-server compares the DNS names of a peer's certificate with the hosts of its own URLs.

use std::net::IpAddr;

use super::Scope;
use crate::topology::error::Fault;
use crate::topology::model::{Cluster, Listener};

pub(super) fn check(scope: &Scope, clusters: &[Cluster]) -> Result<(), Fault> {
    let on = |listener: &Option<Listener>| {
        listener.as_ref().is_some_and(|listener| listener.tls.options().check_known_urls)
    };
    for cluster in clusters {
        let nodes = &scope.nodes[cluster.nodes.clone()];
        if nodes.iter().any(|node| on(&node.settings.listeners.cluster)) {
            by_name(scope, cluster, "cluster")?;
        }
        if nodes.iter().any(|node| on(&node.settings.listeners.gateway)) {
            for peer in &cluster.gateways {
                by_name(scope, &clusters[*peer], "gateway")?;
            }
        }
    }
    Ok(())
}

fn by_name(scope: &Scope, cluster: &Cluster, listener: &str) -> Result<(), Fault> {
    let address = |text: &str| text.starts_with('[') || text.parse::<IpAddr>().is_ok();
    match cluster.nodes.clone().find(|node| address(&scope.nodes[*node].advertise)) {
        None => Ok(()),
        Some(node) => Err(Fault::new(
            scope.origin(node),
            format!(
                "listeners.{listener}.check_known_urls would refuse {}: it is known by an address alone",
                scope.nodes[node].name
            ),
            "give it a DNS name among its hosts, or as its advertise: addresses never match",
        )),
    }
}

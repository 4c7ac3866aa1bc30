#![allow(clippy::unwrap_used)]

use super::{Crowd, Peers};
use crate::lint::testing::Case;
use crate::nats::Context;

/// Who dials whom, by number.
fn dials(confs: &[&str]) -> Vec<(usize, usize)> {
    with(confs, |peers| peers.dials.iter().map(|dial| (dial.from, dial.to)).collect())
}

fn with<T>(confs: &[&str], look: impl FnOnce(&Peers<'_>) -> T) -> T {
    let case =
        confs.iter().enumerate().fold(Case::new(), |case, (at, text)| case.conf(&format!("{at}.conf"), text));
    case.with(|system| look(&Peers::of(system)))
}

#[test]
fn a_port_tells_who_is_meant_on_one_machine() {
    let a = "cluster { listen: \"127.0.0.1:6222\", routes: [\"nats://localhost:6223\", \"nats://localhost:6222\"] }";
    let b = "cluster { port: 6223, routes: [\"nats://127.0.0.1:6222\"] }";
    assert_eq!(dials(&[a, b]), [(0, 1), (1, 0)]);
    // Two may be meant.
    assert_eq!(dials(&[a, b, "cluster { port: 6223 }"]), [(1, 0)]);
    // Who does not listen does not dial.
    assert_eq!(dials(&["cluster { routes: [\"nats://localhost:6223\"] }", b]), []);
}

#[test]
fn a_name_tells_who_is_meant() {
    let a = "server_name: n1, cluster { port: 6222, routes: [\"nats://n2.example.com:6222\", \"nats://n9.example.com:6222\"] }";
    let b = "server_name: n2, cluster { port: 6222 }";
    let c = "cluster { port: 6222, advertise: \"n9.example.com\" }";
    assert_eq!(dials(&[a, b]), [(0, 1)]);
    assert_eq!(dials(&[a, b, c]), [(0, 1), (0, 2)]);
}

#[test]
fn who_is_left_over_may_be_somebody_who_is_not_given() {
    let hub = "leafnodes { port: 7422 }";
    assert!(dials(&[hub, "leafnodes { remotes: [ { url: \"tls://connect.ngs.global\" } ] }"]).is_empty());
    let member = "cluster { name: c, port: 6222, routes: [ \"nats://n3.example.com:6222\" ] }";
    assert!(dials(&[member, "cluster { name: c, port: 6222 }"]).is_empty());
}

#[test]
fn clusters_and_gateways_are_crowds() {
    let west = "cluster { name: west, port: 6222 }, gateway { name: west, port: 7222, gateways [{ name: east, url: \"nats://e:7222\" }] }";
    let east = "cluster { name: east, port: 6222 }, gateway { name: east, port: 7222 }";
    let crowd = |context, from: &[usize], to: &[usize]| Crowd { context, from: from.into(), to: to.into() };
    let crowds = with(&[west, east, west], |peers| peers.crowds.clone());
    assert_eq!(
        crowds,
        [
            crowd(Context::Cluster, &[0, 2], &[0, 2]),
            crowd(Context::Gateway, &[1], &[0, 2]),
            crowd(Context::Gateway, &[0, 2], &[1]),
        ]
    );
}

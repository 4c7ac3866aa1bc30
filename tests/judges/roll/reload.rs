//! What a reload closes by itself.

use super::on_both_servers;
use super::steps::{Cost, UnderLoad};
use super::system::{CLIENT, System};
use crate::support::poll;
use crate::support::server::Version;
use crate::support::tools::{openssl, openssl_pin};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

on_both_servers!(closes_nothing, closes_whose_pin_is_gone);

/// A pin of nobody.
const NOBODY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

fn conf(system: &System, node: &str) -> PathBuf {
    system.world.out().join("nodes").join(node).join("nats.conf")
}

fn pin(bundle: &Path) -> String {
    openssl_pin(&openssl(["x509", "-noout", "-pubkey"], &fs::read(bundle.join("cert.pem")).unwrap()))
}

/// A configuration with one more pin in a block.
fn with_pin(conf: &str, block: &str) -> String {
    let head = format!("\n{block} {{\n");
    let Some((before, after)) = conf.split_once(&head) else { return conf.to_owned() };
    let (inside, behind) = after.split_once("\n}\n").unwrap();
    let inside = inside.replace("pinned_certs: [\n", &format!("pinned_certs: [\n    \"{NOBODY}\"\n"));
    format!("{before}{head}{inside}\n}}\n{behind}")
}

/// Neither a reload that finds everything as it was, nor one with more pins, nor one that is refused. (With other certificates:
/// see the roll.)
fn closes_nothing(version: Version) {
    let mut load = UnderLoad::start(System::start(version, &[]));
    let nodes = load.system.nodes();
    assert_eq!(load.cost_of(|system| system.reload(&nodes)), Cost::new());
    let blocks = ["tls", "cluster", "gateway", "leafnodes"];
    let (taken, refused) = blocks.split_at(if version == Version::V2_15_1 { 3 } else { 2 });
    for block in taken {
        let cost = load.cost_of(|system| {
            for node in &nodes {
                let path = conf(system, node);
                fs::write(&path, with_pin(&fs::read_to_string(&path).unwrap(), block)).unwrap();
            }
            system.reload(&nodes);
        });
        assert_eq!(cost, Cost::new(), "{block}");
    }
    for block in refused {
        let cost = load.cost_of(|system| {
            let path = conf(system, "n1.east");
            let before = fs::read_to_string(&path).unwrap();
            fs::write(&path, with_pin(&before, block)).unwrap();
            let said = system.world.node("n1.east").reload().unwrap_err();
            assert!(said.contains("config reload not supported for"), "{block}: {said}");
            fs::write(&path, before).unwrap();
        });
        assert_eq!(cost, Cost::new(), "{block}");
    }
}

/// Takes a pin out of a configuration of n1.east, and puts it back.
fn without_pin(load: &mut UnderLoad, pin: &str, meanwhile: impl Fn(&System)) -> Cost {
    load.cost_of(|system| {
        let path = conf(system, "n1.east");
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, before.replace(pin, NOBODY)).unwrap();
        system.reload(&["n1.east"]);
        meanwhile(system);
        fs::write(&path, before).unwrap();
        system.reload(&["n1.east"]);
    })
}

/// Routes and gateways whose peer is not pinned any more, and clients.
fn closes_whose_pin_is_gone(version: Version) {
    let mut load = UnderLoad::start(System::start(version, &[]));
    let (nodes, client) = (load.system.world.out().join("nodes"), load.system.world.client(CLIENT));
    let cost = without_pin(&mut load, &pin(&nodes.join("n2.east/cluster")), |_| ());
    assert_closed(&cost, &[("route of n1.east", 4), ("route of n2.east", 4)]);
    assert!(cost.contains_key("lost n1.east to n2.east"), "{cost:#?}");
    if version == Version::V2_15_1 {
        // Whom west dials in the east is chance.
        let both = !load.system.world.node("n1.east").get("/gatewayz")["inbound_gateways"]["west"].is_null();
        let out = [("gateway to of n1.east", 1), ("gateway from of n1.west", 1)];
        let back = [("gateway to of n1.west", 1), ("gateway from of n1.east", 1)];
        let cost = without_pin(&mut load, &pin(&nodes.join("n1.west/gateway")), |_| ());
        assert_closed(&cost, &[&out[..], if both { &back } else { &[] }].concat());
    }
    let clients = |system: &System| -> BTreeSet<String> {
        let here = system.connections().remove("n1.east").unwrap();
        here.into_iter().filter(|connection| connection.starts_with("client")).collect()
    };
    let before = clients(&load.system);
    assert_eq!(before.len(), 2);
    let cost = without_pin(&mut load, &pin(&client), |system| {
        if version == Version::V2_15_1 {
            assert!(poll(|| clients(system).is_disjoint(&before).then_some(())).is_some());
        } else {
            // Earlier servers hold clients against the pins from before the reload, and only where pins change: so they
            // close them at the next change, which is that back.
            system.reload(&["n1.east"]);
            assert!(clients(system).is_superset(&before));
        }
    });
    assert_closed(&cost, &[("client of n1.east", 2)]);
}

/// Exactly these connections were closed.
fn assert_closed(cost: &Cost, wanted: &[(&str, usize)]) {
    let closed: Vec<_> =
        cost.iter().filter_map(|(what, count)| Some((what.strip_prefix("closed ")?, *count))).collect();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(closed, wanted, "{cost:#?}");
}

//! The root is rolled.

use super::commands::Reload::Everybody;
use super::commands::{Step, each, refused, refused_with_one_put_back, take};
use super::on_both_servers;
use super::steps::{Cost, UnderLoad, roll_and_connect_anew};
use super::system::{HALF, System};
use crate::support::nats::connect_url;
use crate::support::poll;
use crate::support::server::Version;
use std::fs;

on_both_servers!(costs_nothing, everybody_connects_at_each_step, the_wrong_order_cuts);

const START: Step = ("ca roll start out", Everybody);
const SWITCH: Step = ("ca roll switch", Everybody);
const FINISH: Step = ("ca roll finish", Everybody);
const BACK: [Step; 3] = [
    ("ca roll back finish", Everybody),
    ("ca roll back switch", Everybody),
    ("ca roll back start", Everybody),
];

/// On and back, and no step before its time.
fn costs_nothing(version: Version) {
    let mut load = UnderLoad::start(System::start(version, &[]));
    let left_behind = load.system.left_behind();
    for command in ["ca roll switch", "ca roll finish"] {
        refused(&load.system, command, "there is no roll under way");
    }
    let old = |load: &UnderLoad, file| each(&load.system, "n1.east", file);
    let cas = old(&load, "ca.pem");
    load.roll(&[START]);
    refused(&load.system, "ca roll finish", "it is not time to finish it");
    let too_early = ("ca roll switch", "the new CA is not trusted everywhere yet");
    refused_with_one_put_back(&load.system, too_early, &cas);
    let certificates = old(&load, "cert.pem");
    load.roll(&[SWITCH]);
    let too_early = ("ca roll finish", "certificates are still by the old CA");
    refused_with_one_put_back(&load.system, too_early, &certificates);
    load.roll(&[FINISH]);
    load.went_well();
    load.reconnect();
    for node in load.system.nodes() {
        let said = load.system.world.refusal(&left_behind, &node);
        assert!(said.contains("UnknownIssuer"), "{said}");
    }
    load.roll(&BACK);
    load.reconnect();
    for node in load.system.world.nodes.values() {
        connect_url(&format!("tls://{}", node.address("")), &left_behind).unwrap();
    }
}

fn everybody_connects_at_each_step(version: Version) {
    roll_and_connect_anew(&mut System::start(version, &[]), &[START, SWITCH, FINISH]);
}

/// Certificates of the new root where it is not trusted: nothing shows until somebody connects anew.
fn the_wrong_order_cuts(version: Version) {
    let mut load = UnderLoad::start(System::start(version, &[]));
    let left_behind = load.system.left_behind();
    let links = |system: &System| {
        let mut files: Vec<_> = HALF.iter().flat_map(|node| each(system, node, "ca.pem")).collect();
        files.retain(|(path, _)| {
            ["cluster", "gateway", "leaf"].iter().any(|role| path.parent().unwrap().ends_with(role))
        });
        files
    };
    let too_early = load.cost_of(|system| {
        let before = links(system);
        take(system, START);
        take(system, SWITCH);
        for (path, old) in before {
            fs::write(path, old).unwrap();
        }
        system.reload(&HALF);
    });
    assert_eq!(too_early, Cost::new());
    let cost = load.cost_of(|system| {
        system.cut();
        for kind in ["route", "gateway", "leafnode"] {
            wait_for_refusal(system, kind);
        }
        let said = system.world.refusal(&left_behind, "n1.east");
        assert!(said.contains("UnknownIssuer"), "{said}");
        let nodes = take(system, START);
        system.reload(&nodes);
    });
    for pair in ["n1.east to n2.east", "n1.east to n1.north", "n1.west to n1.north", "edge to n1.west"] {
        assert!(cost.contains_key(&format!("lost {pair}")), "{pair}: {cost:#?}");
    }
    assert!(!cost.contains_key("lost n1.east to n1.east"), "{cost:#?}");
}

/// Waits until a server has refused another's certificate, or was not shown one because it would refuse it.
fn wait_for_refusal(system: &System, kind: &str) {
    let said = format!("TLS {kind} handshake error: ");
    let refused = |log: &str| log.lines().any(|line| line.contains(&said) && is_refusal(line));
    let found = poll(|| system.world.nodes.values().any(|node| refused(&node.log())).then_some(()));
    assert!(found.is_some(), "no {kind} was refused");
}

fn is_refusal(line: &str) -> bool {
    ["certificate signed by unknown authority", "client didn't provide a certificate"]
        .iter()
        .any(|text| line.contains(text))
}

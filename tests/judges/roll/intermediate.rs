//! An intermediate takes the place of another: below a root that is trusted, or as one of those that are trusted themselves.

use super::commands::Reload::{Everybody, Nobody};
use super::commands::{Step, each, refused, refused_with_one_put_back};
use super::on_both_servers;
use super::steps::{UnderLoad, roll_and_connect_anew};
use super::system::System;
use crate::support::nats::connect_url;
use crate::support::server::Version;

on_both_servers!(costs_nothing, everybody_connects_at_each_step, back_costs_nothing);

/// Signs in the beginning; the root is trusted.
const BEGIN: &[&str] = &["ca intermediate add one"];

/// With the root trusted, and then from that to intermediates.
const ROOT_TRUSTED: [Step; 4] = [
    ("ca roll start out --intermediate two", Nobody),
    ("ca roll switch", Everybody),
    ("ca roll finish", Nobody),
    ("ca intermediate trust intermediates; apply system.toml -o out", Everybody),
];

const START: Step = ("ca roll start out --intermediate three", Everybody);
const SWITCH: Step = ("ca roll switch", Everybody);
const FINISH: Step = ("ca roll finish", Everybody);

/// The way back, each step as often as the servers need to read something for it.
const BACK: [Step; 3] = [
    ("ca roll back finish", Everybody),
    ("ca roll back switch", Everybody),
    ("ca roll back start", Everybody),
];

/// The same without a roll.
const ONE_BY_ONE: [Step; 3] = [
    ("ca intermediate add four --standby; apply system.toml -o out", Everybody),
    ("ca intermediate activate four; apply system.toml -o out", Everybody),
    ("ca intermediate retire three; apply system.toml -o out", Everybody),
];

fn costs_nothing(version: Version) {
    let mut load = UnderLoad::start(System::start(version, BEGIN));
    let left_behind = load.system.left_behind();
    load.roll(&ROOT_TRUSTED);
    for (command, says) in [
        ("add three", "peers may not trust three yet"),
        ("activate one", "peers may not trust one yet"),
        ("retire two", "two is active, and peers trust intermediates"),
    ] {
        refused(&load.system, &format!("ca intermediate {command}"), says);
    }
    let cas = each(&load.system, "n1.west", "ca.pem");
    load.roll(&[START]);
    let too_early = ("ca roll switch", "the new CA is not trusted everywhere yet");
    refused_with_one_put_back(&load.system, too_early, &cas);
    let certificates = each(&load.system, "n1.west", "cert.pem");
    load.roll(&[SWITCH]);
    let too_early = ("ca roll finish", "certificates are still by the old CA");
    refused_with_one_put_back(&load.system, too_early, &certificates);
    load.roll(&[FINISH]);
    load.roll(&ONE_BY_ONE);
    load.went_well();
    load.reconnect();
    // It trusts the root, but nobody trusts who signed for it.
    for (name, node) in &load.system.world.nodes {
        load.system.world.refusal(&left_behind, name);
        node.wait_for_log(&["TLS handshake error", "certificate signed by unknown authority"]);
    }
}

fn everybody_connects_at_each_step(version: Version) {
    let steps = [&ROOT_TRUSTED[..], &[START, SWITCH, FINISH]].concat();
    roll_and_connect_anew(&mut System::start(version, BEGIN), &steps);
}

/// Where intermediates are trusted, on and all the way back: whoever was there in the beginning is trusted again.
fn back_costs_nothing(version: Version) {
    let begin = ["ca intermediate add two --trust intermediates"];
    let mut load = UnderLoad::start(System::start(version, &begin));
    let left_behind = load.system.left_behind();
    let cas = each(&load.system, "n1.east", "ca.pem");
    load.roll(&[START, SWITCH]);
    let certificates = each(&load.system, "n1.east", "cert.pem");
    load.roll(&[FINISH]);
    load.went_well();
    load.reconnect();
    refused(&load.system, "ca roll back switch", "it is not time to take the switch back");
    load.roll(&BACK[..1]);
    load.reconnect();
    load.roll(&BACK[1..2]);
    load.reconnect();
    let too_early = ("ca roll back start", "certificates are by the new CA");
    refused_with_one_put_back(&load.system, too_early, &certificates);
    load.roll(&BACK[2..]);
    load.reconnect();
    assert_eq!(each(&load.system, "n1.east", "ca.pem"), cas);
    for node in load.system.world.nodes.values() {
        connect_url(&format!("tls://{}", node.address("")), &left_behind).unwrap();
    }
}

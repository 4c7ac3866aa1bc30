//! A roll, step by step, and what it costs.

use super::commands::{Step, take};
use super::load::{Load, Moment};
use super::system::{CLIENT, HALF, System};
use crate::support::poll;
use std::collections::{BTreeMap, BTreeSet};

/// What was closed and what was lost: nothing, or each kind with its number.
pub(super) type Cost = BTreeMap<String, usize>;

/// The system with a load on it.
pub(super) struct UnderLoad {
    pub(super) system: System,
    load: Load,
    begin: Moment,
}

impl UnderLoad {
    pub(super) fn start(system: System) -> UnderLoad {
        let load = Load::start(&system.world, CLIENT, &["n1.east", "n1.west", "edge"]);
        let begin = load.moment();
        UnderLoad { system, load, begin }
    }

    /// Does something, and counts what that costs: connections that were closed (each counts where it ended, at both ends),
    /// and messages that a subscriber never got, or got twice. A client that was cut off counts as a connection.
    pub(super) fn cost_of(&mut self, what: impl FnOnce(&mut System)) -> Cost {
        let before = self.system.connections();
        let from = self.load.moment();
        what(&mut self.system);
        self.system.wait();
        let to = self.load.settle();
        let after = self.system.connections();
        let mut cost = self.load.wrong(&from, &to);
        for (node, before) in &before {
            for closed in before.difference(&after[node]) {
                let kind = closed.split(|c: char| c.is_ascii_digit()).next().unwrap().trim();
                *cost.entry(format!("closed {kind} of {node}")).or_default() += 1;
            }
        }
        cost
    }

    /// Every client connects anew, with what it was given in the beginning: names of files.
    pub(super) fn reconnect(&mut self) {
        let clients = |system: &System| -> BTreeSet<_> {
            let all = system.connections().into_values().flatten();
            all.filter(|connection| connection.starts_with("client")).collect()
        };
        let before = clients(&self.system);
        let count = self.load.reconnect();
        let now = || clients(&self.system);
        let anew = poll(|| (now().len() == count && now().is_disjoint(&before)).then_some(()));
        assert!(anew.is_some(), "not all of {before:#?} were made anew: {:#?}", now());
        self.load.settle();
    }

    /// Takes the steps: none may cost anything.
    pub(super) fn roll(&mut self, steps: &[Step]) {
        for step in steps {
            let cost = self.cost_of(|system| system.reload(&take(system, *step)));
            assert_eq!(cost, Cost::new(), "{step:?}");
        }
    }

    /// Nothing is lost since the load began, and no server tells of an error.
    pub(super) fn went_well(&self) {
        assert_eq!(self.load.wrong(&self.begin, &self.load.settle()), Cost::new());
        assert_eq!(self.system.world.errors(), Vec::<String>::new());
    }
}

/// Takes the steps, and lets everybody connect anew when one half of the servers has reloaded, and again when all have: once
/// the one half is first, once the other.
pub(super) fn roll_and_connect_anew(system: &mut System, steps: &[Step]) {
    for (number, step) in steps.iter().enumerate() {
        eprintln!("{step:?}"); // shown when it fails
        let nodes = take(system, *step);
        let (one, other): (Vec<_>, _) = nodes.iter().partition(|node| HALF.contains(&node.as_str()));
        let mut halves = if number % 2 == 0 { vec![one, other] } else { vec![other, one] };
        halves.retain(|half| !half.is_empty());
        for half in halves {
            system.reload(&half);
            system.connect_anew();
        }
    }
}

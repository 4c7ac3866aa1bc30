//! `natscert plan`: what apply would do.

use super::super::args::PlanArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::Counts;
use super::outcome_json::JsonCa;
use super::topology::{Manifest, WAITS, check_permitted, open_ca, warn_of_end};
use super::topology_ca::{pending, settle};
use super::{outcome_json, plan_tree};
use crate::apply::{self, CaStep, Order, Outcome, ca_steps};
use crate::bundle::Revoked;

pub(in super::super) fn run(
    args: &PlanArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.topology, report)?;
    let ca_dir = environment.ca_dir(args.topology.ca.ca_dir.as_ref())?;
    ca_dir.refuse_inside(&manifest.out)?;
    let mut opened = open_ca(&ca_dir, &manifest.out, environment.now)?;
    if let Some(opened) = &opened {
        super::tell_notes(report, &opened.notes);
    }
    let revoked = Revoked::read(&ca_dir)?;
    let steps = match &mut opened {
        // In memory alone: intermediates that are to be made have keys of no use.
        Some(opened) => settle(&mut opened.authority, &manifest.system.ca, &revoked, environment, report)?,
        None => ca_steps(None, &manifest.system.ca, &revoked)?,
    };
    let ca = opened.as_ref().map(|opened| &opened.authority);
    if let Some(ca) = ca {
        check_permitted(&manifest.system, ca.signer())?;
        warn_of_end(ca.signer(), environment.now, report);
    }
    let order = Order {
        system: &manifest.system,
        out: manifest.out.clone(),
        ca,
        revoked: &revoked,
        now: environment.now,
    };
    let outcome = {
        let bar = Bar::new(report);
        apply::plan(&order, &bar)?
    };
    let counts = Counts::of(&outcome);
    if report.json {
        report.json(&outcome_json::json(
            &manifest.system,
            &outcome,
            &counts,
            &JsonCa::new(&ca_dir, &order, ca.is_none(), &steps, &outcome),
        ))?;
    } else {
        report.product(
            plan_tree::tree(&manifest.system, &outcome, &counts, &ca_lines(ca.is_none(), &steps, &outcome))
                .as_bytes(),
        )?;
    }
    if outcome.has_changes() || !steps.is_empty() { Err(Failure::pending()) } else { Ok(()) }
}

/// What is done to the CA, in words.
fn ca_lines(no_ca: bool, steps: &[CaStep], outcome: &Outcome) -> Vec<String> {
    let root = no_ca.then(|| "root CA: create (missing)".to_owned());
    let waits = outcome.waits.then(|| WAITS.to_owned());
    root.into_iter().chain(steps.iter().map(|step| pending(step, outcome))).chain(waits).collect()
}

//! `natscert plan`: what apply would do.

use super::super::args::PlanArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::Counts;
use super::topology::{Manifest, check_permitted, open_ca, warn_of_end};
use super::{outcome_json, plan_tree};
use crate::apply::{self, Order};

pub(in super::super) fn run(
    args: &PlanArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.topology, report)?;
    let ca_dir = environment.ca_dir(args.topology.ca.ca_dir.as_ref())?;
    let opened = open_ca(&ca_dir, &manifest.out, environment.now)?;
    if let Some(opened) = &opened {
        super::tell_notes(report, &opened.notes);
    }
    let ca = opened.as_ref().map(|opened| &opened.ca);
    if let Some(ca) = ca {
        check_permitted(&manifest.system, ca)?;
        warn_of_end(ca, environment.now, report);
    }
    let order = Order { system: &manifest.system, out: manifest.out.clone(), ca, now: environment.now };
    let outcome = {
        let bar = Bar::new(report);
        apply::plan(&order, &bar)?
    };
    let counts = Counts::of(&outcome);
    if report.json {
        report.json(&outcome_json::json(&manifest.system, &outcome, &counts, ca_dir.path(), ca.is_none()))?;
    } else {
        report.product(plan_tree::tree(&manifest.system, &outcome, &counts, ca.is_none()).as_bytes())?;
    }
    if outcome.has_changes() { Err(Failure::pending()) } else { Ok(()) }
}

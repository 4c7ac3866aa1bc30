//! `natscert plan`: what apply would do.

use super::super::args::PlanArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::{self, Counts};
use super::topology::Manifest;
use crate::apply::{self, Order};

pub(in super::super) fn run(
    args: &PlanArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.topology, report)?;
    let ca_dir = environment.ca_dir(args.topology.ca.ca_dir.as_ref())?;
    let opened = ca_dir.open(environment.now)?;
    if let Some(opened) = &opened {
        super::tell_notes(report, &opened.notes);
    }
    let ca = opened.as_ref().map(|opened| &opened.ca);
    let order = Order { system: &manifest.system, out: manifest.out.clone(), ca, now: environment.now };
    let outcome = {
        let bar = Bar::new(report);
        apply::plan(&order, &bar)?
    };
    let counts = Counts::of(&outcome);
    if report.json {
        report.json(&outcome::json(&manifest.system, &outcome, &counts))?;
    } else {
        report.product(outcome::tree(&manifest.system, &outcome, &counts, ca.is_none()).as_bytes())?;
    }
    if outcome.has_changes() { Err(Failure::pending()) } else { Ok(()) }
}

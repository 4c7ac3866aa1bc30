//! `natscert apply`: a whole topology.

use super::super::args::ApplyArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::{self, Counts, Server};
use super::topology::Manifest;
use crate::apply::{self, Order, Outcome};
use crate::topology::{Owner, System};

/// More names than these are counted.
const MAX_NAMES: usize = 12;

pub(in super::super) fn run(
    args: &ApplyArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.topology, report)?;
    let ca_dir = environment.ca_dir(args.topology.ca.ca_dir.as_ref())?;
    let opened = ca_dir.open_or_create(environment.now, || super::ca::default_root(environment))?;
    super::tell_notes(report, &opened.notes);
    let order = Order {
        system: &manifest.system,
        out: manifest.out.clone(),
        ca: Some(&opened.ca),
        now: environment.now,
    };
    let outcome = {
        let bar = Bar::new(report);
        apply::apply(&order, args.prune, &bar, |out| {
            report.note(&format!("another natscert works in {}: waiting for it", out.display()));
        })?
    };
    let counts = Counts::of(&outcome);
    if opened.created {
        let root = opened.ca.facts();
        report.done("created", &format!("root CA {} in {}", human::title(root), ca_dir.path().display()));
    }
    if report.json {
        return report.json(&outcome::json(&manifest.system, &outcome, &counts));
    }
    tell(&manifest.system, &outcome, &counts, args.prune, report)
}

fn tell(
    system: &System,
    outcome: &Outcome,
    counts: &Counts,
    pruned: bool,
    report: &Report,
) -> Result<(), Failure> {
    let root = outcome.layout.root().display();
    if outcome.has_changes() {
        report.done("issued", &counts.certificates());
        report.done("written", &counts.texts());
        report.detail("files", &format!("{root}/ ca.pem nodes/ clients/"));
    } else {
        report.done("right", &format!("{} in {root}: nothing to do", counts.everything()));
    }
    for stray in &outcome.strays {
        let path = stray.path.strip_prefix(outcome.layout.root()).unwrap_or(&stray.path).display();
        match (stray.removed, stray.kept) {
            (true, _) => report.done("removed", &path.to_string()),
            (_, true) => {
                report.warning(&format!("{path} holds files that natscert did not write, and stays"), None);
            }
            _ if pruned => {}
            _ => report.detail("stray", &format!("{path} is no longer in the manifest (--prune removes it)")),
        }
    }
    let mut start: Vec<&str> = Vec::new();
    let verbs = [(Server::Reload, "reload"), (Server::Restart, "restart"), (Server::Start, "start")];
    for (server, verb) in verbs {
        let names: Vec<&str> = servers(system, outcome, server).collect();
        if !names.is_empty() {
            report.done(verb, &some(&names));
        }
        if server == Server::Start {
            start = names;
        }
    }
    if let Some(first) = start.first() {
        let conf = outcome.layout.nodes().join(first).join("nats.conf");
        let conf = crate::render::shell(&conf.to_string_lossy())?;
        report.next_step(&format!("nats-server -c {conf}"));
    }
    Ok(())
}

fn servers<'a>(system: &'a System, outcome: &'a Outcome, wanted: Server) -> impl Iterator<Item = &'a str> {
    outcome.units.iter().zip(&outcome.texts).filter_map(move |(unit, text)| match unit.owner {
        Owner::Node(_) if Server::of(unit, text.as_ref()) == wanted => Some(system.owner_name(unit.owner)),
        _ => None,
    })
}

/// Names as a list, or the first of them and how many more there are.
fn some(names: &[&str]) -> String {
    match names.len().checked_sub(MAX_NAMES) {
        None | Some(0) => names.join(" "),
        Some(more) => format!("{} and {more} more", names[..MAX_NAMES].join(" ")),
    }
}

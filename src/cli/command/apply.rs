//! `natscert apply`: a whole topology.

use std::net::IpAddr;

use super::super::args::ApplyArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::progress::Bar;
use super::super::report::Report;
use super::outcome::{Counts, MAX_NAMES, Server, servers, some};
use super::outcome_json::{self, JsonCa};
use super::topology::{Manifest, WAITS, check_permitted, open_ca, warn_of_end};
use super::topology_ca::{self, Settled, settle};
use crate::apply::{self, Order, Outcome, Stray, ca_steps};
use crate::bundle::{CaDir, Opened, Paths, Revoked};
use crate::render::placed;
use crate::topology::{Node, System};

pub(in super::super) fn run(
    args: &ApplyArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.topology, report)?;
    let ca_dir = environment.ca_dir(args.topology.ca.ca_dir.as_ref())?;
    ca_dir.refuse_inside(&manifest.out)?;
    open_ca(&ca_dir, &manifest.out, environment.now)?;
    let mut created = false;
    // Somebody may change the CA while this run waits for the folder.
    while !attempt(args, &manifest, &ca_dir, &mut created, environment, report)? {}
    Ok(())
}

/// Applies it with the CA as it is now. `false`: that changed before the folder was free.
fn attempt(
    args: &ApplyArgs,
    manifest: &Manifest,
    ca_dir: &CaDir,
    created: &mut bool,
    environment: &Environment,
    report: &Report,
) -> Result<bool, Failure> {
    let mut opened = open(ca_dir, created, environment, report)?;
    let revoked = Revoked::read(ca_dir)?;
    let needs_steps = !ca_steps(Some(&opened.authority), &manifest.system.ca, &revoked)?.is_empty();
    let settled = if needs_steps {
        Settled::hold(ca_dir, &manifest.system, environment, report)?
    } else {
        settle(&mut opened.authority, &manifest.system.ca, &revoked, environment, report)?;
        Settled::nothing()
    };
    let authority = settled.authority().unwrap_or(&opened.authority);
    check_permitted(&manifest.system, authority.signer())?;
    warn_of_end(authority.signer(), environment.now, report);
    let order = Order {
        system: &manifest.system,
        out: manifest.out.clone(),
        ca: Some(authority),
        revoked: settled.revoked().unwrap_or(&revoked),
        now: environment.now,
    };
    let outcome = {
        let bar = Bar::new(report);
        // One that is held does not change.
        let is_still = || if needs_steps { Ok(true) } else { ca_dir.is_still(&opened, &revoked) };
        apply::apply(&order, args.prune, &bar, super::another_works(report), is_still, || settled.commit())?
    };
    let Some(outcome) = outcome else { return Ok(false) };
    let counts = Counts::of(&outcome);
    if report.json {
        let ca = JsonCa::new(ca_dir, &order, *created, &settled.steps, &outcome);
        report.json(&outcome_json::json(&manifest.system, &outcome, &counts, &ca))?;
        return Ok(true);
    }
    for step in &settled.steps {
        let (verb, text) = topology_ca::done(step, &outcome);
        report.done(verb, &text);
    }
    tell(&manifest.system, &outcome, &counts, args.prune, report)?;
    Ok(true)
}

/// The CA as it is now; `created`, if a run before or this one made it.
fn open(
    ca_dir: &CaDir,
    created: &mut bool,
    environment: &Environment,
    report: &Report,
) -> Result<Opened, Failure> {
    let opened = ca_dir.open_or_create(environment.now, || super::ca::default_root(environment))?;
    super::tell_notes(report, &opened.notes);
    *created |= opened.created;
    if opened.created {
        let root = opened.root().facts();
        report.done("created", &format!("root CA {} in {}", human::title(root), ca_dir.path().display()));
    }
    Ok(opened)
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
        for (action, text) in counts.lines().iter().filter(|(_, text)| !text.is_empty()) {
            report.done(action.done(), text);
        }
        report.detail("files", &format!("{root}/ ca.pem nodes/ clients/"));
    } else {
        let [.., (action, text)] = counts.lines();
        report.done(action.done(), &format!("{text} in {root}: nothing to do"));
    }
    tell_strays(outcome, pruned, report);
    if outcome.waits {
        report.warning(
            WAITS,
            Some("reload every server, then run natscert apply again: the new CA signs then"),
        );
    }
    for (server, verb) in [(Server::Reload, "reload"), (Server::Restart, "restart"), (Server::Start, "start")]
    {
        let names = servers(system, outcome, server);
        if !names.is_empty() {
            report.done(verb, &some(&names));
        }
    }
    next_step(system, outcome, report)
}

fn tell_strays(outcome: &Outcome, pruned: bool, report: &Report) {
    let kept = |stray: &&Stray| stray.kept;
    let shown = outcome.strays.iter().filter(|stray| !kept(stray)).take(MAX_NAMES);
    let more = outcome.strays.iter().filter(|stray| !kept(stray)).count().saturating_sub(MAX_NAMES);
    for stray in shown.chain(outcome.strays.iter().filter(kept)) {
        let path = stray.path.strip_prefix(outcome.layout.root()).unwrap_or(&stray.path).display();
        match (stray.removed, stray.kept) {
            (true, _) => report.done("removed", &path.to_string()),
            (_, true) => report.warning(
                &format!("{path} holds files that natscert did not write, and stays"),
                Some("move them elsewhere, or remove the folder"),
            ),
            _ if pruned => {}
            _ => {
                report.detail("stray", &format!("{path} is no longer in the manifest (--prune removes it)"));
            }
        }
    }
    if more > 0 {
        report.detail("", &format!("and {more} more"));
    }
}

/// How to start a server that is new, and how to use it.
fn next_step(system: &System, outcome: &Outcome, report: &Report) -> Result<(), Failure> {
    let new: Vec<&Node> = system
        .nodes
        .iter()
        .zip(outcome.units.iter().zip(&outcome.texts))
        .filter(|(_, (unit, text))| Server::of(unit, text.as_ref()) == Server::Start)
        .map(|(node, _)| node)
        .collect();
    let Some(first) = new.first() else { return Ok(()) };
    let nodes = outcome.layout.nodes();
    let conf = |node: &str| crate::render::shell(&nodes.join(node).join("nats.conf").to_string_lossy());
    let dir = first.settings.config_dir.as_deref().map(|dir| placed(dir, system, first));
    let here = |node: &&Node| node.listen.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let all = new.len() == system.nodes.len() && outcome.strays.is_empty() && system.nodes.len() > 1;
    match dir {
        Some(dir) => {
            let from = nodes.join(first.name.as_str());
            let others = if new.len() > 1 { ", and the others likewise" } else { "" };
            report.next_step(&format!("copy {} to {dir} on its machine{others}; there", from.display()));
            let there = crate::render::shell(&Paths::join(&dir, "nats.conf"))?;
            report.next_step(&format!("nats-server -c {there}"));
        }
        None if all && new.iter().all(here) => {
            // What is quoted is no pattern, so the star stands outside.
            let nodes = crate::render::shell(&nodes.to_string_lossy())?;
            report.next_step(&format!("for conf in {nodes}/*/nats.conf; do nats-server -c \"$conf\" & done"));
        }
        None => report.next_step(&format!("nats-server -c {}", conf(first.name.as_str())?)),
    }
    if let Some(client) = system.clients.first().filter(|client| client.config_dir.is_none()) {
        let script = outcome.layout.clients().join(client.name.as_str()).join("nats.sh");
        report.next_step(&format!("{} rtt", crate::render::shell(&script.to_string_lossy())?));
    }
    Ok(())
}

//! What a plan came to, as a tree for people.

use std::fmt::Write as _;

use super::outcome::{Counts, MAX_NAMES, Server, reason, servers, some};
use crate::apply::{ConfChange, Found, Outcome, Reason, Unit};
use crate::topology::{Owner, System};

/// The file beside the certificates.
fn text_name(owner: Owner) -> &'static str {
    match owner {
        Owner::Node(_) => "nats.conf",
        Owner::Client(_) => "nats.sh",
    }
}

/// A branch of the tree, with what hangs on it.
struct Branch {
    text: String,
    children: Vec<Branch>,
}

impl Branch {
    fn leaf(text: impl Into<String>) -> Self {
        Self { text: text.into(), children: Vec::new() }
    }

    fn print(&self, out: &mut String, before: &str) {
        let _ = writeln!(out, "{}", self.text);
        for (index, child) in self.children.iter().enumerate() {
            let last = index + 1 == self.children.len();
            out.push_str(before);
            out.push_str(if last { "└── " } else { "├── " });
            child.print(out, &format!("{before}{}", if last { "    " } else { "│   " }));
        }
    }
}

/// The plan as a tree.
pub(super) fn tree(system: &System, outcome: &Outcome, counts: &Counts, ca: &[String]) -> String {
    let root = outcome.layout.root();
    let mut top = Branch::leaf(format!("{} in {}", system.name, root.display()));
    top.children.extend(ca.iter().map(|line| Branch::leaf(line.as_str())));
    top.children.push(Branch::leaf(if outcome.ca_file { "ca.pem: write" } else { "ca.pem: right" }));
    let all: Vec<_> = outcome.units.iter().zip(outcome.texts.iter().map(Option::as_ref)).collect();
    let mut rest = all.as_slice();
    let clusters = system.clusters.iter().map(|c| (format!("cluster {}", c.name), c.nodes.len()));
    let others = [("leafnodes", system.leafnodes.len()), ("clients", system.clients.len())];
    for (text, count) in clusters.chain(others.map(|(text, count)| (text.to_owned(), count))) {
        let (these, behind) = rest.split_at(count);
        rest = behind;
        if count > 0 {
            top.children.push(Branch { text, children: units(system, these) });
        }
    }
    if !outcome.strays.is_empty() {
        let path = |path: &std::path::Path| {
            crate::render::comment(&path.strip_prefix(root).unwrap_or(path).display().to_string())
        };
        let shown = outcome.strays.iter().take(MAX_NAMES).map(|stray| Branch::leaf(path(&stray.path)));
        let more = outcome.strays.len().saturating_sub(MAX_NAMES);
        let more = (more > 0).then(|| Branch::leaf(format!("and {more} more")));
        let children = shown.chain(more).collect();
        top.children.push(Branch {
            text: "no longer in the manifest (apply --prune removes it)".to_owned(),
            children,
        });
    }
    let mut out = String::new();
    top.print(&mut out, "");
    out.push('\n');
    summary(&mut out, system, outcome, counts, ca.is_empty());
    out
}

/// What it amounts to.
fn summary(out: &mut String, system: &System, outcome: &Outcome, counts: &Counts, no_steps: bool) {
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "{label:<12}{text}");
        }
    };
    for (action, text) in counts.lines() {
        line(action.pending(), &text);
    }
    for (server, label) in
        [(Server::Reload, "to reload"), (Server::Restart, "to restart"), (Server::Start, "to start")]
    {
        line(label, &some(&servers(system, outcome, server)));
    }
    if !outcome.has_changes() && no_steps {
        let _ = writeln!(out, "nothing to do");
    }
}

/// The nodes of a cluster, or all leafnodes or clients: what is right is counted where it is much.
fn units(system: &System, units: &[(&Unit, Option<&ConfChange>)]) -> Vec<Branch> {
    let right = units.iter().filter(|(unit, text)| is_right(unit, *text)).count();
    let counted = right > MAX_NAMES;
    let shown = units.iter().filter(|(unit, text)| !counted || !is_right(unit, *text));
    let mut branches: Vec<_> = shown.map(|(unit, text)| unit_branch(system, unit, *text)).collect();
    if counted {
        branches.push(Branch::leaf(if right == units.len() {
            format!("all {right}: right")
        } else {
            format!("{right} others: right")
        }));
    }
    branches
}

fn is_right(unit: &Unit, text: Option<&ConfChange>) -> bool {
    text.is_none() && !unit.certificates.iter().any(Found::needs_reload)
}

fn unit_branch(system: &System, unit: &Unit, text: Option<&ConfChange>) -> Branch {
    let name = system.owner_name(unit.owner);
    if is_right(unit, text) {
        return Branch::leaf(format!("{name}: right"));
    }
    let certificates = unit.certificates.iter().map(|found| {
        let what = if found.folder.is_empty() { "certificate" } else { found.folder };
        Branch::leaf(format!("{what}: {}", certificate(found)))
    });
    let text = match text {
        None => "right".to_owned(),
        Some(change) => format!("write ({})", reason(unit.owner, change)),
    };
    let text = Branch::leaf(format!("{}: {text}", text_name(unit.owner)));
    Branch { text: name.to_owned(), children: certificates.chain([text]).collect() }
}

fn certificate(found: &Found) -> String {
    let reasons = found.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    match found.reasons.first() {
        None if found.ca_stale => "write ca.pem".to_owned(),
        None if found.needs_reload() => "right, but newer than nats.conf: reload".to_owned(),
        None => "right".to_owned(),
        Some(Reason::Missing) => format!("issue ({reasons})"),
        Some(_) => format!("reissue ({reasons})"),
    }
}

//! What a plan or an apply came to: as a tree, as JSON, as counts.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::human::count;
use crate::apply::{ConfChange, Found, Outcome, Reason, Unit};
use crate::topology::{Owner, Place, System};

/// What a server has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Server {
    /// Nothing.
    Right,
    /// Read its configuration and certificates again.
    Reload,
    /// Stop and start: nats-server refuses to reload such a change.
    Restart,
    /// Start: it had no configuration.
    Start,
}

impl Server {
    pub(super) fn of(unit: &Unit, text: Option<&ConfChange>) -> Self {
        match text {
            Some(ConfChange::Missing) => Self::Start,
            Some(change) if change.needs_restart() => Self::Restart,
            Some(_) => Self::Reload,
            None if unit.certificates.iter().any(Found::is_changed) => Self::Reload,
            None => Self::Right,
        }
    }
}

/// How much of what.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    issued: usize,
    reissued: usize,
    right: usize,
    written: usize,
    unchanged: usize,
    strays: usize,
}

impl Counts {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let mut counts = Self { strays: outcome.strays.len(), ..Self::default() };
        for found in outcome.units.iter().flat_map(|unit| &unit.certificates) {
            match found.reasons.first() {
                None => counts.right += 1,
                Some(Reason::Missing) => counts.issued += 1,
                Some(_) => counts.reissued += 1,
            }
        }
        counts.written = outcome.texts.iter().filter(|text| text.is_some()).count();
        counts.unchanged = outcome.texts.len() - counts.written;
        counts
    }

    /// Of an apply.
    pub(super) fn certificates(&self) -> String {
        format!("{} new, {} again; {} right", count(self.issued, "certificate"), self.reissued, self.right)
    }

    /// Of an apply.
    pub(super) fn texts(&self) -> String {
        format!("{}; {} right", count(self.written, "configuration"), self.unchanged)
    }

    pub(super) fn everything(&self) -> String {
        format!("{} and {}", count(self.right, "certificate"), count(self.unchanged, "configuration"))
    }

    fn plan(&self) -> String {
        format!(
            "{} to issue, {} to reissue, {} right; {} to write, {} right",
            count(self.issued, "certificate"),
            self.reissued,
            self.right,
            count(self.written, "configuration"),
            self.unchanged
        )
    }
}

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
pub(super) fn tree(system: &System, outcome: &Outcome, counts: &Counts, no_ca: bool) -> String {
    let root = outcome.layout.root();
    let mut top = Branch::leaf(format!("{} in {}", system.name, root.display()));
    if no_ca {
        top.children.push(Branch::leaf("root CA: create (missing)"));
    }
    top.children.push(Branch::leaf(if outcome.ca_file { "ca.pem: write" } else { "ca.pem: right" }));
    let mut units =
        outcome.units.iter().zip(&outcome.texts).map(|(unit, text)| unit_branch(system, unit, text.as_ref()));
    for cluster in &system.clusters {
        let children = units.by_ref().take(cluster.nodes.len()).collect();
        top.children.push(Branch { text: format!("cluster {}", cluster.name), children });
    }
    for (text, count) in [("leafnodes", system.leafnodes.len()), ("clients", system.clients.len())] {
        if count > 0 {
            top.children
                .push(Branch { text: text.to_owned(), children: units.by_ref().take(count).collect() });
        }
    }
    if !outcome.strays.is_empty() {
        let path = |path: &std::path::Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let children = outcome.strays.iter().map(|stray| Branch::leaf(path(&stray.path))).collect();
        top.children.push(Branch {
            text: "no longer in the manifest (apply --prune removes it)".to_owned(),
            children,
        });
    }
    let mut out = String::new();
    top.print(&mut out, "");
    let _ = writeln!(out, "\n{}", counts.plan());
    out
}

fn unit_branch(system: &System, unit: &Unit, text: Option<&ConfChange>) -> Branch {
    let name = system.owner_name(unit.owner);
    let changed = unit.certificates.iter().any(Found::is_changed);
    if !changed && text.is_none() {
        return Branch::leaf(format!("{name}: right"));
    }
    let certificates = unit.certificates.iter().map(|found| {
        let what = if found.folder.is_empty() { "certificate" } else { found.folder };
        Branch::leaf(format!("{what}: {}", certificate(found)))
    });
    let text = match text {
        None => "right".to_owned(),
        Some(change) => format!("write ({change})"),
    };
    let text = Branch::leaf(format!("{}: {text}", text_name(unit.owner)));
    Branch { text: name.to_owned(), children: certificates.chain([text]).collect() }
}

fn certificate(found: &Found) -> String {
    let reasons = found.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    match found.reasons.first() {
        None if found.ca_stale => "write ca.pem".to_owned(),
        None => "right".to_owned(),
        Some(Reason::Missing) => format!("issue ({reasons})"),
        Some(_) => format!("reissue ({reasons})"),
    }
}

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    out: String,
    changes: bool,
    ca: JsonText,
    nodes: Vec<JsonUnit<'a>>,
    clients: Vec<JsonUnit<'a>>,
    strays: Vec<JsonStray>,
    counts: &'a Counts,
}

#[derive(Serialize)]
struct JsonUnit<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server>,
    certificates: Vec<JsonCertificate<'a>>,
    text: JsonText,
}

#[derive(Serialize)]
struct JsonCertificate<'a> {
    dir: String,
    role: &'a str,
    action: &'static str,
    reasons: Vec<JsonReason>,
}

#[derive(Serialize)]
struct JsonReason {
    code: &'static str,
    text: String,
}

#[derive(Serialize)]
struct JsonText {
    path: String,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<JsonReason>,
}

#[derive(Serialize)]
struct JsonStray {
    path: String,
    removed: bool,
}

pub(super) fn json<'a>(system: &'a System, outcome: &'a Outcome, counts: &'a Counts) -> Json<'a> {
    let unit =
        |(unit, text): (&'a Unit, &'a Option<ConfChange>)| json_unit(system, outcome, unit, text.as_ref());
    let mut units: Vec<_> = outcome.units.iter().zip(&outcome.texts).map(unit).collect();
    let clients = units.split_off(system.nodes.len());
    let stray = |stray: &crate::apply::Stray| JsonStray {
        path: stray.path.to_string_lossy().into_owned(),
        removed: stray.removed,
    };
    Json {
        out: outcome.layout.root().to_string_lossy().into_owned(),
        changes: outcome.has_changes(),
        ca: JsonText::new(&outcome.layout.ca(), outcome.ca_file, None),
        nodes: units,
        clients,
        strays: outcome.strays.iter().map(stray).collect(),
        counts,
    }
}

impl JsonText {
    fn new(path: &std::path::Path, write: bool, reason: Option<JsonReason>) -> Self {
        Self {
            path: path.to_string_lossy().into_owned(),
            action: if write { "write" } else { "right" },
            reason,
        }
    }
}

fn json_unit<'a>(
    system: &'a System,
    outcome: &Outcome,
    unit: &'a Unit,
    text: Option<&ConfChange>,
) -> JsonUnit<'a> {
    let layout = &outcome.layout;
    let certificate = |found: &'a Found| JsonCertificate {
        dir: layout.bundle(system, unit.owner, found.folder).to_string_lossy().into_owned(),
        role: if found.folder.is_empty() { "client" } else { found.folder },
        action: match found.reasons.first() {
            None if found.ca_stale => "write-ca",
            None => "right",
            Some(Reason::Missing) => "issue",
            Some(_) => "reissue",
        },
        reasons: found.reasons.iter().map(|r| JsonReason { code: r.code(), text: r.to_string() }).collect(),
    };
    let reason = text.map(|change| JsonReason { code: change.code(), text: change.to_string() });
    let (cluster, server) = match unit.owner {
        Owner::Node(node) => {
            let cluster = match system.nodes[node].place {
                Place::Cluster(cluster) => Some(system.clusters[cluster].name.as_str()),
                Place::Leafnode(_) => None,
            };
            (cluster, Some(Server::of(unit, text)))
        }
        Owner::Client(_) => (None, None),
    };
    JsonUnit {
        name: system.owner_name(unit.owner),
        cluster,
        server,
        certificates: unit.certificates.iter().map(certificate).collect(),
        text: JsonText::new(&layout.text(system, unit.owner), text.is_some(), reason),
    }
}

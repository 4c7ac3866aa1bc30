//! What a plan or an apply came to, for programs.

use std::path::Path;

use serde::Serialize;

use super::outcome::{Counts, Server, reason};
use crate::apply::{CaStep, ConfChange, Found, Order, Outcome, Reason, Unit};
use crate::bundle::CaDir;
use crate::pki::{Standing, Trust};
use crate::topology::{Owner, Place, System};

/// The object that `--json` prints; its fields are a promise (docs/output.md).
#[derive(Serialize)]
pub(super) struct Json<'a> {
    out: String,
    changes: bool,
    ca: &'a JsonCa<'a>,
    nodes: Vec<JsonUnit<'a>>,
    clients: Vec<JsonUnit<'a>>,
    strays: Vec<JsonStray>,
    counts: &'a Counts,
}

/// The CA, and what is done to it.
#[derive(Serialize)]
pub(super) struct JsonCa<'a> {
    dir: String,
    /// Whether there is, or was, none.
    created: bool,
    /// What `ca.pem` holds.
    trust: Trust,
    /// The intermediate that signs; none: the root.
    signer: Option<&'a str>,
    /// Whether a new signer waits until all have read the new `ca.pem`.
    waits: bool,
    steps: Vec<JsonStep<'a>>,
    #[serde(flatten)]
    file: JsonText,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    action: &'static str,
    intermediate: &'a str,
    standing: &'static str,
    before: Option<&'a str>,
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

pub(super) fn json<'a>(
    system: &'a System,
    outcome: &'a Outcome,
    counts: &'a Counts,
    ca: &'a JsonCa<'a>,
) -> Json<'a> {
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
        changes: outcome.has_changes() || !ca.steps.is_empty(),
        ca,
        nodes: units,
        clients,
        strays: outcome.strays.iter().map(stray).collect(),
        counts,
    }
}

impl<'a> JsonCa<'a> {
    pub(super) fn new(
        ca_dir: &CaDir,
        order: &Order<'a>,
        created: bool,
        steps: &'a [CaStep],
        outcome: &Outcome,
    ) -> Self {
        let active = order.ca.and_then(|ca| ca.signing().active()).map(|active| active.name.as_str());
        let first =
            steps.iter().find(|step| step.standing == Standing::Active).map(|step| step.name.as_str());
        let step = |step: &'a CaStep| JsonStep {
            action: if step.make { "make" } else { "change" },
            intermediate: &step.name,
            standing: step.standing.as_str(),
            before: step.before.as_deref(),
        };
        Self {
            dir: ca_dir.path().to_string_lossy().into_owned(),
            created,
            trust: order.system.ca.trust.or(order.ca.map(|ca| ca.trust)).unwrap_or_default(),
            signer: first.or(active),
            waits: outcome.waits,
            steps: steps.iter().map(step).collect(),
            file: JsonText::new(&outcome.layout.ca(), outcome.ca_file, None),
        }
    }
}

impl JsonText {
    fn new(path: &Path, write: bool, reason: Option<JsonReason>) -> Self {
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
    let reason = text.map(|change| JsonReason { code: change.code(), text: reason(unit.owner, change) });
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

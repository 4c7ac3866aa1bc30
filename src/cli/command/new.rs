//! `natscert new`

use serde::Serialize;

use super::super::args::NewArgs;
use super::super::failure::Failure;
use super::super::report::Report;
use crate::bundle;
use crate::render::shell;
use crate::topology::Starter;

#[derive(Serialize)]
struct Json {
    file: String,
    /// Where there is no file to find it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<String>,
}

pub(in super::super) fn run(args: &NewArgs, report: &Report) -> Result<(), Failure> {
    let clients = args.clients.iter().filter(|name| !name.is_empty()).cloned().collect();
    let starter =
        Starter { clusters: args.clusters, nodes: args.nodes, leafs: args.leafs, clients, local: args.local };
    let text = starter.text()?;
    let file = args.file.display().to_string();
    if file == "-" {
        let json = Json { file, manifest: Some(text.clone()) };
        return report.either(&text, &json);
    }
    let next = format!("natscert apply {}", shell(&file)?);
    bundle::write_new_text(&args.file, &text)?;
    report.done("wrote", &file);
    report.next_step(&next);
    if report.json { report.json(&Json { file, manifest: None }) } else { Ok(()) }
}

//! The command line of a client of a topology.

use serde::Serialize;

use super::server::url;
use super::{Error, engine};
use crate::bundle::Paths;
use crate::topology::{Node, Place, System};

/// The servers that a command line names: one may be down.
const SERVERS: usize = 3;

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    manifest: &'a str,
    urls: &'a str,
    cert: &'a str,
    key: &'a str,
    ca: &'a str,
    tls_first: bool,
}

/// A shell script that runs the nats CLI as a client, whose files are in `dir` on its machine.
///
/// # Errors
/// When a text cannot stand in a command line.
pub fn client_script(system: &System, client: usize, dir: &str) -> Result<String, Error> {
    let client = &system.clients[client];
    let nodes = servers(system, client.connects_to.first().copied());
    let urls: Vec<String> = nodes
        .iter()
        .filter_map(|node| Some(url(node, node.port(node.settings.listeners.client.as_ref()?))))
        .collect();
    let tls_first = nodes.iter().any(|node| {
        let listener = node.settings.listeners.client.as_ref();
        listener.is_some_and(|listener| listener.tls.options().handshake_first.is_some())
    });
    let paths = Paths::below(dir);
    let manifest = format!("{}.toml", system.name);
    let view = View {
        name: client.name.as_str(),
        manifest: &manifest,
        urls: &urls.join(","),
        cert: &paths.cert,
        key: &paths.key,
        ca: &paths.ca,
        tls_first,
    };
    engine::render(engine::CLIENT_SCRIPT, &view)
}

/// Some nodes of the place that a client connects to first.
fn servers(system: &System, place: Option<Place>) -> Vec<&Node> {
    match place {
        Some(Place::Leafnode(leafnode)) => vec![&system.nodes[system.leafnodes[leafnode].node]],
        Some(Place::Cluster(cluster)) => {
            system.clusters[cluster].nodes.clone().take(SERVERS).map(|node| &system.nodes[node]).collect()
        }
        None => system
            .nodes
            .iter()
            .take(system.clusters.first().map_or(1, |c| c.nodes.len()).min(SERVERS))
            .collect(),
    }
}

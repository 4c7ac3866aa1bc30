//! From a manifest to a [`System`]: names become indices, defaults are filled in, what cannot work is refused.

mod accounts;
mod authority;
mod clients;
mod clusters;
mod crowd;
mod gateways;
mod identity;
mod known_urls;
mod leafnodes;
mod listeners;
mod mapping;
mod names;
mod nodes;
mod ports;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
mod users;

use super::error::{Error, Fault, Loc};
use super::manifest::Manifest;
use super::model::{Client, Node, Place, System};
use names::Names;
use settings::{Inherited, Warnings};

impl System {
    /// Reads a manifest; `name` is what people call the system: the file's name without `.toml`.
    ///
    /// # Errors
    /// When the text is no TOML, is no manifest, or describes what cannot work.
    pub fn read(text: &str, name: &str) -> Result<Self, Error> {
        let system = Manifest::parse(text).and_then(|manifest| resolve(&manifest, name));
        system.map_err(|fault| fault.into_error(text))
    }
}

/// What everything else is resolved against.
struct Scope<'a> {
    manifest: &'a Manifest,
    local: bool,
    names: Names<'a>,
    system: Inherited,
    clients: Vec<Client>,
    warnings: Warnings,
    nodes: Vec<Node>,
    /// Where the nodes are written: of each entry the index behind its last node.
    origins: Vec<(usize, Loc)>,
}

fn resolve(manifest: &Manifest, name: &str) -> Result<System, Fault> {
    let names = Names::new(manifest)?;
    let system = Inherited::default().with(manifest.level());
    let clients = clients::resolve(manifest, &names, &system)?;
    let mut scope = Scope {
        local: manifest.local.as_ref().is_some_and(|local| local.value),
        manifest,
        names,
        system,
        clients,
        warnings: Warnings::default(),
        nodes: Vec::new(),
        origins: Vec::new(),
    };
    let ca = authority::resolve(manifest)?;
    let gateways = gateways::resolve(manifest, &scope.names)?;
    let clusters = clusters::resolve(&mut scope, &gateways)?;
    let leafnodes = leafnodes::resolve(&mut scope, &clusters)?;
    ports::check(&scope)?;
    known_urls::check(&scope, &clusters)?;
    let Scope { nodes, clients, names, warnings, .. } = scope;
    let mut system = System {
        name: name.to_owned(),
        ca,
        clusters,
        nodes,
        leafnodes,
        clients,
        accounts: names.accounts,
        outgoing_gateway_certificate: gateways.outgoing_certificate,
        gateways_named: gateways.named,
        warnings: warnings.0,
    };
    mapping::check(&system, &names.client_places, &names.leafnode_places)?;
    mapping::warn_of_lonely_places(&mut system);
    crowd::warn(&mut system);
    Ok(system)
}

impl Scope<'_> {
    /// Where a node is written.
    fn origin(&self, node: usize) -> Loc {
        let entry = self.origins.partition_point(|(end, _)| *end <= node);
        self.origins.get(entry).map_or_else(Loc::default, |(_, at)| *at)
    }
}

/// Whether a client may connect to a place.
fn admits(client: &Client, place: Place) -> bool {
    client.connects_to.is_empty() || client.connects_to.contains(&place)
}

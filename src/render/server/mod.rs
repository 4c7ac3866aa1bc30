//! The whole configuration of a node of a topology.
//!
//! The template is filled once for nodes that differ in nothing but names, addresses and pins; these are put in for
//! each node. Filling it for every node would take longer than making the node's keys.

mod blanks;
mod users;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Error, engine};
use crate::nats::Context;
use crate::pki::Pin;
use crate::topology::{Links, Owner, Place, System};
use blanks::Form;
pub use blanks::placed;
pub(super) use blanks::url;

/// What is not known from the manifest: where files are, and which keys there are.
pub trait Site: Sync {
    /// The folder of a node's files as its nats-server sees it.
    fn dir(&self, node: usize) -> String;
    /// The key of a certificate; none when it is not there yet.
    fn pin(&self, owner: Owner, folder: &'static str) -> Option<Pin>;
}

/// Writes the configurations of a system.
pub struct Servers<'a> {
    system: &'a System,
    links: &'a Links<'a>,
    forms: HashMap<Kind, Form>,
}

/// Nodes of one kind have the same form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Kind {
    /// Where its settings lie: nodes share them.
    settings: usize,
    /// For a leafnode: its hub and its account, and itself if some clients may connect to it alone.
    place: Result<usize, (usize, Option<usize>, Option<usize>)>,
}

impl<'a> Servers<'a> {
    /// Prepares the forms that several nodes share.
    ///
    /// # Errors
    /// When a text cannot stand in a configuration.
    pub fn new(system: &'a System, links: &'a Links<'a>) -> Result<Self, Error> {
        let mut first: HashMap<Kind, (usize, bool)> = HashMap::new();
        for index in 0..system.nodes.len() {
            first
                .entry(Kind::of(system, links, index))
                .and_modify(|(_, shared)| *shared = true)
                .or_insert((index, false));
        }
        let mut forms = HashMap::new();
        for (kind, (index, shared)) in first {
            if shared {
                forms.insert(kind, form(system, links, index)?);
            }
        }
        Ok(Self { system, links, forms })
    }

    /// The configuration of a node.
    ///
    /// # Errors
    /// When a text cannot stand in a configuration.
    pub fn conf(&self, index: usize, site: &impl Site) -> Result<String, Error> {
        let own;
        let form = if let Some(shared) = self.forms.get(&Kind::of(self.system, self.links, index)) {
            shared
        } else {
            own = form(self.system, self.links, index)?;
            &own
        };
        form.fill(self.system, self.links, index, site)
    }
}

impl Kind {
    fn of(system: &System, links: &Links<'_>, index: usize) -> Self {
        let node = &system.nodes[index];
        let place = match node.place {
            Place::Cluster(cluster) => Ok(cluster),
            Place::Leafnode(leafnode) => {
                let leaf = &system.leafnodes[leafnode];
                Err((leaf.hub, leaf.account, links.has_own_clients(node.place).then_some(leafnode)))
            }
        };
        Self { settings: Arc::as_ptr(&node.settings).addr(), place }
    }
}

fn form(system: &System, links: &Links<'_>, index: usize) -> Result<Form, Error> {
    let gateway = system.nodes[index].settings.listeners.gateway.as_ref();
    let outgoing = gateway
        .filter(|_| system.outgoing_gateway_certificate)
        .map(|listener| listener.tls.for_context(Context::RemoteGateway));
    let text = engine::render(engine::NODE, &view::View::of(system, links, index, outgoing.as_ref())?)?;
    Ok(Form::of(&text))
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;

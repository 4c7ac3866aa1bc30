//! Which certificates there have to be, and what is in them.

use super::model::{CertificateSettings, Client, Identity, Place, System};
use crate::pki::{Name, Subject, Usage, dedup};

/// A certificate that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its folder below that of its owner; empty: that folder itself.
    pub folder: &'static str,
    /// What it is for.
    pub usage: Usage,
    /// Its subject alternative names.
    pub names: Vec<Name>,
    /// Its subject; none: the CA chooses one that it may certify.
    pub subject: Option<Subject>,
    /// How it is made.
    pub certificate: CertificateSettings,
}

/// Whose certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A node, by its index in [`System::nodes`].
    Node(usize),
    /// A client, by its index in [`System::clients`].
    Client(usize),
}

/// Folder of the certificate of the listeners for clients.
pub(super) const SERVER: &str = "server";
/// Folder of the certificate for routes.
pub(super) const CLUSTER: &str = "cluster";
/// Folder of the certificate for gateways.
pub(super) const GATEWAY: &str = "gateway";
/// Folder of the certificate that gateways dial with, where it is another one.
pub(super) const GATEWAY_REMOTE: &str = "gateway-remote";
/// Folder of the certificate of a hub for leafnodes, or of a leafnode.
pub(super) const LEAF: &str = "leaf";

/// The folders of a node's certificates, in the order of [`System::wanted`].
pub const NODE_FOLDERS: [&str; 5] = [SERVER, CLUSTER, GATEWAY, GATEWAY_REMOTE, LEAF];

impl System {
    /// The name of a node or client.
    #[must_use]
    pub fn owner_name(&self, owner: Owner) -> &str {
        match owner {
            Owner::Node(node) => self.nodes[node].name.as_str(),
            Owner::Client(client) => self.clients[client].name.as_str(),
        }
    }

    /// The certificates that an owner needs.
    #[must_use]
    pub fn wanted(&self, owner: Owner) -> Vec<Wanted> {
        match owner {
            Owner::Client(index) => vec![of_client(&self.clients[index])],
            Owner::Node(index) => self.of_node(index),
        }
    }

    fn of_node(&self, index: usize) -> Vec<Wanted> {
        let node = &self.nodes[index];
        let listeners = &node.settings.listeners;
        let mut names = node.hosts.clone();
        if let Place::Cluster(cluster) = node.place {
            names.extend(self.clusters[cluster].wildcards.iter().cloned());
        }
        let names = dedup(names);
        let wanted = |folder, usage| Wanted {
            folder,
            usage,
            names: names.clone(),
            subject: None,
            certificate: node.settings.certificate.clone(),
        };
        let mut found = Vec::with_capacity(3);
        let for_clients = [&listeners.client, &listeners.websocket, &listeners.mqtt, &listeners.monitor];
        if for_clients.into_iter().any(Option::is_some) {
            found.push(wanted(SERVER, Usage::Server));
        }
        if listeners.cluster.is_some() {
            found.push(wanted(CLUSTER, Usage::Both));
        }
        match (&listeners.gateway, self.outgoing_gateway_certificate) {
            (None, _) => {}
            (Some(_), false) => found.push(wanted(GATEWAY, Usage::Both)),
            (Some(_), true) => {
                found.extend([wanted(GATEWAY, Usage::Server), wanted(GATEWAY_REMOTE, Usage::Client)]);
            }
        }
        if listeners.leafnodes.is_some() {
            found.push(wanted(LEAF, Usage::Both));
        }
        if let Place::Leafnode(leafnode) = node.place {
            found.push(of_remote(self, leafnode));
        }
        found
    }
}

/// What a client presents.
pub(super) fn of_client(client: &Client) -> Wanted {
    let name = client.name.as_str();
    let (names, subject) = match &client.identity {
        Identity::San(san) => (vec![san.clone()], Subject::common_name(name)),
        Identity::Dn(subject) => (host_like(name).into_iter().collect(), subject.clone()),
    };
    Wanted {
        folder: "",
        usage: Usage::Client,
        names,
        subject: Some(subject),
        certificate: client.certificate.clone(),
    }
}

/// What a leafnode presents to its hub.
pub(super) fn of_remote(system: &System, leafnode: usize) -> Wanted {
    let leafnode = &system.leafnodes[leafnode];
    let node = &system.nodes[leafnode.node];
    let mut names = node.hosts.clone();
    let subject = match &leafnode.identity {
        Identity::San(san) => {
            names.push(san.clone());
            Subject::common_name(node.name.as_str())
        }
        Identity::Dn(subject) => subject.clone(),
    };
    Wanted {
        folder: LEAF,
        usage: Usage::Both,
        names: dedup(names),
        subject: Some(subject),
        certificate: node.settings.certificate.clone(),
    }
}

/// A DNS name made of a client's name, for a certificate whose identity is its subject: no certificate is without
/// names, and nobody is known by this one.
fn host_like(name: &str) -> Option<Name> {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' })
        .take(50)
        .collect();
    let plain = plain.trim_matches(['-', '.']);
    let flat = format!("client-{}", plain.replace('.', "-"));
    plain.parse().or_else(|_| flat.parse()).ok().filter(|name| matches!(name, Name::Dns(_)))
}

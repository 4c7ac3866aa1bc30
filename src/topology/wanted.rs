//! The certificates that a system needs.

use crate::pki::{Name, Subject, Usage};

use super::model::{CertificateSettings, System};

/// Folder of the certificate of the listeners for clients.
pub const SERVER: &str = "server";
/// Folder of the certificate for routes.
pub const CLUSTER: &str = "cluster";
/// Folder of the certificate for gateways.
pub const GATEWAY: &str = "gateway";
/// Folder of the certificate that gateways dial with, where it is another one.
pub const GATEWAY_REMOTE: &str = "gateway-remote";
/// Folder of the certificate of a hub for leafnodes, or of a leafnode.
pub const LEAF: &str = "leaf";

/// Whose certificate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A node, by its index in [`super::System::nodes`].
    Node(usize),
    /// A client, by its index in [`super::System::clients`].
    Client(usize),
}

/// A certificate that has to be there.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its folder in that of its owner.
    pub folder: &'static str,
    /// Extended key usage.
    pub usage: Usage,
    /// SANs.
    pub names: Vec<Name>,
    /// The subject; none: the CA chooses one that it may certify.
    pub subject: Option<Subject>,
    /// Key and period.
    pub certificate: CertificateSettings,
}

impl Wanted {
    /// The folders that certificates of nodes have.
    pub const FOLDERS: [&str; 5] = [SERVER, CLUSTER, GATEWAY, GATEWAY_REMOTE, LEAF];
}

impl System {
    /// The name of a node or client.
    #[must_use]
    pub fn owner_name(&self, owner: Owner) -> &str {
        match owner {
            Owner::Node(node) => self.nodes[node].name.as_str(),
            Owner::Client(client) => self.clients[client].name.as_str(),
        }
    }

    /// The certificates of a node or client.
    #[must_use]
    pub fn wanted(&self, _owner: Owner) -> Vec<Wanted> {
        Vec::new()
    }
}

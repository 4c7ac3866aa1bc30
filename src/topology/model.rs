//! What a manifest says, resolved: every default filled in, every reference an index, every name valid. Pure data.

use std::ops::Range;
use std::sync::Arc;

use crate::bundle::BundleName;
use crate::nats::{Checked, Context, Version};
use crate::pki::{Extensions, KeyType, Name, Span, Subject, Trust};

/// A NATS system.
#[derive(Debug)]
pub struct System {
    /// What people call it: the manifest's file name without `.toml`.
    pub name: String,
    /// What its CA is to be.
    pub ca: CaSettings,
    /// The clusters, in the order of the manifest.
    pub clusters: Vec<Cluster>,
    /// Every nats-server: those of the clusters, cluster by cluster, then the leafnodes.
    pub nodes: Vec<Node>,
    /// The leafnodes, in the order of the manifest.
    pub leafnodes: Vec<Leafnode>,
    /// The clients, in the order of the manifest.
    pub clients: Vec<Client>,
    /// The accounts, in the order of the manifest; none: everybody is in nats-server's global account.
    pub accounts: Vec<Account>,
    /// Whether gateways dial with a certificate of their own, for clients only.
    pub outgoing_gateway_certificate: bool,
    /// Whether gateways are between the pairs that are named, and no others: `reject_unknown_cluster`.
    pub gateways_named: bool,
    /// What the user should know, as (what, hint).
    pub warnings: Vec<(String, String)>,
}

/// What the CA of a system is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaSettings {
    /// Its intermediates: the first signs, the others are on standby. Empty: as the CA directory says.
    pub intermediates: Vec<BundleName>,
    /// What `ca.pem` holds; none: as the CA directory says.
    pub trust: Option<Trust>,
}

/// Nodes that route to each other.
#[derive(Debug)]
pub struct Cluster {
    /// `cluster.name` and `gateway.name`.
    pub name: String,
    /// Its nodes, as indices into [`System::nodes`].
    pub nodes: Range<usize>,
    /// The clusters it has gateways to, as indices into [`System::clusters`], ascending.
    pub gateways: Vec<usize>,
    /// Names such as `*.east.example.com` that stand in the certificates of all its nodes.
    pub wildcards: Vec<Name>,
}

/// One nats-server.
#[derive(Debug)]
pub struct Node {
    /// `server_name`, and the name of its folder.
    pub name: BundleName,
    /// What it belongs to.
    pub place: Place,
    /// The DNS names and addresses it is reached by: the SANs of its certificates. Never empty.
    pub hosts: Vec<Name>,
    /// The host it tells others to dial, in the form of a URL's host; one of `hosts`.
    pub advertise: String,
    /// The address its listeners bind to.
    pub listen: String,
    /// Added to the port of every listener.
    pub port_offset: u16,
    /// What it shares with others.
    pub settings: Arc<Settings>,
}

/// What a node belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A cluster, by its index in [`System::clusters`].
    Cluster(usize),
    /// A leafnode, by its index in [`System::leafnodes`].
    Leafnode(usize),
}

/// What can be set for the system, a cluster or a node.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How its certificates are made.
    pub certificate: CertificateSettings,
    /// The folder on the machine it runs on that its own folder is copied to; `{node}` and `{cluster}` stand for
    /// their names. None: it runs where it is written.
    pub config_dir: Option<String>,
    /// The nats-server that reads the configuration.
    pub version: Version,
    /// `JetStream`; none: off.
    pub jetstream: Option<JetStream>,
    /// What it listens for.
    pub listeners: Listeners,
}

/// How certificates are made and when they are made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSettings {
    /// The kind of key.
    pub key_type: KeyType,
    /// How long they are valid.
    pub validity: Span,
    /// How long before their end they are made again.
    pub renew_before: Span,
    /// What else they say.
    pub extensions: Extensions,
}

/// `JetStream` of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JetStream {
    /// Where it stores; `{node}` and `{cluster}` stand for their names. None: `jetstream` in the node's folder.
    pub store_dir: Option<String>,
}

/// The listeners of a node; none is off.
#[derive(Debug, Clone, Default)]
pub struct Listeners {
    /// For clients.
    pub client: Option<Listener>,
    /// For routes. Off in a leafnode, and where a cluster has one node unless it is asked for.
    pub cluster: Option<Listener>,
    /// For gateways. Off in a leafnode, and where there is nothing to connect to.
    pub gateway: Option<Listener>,
    /// For leafnodes.
    pub leafnodes: Option<Listener>,
    /// For WebSocket clients.
    pub websocket: Option<Listener>,
    /// For MQTT clients.
    pub mqtt: Option<Listener>,
    /// HTTPS monitoring.
    pub monitor: Option<Listener>,
}

/// One listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Its port, before [`Node::port_offset`].
    pub port: u16,
    /// Whether peers are known by their certificates.
    pub verification: Verification,
    /// Whether the peers' keys are listed.
    pub pins: Pins,
    /// The options of its `tls` map, verification included, without pins.
    pub tls: Checked,
    /// The user of whoever shows no credentials (`websocket` and `mqtt` only).
    pub no_auth_user: Option<String>,
}

/// What a listener demands of who connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Nothing.
    None,
    /// A certificate of our CA.
    Require,
    /// The same, and its names decide the user.
    Map,
}

/// Which keys a listener admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pins {
    /// All that the CA vouches for.
    None,
    /// Those of the peers in the manifest, as the user asked.
    Exact,
    /// The same by default: left out where the list would be longer than [`super::MAX_PEERS`].
    Default,
}

/// A server that connects to a cluster as leafnode.
#[derive(Debug)]
pub struct Leafnode {
    /// Its node, as index into [`System::nodes`].
    pub node: usize,
    /// The cluster it connects to, as index into [`System::clusters`].
    pub hub: usize,
    /// The account on both sides, as index into [`System::accounts`]; none: the global one.
    pub account: Option<usize>,
    /// Who it is to the hub.
    pub identity: Identity,
    /// The `user` of the hub's `leafnodes.authorization` that it maps to, exactly.
    pub user: String,
    /// The options of its remote's `tls` map: those of the hub, as far as they concern who dials.
    pub tls: Checked,
}

/// Who somebody is to a listener that maps certificates to users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// By a SAN: email address, DNS name or URI.
    San(Name),
    /// By the subject.
    Dn(Subject),
}

/// A NATS client.
#[derive(Debug)]
pub struct Client {
    /// What it is called, and the name of its folder.
    pub name: BundleName,
    /// Who it is.
    pub identity: Identity,
    /// The `user` that nats-server's listeners for clients map it to, exactly.
    pub user: String,
    /// Its account, as index into [`System::accounts`]; none: the global one.
    pub account: Option<usize>,
    /// What it may do; none: everything.
    pub permissions: Option<Permissions>,
    /// Where it may connect; empty: everywhere.
    pub connects_to: Vec<Place>,
    /// How its certificate is made.
    pub certificate: CertificateSettings,
    /// The folder on its machine; `{client}` stands for its name.
    pub config_dir: Option<String>,
}

/// What a user may do, as nats-server's `permissions` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects to publish to.
    pub publish: Option<Subjects>,
    /// Subjects to subscribe to.
    pub subscribe: Option<Subjects>,
    /// How often it may answer without a permission to publish: `allow_responses`.
    pub allow_responses: Option<AllowResponses>,
}

/// Subjects that are allowed and denied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Allowed; none: all but the denied ones.
    pub allow: Option<Vec<String>>,
    /// Denied.
    pub deny: Vec<String>,
}

/// `allow_responses`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowResponses {
    /// nats-server's default: one response, within two minutes.
    Default,
    /// At most `max` responses within `expires` (a Go duration).
    Limited {
        /// `max`
        max: Option<i64>,
        /// `expires`
        expires: Option<String>,
    },
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Whether it is the system account.
    pub system: bool,
    /// Whether it may use `JetStream` where that is on.
    pub jetstream: bool,
}

impl Listeners {
    /// The listener of a context; none for contexts that do not listen.
    #[must_use]
    pub fn get(&self, context: Context) -> Option<&Listener> {
        match context {
            Context::Server => self.client.as_ref(),
            Context::Cluster => self.cluster.as_ref(),
            Context::Gateway => self.gateway.as_ref(),
            Context::Leaf => self.leafnodes.as_ref(),
            Context::Websocket => self.websocket.as_ref(),
            Context::Mqtt => self.mqtt.as_ref(),
            Context::Monitor => self.monitor.as_ref(),
            _ => None,
        }
    }
}

impl Node {
    /// The port of one of its listeners.
    #[must_use]
    pub fn port(&self, listener: &Listener) -> u16 {
        listener.port + self.port_offset
    }
}

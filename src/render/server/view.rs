//! What the template of a node sees.

use minijinja::Value;
use serde::Serialize;

use super::super::{Error, TlsView};
use super::blanks::{Blank, url};
use super::users::{AccountView, NOBODY, UserView, accounts, global_users, system_account};
use crate::nats::{Checked, Context};
use crate::topology::{Leafnode, Links, Listener, Node, Place, System, Verification};

/// Beside blanks, all nodes of a kind see the same.
#[derive(Serialize)]
pub(super) struct View<'a> {
    title: Value,
    version: String,
    manifest: String,
    name: Value,
    cluster_name: Option<&'a str>,
    client: Option<ListenerView<'a>>,
    monitor: Option<ListenerView<'a>>,
    websocket: Option<ListenerView<'a>>,
    mqtt: Option<ListenerView<'a>>,
    cluster: Option<ListenerView<'a>>,
    gateway: Option<ListenerView<'a>>,
    leafnodes: Option<ListenerView<'a>>,
    jetstream: Option<JetStreamView>,
    routes: Value,
    gateways: Vec<RemoteView<'a>>,
    gateways_named: bool,
    outgoing: Option<DialView<'a>>,
    leaf_users: Vec<LeafUserView<'a>>,
    leaf_account: Option<&'a str>,
    remote: Option<DialView<'a>>,
    accounts: Vec<AccountView<'a>>,
    system_account: Option<&'a str>,
    users: Vec<UserView<'a>>,
}

#[derive(Serialize)]
struct FilesView {
    cert: Value,
    key: Value,
    ca: Value,
}

#[derive(Serialize)]
struct ListenerView<'a> {
    listen: Value,
    advertise: Value,
    no_auth_user: Option<&'a str>,
    files: FilesView,
    tls: TlsView<'a>,
}

#[derive(Serialize)]
struct JetStreamView {
    store_dir: Value,
    domain: Option<Value>,
}

#[derive(Serialize)]
struct RemoteView<'a> {
    name: &'a str,
    urls: Vec<String>,
}

/// A `tls` map for dialling.
#[derive(Serialize)]
struct DialView<'a> {
    urls: Vec<String>,
    account: Option<&'a str>,
    files: FilesView,
    tls: TlsView<'a>,
}

#[derive(Serialize)]
struct LeafUserView<'a> {
    user: &'a str,
    account: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn of(
        system: &'a System,
        links: &'a Links<'a>,
        index: usize,
        outgoing: Option<&'a Checked>,
    ) -> Result<Self, Error> {
        let node = &system.nodes[index];
        let settings = &*node.settings;
        let listener = |context: Context| {
            let listener = settings.listeners.get(context)?;
            Some(ListenerView::of(node, links, context, listener))
        };
        let (cluster, leafnode) = match node.place {
            Place::Cluster(cluster) => (Some(cluster), None),
            Place::Leafnode(leafnode) => (None, Some(&system.leafnodes[leafnode])),
        };
        let account = |index: Option<usize>| index.map(|index| system.accounts[index].name.as_str());
        let gateway = settings.listeners.gateway.as_ref();
        Ok(Self {
            title: Blank::Title.value(),
            version: settings.version.to_string(),
            manifest: format!("{}.toml", system.name),
            name: Blank::Name.value(),
            cluster_name: cluster.map(|cluster| system.clusters[cluster].name.as_str()),
            client: listener(Context::Server),
            monitor: listener(Context::Monitor),
            websocket: listener(Context::Websocket),
            mqtt: listener(Context::Mqtt),
            cluster: listener(Context::Cluster),
            gateway: listener(Context::Gateway),
            leafnodes: listener(Context::Leaf),
            jetstream: settings.jetstream.as_ref().map(|_| JetStreamView {
                store_dir: Blank::Store.value(),
                // Two JetStreams that a leafnode connects need two names.
                domain: leafnode.map(|_| Blank::Domain.value()),
            }),
            routes: Blank::Routes.value(),
            gateways: cluster.map_or_else(Vec::new, |own| gateways(system, links, own, gateway)),
            gateways_named: system.gateways_named,
            outgoing: outgoing.map(|checked| DialView {
                urls: Vec::new(),
                account: None,
                files: files("gateway-remote"),
                tls: TlsView::from(checked),
            }),
            leaf_users: cluster.map_or_else(Vec::new, |own| leaf_users(system, links, own, node)),
            leaf_account: cluster.and_then(|own| account(leaf_account(system, links, own))),
            remote: leafnode.map(|leafnode| remote(system, links, leafnode)),
            accounts: accounts(system, links, node)?,
            system_account: system_account(system, node),
            users: global_users(links, node)?,
        })
    }
}

impl<'a> ListenerView<'a> {
    fn of(node: &Node, links: &Links<'_>, context: Context, listener: &'a Listener) -> Self {
        let mut tls = TlsView::from(&listener.tls);
        tls.verify = listener.verification == Verification::Require && !context.always_verifies();
        tls.verify_and_map = listener.verification == Verification::Map;
        tls.pinned = links.lists_pins(node, context, listener).then(|| Blank::Pins(context).value());
        Self {
            listen: Blank::Listen(listener.port).value(),
            advertise: Blank::Advertise(listener.port).value(),
            no_auth_user: listener.no_auth_user.as_deref(),
            files: files(context.role().as_str()),
            tls,
        }
    }
}

fn files(folder: &str) -> FilesView {
    let file = |name: &str| Blank::File(format!("{folder}/{name}")).value();
    FilesView { cert: file("cert.pem"), key: file("key.pem"), ca: file("ca.pem") }
}

fn gateways<'a>(
    system: &'a System,
    links: &Links<'_>,
    own: usize,
    gateway: Option<&Listener>,
) -> Vec<RemoteView<'a>> {
    let known_urls = gateway.is_some_and(|listener| listener.tls.options().check_known_urls);
    let urls = |cluster: usize| {
        let port = |node: &Node| node.settings.listeners.gateway.as_ref().map(|listener| node.port(listener));
        links.gateway_seeds(cluster, known_urls).filter_map(|node| Some(url(node, port(node)?))).collect()
    };
    let remote = |&cluster: &usize| RemoteView { name: &system.clusters[cluster].name, urls: urls(cluster) };
    system.clusters[own].gateways.iter().map(remote).collect()
}

/// Whom the hub takes for whom, where certificates decide.
fn leaf_users<'a>(system: &'a System, links: &Links<'_>, own: usize, node: &Node) -> Vec<LeafUserView<'a>> {
    if !node.settings.listeners.leafnodes.as_ref().is_some_and(|l| l.verification == Verification::Map) {
        return Vec::new();
    }
    let user = |&leafnode: &usize| {
        let leafnode: &Leafnode = &system.leafnodes[leafnode];
        let account = leafnode.account.map(|account| system.accounts[account].name.as_str());
        LeafUserView { user: &leafnode.user, account }
    };
    let users: Vec<_> = links.leafnodes(own).iter().map(user).collect();
    if users.is_empty() { vec![LeafUserView { user: NOBODY, account: None }] } else { users }
}

/// The account of all leafnodes of a cluster, where nothing tells them apart.
fn leaf_account(system: &System, links: &Links<'_>, own: usize) -> Option<usize> {
    links.leafnodes(own).first().and_then(|&leafnode| system.leafnodes[leafnode].account)
}

fn remote<'a>(system: &'a System, links: &Links<'_>, leafnode: &'a Leafnode) -> DialView<'a> {
    let port = |node: &Node| node.settings.listeners.leafnodes.as_ref().map(|listener| node.port(listener));
    DialView {
        urls: links.hubs(leafnode.hub).filter_map(|node| Some(url(node, port(node)?))).collect(),
        account: leafnode.account.map(|account| system.accounts[account].name.as_str()),
        files: files("leaf"),
        tls: TlsView::from(&leafnode.tls),
    }
}

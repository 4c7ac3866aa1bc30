//! What the template of a node sees.

use minijinja::Value;
use serde::Serialize;

use super::super::{Error, TlsView, quote};
use super::blanks::{Blank, url};
use crate::nats::{Checked, Context};
use crate::topology::{
    AllowResponses, Client, Leafnode, Links, Listener, Node, Permissions, Place, Subjects, System,
    Verification,
};

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

#[derive(Serialize)]
struct AccountView<'a> {
    name: &'a str,
    jetstream: bool,
    users: Vec<UserView<'a>>,
}

#[derive(Serialize)]
struct UserView<'a> {
    name: &'a str,
    permissions: Option<PermissionsView>,
}

#[derive(Serialize)]
struct PermissionsView {
    publish: Option<Value>,
    subscribe: Option<Value>,
    allow_responses: Option<Value>,
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

/// Without any user nats-server admits every certificate of the CA. No certificate maps to this one.
const NOBODY: &str = "nobody: the manifest names none";

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

/// What nats-server calls its system account where no other is named.
const SYSTEM_ACCOUNT: &str = "$SYS";

/// A server with gateways and leafnodes does not start without one that is named and listed.
fn system_account<'a>(system: &'a System, node: &Node) -> Option<&'a str> {
    let listeners = &node.settings.listeners;
    let needed = listeners.gateway.is_some() && listeners.leafnodes.is_some();
    let given = system.accounts.iter().find(|account| account.system).map(|account| account.name.as_str());
    given.or_else(|| needed.then_some(SYSTEM_ACCOUNT))
}

fn accounts<'a>(system: &'a System, links: &Links<'a>, node: &Node) -> Result<Vec<AccountView<'a>>, Error> {
    let view = |(index, account): (usize, &'a crate::topology::Account)| {
        Ok(AccountView {
            name: &account.name,
            jetstream: account.jetstream && !account.system && node.settings.jetstream.is_some(),
            users: users(links, node, Some(index))?,
        })
    };
    let mut accounts = system.accounts.iter().enumerate().map(view).collect::<Result<Vec<_>, Error>>()?;
    if system_account(system, node).is_some_and(|name| accounts.iter().all(|account| account.name != name)) {
        accounts.push(AccountView { name: SYSTEM_ACCOUNT, jetstream: false, users: Vec::new() });
    }
    Ok(accounts)
}

/// The clients of an account that may connect to a node.
fn users<'a>(links: &Links<'a>, node: &Node, account: Option<usize>) -> Result<Vec<UserView<'a>>, Error> {
    if !maps_users(node) {
        return Ok(Vec::new());
    }
    let own = links.clients(node.place).filter(|(_, client)| client.account == account);
    own.map(|(_, client): (usize, &'a Client)| {
        let permissions = client.permissions.as_ref().map(permissions).transpose()?;
        Ok(UserView { name: &client.user, permissions })
    })
    .collect()
}

/// The clients of the global account, or nobody where there are no clients at all.
fn global_users<'a>(links: &Links<'a>, node: &Node) -> Result<Vec<UserView<'a>>, Error> {
    let nobody = maps_users(node) && links.clients(node.place).next().is_none();
    if nobody { Ok(vec![UserView { name: NOBODY, permissions: None }]) } else { users(links, node, None) }
}

/// Users who have a certificate and no password are for listeners that map certificates.
fn maps_users(node: &Node) -> bool {
    let contexts = [Context::Server, Context::Websocket, Context::Mqtt];
    let listeners = contexts.into_iter().filter_map(|context| node.settings.listeners.get(context));
    listeners.into_iter().any(|l| l.verification == Verification::Map || l.no_auth_user.is_some())
}

fn permissions(permissions: &Permissions) -> Result<PermissionsView, Error> {
    let subjects = |subjects: &Option<Subjects>| subjects.as_ref().map(subjects_map).transpose();
    Ok(PermissionsView {
        publish: subjects(&permissions.publish)?,
        subscribe: subjects(&permissions.subscribe)?,
        allow_responses: permissions.allow_responses.as_ref().map(responses).transpose()?,
    })
}

fn subjects_map(subjects: &Subjects) -> Result<Value, Error> {
    let mut parts = Vec::new();
    if let Some(allow) = &subjects.allow {
        parts.push(format!("allow: {}", list(allow)?));
    }
    if !subjects.deny.is_empty() {
        parts.push(format!("deny: {}", list(&subjects.deny)?));
    }
    Ok(Value::from_safe_string(format!("{{ {} }}", parts.join(", "))))
}

fn responses(responses: &AllowResponses) -> Result<Value, Error> {
    let AllowResponses::Limited { max, expires } = responses else { return Ok(Value::from(true)) };
    let mut parts = Vec::new();
    if let Some(max) = max {
        parts.push(format!("max: {max}"));
    }
    if let Some(expires) = expires {
        parts.push(format!("expires: {}", quote(expires)?));
    }
    Ok(Value::from_safe_string(format!("{{ {} }}", parts.join(", "))))
}

fn list(items: &[String]) -> Result<String, Error> {
    let quoted = items.iter().map(|item| quote(item)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", quoted.join(", ")))
}

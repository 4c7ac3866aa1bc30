//! What a configuration says about TLS, typed: listeners, who they dial, users, `tls` maps. As lenient as can be: what
//! nats-server would refuse for its type is simply not there, and is a rule's business.

mod field;
mod tls;
mod url;
mod users;

pub use field::{Spanned, array, entry, flag, map, port_behind, text, text_of};
pub use tls::{Pair, Spot, TlsMap};
pub use url::{Url, host_and_port};
pub use users::{User, Users};

use crate::nats::Context;
use crate::natsconf::{Config, Entry, Map, Node, Span};

/// Which of [`Server::tls`].
pub type TlsIndex = usize;

/// Where a server listens.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The key of its section; of the top level, none.
    pub key: Option<Span>,
    /// The host that it binds to.
    pub host: Option<Spanned<String>>,
    /// The port; -1 is any free one, none: nothing is accepted there.
    pub port: Option<i64>,
    /// What it tells others: `host` or `host:port`.
    pub advertise: Option<Spanned<String>>,
    /// Whether it tells others nothing.
    pub no_advertise: bool,
    /// Its map.
    pub tls: Option<TlsIndex>,
    /// Its own users.
    pub users: Users,
}

/// `cluster`
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Where routes are accepted.
    pub listener: Listener,
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// `routes`
    pub routes: Vec<Spanned<Url>>,
}

/// `gateway`
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Where gateways are accepted.
    pub listener: Listener,
    /// Its name, which is that of its cluster.
    pub name: Option<Spanned<String>>,
    /// `gateways`
    pub remotes: Vec<Remote>,
}

/// An entry of `gateways` or `remotes`: who is dialled.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Of a gateway: its name.
    pub name: Option<Spanned<String>>,
    /// `url` or `urls`
    pub urls: Vec<Spanned<Url>>,
    /// Its map.
    pub tls: Option<TlsIndex>,
    /// Of a leafnode remote: the proxy's map.
    pub proxy_tls: Option<TlsIndex>,
    /// The whole entry.
    pub span: Span,
}

/// `leafnodes`
#[derive(Debug, Clone)]
pub struct Leafnodes {
    /// Where leafnodes are accepted; its port is none where they are not.
    pub listener: Listener,
    /// `remotes`
    pub remotes: Vec<Remote>,
}

/// A server, as its configuration describes it.
#[derive(Debug)]
pub struct Server {
    /// The file, as it was given.
    pub file: String,
    /// Everything it says.
    pub config: Config,
    /// Every `tls` map.
    pub tls: Vec<TlsMap>,
    /// `server_name`
    pub name: Option<Spanned<String>>,
    /// For clients.
    pub client: Listener,
    /// `cluster`
    pub cluster: Option<Cluster>,
    /// `gateway`
    pub gateway: Option<Gateway>,
    /// `leafnodes`
    pub leafnodes: Option<Leafnodes>,
    /// `websocket`
    pub websocket: Option<Listener>,
    /// `mqtt`
    pub mqtt: Option<Listener>,
}

impl Server {
    /// Reads what there is to read.
    #[must_use]
    pub fn of(file: String, config: Config) -> Self {
        let mut maps = Vec::new();
        let root = config.root();
        let client = client(root, &mut maps);
        let cluster = section(root, &["cluster"]).map(|(entry, map)| {
            let listener = listener(entry, map, Context::Cluster, &mut maps);
            let routes =
                field::entry(map, &["routes"]).map(|entry| url::urls(&entry.node)).unwrap_or_default();
            Cluster { listener, name: field::text(map, &["name"]), routes }
        });
        let gateway = section(root, &["gateway"]).map(|(entry, map)| {
            let listener = listener(entry, map, Context::Gateway, &mut maps);
            let remotes = remotes(map, &["gateways"], Context::RemoteGateway, "gateway.gateways", &mut maps);
            Gateway { listener, name: field::text(map, &["name"]), remotes }
        });
        let leafnodes = section(root, &["leafnodes", "leaf"]).map(|(entry, map)| {
            let listener = listener(entry, map, Context::Leaf, &mut maps);
            let remotes = remotes(map, &["remotes"], Context::Remote, "leafnodes.remotes", &mut maps);
            Leafnodes { listener, remotes }
        });
        let websocket = section(root, &["websocket", "ws"])
            .map(|(entry, map)| listener(entry, map, Context::Websocket, &mut maps));
        let mqtt =
            section(root, &["mqtt"]).map(|(entry, map)| listener(entry, map, Context::Mqtt, &mut maps));
        if let Some(entry) = field::entry(root, &["resolver_tls"]) {
            maps.extend(TlsMap::of(Spot::Resolver, "resolver_tls".into(), entry));
        }
        let name = field::text(root, &["server_name"]);
        Self { file, tls: maps, name, client, cluster, gateway, leafnodes, websocket, mqtt, config }
    }

    /// The map of a listener.
    #[must_use]
    pub fn map_of(&self, listener: &Listener) -> Option<&TlsMap> {
        listener.tls.and_then(|index| self.tls.get(index))
    }

    /// The map in a context that has one at most.
    #[must_use]
    pub fn tls_in(&self, context: Context) -> Option<&TlsMap> {
        self.tls.iter().find(|map| map.spot == Spot::In(context))
    }

    /// The map with which a gateway's entry is dialled: its own, else the gateway's.
    #[must_use]
    pub fn gateway_remote_tls(&self, remote: &Remote) -> Option<&TlsMap> {
        remote.tls.map_or_else(|| self.tls_in(Context::Gateway), |index| self.tls.get(index))
    }

    /// Every listener there is, with its context.
    pub fn listeners(&self) -> impl Iterator<Item = (Context, &Listener)> {
        let cluster = self.cluster.as_ref().map(|cluster| (Context::Cluster, &cluster.listener));
        let gateway = self.gateway.as_ref().map(|gateway| (Context::Gateway, &gateway.listener));
        let leaf = self.leafnodes.as_ref().map(|leaf| (Context::Leaf, &leaf.listener));
        let websocket = self.websocket.as_ref().map(|listener| (Context::Websocket, listener));
        let mqtt = self.mqtt.as_ref().map(|listener| (Context::Mqtt, listener));
        let rest = [cluster, gateway, leaf, websocket, mqtt].into_iter().flatten();
        std::iter::once((Context::Server, &self.client)).chain(rest)
    }
}

fn section<'a>(root: &'a Map, keys: &[&str]) -> Option<(&'a Entry, &'a Map)> {
    field::map(root, keys)
}

fn tls(map: &Map, spot: Spot, path: &str, maps: &mut Vec<TlsMap>) -> Option<TlsIndex> {
    let found = TlsMap::of(spot, path.to_owned(), field::entry(map, &["tls"])?)?;
    maps.push(found);
    Some(maps.len() - 1)
}

/// `listen` is `host:port` or a port alone, and counts before nothing: whichever of the keys comes later wins.
fn address(map: &Map) -> (Option<Spanned<String>>, Option<i64>) {
    let (mut host, mut port) = (None, None);
    for entry in map.iter() {
        let key = entry.key.to_str_lossy().to_ascii_lowercase();
        match &*key {
            "host" | "net" => host = text_of(&entry.node),
            "port" => port = field::port_of(&entry.node).map(|port| port.value),
            "listen" => {
                if let Some(only) = field::port_of(&entry.node) {
                    port = Some(only.value);
                    continue;
                }
                let Some(text) = text_of(&entry.node) else { continue };
                let (name, _) = host_and_port(&text.value);
                host = (!name.is_empty()).then(|| Spanned::new(name, text.span));
                port = field::port_behind(&text.value).or(port);
            }
            _ => {}
        }
    }
    (host, port)
}

fn client(root: &Map, maps: &mut Vec<TlsMap>) -> Listener {
    let (host, port) = address(root);
    Listener {
        key: None,
        host,
        port: Some(port.unwrap_or(4222)),
        advertise: field::text(root, &["client_advertise"]),
        no_advertise: false,
        tls: tls(root, Spot::In(Context::Server), "tls", maps),
        users: Users::of_clients(root),
    }
}

fn listener(entry: &Entry, map: &Map, context: Context, maps: &mut Vec<TlsMap>) -> Listener {
    let (host, port) = address(map);
    let advertise = ["advertise", "cluster_advertise", "leafnode_advertise"];
    Listener {
        key: Some(entry.key_span),
        host,
        port: port.filter(|port| *port != 0),
        advertise: field::text(map, &advertise),
        no_advertise: field::flag(map, &["no_advertise"]).is_some_and(|flag| flag.value),
        tls: tls(map, Spot::In(context), context.config_path(), maps),
        users: Users::of_block(map),
    }
}

fn remotes(map: &Map, keys: &[&str], context: Context, path: &str, maps: &mut Vec<TlsMap>) -> Vec<Remote> {
    let mut remotes = Vec::new();
    for (number, node) in field::array(map, keys).iter().enumerate() {
        let Some(map) = node.value.as_map() else { continue };
        remotes.push(remote(node, map, context, &format!("{path}[{number}]"), maps));
    }
    remotes
}

fn remote(node: &Node, map: &Map, context: Context, path: &str, maps: &mut Vec<TlsMap>) -> Remote {
    let list =
        |keys: &[&str]| field::entry(map, keys).map(|entry| url::urls(&entry.node)).unwrap_or_default();
    let mut urls = list(&["url"]);
    urls.extend(list(&["urls"]));
    let own = tls(map, Spot::In(context), &format!("{path}.tls"), maps);
    let proxy = field::map(map, &["proxy"])
        .and_then(|(_, proxy)| tls(proxy, Spot::Proxy, &format!("{path}.proxy.tls"), maps));
    Remote { name: field::text(map, &["name"]), urls, tls: own, proxy_tls: proxy, span: node.span }
}

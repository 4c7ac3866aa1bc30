//! The maps that hold `tls` maps.

use crate::lint::conf::{Server, entry};
use crate::natsconf::{Map, Node};

/// A map around a `tls` map.
pub(super) struct Section<'a> {
    /// Its path; of the top level, `the top level`.
    pub(super) path: String,
    /// What it says.
    pub(super) map: &'a Map,
    /// What it is.
    pub(super) kind: Kind,
}

/// Sections that take the same keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Top,
    Cluster,
    Gateway,
    RemoteGateway,
    Leafnodes,
    Remote,
    Proxy,
    Websocket,
    Mqtt,
}

impl Kind {
    /// Whether it takes a `tls` map. All do: they are listed because of it.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Top => &[
                "tls",
                "resolver_tls",
                "allow_non_tls",
                "https",
                "https_port",
                "cluster",
                "gateway",
                "leafnodes",
                "websocket",
                "mqtt",
                "ocsp",
                "ocsp_cache",
            ],
            Self::Websocket => &["tls", "no_tls", "handshake_timeout"],
            _ => &["tls"],
        }
    }
}

/// Keys of one meaning.
pub(super) const SYNONYMS: [&[&str]; 4] =
    [&["leafnodes", "leaf"], &["websocket", "ws"], &["host", "net"], &["http_port", "monitor_port"]];

/// All of a configuration.
pub(super) fn all(server: &Server) -> Vec<Section<'_>> {
    let root = server.config.root();
    let mut all = vec![Section { path: "the top level".into(), map: root, kind: Kind::Top }];
    let one = [
        (&["cluster"][..], Kind::Cluster),
        (&["gateway"], Kind::Gateway),
        (&["leafnodes", "leaf"], Kind::Leafnodes),
        (&["websocket", "ws"], Kind::Websocket),
        (&["mqtt"], Kind::Mqtt),
    ];
    for (names, kind) in one {
        let Some(map) = inner(root, names) else { continue };
        all.push(Section { path: names[0].to_owned(), map, kind });
        match kind {
            Kind::Gateway => list(map, "gateways", "gateway.gateways", Kind::RemoteGateway, &mut all),
            Kind::Leafnodes => list(map, "remotes", "leafnodes.remotes", Kind::Remote, &mut all),
            _ => {}
        }
    }
    all
}

fn inner<'a>(map: &'a Map, names: &[&str]) -> Option<&'a Map> {
    entry(map, names)?.node.value.as_map()
}

fn list<'a>(map: &'a Map, key: &str, path: &str, kind: Kind, all: &mut Vec<Section<'a>>) {
    let nodes: &[Node] = entry(map, &[key]).and_then(|entry| entry.node.value.as_array()).unwrap_or_default();
    for (number, map) in nodes.iter().enumerate().filter_map(|(at, node)| Some((at, node.value.as_map()?))) {
        let path = format!("{path}[{number}]");
        if let Some(proxy) = inner(map, &["proxy"]) {
            all.push(Section { path: format!("{path}.proxy"), map: proxy, kind: Kind::Proxy });
        }
        all.push(Section { path, map, kind });
    }
}

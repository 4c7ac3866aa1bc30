//! Roles cluster and gateway: every server is client and server at once, and each checks the other's pin.

use super::{on, on_every_server, with_lines};
use crate::support::cli::{Bundle, Home, text};
use crate::support::monitor::{MONITOR, get};
use crate::support::nats::{connect, deliver};
use crate::support::poll;
use crate::support::server::{Listener, Server, Version};
use std::collections::BTreeSet;

on_every_server!(
    three_node_cluster,
    two_gateways,
    gateways_that_dial_with_other_certificates,
    cluster_refuses_strangers,
    gateway_refuses_strangers
);

/// What differs between the two roles.
struct Kind {
    role: &'static str,
    listener: Listener,
    /// How the log calls a failed handshake.
    failure: &'static str,
    /// The monitoring page that lists the peers.
    page: &'static str,
    /// The user's own lines in the block: this server's name and the addresses of the others.
    lines: fn(&str, &[(&str, String)]) -> String,
}

const CLUSTER: Kind = Kind {
    role: "cluster",
    listener: Listener::Route,
    failure: "TLS route handshake error: ",
    page: "/routez",
    lines: |_, others| {
        let routes: Vec<_> =
            others.iter().map(|(_, address)| format!("\"nats-route://{address}\"")).collect();
        format!("  name: \"C\"\n  listen: \"127.0.0.1:-1\"\n  routes: [{}]", routes.join(", "))
    },
};

const GATEWAY: Kind = Kind {
    role: "gateway",
    listener: Listener::Gateway,
    failure: "TLS gateway handshake error: ",
    page: "/gatewayz",
    lines: |name, others| {
        let remotes: Vec<_> =
            others.iter().map(|(n, a)| format!("{{name: \"{n}\", url: \"nats://{a}\"}}")).collect();
        format!("  name: \"{name}\"\n  listen: \"127.0.0.1:-1\"\n  gateways: [{}]", remotes.join(", "))
    },
};

impl Kind {
    /// Starts a server that listens, and dials the others, with this printed block.
    fn start(
        &self,
        version: Version,
        name: &str,
        block: &str,
        clients: &Bundle,
        others: &[(&str, &Server)],
    ) -> Server {
        let others: Vec<_> =
            others.iter().map(|(name, server)| (*name, server.address(self.listener))).collect();
        let block = with_lines(block, self.role, &(self.lines)(name, &others));
        Server::start(version, name, &[MONITOR, &clients.block, &block].join("\n"))
    }

    /// The ids or names of the servers this one is connected with.
    fn peers(&self, server: &Server) -> BTreeSet<String> {
        let state = get(server, self.page);
        match self.listener {
            Listener::Route => {
                let routes = state["routes"].as_array().cloned().unwrap_or_default();
                routes.iter().map(|route| route["remote_id"].as_str().unwrap().to_owned()).collect()
            }
            _ => ["inbound_gateways", "outbound_gateways"]
                .iter()
                .filter_map(|direction| state[*direction].as_object())
                .flat_map(|gateways| gateways.keys().cloned())
                .collect(),
        }
    }
}

/// As many bundles as servers, and the block of each with the pins of all others.
fn pinned(version: Version, home: &Home, kind: &Kind, count: usize) -> (Vec<Bundle>, Vec<String>) {
    let bundles: Vec<_> =
        (0..count).map(|_| home.issue(kind.role, &["127.0.0.1"], &on(version, &[]))).collect();
    let certificates: Vec<_> = bundles.iter().map(Bundle::cert).collect();
    let blocks = bundles.iter().map(|bundle| {
        let others = certificates.iter().filter(|certificate| **certificate != bundle.cert());
        let pins: Vec<_> = others.flat_map(|certificate| ["--pin", text(certificate)]).collect();
        home.snippet(kind.role, bundle, &on(version, &pins))
    });
    let blocks = blocks.collect();
    (bundles, blocks)
}

fn three_node_cluster(version: Version) {
    let home = Home::new();
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let (_, blocks) = pinned(version, &home, &CLUSTER, 3);
    let first = CLUSTER.start(version, "n1", &blocks[0], &clients, &[]);
    let second = CLUSTER.start(version, "n2", &blocks[1], &clients, &[("n1", &first)]);
    let third = CLUSTER.start(version, "n3", &blocks[2], &clients, &[("n1", &first), ("n2", &second)]);
    for server in [&first, &second, &third] {
        poll(|| (CLUSTER.peers(server).len() == 2).then_some(())).expect("a route to each of the two others");
    }
    let on_first = connect(&first, &clients.ca(), None).unwrap();
    let on_third = connect(&third, &clients.ca(), None).unwrap();
    deliver(&on_first, &on_third);
    deliver(&on_third, &on_first);
}

fn two_gateways(version: Version) {
    let home = Home::new();
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let (_, blocks) = pinned(version, &home, &GATEWAY, 2);
    let east = GATEWAY.start(version, "east", &blocks[0], &clients, &[]);
    let west = GATEWAY.start(version, "west", &blocks[1], &clients, &[("east", &east)]);
    // A gateway that works is made of two connections, one from each side.
    for server in [&east, &west] {
        server.wait_for_log(&["Inbound gateway connection from", "registered"]);
        server.wait_for_log(&["Outbound gateway connection to", "registered"]);
    }
    let in_east = connect(&east, &clients.ca(), None).unwrap();
    let in_west = connect(&west, &clients.ca(), None).unwrap();
    deliver(&in_east, &in_west);
    deliver(&in_west, &in_east);
}

/// Each side accepts with a certificate for servers only, and dials with one for clients only.
fn gateways_that_dial_with_other_certificates(version: Version) {
    let home = Home::new();
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let accepts = || home.issue("gateway", &["127.0.0.1"], &on(version, &["--usage", "server"]));
    let dials = home.issue("gateway", &["127.0.0.1"], &on(version, &["--usage", "client"]));
    let entry = home.snippet("remote-gateway", &dials, &on(version, &[]));
    let (_, entry) = entry.split_once("gateway {\n").unwrap();
    let (entry, _) = entry.rsplit_once('}').unwrap();
    let start = |name: &str, lines: &str| {
        let own = format!("  name: \"{name}\"\n  listen: \"127.0.0.1:-1\"\n{lines}");
        let block = with_lines(&accepts().block, "gateway", &own);
        Server::start(version, name, &[MONITOR, &clients.block, &block].join("\n"))
    };
    let placeholder = "tls://other.example.com:7222";
    assert!(entry.contains(placeholder) && entry.contains("\"other\""), "{entry}");
    let west =
        start("west", &entry.replace(placeholder, "nats://127.0.0.1:1").replace("\"other\"", "\"east\""));
    let address = format!("nats://{}", west.address(Listener::Gateway));
    let east = start("east", &entry.replace(placeholder, &address).replace("\"other\"", "\"west\""));
    for server in [&east, &west] {
        server.wait_for_log(&["Inbound gateway connection from", "registered"]);
        server.wait_for_log(&["Outbound gateway connection to", "registered"]);
    }
    deliver(&connect(&east, &clients.ca(), None).unwrap(), &connect(&west, &clients.ca(), None).unwrap());
}

/// A peer that has to be refused, and by whose words.
struct Stranger {
    who: &'static str,
    /// Its block, from: our CA, another CA, the role, the bundle of the listener.
    block: fn(&Home, &Home, &str, &Bundle) -> String,
    listener_says: &'static str,
    dialer_says: Option<&'static str>,
}

const STRANGERS: [Stranger; 4] = [
    Stranger {
        who: "a certificate for servers only",
        block: |home, _, role, _| home.issue(role, &["127.0.0.1"], &["--usage", "server"]).block,
        listener_says: "x509: certificate specifies an incompatible key usage",
        dialer_says: None,
    },
    Stranger {
        who: "a certificate that is not pinned",
        block: |home, _, role, _| home.issue(role, &["127.0.0.1"], &[]).block,
        listener_says: "certificate not pinned",
        dialer_says: None,
    },
    Stranger {
        who: "a certificate of another CA, trusting ours",
        block: |_, other, role, listener| {
            let identity = other.issue(role, &["127.0.0.1"], &[]);
            other.snippet_of(role, &identity, &listener.ca(), &[])
        },
        // A Go dialer withholds a certificate that none of the listener's CAs issued.
        listener_says: "tls: client didn't provide a certificate",
        dialer_says: None,
    },
    Stranger {
        who: "all from another CA",
        block: |_, other, role, _| other.issue(role, &["127.0.0.1"], &[]).block,
        listener_says: "remote error: tls: bad certificate",
        dialer_says: Some("x509: certificate signed by unknown authority"),
    },
];

fn refuses_strangers(version: Version, kind: &Kind) {
    let (home, other) = (Home::new(), Home::new());
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let (bundles, blocks) = pinned(version, &home, kind, 2);
    for stranger in STRANGERS {
        let listener = kind.start(version, "listener", &blocks[0], &clients, &[]);
        let block = (stranger.block)(&home, &other, kind.role, &bundles[0]);
        let dialer = kind.start(version, "stranger", &block, &clients, &[("listener", &listener)]);
        listener.wait_for_log(&["[ERR]", kind.failure, stranger.listener_says]);
        if let Some(said) = stranger.dialer_says {
            dialer.wait_for_log(&[said]);
        }
        assert!(kind.peers(&listener).is_empty(), "let in: {}", stranger.who);
    }
}

fn cluster_refuses_strangers(version: Version) {
    refuses_strangers(version, &CLUSTER);
}

fn gateway_refuses_strangers(version: Version) {
    refuses_strangers(version, &GATEWAY);
}

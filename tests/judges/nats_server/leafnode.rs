//! Role leaf: a hub that verifies and pins, and the remote that dials it with the block of `snippet remote`.

use super::{on, on_every_server, with_lines};
use crate::support::cli::{Bundle, Home, text};
use crate::support::monitor::{MONITOR, get};
use crate::support::nats::{connect, deliver};
use crate::support::server::{Listener, Server, Version};

on_every_server!(carries_messages, takes_the_client_role, takes_the_remote_in_the_comment, refuses_strangers);

/// A hub that lets in the owners of these certificates.
fn hub(version: Version, bundle: &Bundle, home: &Home, clients: &Bundle, known: &[&Bundle]) -> Server {
    let certificates: Vec<_> = known.iter().map(|bundle| bundle.cert()).collect();
    let mut options = vec!["--verify"];
    options.extend(certificates.iter().flat_map(|certificate| ["--pin", text(certificate)]));
    let block = home.snippet("leaf", bundle, &on(version, &options));
    let block = with_lines(&block, "leafnodes", "  listen: \"127.0.0.1:-1\"");
    Server::start(version, "hub", &[MONITOR, &clients.block, &block].join("\n"))
}

/// A server that dials the hub with this printed block.
fn remote(version: Version, hub: &Server, block: &str, clients: &Bundle) -> Server {
    let (before, rest) = block.split_once("url: ").unwrap_or_else(|| panic!("no url in\n{block}"));
    let (_, after) = rest.split_once('\n').unwrap();
    let block = format!("{before}url: \"tls://{}\"\n{after}", hub.address(Listener::Leafnode));
    Server::start(version, "remote", &[&clients.block, &block].map(String::as_str).join("\n"))
}

fn carries_messages(version: Version) {
    between_hub_and_remote(version, "leaf", |home, bundle| home.snippet("remote", bundle, &on(version, &[])));
}

fn takes_the_client_role(version: Version) {
    between_hub_and_remote(version, "client", |home, bundle| {
        home.snippet("remote", bundle, &on(version, &[]))
    });
}

/// `issue leaf` prints the block of the other side too, as a comment.
fn takes_the_remote_in_the_comment(version: Version) {
    between_hub_and_remote(version, "leaf", |_, bundle| {
        let lines = bundle.block.lines().skip_while(|line| *line != "# leafnodes {");
        lines.map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join("\n")
    });
}

fn between_hub_and_remote(version: Version, role: &str, block: impl Fn(&Home, &Bundle) -> String) {
    let home = Home::new();
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let options = if role == "client" { vec![] } else { on(version, &[]) };
    let identity = home.issue(role, &["127.0.0.1"], &options);
    let listener = home.issue("leaf", &["127.0.0.1"], &on(version, &[]));
    let hub = hub(version, &listener, &home, &clients, &[&identity]);
    let remote = remote(version, &hub, &block(&home, &identity), &clients);
    hub.wait_for_log(&["Leafnode connection created"]);
    let on_hub = connect(&hub, &clients.ca(), None).unwrap();
    let on_remote = connect(&remote, &clients.ca(), None).unwrap();
    deliver(&on_hub, &on_remote);
    deliver(&on_remote, &on_hub);
}

/// A remote that has to be refused, and by whose words.
struct Stranger {
    who: &'static str,
    /// Its block, from: our CA, another CA, the bundle of the hub.
    block: fn(&Home, &Home, &Bundle, Version) -> String,
    hub_says: &'static str,
    dialer_says: Option<&'static str>,
}

const STRANGERS: [Stranger; 5] = [
    Stranger {
        who: "no certificate",
        block: |_, _, hub, _| {
            let ca = text(&hub.ca()).to_owned();
            format!("leafnodes {{ remotes: [ {{\nurl: hub\ntls {{ ca_file: \"{ca}\" }}\n}} ] }}")
        },
        hub_says: "tls: client didn't provide a certificate",
        dialer_says: None,
    },
    Stranger {
        who: "a certificate for servers only",
        block: |home, _, _, version| {
            let identity = home.issue("leaf", &["127.0.0.1"], &["--usage", "server"]);
            home.snippet("remote", &identity, &on(version, &[]))
        },
        hub_says: "x509: certificate specifies an incompatible key usage",
        dialer_says: None,
    },
    Stranger {
        who: "a certificate that is not pinned",
        block: |home, _, _, version| {
            home.snippet("remote", &home.issue("leaf", &["127.0.0.1"], &[]), &on(version, &[]))
        },
        hub_says: "certificate not pinned",
        dialer_says: None,
    },
    Stranger {
        who: "a certificate of another CA, trusting ours",
        block: |_, other, hub, version| {
            let identity = other.issue("leaf", &["127.0.0.1"], &[]);
            other.snippet_of("remote", &identity, &hub.ca(), &on(version, &[]))
        },
        // A Go dialer withholds a certificate that none of the hub's CAs issued.
        hub_says: "tls: client didn't provide a certificate",
        dialer_says: None,
    },
    Stranger {
        who: "all from another CA",
        block: |_, other, _, version| {
            other.snippet("remote", &other.issue("leaf", &["127.0.0.1"], &[]), &on(version, &[]))
        },
        hub_says: "remote error: tls: bad certificate",
        dialer_says: Some("x509: certificate signed by unknown authority"),
    },
];

fn refuses_strangers(version: Version) {
    let (home, other) = (Home::new(), Home::new());
    let clients = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let identity = home.issue("leaf", &["127.0.0.1"], &on(version, &[]));
    let listener = home.issue("leaf", &["127.0.0.1"], &on(version, &[]));
    for stranger in STRANGERS {
        let hub = hub(version, &listener, &home, &clients, &[&identity]);
        let dialer = remote(version, &hub, &(stranger.block)(&home, &other, &listener, version), &clients);
        hub.wait_for_log(&["[ERR]", "TLS leafnode handshake error: ", stranger.hub_says]);
        if let Some(said) = stranger.dialer_says {
            dialer.wait_for_log(&[said]);
        }
        assert_eq!(get(&hub, "/leafz")["leafnodes"], 0, "let in: {}", stranger.who);
    }
}

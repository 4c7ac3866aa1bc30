//! Role server, nothing demanded of clients: they check the server.

use super::{on, on_every_server};
use crate::support::cli::{Home, text};
use crate::support::nats::{connect, connect_to, deliver, refusal};
use crate::support::server::{Server, Version};

on_every_server!(
    lets_clients_in,
    is_refused_under_another_ca,
    is_refused_under_a_wrong_name,
    takes_the_included_file
);

fn lets_clients_in(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["localhost", "127.0.0.1", "::1"], &on(version, &[]));
    let server = Server::start(version, "s", &bundle.block);
    server.wait_for_log(&["TLS required for client connections"]);
    let by_address = connect(&server, &bundle.ca(), None).unwrap();
    let by_name = connect_to("localhost", &server, &bundle.ca(), None).unwrap();
    deliver(&by_address, &by_name);
}

fn is_refused_under_another_ca(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let other = stranger.issue("client", &["alice"], &[]);
    let server = Server::start(version, "s", &bundle.block);
    let error = refusal(&server, &other.ca(), None);
    assert!(error.contains("invalid peer certificate: UnknownIssuer"), "{error}");
    server.wait_for_log(&["TLS handshake error: remote error: tls: unknown certificate authority"]);
}

fn is_refused_under_a_wrong_name(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["nats.example", "192.0.2.1"], &on(version, &[]));
    let server = Server::start(version, "s", &bundle.block);
    let error = refusal(&server, &bundle.ca(), None);
    assert!(error.contains("certificate not valid for name \"127.0.0.1\""), "{error}");
    server.wait_for_log(&["TLS handshake error: remote error: tls: bad certificate"]);
}

fn takes_the_included_file(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    // The server resolves the path against the folder of its configuration; going up from the root stays there.
    let path = "../".repeat(32) + text(&bundle.dir.join("tls.conf"));
    let server = Server::start(version, "s", &format!("include \"{path}\"\n"));
    connect(&server, &bundle.ca(), None).unwrap();
}

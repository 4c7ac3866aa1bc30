//! The other listeners that show the certificate of the role server, and every printed block as it is.

use super::{on, on_every_server};
use crate::support::cli::Home;
use crate::support::monitor::{get_tls, handshake};
use crate::support::server::{Listener, Server, Version};

on_every_server!(monitoring, websocket, mqtt, every_printed_block_is_valid);

fn monitoring(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let block =
        on_any_port(&home.snippet("monitor", &bundle, &on(version, &[])), "https_port: 8222", "https");
    let server = Server::start(version, "watched", &block);
    let state = get_tls(&server, "/varz", &bundle.ca()).unwrap();
    assert_eq!(state["server_name"], "watched");
    assert_eq!(state["tls_required"], true);

    let other = stranger.issue("server", &["127.0.0.1"], &[]);
    let error = get_tls(&server, "/varz", &other.ca()).unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");
    server.wait_for_log(&["TLS handshake error from", "remote error: tls: unknown certificate authority"]);
}

fn websocket(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let block = home.snippet("websocket", &bundle, &on(version, &[]));
    let server = Server::start(version, "s", &on_any_port(&block, "port: 9222", "listen"));
    speaks_tls(&home, &server, Listener::Websocket);
}

fn mqtt(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let block = home.snippet("mqtt", &bundle, &on(version, &[]));
    let block = on_any_port(&block, "port: 8883", "listen");
    let server = Server::start(version, "s", &format!("jetstream {{ store_dir: \"data\" }}\n{block}"));
    speaks_tls(&home, &server, Listener::Mqtt);
}

/// The printed block with an address of the server's own choice instead of the usual port.
fn on_any_port(block: &str, port: &str, key: &str) -> String {
    assert_eq!(block.matches(port).count(), 1, "{port} in\n{block}");
    block.replace(port, &format!("{key}: \"127.0.0.1:-1\""))
}

fn speaks_tls(home: &Home, server: &Server, listener: Listener) {
    let ours = home.issue("client", &["alice"], &[]);
    handshake(&server.address(listener), &ours.ca()).unwrap();
    let stranger = Home::new();
    let theirs = stranger.issue("client", &["alice"], &[]);
    let error = handshake(&server.address(listener), &theirs.ca()).unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");
}

fn every_printed_block_is_valid(version: Version) {
    let home = Home::new();
    let contexts = |role| match role {
        "server" => vec!["server", "monitor", "websocket", "mqtt"],
        "gateway" => vec!["gateway", "remote-gateway"],
        "leaf" => vec!["leaf", "remote"],
        _ => vec![role],
    };
    for role in ["server", "client", "cluster", "gateway", "leaf"] {
        let options = if role == "client" { vec![] } else { on(version, &[]) };
        let bundle = home.issue(role, &["127.0.0.1"], &options);
        let said = version.check(&bundle.block);
        assert!(said.is_ok(), "issue {role} on {}: {said:?}\n{}", version.full(), bundle.block);
        for context in contexts(role) {
            let block = home.snippet(context, &bundle, &options);
            let said = version.check(&block);
            assert!(said.is_ok(), "snippet {context} on {}: {said:?}\n{block}", version.full());
        }
    }
}

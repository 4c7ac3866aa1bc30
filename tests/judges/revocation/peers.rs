//! `ocsp_peer` of nats-server, which 2.9 does not know: it asks for the status of clients that come.

use super::{Responder, home_with};
use crate::support::cli::{Bundle, text};
use crate::support::nats::{connect, refusal};
use crate::support::server::{Server, Version};
use std::fs;

/// A listener that asks for certificates and for their status.
fn config(bundle: &Bundle, ocsp_peer: &str) -> String {
    let (cert, key, ca) = (bundle.cert(), bundle.key(), bundle.ca());
    format!(
        "ocsp_cache: false\ntls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, verify: true, timeout: 20\n\
         ocsp_peer: {ocsp_peer} }}",
        text(&cert),
        text(&key),
        text(&ca)
    )
}

/// What the server says of a client that it refuses.
const REFUSED: &str = "client not OCSP valid";

const VERSIONS: [Version; 2] = [Version::V2_10_25, Version::V2_15_1];

#[test]
fn the_good_client_is_taken_and_the_revoked_one_refused() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let client = |name: &str| home.issue("client", &[name], &["--ocsp", &responder.url]);
    let (good, bad) = (client("good@example.com"), client("bad@example.com"));
    home.run(["revoke", text(&bad.dir)]).done();
    // Of this one nobody is asked: it names nobody to ask.
    let silent = home.issue("client", &["silent@example.com"], &[]);
    home.run(["revoke", text(&silent.dir)]).done();
    let node = home.issue("server", &["localhost", "127.0.0.1"], &[]);
    for version in VERSIONS {
        let server = Server::start(version, "n1", &config(&node, "true"));
        connect(&server, &node.ca(), Some(&good)).unwrap();
        connect(&server, &node.ca(), Some(&silent)).unwrap();
        refusal(&server, &node.ca(), Some(&bad));
        server.wait_for_log(&["TLS handshake error", REFUSED]);
    }
    home.run(["revoke", "--undo", text(&bad.dir)]).done();
    for version in VERSIONS {
        let server = Server::start(version, "n1", &config(&node, "true"));
        connect(&server, &node.ca(), Some(&bad)).unwrap();
    }
}

#[test]
fn whoever_is_unknown_to_the_responder_is_refused_unless_that_is_good() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let node = home.issue("server", &["localhost", "127.0.0.1"], &[]);
    let unknown = issued_by_openssl(&home, &responder.url);
    for version in VERSIONS {
        let server = Server::start(version, "n1", &config(&node, "true"));
        refusal(&server, &node.ca(), Some(&unknown));
        server.wait_for_log(&["TLS handshake error", REFUSED]);
        let server = Server::start(version, "n1", &config(&node, "{ verify: true, unknown_is_good: true }"));
        connect(&server, &node.ca(), Some(&unknown)).unwrap();
    }
}

/// A certificate of the root that natscert did not make, so its serial number says nothing.
fn issued_by_openssl(home: &crate::support::cli::Home, url: &str) -> Bundle {
    let bundle = home.issue("client", &["unknown@example.com"], &[]);
    let (root, root_key) = (home.ca_dir().join("root.pem"), home.ca_dir().join("root-key.pem"));
    let key = bundle.key();
    let access = format!("authorityInfoAccess=OCSP;URI:{url}");
    let request = ["req", "-new", "-key", text(&key), "-subj", "/CN=unknown", "-addext", &access];
    let request = crate::support::tools::openssl(request, &[]);
    let sign = [
        "x509",
        "-req",
        "-copy_extensions",
        "copyall",
        "-days",
        "1",
        "-CA",
        text(&root),
        "-CAkey",
        text(&root_key),
    ];
    fs::write(bundle.cert(), crate::support::tools::openssl(sign, &request)).unwrap();
    bundle
}

#[test]
fn a_responder_that_is_down_keeps_clients_out_unless_that_is_allowed() {
    let home = home_with("ecdsa-p256");
    let url = Responder::start(&home).url.clone();
    let client = home.issue("client", &["a@example.com"], &["--ocsp", &url]);
    let node = home.issue("server", &["localhost", "127.0.0.1"], &[]);
    for version in VERSIONS {
        let server = Server::start(version, "n1", &config(&node, "true"));
        refusal(&server, &node.ca(), Some(&client));
        server.wait_for_log(&["TLS handshake error", REFUSED]);
        let lax = config(&node, "{ verify: true, allow_when_ca_unreachable: true }");
        connect(&Server::start(version, "n1", &lax), &node.ca(), Some(&client)).unwrap();
    }
}

/// With its cache on, as it is by default, a server goes by the answer that it has: good, although that is no longer so.
#[test]
fn what_a_server_keeps_it_does_not_ask_again() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let client = home.issue("client", &["a@example.com"], &["--ocsp", &responder.url]);
    let node = home.issue("server", &["localhost", "127.0.0.1"], &[]);
    for version in VERSIONS {
        let config = config(&node, "true").replace("ocsp_cache: false\n", "");
        let server = Server::start(version, "n1", &config);
        connect(&server, &node.ca(), Some(&client)).unwrap();
        home.run(["revoke", text(&client.dir)]).done();
        connect(&server, &node.ca(), Some(&client)).unwrap();
        home.run(["revoke", "--undo", text(&client.dir)]).done();
    }
}

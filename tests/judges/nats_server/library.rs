//! The library alone, as a Rust test would use it: no CA directory, no bundle, certificates straight into rustls.

use super::on_every_server;
use crate::support::nats::{connect_with, deliver};
use crate::support::server::{Server, Version};
use natscert::{Ca, Certificate, Role};
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use tempfile::TempDir;

on_every_server!(makes_both_ends);

/// A client that trusts one root and shows a certificate.
fn client(root: &Ca, certificate: &Certificate) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).unwrap();
    let builder = ClientConfig::builder().with_root_certificates(roots);
    builder.with_client_auth_cert(certificate.chain(), certificate.key_der()).unwrap()
}

fn makes_both_ends(version: Version) {
    let (ca, other) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    let certificate = ca.issue(Role::Server, ["127.0.0.1"]).unwrap();
    let files = TempDir::new().unwrap();
    let write = |name: &str, pem: &str| {
        let path = files.path().join(name);
        fs::write(&path, pem).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (cert, key) = (write("cert.pem", &certificate.cert_pem()), write("key.pem", &certificate.key_pem()));
    let roots = write("ca.pem", &ca.pem());
    let alice = ca.issue(Role::Client, ["alice@example.com"]).unwrap();
    let config = format!(
        "tls {{\ncert_file: \"{cert}\"\nkey_file: \"{key}\"\nca_file: \"{roots}\"\nverify: true\npinned_certs: [\"{}\"]\n}}",
        alice.pin()
    );
    let server = Server::start(version, "s", &config);
    let connection = connect_with(&server, client(&ca, &alice)).unwrap();
    deliver(&connection, &connection);

    let error = connect_with(&server, client(&other, &alice)).map(drop).unwrap_err();
    assert!(error.contains("UnknownIssuer"), "{error}");
    let bob = ca.issue(Role::Client, ["bob@example.com"]).unwrap();
    assert!(connect_with(&server, client(&ca, &bob)).is_err());
    server.wait_for_log(&["TLS handshake error: certificate not pinned"]);
    let mallory = other.issue(Role::Client, ["alice@example.com"]).unwrap();
    assert!(connect_with(&server, client(&ca, &mallory)).is_err());
    server.wait_for_log(&["TLS handshake error: ", "x509: certificate signed by unknown authority"]);
}

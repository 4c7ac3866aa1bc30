//! Role server with `--verify`: clients need a certificate of the same CA that is good for clients.

use super::{on, on_every_server};
use crate::support::cli::{Bundle, Home, text};
use crate::support::nats::{connect, deliver, refusal};
use crate::support::server::{Server, Version};

on_every_server!(
    lets_the_client_role_in,
    reads_name_constraints,
    refuses_the_others,
    lets_pinned_clients_in_alone
);

fn lets_the_client_role_in(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify"]));
    let server = Server::start(version, "s", &bundle.block);
    let client =
        connect(&server, &bundle.ca(), Some(&home.issue("client", &["alice@example.com"], &[]))).unwrap();
    deliver(&client, &client);
}

/// A root that may certify some names only: the server understands what it permits, email domains included.
fn reads_name_constraints(version: Version) {
    let home = Home::new();
    let permitted = ["--permit", "example.com", "--permit", "@example.com", "--permit", "127.0.0.0/8"];
    home.run([&["ca", "init"], &permitted[..]].concat()).done();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify"]));
    let server = Server::start(version, "s", &bundle.block);
    for name in ["alice@example.com", "alice.example.com"] {
        connect(&server, &bundle.ca(), Some(&home.issue("client", &[name], &[]))).unwrap();
    }
    for name in ["alice@example.org", "example.org"] {
        let run = home.run(["issue", "client", name, "-o", text(&home.out())]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{name}: {}", run.stderr);
    }
}

fn refuses_the_others(version: Version) {
    struct Case {
        certificate: Option<Bundle>,
        client_sees: &'static str,
        log: &'static str,
    }
    let (home, stranger) = (Home::new(), Home::new());
    // The oldest answers every bad certificate with the same alert.
    let alert = |name| if version == Version::V2_9_10 { "BadCertificate" } else { name };
    let cases = [
        Case {
            certificate: None,
            client_sees: alert("CertificateRequired"),
            log: "TLS handshake error: tls: client didn't provide a certificate",
        },
        Case {
            certificate: Some(stranger.issue("client", &["alice@example.com"], &[])),
            client_sees: alert("UnknownCA"),
            log: "x509: certificate signed by unknown authority",
        },
        Case {
            certificate: Some(home.issue("server", &["alice.example.com"], &[])),
            client_sees: "BadCertificate",
            log: "x509: certificate specifies an incompatible key usage",
        },
    ];
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify"]));
    for case in cases {
        let server = Server::start(version, "s", &bundle.block);
        let error = refusal(&server, &bundle.ca(), case.certificate.as_ref());
        assert!(error.contains(case.client_sees), "{} is not in: {error}", case.client_sees);
        server.wait_for_log(&["[ERR]", "TLS handshake error: ", case.log]);
    }
}

fn lets_pinned_clients_in_alone(version: Version) {
    let home = Home::new();
    let known = home.issue("client", &["alice@example.com"], &[]);
    let unknown = home.issue("client", &["alice@example.com"], &[]);
    let pin = known.pin();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify", "--pin", &pin]));
    let server = Server::start(version, "s", &bundle.block);
    connect(&server, &bundle.ca(), Some(&known)).unwrap();
    refusal(&server, &bundle.ca(), Some(&unknown));
    server.wait_for_log(&[&format!("Failed pinned cert test for key id: {}", unknown.pin())]);
    server.wait_for_log(&["[ERR]", "TLS handshake error: certificate not pinned"]);
}

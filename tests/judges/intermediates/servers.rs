//! Real servers, with the root trusted and with intermediates trusted: routes, clients, and who is refused.

use std::fs;

use crate::nats_server::{on, on_every_server, with_lines};
use crate::support::cli::{Bundle, Home, text};
use crate::support::monitor::{MONITOR, get};
use crate::support::nats::{connect, deliver};
use crate::support::poll;
use crate::support::server::{Listener, Server, Version};

on_every_server!(routes_and_clients_of_intermediates, certificates_of_who_is_not_trusted_are_refused);

/// A home where `one` signs and `two` is on standby.
fn home(trust: &str) -> Home {
    let home = Home::new();
    home.run(["ca", "intermediate", "add", "one", "--trust", trust]).done();
    home.run(["ca", "intermediate", "add", "two", "--standby"]).done();
    home
}

fn start(version: Version, name: &str, clients: &Bundle, routes: &Bundle, other: Option<&Server>) -> Server {
    let dials = other.map(|other| format!("\"nats-route://{}\"", other.address(Listener::Route)));
    let lines =
        format!("  name: \"C\"\n  listen: \"127.0.0.1:-1\"\n  routes: [{}]", dials.unwrap_or_default());
    let block = with_lines(&routes.block, "cluster", &lines);
    Server::start(version, name, &[MONITOR, &clients.block, &block].join("\n"))
}

/// Two servers of different intermediates: each dials with, and is met with, a certificate below one of them.
fn routes_and_clients_of_intermediates(version: Version) {
    for trust in ["roots", "intermediates"] {
        let home = home(trust);
        let issue = |role, options: &[&str]| home.issue(role, &["127.0.0.1"], &on(version, options));
        let (first_clients, first_routes) = (issue("server", &["--verify"]), issue("cluster", &[]));
        let alice = home.issue("client", &["alice"], &[]);
        home.run(["ca", "intermediate", "activate", "two"]).done();
        let (second_clients, second_routes) = (issue("server", &["--verify"]), issue("cluster", &[]));
        let bob = home.issue("client", &["bob"], &[]);
        let first = start(version, "n1", &first_clients, &first_routes, None);
        let second = start(version, "n2", &second_clients, &second_routes, Some(&first));
        for server in [&first, &second] {
            let routed = || get(server, "/routez")["num_routes"].as_u64().filter(|routes| *routes > 0);
            poll(routed).unwrap_or_else(|| panic!("{trust}: no route"));
        }
        // By the root alone as well as by what was written: the chain comes with the certificate.
        let root = home.path().join("root.pem");
        fs::write(&root, home.run(["ca", "export"]).done()).unwrap();
        let on_first = connect(&first, &root, Some(&bob)).unwrap();
        let on_second = connect(&second, &alice.ca(), Some(&alice)).unwrap();
        deliver(&on_first, &on_second);
        deliver(&on_second, &on_first);
    }
}

/// With intermediates in `ca_file`, a certificate of the root itself is refused, and one of an intermediate that is not
/// among them; the standby's is taken. With the root in it, all are taken.
fn certificates_of_who_is_not_trusted_are_refused(version: Version) {
    let home = Home::new();
    home.run(["ca", "init"]).done();
    let issue = |name: &str| home.issue("client", &[name], &[]);
    let by_root = issue("by-root");
    home.run(["ca", "intermediate", "add", "old"]).done();
    let by_old = issue("by-old");
    home.run(["ca", "intermediate", "add", "one"]).done();
    home.run(["ca", "intermediate", "retire", "old"]).done();
    home.run(["ca", "intermediate", "add", "two", "--standby"]).done();
    let listener = |trust: &str| {
        let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify", "--trust", trust]));
        let server = Server::start(version, trust, &bundle.block);
        (server, bundle)
    };
    let (strict, of_one) = listener("intermediates");
    let (wide, _) = listener("roots");
    let by_one = issue("by-one");
    home.run(["ca", "intermediate", "activate", "two"]).done();
    let by_two = issue("by-two");
    let root = home.ca_dir().join("root.pem");
    for (client, trusted) in [(&by_root, false), (&by_old, false), (&by_one, true), (&by_two, true)] {
        let what = text(&client.dir).to_owned();
        assert_eq!(connect(&strict, &of_one.ca(), Some(client)).is_ok(), trusted, "{what}");
        let taken = connect(&wide, &root, Some(client));
        assert!(taken.is_ok(), "{what}: {taken:?}");
    }
    let refused = "x509: certificate signed by unknown authority";
    strict.wait_for_log(&[refused]);
    assert_eq!(strict.log().matches(refused).count(), 2);
}

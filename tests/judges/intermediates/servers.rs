//! Real servers, with the root trusted and with intermediates trusted: routes, clients, and who is refused.

use std::fs;
use std::path::Path;

use crate::nats_server::{on, on_every_server, with_lines};
use crate::support::cli::{Bundle, Home, text};
use crate::support::monitor::{MONITOR, get};
use crate::support::nats::{connect, deliver};
use crate::support::poll;
use crate::support::server::{Listener, Server, Version};
use crate::support::tools::openssl;

on_every_server!(
    routes_and_clients_of_intermediates,
    snippets_and_pins_of_intermediates,
    certificates_of_who_is_not_trusted_are_refused,
    anchors_are_known_by_name_and_key,
);

/// A home where `one` signs and `two` is on standby.
fn home(trust: &str) -> Home {
    let home = Home::new();
    home.run(["ca", "intermediate", "add", "one", "--trust", trust]).done();
    home.run(["ca", "intermediate", "add", "two", "--standby"]).done();
    home
}

/// With these blocks.
fn start(version: Version, name: &str, clients: &str, routes: &str, other: Option<&Server>) -> Server {
    let dials = other.map(|other| format!("\"nats-route://{}\"", other.address(Listener::Route)));
    let lines =
        format!("  name: \"C\"\n  listen: \"127.0.0.1:-1\"\n  routes: [{}]", dials.unwrap_or_default());
    let block = with_lines(routes, "cluster", &lines);
    Server::start(version, name, &[MONITOR, clients, &block].join("\n"))
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
        let first = start(version, "n1", &first_clients.block, &first_routes.block, None);
        let second = start(version, "n2", &second_clients.block, &second_routes.block, Some(&first));
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

/// A pin is that of the certificate itself, not of the intermediate behind it in `cert.pem`: as a file, and as printed.
fn snippets_and_pins_of_intermediates(version: Version) {
    for trust in ["roots", "intermediates"] {
        let home = home(trust);
        let issue = |role| home.issue(role, &["127.0.0.1"], &on(version, &[]));
        let (clients, routes) = (issue("server"), issue("cluster"));
        home.run(["ca", "intermediate", "activate", "two"]).done();
        let others = issue("cluster");
        let printed = home.run(["pin", text(&routes.cert())]).done();
        let pin = printed.split_whitespace().next().unwrap();
        assert_eq!(pin, routes.pin());
        let snippet =
            |context, bundle: &Bundle, options: &[&str]| home.snippet(context, bundle, &on(version, options));
        let listener = snippet("server", &clients, &["--verify"]);
        let start =
            |name, block: String, other: Option<&Server>| start(version, name, &listener, &block, other);
        let first = start("n1", snippet("cluster", &routes, &["--pin", text(&others.cert())]), None);
        let second = start("n2", snippet("cluster", &others, &["--pin", pin]), Some(&first));
        for server in [&first, &second] {
            let peers = || get(server, "/routez")["num_routes"].as_u64().filter(|routes| *routes > 0);
            poll(peers).unwrap_or_else(|| panic!("{trust}: no route"));
        }
        // Who is of the same intermediate, but another one, is not let in by the pin.
        let stranger = issue("cluster");
        let third = start("n3", snippet("cluster", &stranger, &[]), Some(&first));
        first.wait_for_log(&["certificate not pinned"]);
        assert_eq!(get(&third, "/routez")["num_routes"], 0);
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

/// Another certificate of the root's name and key, in `ca_file`, is the same anchor; one of the name alone is none.
fn anchors_are_known_by_name_and_key(version: Version) {
    let home = home("roots");
    let (listener, alice) =
        (home.issue("server", &["127.0.0.1"], &[]), home.issue("client", &["alice"], &[]));
    let root = home.ca_dir().join("root.pem");
    let sign_again = |key: &Path, name: &str| {
        let args = ["x509", "-in", text(&root), "-signkey", text(key), "-days", "9", "-set_serial", "77"];
        let path = home.path().join(name);
        fs::write(&path, openssl(args, b"")).unwrap();
        path
    };
    let other = home.path().join("other-key.pem");
    fs::write(&other, openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], b""))
        .unwrap();
    for (key, trusted) in [(home.ca_dir().join("root-key.pem"), true), (other, false)] {
        let ca = sign_again(&key, "again.pem");
        assert_ne!(fs::read(&ca).unwrap(), fs::read(&root).unwrap());
        let block = home.snippet_of("server", &listener, &ca, &on(version, &["--verify"]));
        let server = Server::start(version, "again", &block);
        assert_eq!(connect(&server, &root, Some(&alice)).is_ok(), trusted, "{trusted}");
    }
}

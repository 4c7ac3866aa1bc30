//! `ocsp` of nats-server: it fetches the status of its own certificate and staples it.

use super::{Responder, home_with};
use crate::support::cli::{Bundle, Home, text};
use crate::support::poll;
use crate::support::server::{Listener, Server, Version};
use crate::support::tools::ask_openssl;
use std::fs;

/// The https monitor has the map of the client listener, and speaks TLS first: so openssl can ask any version.
fn config(bundle: &Bundle, ocsp: &str) -> String {
    format!("{ocsp}\nhttps: \"127.0.0.1:-1\"\n{}", map(bundle, ""))
}

fn map(bundle: &Bundle, more: &str) -> String {
    let [cert, key, ca] = [bundle.cert(), bundle.key(), bundle.ca()].map(|path| format!("{:?}", text(&path)));
    format!("tls {{ cert_file: {cert}, key_file: {key}, ca_file: {ca}, {more} }}")
}

/// What openssl shows of the staple.
fn staple(home: &Home, server: &Server, listener: Listener) -> String {
    let (address, root) = (server.address(listener), home.ca_dir().join("root.pem"));
    let args = ["s_client", "-connect", &address, "-status", "-verify_return_error", "-CAfile", text(&root)];
    let said = ask_openssl(args, &[]).said;
    assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    said
}

/// Whether a server starts, and its log where it does not.
fn starts(version: Version, config: &str) -> Result<(), String> {
    let dir = tempfile::TempDir::new().unwrap();
    let (path, log) = (dir.path().join("nats.conf"), dir.path().join("log"));
    fs::write(&path, format!("listen: \"127.0.0.1:-1\"\n{config}")).unwrap();
    let output = fs::File::create(&log).unwrap();
    let mut command = version.command();
    command.arg("-c").arg(&path).current_dir(&dir).stdout(output.try_clone().unwrap()).stderr(output);
    let mut child = command.spawn().unwrap();
    let said = poll(|| {
        let said = fs::read_to_string(&log).unwrap_or_default();
        let ended = child.try_wait().unwrap().is_some();
        (ended || said.contains("Server is ready")).then_some(said)
    });
    let _ = child.kill();
    let _ = child.wait();
    let said = said.unwrap();
    if said.contains("Server is ready") { Ok(()) } else { Err(said) }
}

#[test]
fn nats_server_staples_what_natscert_ocsp_answers() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let url = responder.url.as_str();
    let plain = home.issue("server", &["localhost", "127.0.0.1"], &[]);
    let with_url = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", url]);
    let must = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", url, "--must-staple"]);
    for version in Version::ALL {
        for (what, bundle, ocsp, stapled) in [
            ("always, of the certificate's URL", &with_url, "ocsp { mode: always }".to_owned(), true),
            ("always, of the URL given", &plain, format!("ocsp {{ mode: always, url: {url:?} }}"), true),
            ("auto, must-staple", &must, "ocsp: true".to_owned(), true),
            ("must-staple alone", &must, String::new(), true),
            ("auto, not must-staple", &with_url, "ocsp: true".to_owned(), false),
            ("never", &must, "ocsp { mode: never }".to_owned(), false),
        ] {
            let server = Server::start(version, "n1", &config(bundle, &ocsp));
            let said = staple(&home, &server, Listener::Https);
            let what = format!("{what} on {}", version.full());
            assert_eq!(said.contains("Cert Status: good"), stapled, "{what}: {said}");
            assert_eq!(said.contains("OCSP response: no response sent"), !stapled, "{what}: {said}");
        }
    }
}

/// Modes, as docs/revocation.md has them: the configuration, and whether it goes on with a certificate that is revoked.
const MODES: [(&str, bool); 4] =
    [("", true), ("ocsp: true", true), ("ocsp { mode: must }", false), ("ocsp { mode: always }", false)];

#[test]
fn a_revoked_certificate_or_one_of_unknown_status_keeps_the_server_from_starting() {
    let home = home_with("ecdsa-p256");
    let mut responder = Some(Responder::start(&home));
    let url = responder.as_ref().unwrap().url.clone();
    let bundle = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", &url, "--must-staple"]);
    let all = || Version::ALL.into_iter().flat_map(|version| MODES.map(|mode| (version, mode)));
    for (version, (mode, _)) in all() {
        assert_eq!(starts(version, &config(&bundle, mode)), Ok(()), "{mode}");
    }
    home.run(["revoke", text(&bundle.dir)]).done();
    for (version, (mode, goes_on)) in all() {
        let started = starts(version, &config(&bundle, mode));
        assert_eq!(started.is_ok(), goes_on, "{mode}: {started:?}");
        let said = started.err().unwrap_or_default();
        assert!(goes_on || said.contains(": revoked"), "{mode}: {said}");
        if goes_on {
            let server = Server::start(version, "n1", &config(&bundle, mode));
            let said = staple(&home, &server, Listener::Https);
            assert!(said.contains("Cert Status: revoked"), "{mode}: {said}");
        }
    }
    responder.take();
    for (version, (mode, _)) in all() {
        let said = starts(version, &config(&bundle, mode)).unwrap_err();
        assert!(said.contains("bad OCSP status update for certificate"), "{mode}: {said}");
    }
}

#[test]
fn routes_want_a_staple_from_each_other() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("cluster", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
    let node = |ocsp: &str, routes: &str| {
        let tls = map(&bundle, "timeout: 20");
        format!("{ocsp}\ncluster {{ name: c, listen: \"127.0.0.1:-1\", routes: [{routes}], {tls} }}")
    };
    let always = "ocsp { mode: always }";
    for version in Version::ALL {
        let first = Server::start(version, "n1", &node(always, ""));
        let route = format!("\"tls://{}\"", first.address(Listener::Route));
        let _without = Server::start(version, "n2", &node("", &route));
        first.wait_for_log(&["TLS route handshake error: Router", "missing OCSP Staple"]);
        assert!(!first.log().contains("Route connection created"), "{}", first.log());
        let _with = Server::start(version, "n3", &node(always, &route));
        first.wait_for_log(&["Route connection created"]);
    }
}

#[test]
fn gateways_want_a_staple_from_each_other() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("gateway", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
    let node = |ocsp: &str, name: &str, gateways: &str| {
        let tls = map(&bundle, "timeout: 20");
        format!("{ocsp}\ngateway {{ name: {name}, listen: \"127.0.0.1:-1\", gateways: [{gateways}], {tls} }}")
    };
    let always = "ocsp { mode: always }";
    for version in Version::ALL {
        let first = Server::start(version, "n1", &node(always, "A", ""));
        let url = format!("{{ name: A, url: \"tls://{}\" }}", first.address(Listener::Gateway));
        let _without = Server::start(version, "n2", &node("", "B", &url));
        first.wait_for_log(&["TLS gateway handshake error: Gateway", "missing OCSP Staple"]);
        assert!(!first.log().contains("registered"), "{}", first.log());
        let _with = Server::start(version, "n3", &node(always, "C", &url));
        first.wait_for_log(&["nbound gateway connection from \"C\"", "registered"]);
    }
}

/// The same on the listener of clients, where openssl can only speak with a server that begins with TLS.
#[test]
fn clients_are_shown_the_staple() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
    for version in [Version::V2_10_25, Version::V2_15_1] {
        let config = format!("ocsp {{ mode: always }}\n{}", map(&bundle, "handshake_first: true"));
        let said = staple(&home, &Server::start(version, "n1", &config), Listener::Client);
        assert!(said.contains("Cert Status: good"), "{said}");
    }
}

/// nats-server looks for the issuer in the `ca_file` of the top level, whichever listener staples: without one there it
/// knows none, and 2.9.10 staples nothing. docs/revocation.md says so.
#[test]
fn websocket_staples_only_with_the_ca_file_of_the_top_level() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
    let websocket =
        format!("ocsp {{ mode: always }}\nwebsocket {{ listen: \"127.0.0.1:-1\", {} }}", map(&bundle, ""));
    let both = format!("{websocket}\n{}", map(&bundle, ""));
    for version in Version::ALL {
        let alone = starts(version, &websocket);
        let oldest = version == Version::V2_9_10;
        assert_eq!(alone.is_ok(), oldest, "{alone:?}");
        assert!(oldest || alone.unwrap_err().contains("no issuers found"));
        let said = staple(&home, &Server::start(version, "n1", &both), Listener::Websocket);
        assert_eq!(said.contains("Cert Status: good"), !oldest, "{said}");
    }
}

/// golang.org/x/crypto/ocsp knows no Ed25519: `natscert ocsp` warns of that.
#[test]
fn nats_server_reads_no_answer_that_is_signed_with_ed25519() {
    for (key_type, reads) in [("ecdsa-p384", true), ("rsa-2048", true), ("ed25519", false)] {
        let home = home_with(key_type);
        let responder = Responder::start(&home);
        let bundle = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
        let started = starts(Version::V2_15_1, &config(&bundle, "ocsp { mode: always }"));
        assert_eq!(started.is_ok(), reads, "{key_type}: {started:?}");
        assert!(reads || started.unwrap_err().contains("bad OCSP signature"));
    }
}

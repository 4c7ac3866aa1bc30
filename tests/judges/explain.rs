//! Real servers and a real client fail, and `natscert explain` names the cause from what they said: that one, and nothing else.

use crate::nats_server::{on, on_every_server};
use crate::support::cli::{Bundle, Home, text};
use crate::support::nats::{connect_to, connect_with, refusal};
use crate::support::poll;
use crate::support::server::{Listener, Server, Version};
use crate::support::tools::ask;
use natscert::explain::{Cause, Explainer, Side};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

on_every_server!(
    clients_that_reject_the_server,
    clients_that_are_rejected,
    clients_that_are_not_let_in,
    plaintext_and_silence,
    nothing_in_common,
    routes,
    leafnodes,
    configurations,
    starts,
    the_program_reads_a_pipe
);

fn explained(mut explainer: Explainer, log: &str) -> Vec<Cause> {
    explainer.feed(log.as_bytes());
    explainer.finish();
    explainer.causes()
}

/// The causes in a server's log, as soon as there are some: exactly these.
#[track_caller]
fn server_says(server: &Server, expected: &[&str]) -> Vec<Cause> {
    let ids = |found: &[Cause]| found.iter().map(|cause| cause.id).collect::<Vec<_>>();
    let found = poll(|| {
        let found = explained(Explainer::new(), &server.log());
        expected.iter().all(|id| ids(&found).contains(id)).then_some(found)
    });
    let found = found.unwrap_or_else(|| panic!("no {expected:?} in {}", server.log()));
    assert_eq!(ids(&found), expected, "{}", server.log());
    assert!(found.iter().all(|cause| !cause.fix.is_empty()), "{found:?}");
    found
}

/// The cause in what a client says.
#[track_caller]
fn client_says(error: &str, expected: &[&str]) {
    let found = explained(Explainer::for_texts(), error);
    let [cause] = &found[..] else { panic!("{error}: {found:?}") };
    assert!(expected.contains(&cause.id), "{error}: {cause:?}");
}

fn clients_that_reject_the_server(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let bundle = home.issue("server", &["nats.example"], &on(version, &[]));
    let other = stranger.issue("client", &["alice"], &[]);
    let server = Server::start(version, "unknown-ca", &bundle.block);
    client_says(&refusal(&server, &other.ca(), None), &["unknown-authority"]);
    server_says(&server, &["rejected-unknown-ca"]);
    let server = Server::start(version, "name", &bundle.block);
    client_says(&refusal(&server, &bundle.ca(), None), &["wrong-name"]);
    server_says(&server, &["rejected-by-peer"]);
    let usage = home.issue("client", &["localhost", "127.0.0.1"], &[]);
    let block = tls(&usage, &usage.ca(), "");
    let server = Server::start(version, "usage", &block);
    client_says(&refusal(&server, &usage.ca(), None), &["key-usage"]);
    let old = expired(&home, version);
    let server = Server::start(version, "expired", &tls_of(&old, "", ""));
    client_says(&connect_to("localhost", &server, &old.join("ca.pem"), None).unwrap_err(), &["expired"]);
}

/// A `tls` map with lines of its own.
fn tls(identity: &Bundle, ca: &Path, more: &str) -> String {
    tls_of(&identity.dir, text(ca), more)
}

fn tls_of(dir: &Path, ca: &str, more: &str) -> String {
    let dir = text(dir);
    let ca = if ca.is_empty() { String::new() } else { format!("ca_file: \"{ca}\"") };
    format!("tls {{\n cert_file: \"{dir}/cert.pem\"\n key_file: \"{dir}/key.pem\"\n {ca}\n {more}\n}}\n")
}

/// A folder with a certificate for localhost and clients that has ended.
fn expired(home: &Home, version: Version) -> std::path::PathBuf {
    use natscert::pki::{KeyType, Name, Request, Subject, Usage, Validity};
    use time::{Duration, OffsetDateTime};
    let ca = natscert::Ca::generate().unwrap();
    let day = Duration::days(1);
    let now = OffsetDateTime::now_utc();
    let request = Request {
        usage: Usage::Both,
        subject: Subject::common_name("old"),
        names: vec!["localhost".parse::<Name>().unwrap()],
        key_type: KeyType::default(),
        validity: Validity::new(now - day * 2, now - day).unwrap(),
        extensions: natscert::pki::Extensions::default(),
    };
    let old = ca.sign(&request).unwrap();
    let dir = home.path().join(format!("old-{version:?}"));
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("cert.pem"), old.cert_pem()).unwrap();
    std::fs::write(dir.join("key.pem"), old.key_pem().as_bytes()).unwrap();
    std::fs::write(dir.join("ca.pem"), ca.pem()).unwrap();
    dir
}

fn clients_that_are_rejected(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify"]));
    let server = Server::start(version, "none", &bundle.block);
    let error = refusal(&server, &bundle.ca(), None);
    client_says(&error, &["certificate-required", "rejected-by-server"]);
    let found = server_says(&server, &["no-client-certificate"]);
    assert_eq!(found[0].side, Some(Side::Accepts));
    let foreign = stranger.issue("client", &["alice"], &[]);
    let server = Server::start(version, "foreign", &bundle.block);
    let error = refusal(&server, &bundle.ca(), Some(&foreign));
    client_says(&error, &["client-unknown-ca", "rejected-by-server"]);
    server_says(&server, &["unknown-authority"]);
    let usage = home.issue("server", &["wrong"], &[]);
    let server = Server::start(version, "usage", &bundle.block);
    client_says(&refusal(&server, &bundle.ca(), Some(&usage)), &["rejected-by-server"]);
    let found = server_says(&server, &["key-usage"]);
    assert!(found[0].title.contains("clientAuth"), "{found:?}");
    let old = expired(&home, version);
    let server = Server::start(version, "old", &tls(&bundle, &old.join("ca.pem"), "verify: true"));
    let identity = Bundle { dir: old, block: String::new() };
    client_says(&refusal(&server, &bundle.ca(), Some(&identity)), &["client-expired", "rejected-by-server"]);
    server_says(&server, &["expired"]);
}

fn clients_that_are_not_let_in(version: Version) {
    let home = Home::new();
    let (alice, other) =
        (home.issue("client", &["alice@example.com"], &[]), home.issue("client", &["bob"], &[]));
    let pin = other.pin();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify", "--pin", &pin]));
    let server = Server::start(version, "pins", &bundle.block);
    refusal(&server, &bundle.ca(), Some(&alice));
    let found = server_says(&server, &["not-pinned"]);
    assert_eq!(found[0].found, [("pin", vec![alice.pin()])]);
    let block = tls(&bundle, &bundle.ca(), "verify_and_map: true")
        + "authorization { users: [{user: \"CN=carol\"}] }\n";
    let server = Server::start(version, "users", &block);
    client_says(&refusal(&server, &bundle.ca(), Some(&other)), &["authentication"]);
    let found = server_says(&server, &["no-user"]);
    assert!(found[0].fix[0].what.contains("{user: \"CN=bob\"}"), "{found:?}");
    let block = tls(&bundle, &bundle.ca(), &format!("pinned_certs: [\"{pin}\"]"));
    let server = Server::start(version, "pins-without-verify", &block);
    refusal(&server, &bundle.ca(), None);
    server_says(&server, &["pins-without-certificate"]);
}

fn plaintext_and_silence(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let server = Server::start(version, "plain", &bundle.block);
    speak(&server, b"CONNECT {}\r\nPING\r\n");
    server_says(&server, &["plaintext-to-tls"]);
    let server = Server::start(version, "tls-to-plain", "");
    speak(&server, b"\x16\x03\x01\x00\xd6\x01\x00\x00\xd2\x03\x03abcdefghijklmnopqrstuvwxyz0123456789");
    server_says(&server, &["plaintext-listener"]);
    let server = Server::start(version, "silent", &tls(&bundle, &bundle.ca(), "timeout: 0.2"));
    let silent = TcpStream::connect(server.address(Listener::Client)).unwrap();
    server_says(&server, &["timeout"]);
    drop(silent);
    let server = Server::start(version, "scan", &bundle.block);
    speak(&server, b"");
    server_says(&server, &["hung-up"]);
}

/// Says something after INFO and leaves.
fn speak(server: &Server, bytes: &[u8]) {
    let mut stream = TcpStream::connect(server.address(Listener::Client)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let _ = stream.read(&mut [0; 4096]);
    stream.write_all(bytes).unwrap();
    if !bytes.is_empty() {
        let _ = stream.read(&mut [0; 4096]);
    }
}

fn nothing_in_common(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    let old_client = || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(bundle.ca()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12]);
        versions.unwrap().with_root_certificates(roots).with_no_client_auth()
    };
    let suites = "cipher_suites: [\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"]";
    let server = Server::start(version, "suites", &tls(&bundle, &bundle.ca(), suites));
    client_says(&connect_with(&server, old_client()).unwrap_err(), &["cipher-suites"]);
    server_says(&server, &["cipher-suites"]);
    let server = Server::start(version, "empty", "tls {}\n");
    client_says(&connect_with(&server, old_client()).unwrap_err(), &["no-certificate"]);
    server_says(&server, &["no-certificate"]);
    if version != Version::V2_9_10 {
        let server = Server::start(version, "versions", &tls(&bundle, &bundle.ca(), "min_version: \"1.3\""));
        client_says(&connect_with(&server, old_client()).unwrap_err(), &["version"]);
        server_says(&server, &["version"]);
    }
}

/// One server that listens for routes, and one that dials it.
fn route(version: Version, tls_of: [&str; 2]) -> [Server; 2] {
    let block = |tls: &str, routes: &str| {
        format!("cluster {{\n name: C\n listen: \"127.0.0.1:-1\"\n {routes}\n {tls}\n}}\n")
    };
    let acceptor = Server::start(version, "acceptor", &block(tls_of[0], ""));
    let routes = format!("routes: [\"nats://{}\"]", acceptor.address(Listener::Route));
    let dialler = Server::start(version, "dialler", &block(tls_of[1], &routes));
    [acceptor, dialler]
}

fn routes(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let ours = home.issue("cluster", &["127.0.0.1"], &on(version, &[]));
    let theirs = stranger.issue("cluster", &["127.0.0.1"], &on(version, &[]));
    let named = home.issue("cluster", &["n1.example"], &on(version, &[]));
    let map = |bundle: &Bundle, more: &str| tls(bundle, &bundle.ca(), more);
    let [acceptor, dialler] = route(version, [&map(&ours, ""), &map(&theirs, "")]);
    assert_eq!(server_says(&dialler, &["unknown-authority"])[0].side, Some(Side::Dials));
    assert_eq!(server_says(&acceptor, &["rejected-by-peer"])[0].side, Some(Side::Accepts));
    let [acceptor, dialler] = route(version, [&map(&ours, ""), &tls(&theirs, &ours.ca(), "")]);
    server_says(&acceptor, &["no-client-certificate"]);
    drop(dialler);
    let [acceptor, dialler] = route(version, [&map(&named, ""), &map(&ours, "")]);
    server_says(&dialler, &["no-ip-san"]);
    drop(acceptor);
    let [acceptor, dialler] =
        route(version, [&map(&ours, "verify_cert_and_check_known_urls: true"), &map(&ours, "")]);
    server_says(&acceptor, &["known-urls"]);
    server_says(&dialler, &["refused-by-peer"]);
    let [acceptor, dialler] = route(version, ["", &map(&ours, "")]);
    assert_eq!(server_says(&dialler, &["plaintext-to-tls"])[0].side, Some(Side::Dials));
    // The acceptor's line may come later than the dialler's.
    let started = std::time::Instant::now();
    let found = loop {
        let found = explained(Explainer::new(), &acceptor.log());
        if !found.is_empty() || started.elapsed().as_secs() > 10 {
            break found;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert!(found.len() == 1 && ["authentication", "plaintext-listener"].contains(&found[0].id), "{found:?}");
    let other_pin = format!("pinned_certs: [\"{}\"]", theirs.pin());
    let [acceptor, _dialler] = route(version, [&map(&ours, &other_pin), &map(&ours, "")]);
    assert_eq!(server_says(&acceptor, &["not-pinned"])[0].found, [("pin", vec![ours.pin()])]);
}

fn leafnodes(version: Version) {
    let (home, stranger) = (Home::new(), Home::new());
    let ours = home.issue("leaf", &["127.0.0.1"], &on(version, &[]));
    let theirs = stranger.issue("leaf", &["127.0.0.1"], &on(version, &[]));
    let map = |bundle: &Bundle, more: &str| tls(bundle, &bundle.ca(), more);
    let pair = |hub: &str, remote: &str| {
        let hub =
            Server::start(version, "hub", &format!("leafnodes {{\n listen: \"127.0.0.1:-1\"\n {hub}\n}}\n"));
        let url = hub.address(Listener::Leafnode);
        let remote = format!("leafnodes {{\n remotes: [{{\n url: \"nats://{url}\"\n {remote}\n}}]\n}}\n");
        [hub, Server::start(version, "remote", &remote)]
    };
    let [hub, remote] = pair(&map(&ours, ""), &map(&theirs, ""));
    let found = server_says(&remote, &["unknown-authority"]);
    assert!(found[0].fix[0].what.contains("leafnodes.remotes[].tls"), "{found:?}");
    server_says(&hub, &["rejected-by-peer"]);
    if version != Version::V2_9_10 {
        let [hub, _remote] = pair(&map(&ours, "handshake_first: true"), &map(&ours, ""));
        server_says(&hub, &["hung-up"]);
        let [_hub, remote] = pair(&map(&ours, ""), &map(&ours, "handshake_first: true"));
        server_says(&remote, &["plaintext-to-tls"]);
    }
}

/// What `nats-server -t` says, or a start.
fn configurations(version: Version) {
    let home = Home::new();
    let (a, b) = (home.issue("server", &["localhost"], &[]), home.issue("server", &["localhost"], &[]));
    let pair = |cert: &Path, key: &Path, more: &str| {
        format!("tls {{\n cert_file: \"{}\"\n key_file: \"{}\"\n {more}\n}}\n", cert.display(), key.display())
    };
    let good = |more: &str| pair(&a.cert(), &a.key(), more);
    let mut cases = vec![
        (pair(&a.cert(), &b.key(), ""), "key-mismatch"),
        (pair(&a.key(), &a.cert(), ""), "files-switched"),
        (pair(&a.dir.join("nothing.pem"), &a.key(), ""), "file-missing"),
        (format!("tls {{ cert_file: \"{}\" }}", a.cert().display()), "half-pair"),
        (good(&format!("ca_file: \"{}\"", a.key().display())), "ca-file-empty"),
        (good("verify_cert_and_check_known_urls: true"), "known-urls-refused"),
        (good("pinned_certs: [\"abcd\"]"), "pin-malformed"),
        (good("curve_preferences: [\"P-256\"]"), "unknown-curve"),
        (good("cipher_suites: [\"TLS_FOO\"]"), "unknown-suite"),
        (good("cipher_suites: []"), "suites-empty"),
        (good("timeout: \"2\""), "timeout-unit"),
        (good("verify: \"yes\""), "not-boolean"),
        (good("frobnicate: 1"), "unknown-option"),
        ("tls: \"x\"".to_owned(), "not-a-map"),
    ];
    if version == Version::V2_15_1 {
        cases.push((good("cipher_suites: [\"TLS_RSA_WITH_AES_128_CBC_SHA\"]"), "insecure-suites"));
        cases.push((good("min_version: 1.3"), "min-version"));
        cases.push((good("handshake_first: \"xyz\""), "handshake-first-value"));
    } else if version == Version::V2_9_10 {
        cases.push((good("handshake_first: true"), "unknown-option"));
    }
    for (config, id) in cases {
        let Err(said) = version.check(&config) else { panic!("accepted: {config}") };
        let found = explained(Explainer::new(), &said);
        assert_eq!(found.iter().map(|cause| cause.id).collect::<Vec<_>>(), [id], "{said}");
    }
}

/// What `-t` lets pass and the start does not.
fn starts(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["localhost"], &on(version, &[]));
    let mut cases = vec![
        ("websocket { port: -1 }\n".to_owned(), "websocket-without-tls"),
        ("https: \"127.0.0.1:-1\"\n".to_owned(), "https-without-tls"),
    ];
    // Later ones give themselves a name.
    if version == Version::V2_9_10 {
        let store = home.path().join("js");
        let mqtt =
            format!("mqtt {{ port: -1 }}\njetstream {{ store_dir: \"{}\" }}\n{}", text(&store), bundle.block);
        cases.push((mqtt, "mqtt-server-name"));
    }
    for (config, id) in cases {
        let path = home.path().join(format!("{id}.conf"));
        std::fs::write(&path, format!("listen: \"127.0.0.1:-1\"\n{config}")).unwrap();
        let verdict = ask(version.command().arg("-c").arg(&path).current_dir(home.path()), &[]);
        let found = explained(Explainer::new(), &verdict.said);
        assert_eq!(found.iter().map(|cause| cause.id).collect::<Vec<_>>(), [id], "{}", verdict.said);
    }
}

/// As it is meant: the server's log in a pipe. What is new is shown while the pipe is open.
fn the_program_reads_a_pipe(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify"]));
    let server = Server::start(version, "piped", &bundle.block);
    refusal(&server, &bundle.ca(), None);
    server_says(&server, &["no-client-certificate"]);
    let mut command = home.command();
    let mut child = command
        .args(["explain", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    input.write_all(server.log().as_bytes()).unwrap();
    let mut shown = String::new();
    while !shown.contains("fix ") {
        let mut piece = [0; 4096];
        let read = output.read(&mut piece).unwrap();
        assert!(read > 0, "{shown}");
        shown += std::str::from_utf8(&piece[..read]).unwrap();
    }
    assert!(shown.starts_with("    cause no-client-certificate: "), "{shown}");
    input.write_all(server.log().as_bytes()).unwrap();
    drop(input);
    output.read_to_string(&mut shown).unwrap();
    assert_eq!(shown.matches("    cause ").count(), 1, "{shown}");
    assert!(shown.contains("1 cause in "), "{shown}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

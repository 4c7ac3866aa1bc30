//! Requests that openssl makes: what natscert signs for them is accepted as what it issues, with the key that stays
//! where it was made.

use crate::support::cli::{Bundle, Home, text};
use crate::support::nats::{connect, deliver};
use crate::support::server::{Server, Version};
use crate::support::tools::{ask, ask_openssl, openssl, openssl_pin, tool};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What openssl is told of the key.
const KEYS: [(&str, &[&str]); 6] = [
    ("p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("ed25519", &["ED25519"]),
    ("rsa-2048", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("rsa-3072", &["RSA", "-pkeyopt", "rsa_keygen_bits:3072"]),
    ("rsa-4096", &["RSA", "-pkeyopt", "rsa_keygen_bits:4096"]),
];

/// What a request says beside key and names: a CA's rights and other usages are not granted, wherever they stand.
const GREEDY: [&str; 4] = [
    "-addext",
    "basicConstraints=critical,CA:TRUE",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign,nonRepudiation",
];

/// The key of a kind, made by openssl, and a request for it: `KIND-key.pem` and `KIND.csr` in the home.
fn request(home: &Home, kind: &str, key: &[&str], names: &str, more: &[&str]) -> (PathBuf, PathBuf) {
    let [key_file, csr] = ["-key.pem", ".csr"].map(|end| home.path().join(format!("{kind}{end}")));
    fs::write(&key_file, openssl([&["genpkey", "-algorithm"], key].concat(), &[])).unwrap();
    let names = format!("subjectAltName={names}");
    let args = ["req", "-new", "-key", text(&key_file), "-subj", "/O=Example/CN=n1", "-addext", &names];
    fs::write(&csr, openssl([&args, more].concat(), &[])).unwrap();
    (key_file, csr)
}

/// What is signed for a request, with the key put beside it.
fn sign(home: &Home, csr: &Path, key: &Path, role: &str, name: &str, options: &[&str]) -> Bundle {
    let args = ["sign", text(csr), role, "--bundle-name", name, "-o", "out"];
    let block = home.run([&args, options].concat()).done();
    let bundle = Bundle { dir: home.out().join(role).join(name), block };
    assert!(!bundle.key().exists());
    fs::copy(key, bundle.key()).unwrap();
    bundle
}

#[test]
fn openssl_and_pkilint_accept_what_is_signed() {
    let home = Home::new();
    let mut files = Vec::new();
    for (kind, key) in KEYS {
        let names = "DNS:n1.example.com,IP:192.0.2.1,email:ops@example.com,URI:https://example.com/n1";
        let (key, csr) = request(&home, kind, key, names, &GREEDY);
        for (role, server, client) in
            [("server", true, false), ("client", false, true), ("cluster", true, true)]
        {
            let bundle = sign(&home, &csr, &key, role, kind, &[]);
            let (cert, ca) = (fs::read(bundle.cert()).unwrap(), bundle.ca());
            for (purpose, good) in [("sslserver", server), ("sslclient", client)] {
                let args = ["verify", "-x509_strict", "-CAfile", text(&ca), "-purpose", purpose];
                let verdict = ask_openssl(args, &cert);
                assert_eq!(verdict.accepted, good, "{role} {kind} for {purpose}: {}", verdict.said);
            }
            let public = openssl(["pkey", "-in", text(&key), "-pubout"], &[]);
            assert_eq!(bundle.pin(), openssl_pin(&public), "{role} {kind}");
            let said = openssl(["x509", "-noout", "-subject", "-ext", "subjectAltName,keyUsage"], &cert);
            let said = String::from_utf8(said).unwrap();
            let names =
                "DNS:n1.example.com, IP Address:192.0.2.1, email:ops@example.com, URI:https://example.com/n1";
            assert!(said.contains(names) && said.contains("O = Example, CN = n1"), "{said}");
            assert!(!said.contains("Sign,") && !said.contains("Repudiation"), "{said}");
            files.push(bundle.cert());
        }
    }
    assert_eq!(files.len(), 18);
    let verdict =
        ask(Command::new(tool("pkilint/bin/python")).args(["-c", crate::pkilint::LINT]).args(&files), &[]);
    assert!(verdict.accepted && verdict.said.contains("18 files, 0 findings"), "{}", verdict.said);
}

#[test]
fn nobody_below_a_greedy_request_is_trusted() {
    let home = Home::new();
    let (key, csr) = request(&home, "p256", KEYS[0].1, "DNS:n1.example.com", &GREEDY);
    let bundle = sign(&home, &csr, &key, "cluster", "n1", &[]);
    let (_, below) = request(&home, "ed25519", KEYS[2].1, "DNS:n2.example.com", &[]);
    let (cert, ca) = (bundle.cert(), bundle.ca());
    let args = ["x509", "-req", "-in", text(&below), "-CA", text(&cert), "-CAkey", text(&key)];
    let leaf = openssl([&args[..], &["-set_serial", "1", "-copy_extensions", "copy"]].concat(), &[]);
    let args = ["verify", "-CAfile", text(&ca), "-untrusted", text(&cert)];
    let verdict = ask_openssl(args, &leaf);
    assert!(!verdict.accepted && verdict.said.contains("invalid CA certificate"), "{}", verdict.said);
}

#[test]
fn servers_run_and_clients_connect_with_the_keys_of_requests() {
    for version in Version::ALL {
        let home = Home::new();
        for (kind, key) in KEYS.into_iter().take(4) {
            let (key, csr) = request(&home, kind, key, "DNS:localhost,IP:127.0.0.1", &[]);
            let options = ["--verify-and-map", "--server-version", version.minor()];
            let server = sign(&home, &csr, &key, "server", kind, &options);
            let client = sign(&home, &csr, &key, "client", kind, &["alice@example.com"]);
            let server_ca = server.ca();
            let server = Server::start(version, "s", &[server.block, client.block.clone()].join("\n"));
            let connection = connect(&server, &server_ca, Some(&client)).unwrap();
            deliver(&connection, &connection);
        }
    }
}

/// With `--key`, the block names a key that lies where it was made; and openssl takes what came out of a pipe in DER.
#[test]
fn a_server_runs_with_a_key_that_stays_where_it_is() {
    let home = Home::new();
    let (key, csr) = request(&home, "p384", KEYS[1].1, "IP:127.0.0.1", &["-outform", "DER"]);
    let block = home.run(["sign", text(&csr), "server", "-o", "out", "--key", text(&key)]).done();
    let dir = home.out().join("server/127.0.0.1");
    assert!(!dir.join("key.pem").exists());
    let server = Server::start(Version::V2_15_1, "s", &block);
    let connection = connect(&server, &dir.join("ca.pem"), None).unwrap();
    deliver(&connection, &connection);
    let tls_conf = fs::read_to_string(dir.join("tls.conf")).unwrap();
    assert!(tls_conf.contains(text(&key)), "{tls_conf}");
}

//! `ca init --permit` holds whoever has the root's key: what openssl signs with it outside of the constraints is
//! refused by openssl, rustls-webpki and nats-server.

use crate::support::cli::{Bundle, Home, text};
use crate::support::nats::connect;
use crate::support::server::{Server, Version};
use crate::support::tools::{ask_openssl, openssl, tool};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use std::fs;
use std::path::Path;
use std::process::Command;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

/// One name of each kind, as openssl writes it; all of them lie within one of [`PERMITS`].
const NAMES: [&str; 3] = ["DNS:n1.example.com", "IP:127.0.0.1", "email:alice@example.com"];
const PERMITS: [&str; 3] = ["example.com", "127.0.0.0/8", "@example.com"];

/// A home whose root permits one kind of name alone.
fn home_of(permit: &str) -> Home {
    let home = Home::new();
    home.run(["ca", "init", "--permit", permit]).done();
    home
}

/// A certificate that natscert would not issue: signed with the root's key by openssl.
fn forge(home: &Home, san: &str) -> Bundle {
    let file = |name: &str| home.path().join(name);
    let (cert, key, csr, ext) = (file("cert.pem"), file("key.pem"), file("csr.pem"), file("ext"));
    fs::write(&ext, format!("subjectAltName={san}\nextendedKeyUsage=serverAuth,clientAuth\n")).unwrap();
    let new_key =
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=some body"];
    let request = [&["req"], &new_key[..], &["-keyout", text(&key), "-out", text(&csr)]].concat();
    openssl(request, &[]);
    let (root, root_key) = (home.ca_dir().join("root.pem"), home.ca_dir().join("root-key.pem"));
    let signer = ["-CA", text(&root), "-CAkey", text(&root_key), "-days", "2", "-extfile", text(&ext)];
    openssl([&["x509", "-req", "-in", text(&csr), "-out", text(&cert)], &signer[..]].concat(), &[]);
    Bundle { dir: home.path().to_owned(), block: String::new() }
}

fn openssl_accepts(root: &Path, cert: &Path) -> bool {
    let verdict = ask_openssl(["verify", "-x509_strict", "-CAfile", text(root), text(cert)], &[]);
    let constraint = ["permitted subtree violation", "excluded subtree violation"];
    assert!(verdict.accepted || constraint.iter().any(|why| verdict.said.contains(why)), "{}", verdict.said);
    verdict.accepted
}

fn webpki_accepts(root: &Path, cert: &Path) -> bool {
    let [root, cert] = [root, cert].map(|path| CertificateDer::from_pem_file(path).unwrap());
    let anchors = [anchor_from_trusted_cert(&root).unwrap()];
    let certificate = EndEntityCert::try_from(&cert).unwrap();
    let verdict = certificate.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &[],
        UnixTime::now(),
        KeyUsage::client_auth(),
        None,
        None,
    );
    match verdict {
        Ok(_) => true,
        Err(Error::NameConstraintViolation) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn openssl_and_webpki_refuse_what_is_outside() {
    for (permit, permitted) in PERMITS.into_iter().zip(NAMES) {
        let home = home_of(permit);
        let root = home.ca_dir().join("root.pem");
        for san in NAMES {
            let cert = forge(&home, san).cert();
            assert_eq!(openssl_accepts(&root, &cert), san == permitted, "{permit} for {san}: openssl");
            // webpki refuses every mailbox under a root that says anything of mailboxes.
            let expected = san == permitted && !san.starts_with("email:");
            assert_eq!(webpki_accepts(&root, &cert), expected, "{permit} for {san}: webpki");
        }
    }
}

/// An email address in the subject counts like one among the names (RFC 5280, section 4.2.1.10): openssl refuses what
/// natscert refuses to issue, and takes what it issues.
#[test]
fn addresses_in_the_subject_count() {
    let home = home_of("@example.com");
    let root = home.ca_dir().join("root.pem");
    for (mailbox, permitted) in [("a@example.com", true), ("a@example.org", false), ("nonsense", false)] {
        let subject = format!("CN=a b,EMAILADDRESS={mailbox}");
        let run = home.run([
            "issue",
            "client",
            "c@example.com",
            "--force",
            "--subject",
            &subject,
            "-o",
            text(&home.out()),
        ]);
        assert_eq!(run.code, Some(if permitted { 0 } else { 2 }), "{mailbox}: {}", run.stderr);
    }
    assert!(openssl_accepts(&root, &home.out().join("client/c@example.com/cert.pem")));
    let outside = Home::new();
    outside.run(["ca", "init", "--import", text(&root), text(&home.ca_dir().join("root-key.pem"))]).done();
    let run =
        outside.run(["issue", "client", "c@example.com", "--subject", "CN=a b,EMAILADDRESS=a@example.org"]);
    assert_eq!(run.code, Some(2), "constraints of an imported root count too: {}", run.stderr);
}

#[test]
fn nats_servers_refuse_what_is_outside() {
    let own = Home::new();
    let servers = own.issue("server", &["127.0.0.1"], &[]);
    for version in Version::ALL {
        for (permit, permitted) in PERMITS.into_iter().zip(NAMES) {
            let home = home_of(permit);
            let root = home.ca_dir().join("root.pem");
            let (cert, key, root) = (servers.cert(), servers.key(), root);
            let config =
                format!("tls {{ cert_file: {cert:?}, key_file: {key:?}, ca_file: {root:?}, verify: true }}");
            let server = Server::start(version, "constrained", &config);
            for san in NAMES {
                let connected = connect(&server, &servers.ca(), Some(&forge(&home, san)));
                assert_eq!(connected.is_ok(), san == permitted, "{permit} for {san}: {connected:?}");
            }
            server.wait_for_log(&["not authorized to sign for this name", "not permitted by any constraint"]);
        }
    }
}

#[test]
fn pkilint_finds_nothing_in_constrained_roots() {
    for permit in PERMITS {
        let home = home_of(permit);
        let lint = Command::new(tool("pkilint/bin/lint_pkix_cert"))
            .args(["lint", "--severity", "WARNING"])
            .arg(home.ca_dir().join("root.pem"))
            .output()
            .unwrap();
        assert!(lint.status.success(), "{permit}: {}", String::from_utf8_lossy(&lint.stdout));
    }
}

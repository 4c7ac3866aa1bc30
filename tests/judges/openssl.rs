//! openssl verifies every certificate for the usages of its role, strictly, and for no other.

use crate::samples::samples;
use crate::support::cli::{Home, text};
use crate::support::tools::{ask_openssl, openssl};
use std::fs;
use tempfile::TempDir;

#[test]
fn accepts_certificates_for_the_usages_of_their_role_alone() {
    let dir = TempDir::new().unwrap();
    let ca = dir.path().join("ca.pem");
    for sample in samples() {
        fs::write(&ca, &sample.ca).unwrap();
        for (purpose, good) in [("sslserver", sample.server), ("sslclient", sample.client)] {
            let args = ["verify", "-x509_strict", "-CAfile", text(&ca), "-purpose", purpose];
            let verdict = ask_openssl(args, &sample.cert);
            assert_eq!(verdict.accepted, good, "{} for {purpose}: {}", sample.what, verdict.said);
            assert!(
                good || verdict.said.contains("certificate purpose"),
                "{}: {}",
                sample.what,
                verdict.said
            );
        }
    }
}

#[test]
fn accepts_roots_as_authorities() {
    let dir = TempDir::new().unwrap();
    let ca = dir.path().join("ca.pem");
    for sample in samples() {
        fs::write(&ca, &sample.ca).unwrap();
        let args = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", text(&ca)];
        let verdict = ask_openssl(args, &sample.ca);
        assert!(verdict.accepted, "root of {}: {}", sample.what, verdict.said);
    }
}

/// Roots that others made: what openssl is told of the key, and of the certificate.
const FOREIGN: [(&str, &[&str], &[&str]); 4] = [
    (
        "as mkcert makes it",
        &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign"],
    ),
    ("without key usage", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], &[]),
    (
        "without key identifier",
        &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["subjectKeyIdentifier=none"],
    ),
    ("of another key type", &["ED25519"], &["keyUsage=critical,keyCertSign,cRLSign"]),
];

#[test]
fn accepts_what_is_issued_under_a_foreign_root() {
    for (what, key, extensions) in FOREIGN {
        let home = Home::new();
        let [root, root_key] = ["theirs.pem", "theirs-key.pem"].map(|name| home.path().join(name));
        fs::write(&root_key, openssl([&["genpkey", "-algorithm"], key].concat(), &[])).unwrap();
        let subject = ["-subj", "/O=mkcert development CA/OU=me@here/CN=mkcert me@here", "-days", "30"];
        let mut args = [&["req", "-x509", "-key", text(&root_key)], &subject[..]].concat();
        args.extend(extensions.iter().flat_map(|extension| ["-addext", extension]));
        fs::write(&root, openssl(args, &[])).unwrap();
        home.run(["ca", "init", "--import", text(&root), text(&root_key)]).done();
        let bundle = home.issue("cluster", &["n1.example.com"], &[]);
        for purpose in ["sslserver", "sslclient"] {
            let args = ["verify", "-CAfile", text(&root), "-purpose", purpose];
            let verdict = ask_openssl(args, &fs::read(bundle.cert()).unwrap());
            assert!(verdict.accepted, "{what}, {purpose}: {}", verdict.said);
        }
    }
}

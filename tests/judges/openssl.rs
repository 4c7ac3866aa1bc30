//! openssl verifies every certificate for the usages of its role, strictly, and for no other.

use crate::samples::samples;
use crate::support::cli::text;
use crate::support::tools::ask_openssl;
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

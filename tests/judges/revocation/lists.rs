//! CRLs.

use super::{KEY_TYPES, home_with};
use crate::support::cli::{Home, text};
use crate::support::tools::{ask, ask_openssl, openssl, tool};
use std::fs;
use std::process::Command;

/// `lint_crl lint` on many files at the price of one start.
const LINT: &str = r#"
import sys
from pkilint.bin.lint_crl import main
found = 0
for path in sys.argv[1:]:
    print(path)
    found += main(["lint", "-t", "CRL", "-p", "PKIX", "--severity", "WARNING", path])
print(len(sys.argv) - 1, "files,", found, "findings")
"#;

/// Has pkilint's verdict on these lists.
fn lint(lists: &[std::path::PathBuf]) -> String {
    ask(Command::new(tool("pkilint/bin/python")).args(["-c", LINT]).args(lists), &[]).said
}

/// `openssl verify` with the CRL in a file: what it says.
fn verify(home: &Home, list: &std::path::Path, certificate: &std::path::Path) -> (bool, String) {
    let root = home.ca_dir().join("root.pem");
    let args = ["verify", "-x509_strict", "-crl_check", "-CAfile", text(&root), "-CRLfile", text(list)];
    let verdict = ask_openssl(args, &fs::read(certificate).unwrap());
    (verdict.accepted, verdict.said)
}

#[test]
fn openssl_and_pkilint_take_the_lists_of_every_kind_of_key() {
    let mut lists = Vec::new();
    let homes = KEY_TYPES.map(home_with);
    for (home, key_type) in homes.iter().zip(KEY_TYPES) {
        let (good, bad) =
            (home.issue("client", &["a@example.com"], &[]), home.issue("client", &["b@example.com"], &[]));
        let (empty, list) = (home.path().join("empty.pem"), home.path().join("crl.pem"));
        home.run(["crl", "--out", text(&empty)]).done();
        home.run(["revoke", text(&bad.dir), "--reason", "keyCompromise"]).done();
        home.run(["crl", "--out", text(&list)]).done();
        for file in [&empty, &list] {
            let root = home.ca_dir().join("root.pem");
            let signed = ask_openssl(["crl", "-noout", "-CAfile", text(&root)], &fs::read(file).unwrap());
            assert!(signed.said.contains("verify OK"), "{key_type}: {}", signed.said);
        }
        let said = verify(home, &list, &good.cert());
        assert!(said.0, "{key_type}: {}", said.1);
        let said = verify(home, &list, &bad.cert());
        assert!(!said.0 && said.1.contains("certificate revoked"), "{key_type}: {}", said.1);
        assert!(verify(home, &empty, &bad.cert()).0, "{key_type}");
        lists.extend([empty, list]);
    }
    let said = lint(&lists);
    assert!(said.contains("8 files, 0 findings"), "{said}");
}

/// Else that pkilint finds nothing would say nothing.
#[test]
fn pkilint_finds_what_is_wrong_with_a_list() {
    let home = home_with("ecdsa-p256");
    let config = "[ca]\ndefault_ca = c\n[c]\ndatabase = index\ndefault_md = sha256\n";
    for (name, content) in [("c.cnf", config), ("index", "")] {
        fs::write(home.path().join(name), content).unwrap();
    }
    // Version 1: neither a number nor the key's identifier.
    let (root, key) = (home.ca_dir().join("root.pem"), home.ca_dir().join("root-key.pem"));
    let mut command = Command::new("openssl");
    command.args(["ca", "-gencrl", "-config", "c.cnf", "-crldays", "7", "-out", "old.pem"]);
    let made =
        ask(command.args(["-cert", text(&root), "-keyfile", text(&key)]).current_dir(home.path()), &[]);
    assert!(made.accepted, "{}", made.said);
    let said = lint(&[home.path().join("old.pem")]);
    assert!(!said.contains("0 findings"), "{said}");
}

#[test]
fn numbers_reasons_and_times_are_as_openssl_reads_them() {
    let home = home_with("ecdsa-p256");
    let reasons = [
        ("unspecified", None),
        ("keyCompromise", Some("Key Compromise")),
        ("cACompromise", Some("CA Compromise")),
        ("affiliationChanged", Some("Affiliation Changed")),
        ("superseded", Some("Superseded")),
        ("cessationOfOperation", Some("Cessation Of Operation")),
        ("privilegeWithdrawn", Some("Privilege Withdrawn")),
    ];
    let mut serials = Vec::new();
    for (number, (reason, _)) in reasons.iter().enumerate() {
        let bundle = home.issue("server", &[&format!("n{number}.example.com")], &[]);
        let at = format!("2026-01-0{}T10:00:00+02:00", number + 1);
        home.run(["revoke", text(&bundle.dir), "--reason", reason, "--at", &at]).done();
        let serial = openssl(["x509", "-noout", "-serial"], &fs::read(bundle.cert()).unwrap());
        serials.push(String::from_utf8(serial).unwrap().trim().replace("serial=", ""));
    }
    let numbers: Vec<u64> =
        (0..3).map(|_| home.run(["crl", "--json"]).json()[0]["number"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let der = home.path().join("crl.der");
    home.run(["crl", "--format", "der", "--of", "root", "--out", text(&der)]).done();
    let said = openssl(["crl", "-inform", "DER", "-noout", "-text"], &fs::read(&der).unwrap());
    let said = String::from_utf8(said).unwrap();
    let entries: Vec<_> = said.split("Serial Number: ").skip(1).collect();
    for (number, ((_, word), serial)) in reasons.iter().zip(&serials).enumerate() {
        let entry = entries.iter().find(|entry| entry.starts_with(serial.as_str())).unwrap();
        assert!(
            entry.contains(&format!("Revocation Date: Jan  {} 08:00:00 2026 GMT", number + 1)),
            "{entry}"
        );
        match word {
            Some(word) => assert!(entry.contains(word), "{entry}"),
            None => assert!(!entry.contains("Reason Code"), "{entry}"),
        }
    }
}

#![allow(clippy::unwrap_used)]

use crate::finding::{Code, Finding, Severity};
use crate::lint::testing::Case;
use crate::{Ca, Role};

const TLS: &str = "tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem }";

fn case() -> Case {
    Case::of(TLS).issued(&Ca::generate().unwrap(), Role::Server, "n", &["localhost"])
}

fn pem() -> (String, String, String) {
    let ca = Ca::generate().unwrap();
    let one = ca.issue(Role::Server, ["localhost"]).unwrap();
    (one.cert_pem().clone(), one.key_pem().to_string(), ca.pem().clone())
}

/// The one that is no note.
fn only(case: &Case) -> Finding {
    let mut findings = case.findings();
    findings.retain(|finding| finding.severity > Severity::Note);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[test]
fn a_file_that_is_not_there() {
    assert_eq!(Case::of(TLS).codes(), ["NC001"]);
    let case = case();
    assert!(case.codes().is_empty(), "{:?}", case.findings());
}

#[test]
fn a_missing_file_is_found_beside_the_configuration() {
    let (cert, key, ca) = pem();
    let tls = "tls { cert_file: n.pem, key_file: /srv/n-key.pem, ca_file: /srv/ca.pem }";
    let case = Case::new()
        .conf("/srv/etc/n.conf", tls)
        .file("etc/n.pem", cert)
        .file("n-key.pem", key.into_bytes())
        .file("ca.pem", ca);
    let finding = only(&case);
    assert_eq!(finding.code, Code::FileMissing);
    assert!(
        finding.fix.contains("it is /srv/etc/n.pem") && finding.fix.contains("--workdir /srv/etc"),
        "{}",
        finding.fix
    );
    let home = only(&Case::of("tls { cert_file: \"~/n.pem\", key_file: \"~/n.pem\" }"));
    assert!(home.fix.contains("as it stands"), "{}", home.fix);
}

#[test]
fn what_is_missing_everywhere_is_said_once() {
    let case = Case::of(TLS).conf("m.conf", TLS).conf("o.conf", TLS).conf("p.conf", TLS).conf("q.conf", TLS);
    let findings = case.findings();
    let of_ca: Vec<_> = findings.iter().filter(|one| one.message.contains("ca.pem is not")).collect();
    assert_eq!(of_ca.len(), 1, "{of_ca:?}");
    let related: Vec<_> = of_ca[0].related.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(related, ["also here", "also here", "also here, and in 1 more places"]);
}

#[test]
fn other_things_than_wanted() {
    let (cert, key, ca) = pem();
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let glued = format!("{}{cert}", cert.trim_end());
    let indented: String = ca.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(ca.bytes().flat_map(|byte| [byte, 0])).collect();
    let der = pem::parse(&cert).unwrap().into_contents();
    for (name, content, code, says) in [
        ("n.pem", key.clone().into_bytes(), "NC003", "holds no certificate but a private key"),
        ("n.pem", request.into(), "NC003", "a block that says CERTIFICATE REQUEST"),
        ("n.pem", Vec::new(), "NC003", "holds no certificate but nothing"),
        ("n.pem", damaged.into(), "NC003", "a damaged one"),
        ("n.pem", format!("{damaged}{cert}").into(), "NC003", "a damaged one"),
        ("n.pem", format!("{cert}{damaged}").into(), "NC003", "Go peers refuse all of the file"),
        ("n.pem", glued.clone().into(), "NC003", "ends one block and begins the next"),
        ("n.pem", format!("\u{feff}{cert}").into(), "NC011", "byte order mark"),
        ("n.pem", der, "NC010", "is DER"),
        ("n-key.pem", cert.clone().into(), "NC003", "holds no private key but a certificate"),
        ("ca.pem", key.clone().into_bytes(), "NC009", "a private key"),
        ("ca.pem", b"\n \n".to_vec(), "NC009", "nothing"),
        ("ca.pem", indented.into(), "NC009", "blanks before"),
        ("ca.pem", utf16, "NC011", "UTF-16"),
        ("ca.pem", b"\xFE\xED\xFE\xED....".to_vec(), "NC010", "a Java keystore"),
        ("ca.pem", format!("{ca}{damaged}").into(), "NC003", "passes over it"),
        ("ca.pem", format!("\u{feff}{cert}{ca}").into(), "NC011", "hides its first certificate"),
    ] {
        let case = Case::of(TLS).file("n.pem", cert.clone()).file("n-key.pem", key.clone().into_bytes());
        let finding = only(&case.file("ca.pem", ca.clone()).file(name, content));
        assert_eq!(finding.code.as_str(), code, "{finding:?}");
        assert!(finding.message.contains(says), "{} does not say {says:?}", finding.message);
    }
}

#[test]
fn what_works_all_the_same() {
    let (cert, key, ca) = pem();
    for (name, content) in [
        ("n.pem", format!("\u{feff}# a text\n{cert}")),
        ("n.pem", cert.replace('\n', "\r\n")),
        ("n.pem", format!("{key}{cert}")),
        ("n-key.pem", format!("{cert}{key}")),
        ("ca.pem", format!("# -----BEGIN CERTIFICATE-----\n{ca}")),
        ("ca.pem", format!("{key}{ca}")),
    ] {
        let case = Case::of(TLS).file("n.pem", cert.clone()).file("n-key.pem", key.clone().into_bytes());
        let case = case.file("ca.pem", ca.clone()).file(name, content);
        assert!(case.codes().is_empty(), "{name}: {:?}", case.findings());
    }
}

#[test]
fn keys_that_do_not_fit_and_where_the_right_one_is() {
    let ca = Ca::generate().unwrap();
    let other = "cluster { listen: 1, tls { cert_file: m.pem, key_file: m-key.pem, ca_file: ca.pem } }";
    let case = Case::of(&format!("tls {{ cert_file: n.pem, key_file: m-key.pem }}\n{other}"));
    let case =
        case.issued(&ca, Role::Server, "n", &["localhost"]).issued(&ca, Role::Cluster, "m", &["localhost"]);
    let finding = only(&case);
    assert_eq!(finding.code, Code::KeyMismatch);
    let swapped = "tls { cert_file: n.pem, key_file: m-key.pem }
mqtt { port: 1, tls { cert_file: m.pem, key_file: n-key.pem } }";
    let both = Case::of(swapped);
    let both =
        both.issued(&ca, Role::Server, "n", &["localhost"]).issued(&ca, Role::Server, "m", &["localhost"]);
    assert!(both.findings().iter().any(|one| one.fix == "key_file: \"n-key.pem\""), "{:?}", both.findings());
}

#[test]
fn the_ca_first() {
    let (cert, key, ca) = pem();
    let case = Case::of(TLS).file("n.pem", format!("{ca}{cert}")).file("n-key.pem", key.into_bytes());
    assert_eq!(case.file("ca.pem", ca).codes(), ["NC006"]);
}

#[test]
fn clutter_behind_a_certificate() {
    let (cert, key, ca) = pem();
    let (_, _, other) = pem();
    let of = |chain: String| {
        let case = Case::of(TLS).file("n.pem", chain).file("n-key.pem", key.clone().into_bytes());
        case.file("ca.pem", ca.clone()).codes()
    };
    assert!(of(format!("{cert}{ca}")).is_empty());
    assert_eq!(of(format!("{cert}{ca}{ca}")), ["NC008"]);
    assert_eq!(of(format!("{cert}{other}")), ["NC008"]);
    // One file for everything.
    let all = Case::of("tls { cert_file: n.pem, key_file: n.pem, ca_file: n.pem }");
    let all = all.file("n.pem", format!("{cert}{key}{ca}{other}")).mode("n.pem", 0o600);
    assert!(!all.codes().contains(&"NC008"), "{:?}", all.findings());
}

#[test]
fn modes_pairs_and_empty_maps() {
    assert_eq!(case().mode("n-key.pem", 0o644).codes(), ["NC012"]);
    assert!(case().mode("n-key.pem", 0o640).codes().is_empty());
    let ca = Ca::generate().unwrap();
    for (conf, codes) in [
        ("tls { cert_file: n.pem }", &["NC014"][..]),
        ("tls { key_file: n-key.pem }", &["NC014"]),
        ("tls { ca_file: ca.pem }", &["NC015"]),
        ("leafnodes { remotes: [{ url: \"tls://h:1\", tls { ca_file: ca.pem } }] }", &[]),
        ("leafnodes { tls { ca_file: ca.pem }, remotes: [{ url: \"nats://h:1\" }] }", &[]),
        ("leafnodes { port: 7422, tls { ca_file: ca.pem } }", &["NC015"]),
        (
            "gateway { name: a, port: 1, tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem }, gateways: [{ name: b, url: \"tls://h:1\", tls { ca_file: ca.pem } }] }",
            &["NC015"],
        ),
    ] {
        let case = Case::of(conf).issued(&ca, Role::Gateway, "n", &["h"]);
        assert_eq!(case.codes(), codes, "{conf}: {:?}", case.findings());
    }
}

#[test]
fn one_note_for_relative_paths() {
    let notes: Vec<_> = case().findings();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].code == Code::RelativePath && notes[0].message.contains("(and 2 more)"), "{notes:?}");
}

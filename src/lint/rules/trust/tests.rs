#![allow(clippy::unwrap_used)]

use time::OffsetDateTime;

use crate::lint::testing::Case;
use crate::pki::{CaRequest, Constraints, KeyType, Span, Subject, Validity};
use crate::{Ca, Role};

/// What these rules find, of any severity.
fn found(case: &Case) -> Vec<String> {
    let own = |code: &str| ("NC060".."NC065").contains(&code);
    let found = case.findings();
    let mut codes: Vec<_> =
        found.iter().filter(|f| own(f.code.as_str())).map(|f| format!("{} {}", f.code, f.severity)).collect();
    codes.dedup();
    codes
}

fn cluster(name: &str, port: u16, other: u16, ca: &str) -> String {
    format!(
        "server_name: {name}\ncluster {{ name: C, listen: \"127.0.0.1:{port}\", routes: [\"nats://localhost:{other}\"],
         tls {{ cert_file: {name}.pem, key_file: {name}-key.pem, ca_file: {ca} }} }}"
    )
}

fn pair(a: &Ca, b: &Ca, checks: [&str; 2]) -> Case {
    Case::new()
        .issued(a, Role::Cluster, "a", &["localhost"])
        .file("of-a.pem", a.pem())
        .issued(b, Role::Cluster, "b", &["localhost"])
        .file("of-b.pem", b.pem())
        .file("both.pem", format!("{}{}", a.pem(), b.pem()))
        .conf("a.conf", &cluster("a", 6222, 6223, checks[0]))
        .conf("b.conf", &cluster("b", 6223, 6222, checks[1]))
}

#[test]
fn who_refuses_whom_is_named() {
    let (one, other) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    assert!(found(&pair(&one, &one, ["of-a.pem", "of-b.pem"])).is_empty());
    assert!(found(&pair(&one, &other, ["both.pem", "both.pem"])).is_empty());
    let case = pair(&one, &other, ["both.pem", "of-b.pem"]);
    let findings = case.findings();
    let refused: Vec<_> = findings.iter().filter(|f| f.code.as_str() == "NC061").collect();
    assert!(!refused.is_empty());
    for finding in refused {
        assert!(finding.message.starts_with("b.conf refuses a.conf"), "{}", finding.message);
        assert_eq!(finding.place.as_ref().unwrap().file, "b.conf");
    }
}

#[test]
fn without_ca_file_it_depends_on_who_is_dialled() {
    let ca = Ca::generate().unwrap();
    let of = |text: &str| {
        Case::of(text).issued(&ca, Role::Cluster, "n", &["localhost"]).issued(
            &ca,
            Role::Cluster,
            "public",
            &["n1.example.com"],
        )
    };
    let pair = "cert_file: n.pem, key_file: n-key.pem";
    for (text, expected) in [
        (format!("tls {{ {pair} }}"), &[][..]),
        (format!("tls {{ {pair}, verify: true }}"), &["NC060 warning"]),
        (format!("tls {{ {pair}, verify: true, ca_file: ca.pem }}"), &[]),
        (format!("cluster {{ port: 6222, tls {{ {pair} }} }}"), &["NC060 warning"]),
        // A hub that is not given may have a certificate of a public CA.
        ("leafnodes { remotes [{ url: \"tls://connect.example.com\", tls { } }] }".into(), &["NC060 note"]),
        (
            "leafnodes { remotes [{ url: \"tls://connect.example.com\", tls { insecure: true } }] }".into(),
            &[],
        ),
        ("leafnodes { remotes [{ url: \"tls://connect.example.com\" }] }".into(), &[]),
    ] {
        assert_eq!(found(&of(&text)), expected, "{text}");
    }
}

#[test]
fn two_cas_of_one_name_in_one_file_are_a_note() {
    let case = |both: String| {
        Case::of("tls { cert_file: n.pem, key_file: n-key.pem, ca_file: both.pem, verify: true }")
            .issued(&Ca::generate().unwrap(), Role::Server, "n", &["localhost"])
            .file("both.pem", both)
    };
    let named = || {
        let validity = Validity::asked(OffsetDateTime::now_utc(), None, None, Some(Span::days(9))).unwrap();
        let (subject, key_type) = (Subject::common_name("NATS"), KeyType::default());
        Ca::create(&CaRequest { subject, key_type, validity, constraints: Constraints::default() }).unwrap()
    };
    let (one, other) = (named(), named());
    assert_eq!(found(&case(format!("{}{}", one.pem(), other.pem()))), ["NC062 note"]);
    assert!(found(&case(format!("{}{}", one.pem(), one.pem()))).is_empty());
}

#[test]
fn a_leaf_in_ca_file_is_no_ca() {
    let ca = Ca::generate().unwrap();
    let leaf = ca.issue(Role::Client, ["alice"]).unwrap();
    let case = |roots: String| {
        Case::of("tls { cert_file: n.pem, key_file: n-key.pem, ca_file: roots.pem, verify: true }")
            .issued(&ca, Role::Server, "n", &["localhost"])
            .file("roots.pem", roots)
    };
    assert!(found(&case(ca.pem())).is_empty());
    assert_eq!(found(&case(leaf.cert_pem())), ["NC063 warning"]);
}

#[test]
fn each_remote_without_certificate_is_refused_for_itself() {
    let ca = Ca::generate().unwrap();
    let edge = "leafnodes { remotes: [{ url: \"tls://localhost:7422\", tls { ca_file: ca.pem } }] }";
    let hub = "leafnodes { listen: \"localhost:7422\", tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem, verify: true } }";
    let case =
        Case::of(hub).issued(&ca, Role::Leaf, "n", &["localhost"]).conf("a.conf", edge).conf("b.conf", edge);
    let findings = case.findings();
    let refused: Vec<_> = findings.iter().filter(|one| one.code.as_str() == "NC061").collect();
    assert_eq!(refused.len(), 2, "{findings:?}");
    assert!(refused[0].message.contains("a.conf") && refused[1].message.contains("b.conf"));
}

#[test]
fn a_client_needs_one_door() {
    let (servers, devices, other) =
        (Ca::generate().unwrap(), Ca::generate().unwrap(), Ca::generate().unwrap());
    let tls =
        |ca: &str| format!("tls {{ cert_file: n.pem, key_file: n-key.pem, ca_file: {ca}, verify: true }}");
    let conf = format!("{}\nmqtt {{ port: 1883, {} }}", tls("ca.pem"), tls("devices.pem"));
    let codes = |by: &Ca| {
        let case = Case::of(&conf).issued(by, Role::Client, "c", &["device"]);
        let case =
            case.issued(&servers, Role::Server, "n", &["localhost"]).file("devices.pem", devices.pem());
        found(&case.client("c.pem"))
    };
    assert!(codes(&devices).is_empty());
    assert!(codes(&servers).is_empty());
    assert_eq!(codes(&other), ["NC061 error"]);
}

#[test]
fn a_leaf_without_subject_is_called_by_its_names() {
    use crate::pki::{Request, Usage};
    let ca = Ca::generate().unwrap();
    let validity = Validity::asked(OffsetDateTime::now_utc(), None, None, None).unwrap();
    let nameless = Request {
        usage: Usage::Both,
        names: vec!["localhost".parse().unwrap()],
        subject: Subject::default(),
        validity,
        extensions: crate::pki::Extensions::default(),
        key_type: KeyType::EcdsaP256,
    };
    let leaf = ca.sign(&nameless).unwrap();
    let case = Case::of(&cluster("n", 6222, 6223, "leaf.pem"))
        .issued(&ca, Role::Cluster, "n", &["localhost"])
        .file("leaf.pem", leaf.cert_pem());
    let findings = case.findings();
    let of_leaf = findings.iter().find(|one| one.code.as_str() == "NC063").unwrap();
    assert!(of_leaf.message.contains("DNS:localhost"), "{}", of_leaf.message);
}

#![allow(clippy::unwrap_used)]

use crate::finding::{Code, Severity};
use crate::lint::testing::Case;
use crate::{Ca, Role};

const FILES: &str = "cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem";

fn case(conf: &str, role: Role) -> Case {
    Case::of(&conf.replace("FILES", FILES)).issued(&Ca::generate().unwrap(), role, "n", &["localhost"])
}

#[test]
fn each_place_needs_its_purposes() {
    let gateway = |own: &str| {
        format!(
            "gateway {{ name: a, port: 7222, tls {{ FILES }}, gateways: [{{ name: b, url: \"nats://h:1\"{own} }}] }}"
        )
    };
    let cluster = "cluster { port: 6222, routes: [\"nats://h:1\"], tls { FILES } }";
    for (conf, role, codes) in [
        ("tls { FILES }", Role::Server, &[][..]),
        ("tls { FILES }", Role::Client, &["NC030"]),
        ("websocket { port: 1, tls { FILES } }", Role::Client, &["NC030"]),
        ("mqtt { port: 1, tls { FILES } }", Role::Client, &["NC030"]),
        (cluster, Role::Cluster, &[]),
        (cluster, Role::Server, &["NC031"]),
        (cluster, Role::Client, &["NC030"]),
        ("leafnodes { port: 1, tls { FILES } }", Role::Server, &[]),
        (&gateway(""), Role::Server, &["NC031"]),
        (&gateway(", tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem }"), Role::Gateway, &[]),
    ] {
        let case = case(conf, role);
        let mut codes_of = case.codes();
        codes_of.retain(|code| ["NC030", "NC031"].contains(code));
        assert_eq!(codes_of, codes, "{conf} {role}: {:?}", case.findings());
    }
}

#[test]
fn a_gateway_may_be_split() {
    let ca = Ca::generate().unwrap();
    let own = "tls { cert_file: c.pem, key_file: c-key.pem, ca_file: ca.pem }";
    let conf = format!(
        "gateway {{ name: a, port: 7222, tls {{ {FILES} }}, gateways: [{{ name: b, url: \"nats://h:1\", {own} }}] }}"
    );
    let case = Case::of(&conf).issued(&ca, Role::Server, "n", &["localhost"]).issued(
        &ca,
        Role::Client,
        "c",
        &["a@b.c"],
    );
    assert!(!case.codes().contains(&"NC031") && !case.codes().contains(&"NC030"), "{:?}", case.findings());
}

#[test]
fn a_remote_whose_hub_is_unknown() {
    let remote = "leafnodes { remotes: [{ url: \"tls://h:7422\", tls { FILES } }] }";
    let findings = case(remote, Role::Server).findings();
    let finding = findings.iter().find(|one| one.code == Code::ClientAuthMissing).unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    let hub = |verify: &str| {
        let hub = format!("leafnodes {{ listen: \"h:7422\", tls {{ {FILES}, verify: {verify} }} }}");
        case(remote, Role::Server).conf("hub.conf", &hub).codes()
    };
    assert!(hub("true").contains(&"NC031"));
    assert!(!hub("false").contains(&"NC031"));
}

#[test]
fn clients_need_client_auth_where_it_is_demanded() {
    let ca = Ca::generate().unwrap();
    let of = |verify: &str, role| {
        let conf = format!("tls {{ {FILES}, verify: {verify} }}");
        let case = Case::of(&conf).issued(&ca, Role::Server, "n", &["localhost"]);
        case.issued(&ca, role, "c", &["localhost"]).client("c.pem").codes()
    };
    assert_eq!(of("true", Role::Server), ["NC031"]);
    assert!(of("true", Role::Client).is_empty());
    assert!(of("false", Role::Server).is_empty());
}

#[test]
fn a_ca_is_a_server_for_clients_that_do_not_mind() {
    let ca = Ca::generate().unwrap();
    let root = |conf: &str| {
        let files = Case::of(&conf.replace("FILES", FILES)).file("n.pem", ca.pem()).file("ca.pem", ca.pem());
        files.file("n-key.pem", "").findings()
    };
    let severity =
        |conf: &str| root(conf).iter().find(|one| one.code == Code::CaAsEndEntity).unwrap().severity;
    assert_eq!(severity("tls { FILES }"), Severity::Warning);
    assert_eq!(severity("cluster { port: 1, tls { FILES } }"), Severity::Note);
}

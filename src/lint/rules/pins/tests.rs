#![allow(clippy::unwrap_used)]

use crate::lint::testing::Case;
use crate::pki::Facts;
use crate::{Ca, Certificate, Role};

const TLS: &str = "cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem";

/// What this family finds, with how bad it is.
fn found(case: &Case) -> Vec<String> {
    case.judged("NC080".."NC087")
}

fn listener(pins: &str) -> String {
    format!("tls {{ {TLS}, verify: true, pinned_certs: [ {pins} ] }}")
}

#[test]
fn what_a_pin_is() {
    let pin = "1a".repeat(32);
    for (text, expected) in [
        (format!("\"{pin}\""), &[][..]),
        (pin.clone(), &[]),
        (String::new(), &[]),
        (format!("\"{}\"", pin.to_uppercase()), &["NC083 note"]),
        (format!("1e3{}", "a".repeat(61)), &["NC081 note"]),
        (format!("\"1e3{}\"", "a".repeat(61)), &[]),
        ("4096718253".into(), &["NC081 error"]),
        ("1.5".into(), &["NC081 error"]),
        (format!("\"{}\"", &pin[1..]), &["NC080 error"]),
        (format!("\"sha256:{pin}\""), &["NC080 error"]),
        ("\"server/a/cert.pem\", abc".into(), &["NC080 error", "NC080 error"]),
    ] {
        assert_eq!(found(&Case::of(&listener(&text))), expected, "{text}");
    }
}

#[test]
fn a_malformed_pin_is_mended_where_it_can_be() {
    let pin = "1a".repeat(32);
    let colons = ["1A"; 32].join(":");
    for text in [
        colons.clone(),
        format!("SHA256:{colons}"),
        format!("sha256:{pin}"),
        format!(" {pin}"),
        format!("0x{pin}"),
        "sha256//GhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGho=".to_owned(),
    ] {
        let findings = Case::of(&listener(&format!("\"{text}\""))).findings();
        let fix =
            findings.iter().find(|finding| finding.code.as_str() == "NC080").map(|finding| &finding.fix);
        assert_eq!(fix, Some(&format!("write \"{pin}\"")), "{text}");
    }
}

#[test]
fn pins_where_they_do_not_count() {
    let pins = format!("pinned_certs: [\"{}\"]", "1a".repeat(32));
    for (text, expected) in [
        (format!("tls {{ {TLS}, {pins} }}"), &["NC084 error"][..]),
        (format!("tls {{ {TLS}, verify_and_map: true, {pins} }}"), &[]),
        (format!("mqtt {{ port: 1883, tls {{ {TLS}, {pins} }} }}"), &["NC084 error"]),
        (format!("leafnodes {{ port: 7422, tls {{ {TLS}, {pins} }} }}"), &["NC084 error"]),
        // Only who is dialled is compared with these.
        (format!("leafnodes {{ tls {{ {TLS}, {pins} }} }}"), &[]),
        (format!("cluster {{ port: 6222, tls {{ {TLS}, {pins} }} }}"), &[]),
        (format!("websocket {{ port: 8443, tls {{ {TLS}, verify: true, {pins} }} }}"), &["NC086 warning"]),
        (
            format!("leafnodes {{ remotes: [{{ url: \"tls://a:7422\", tls {{ {TLS}, {pins} }} }}] }}"),
            &["NC086 warning"],
        ),
        (
            format!(
                "gateway {{ name: a, port: 7222, gateways: [{{ name: b, url: \"nats://b:7222\", tls {{ {TLS}, {pins} }} }}] }}"
            ),
            &["NC086 warning"],
        ),
        (format!("resolver_tls {{ {TLS}, {pins} }}"), &["NC086 warning"]),
    ] {
        assert_eq!(found(&Case::of(&text)), expected, "{text}");
    }
}

struct World {
    ca: Ca,
    one: Certificate,
    two: Certificate,
}

impl World {
    fn new() -> Self {
        let ca = Ca::generate().unwrap();
        let node = || ca.issue(Role::Cluster, ["localhost"]).unwrap();
        let (one, two) = (node(), node());
        Self { ca, one, two }
    }

    fn case(&self) -> Case {
        let mut case = Case::new().file("ca.pem", self.ca.pem());
        for (name, certificate) in [("one", &self.one), ("two", &self.two)] {
            case = case
                .file(&format!("{name}.pem"), certificate.cert_pem())
                .file(&format!("{name}-key.pem"), certificate.key_pem().as_bytes());
        }
        case
    }
}

fn tls(name: &str, pins: &[String]) -> String {
    let pins = if pins.is_empty() { String::new() } else { format!(", pinned_certs: {pins:?}") };
    format!("tls {{ cert_file: {name}.pem, key_file: {name}-key.pem, ca_file: ca.pem{pins} }}")
}

fn facts(certificate: &Certificate) -> Facts {
    certificate.facts().unwrap()
}

#[test]
fn hashes_of_something_else() {
    let world = World::new();
    let (right, wrong) = (world.two.pin().to_string(), facts(&world.two).fingerprint);
    let authority = world.ca.facts().pin.to_string();
    for (pins, expected) in [
        (vec![right.clone()], &[][..]),
        (vec![wrong.clone()], &["NC082 error"]),
        (vec![right.clone(), wrong], &["NC082 warning"]),
        (vec![authority.clone()], &["NC085 error"]),
        (vec![authority, right], &["NC085 warning"]),
    ] {
        let conf = format!(
            "cluster {{ port: 6222, {} }}\nmqtt {{ port: 1883, {} }}",
            tls("one", &pins),
            tls("two", &[])
        );
        assert_eq!(found(&world.case().conf("a.conf", &conf)), expected, "{pins:?}");
    }
    // It has issued nobody who is known: it may be the peer's own certificate.
    let other = Ca::generate().unwrap();
    let conf = format!("cluster {{ port: 6222, {} }}", tls("one", &[other.facts().pin.to_string()]));
    assert!(found(&world.case().file("ca.pem", other.pem()).conf("a.conf", &conf)).is_empty());
}

#[test]
fn peers_that_are_not_pinned() {
    let world = World::new();
    let (one, two) = (world.one.pin().to_string(), world.two.pin().to_string());
    let route = |port: u16, other: u16, tls: &str| {
        format!(
            "port: {}\ncluster {{ name: x, listen: \"127.0.0.1:{port}\", routes: [\"nats://127.0.0.1:{other}\"], {tls} }}",
            port - 2000
        )
    };
    let gateway = |port: u16, name: &str, other: u16, to: &str, tls: &str| {
        format!(
            "port: {}\ngateway {{ name: {name}, listen: \"127.0.0.1:{port}\", gateways: [{{ name: {to}, url: \
             \"nats://127.0.0.1:{other}\" }}], {tls} }}",
            port - 3000
        )
    };
    let hub = |tls: &str| {
        format!(
            "leafnodes {{ listen: \"127.0.0.1:7422\", {} }}",
            tls.replace("tls {", "tls { verify: true, ")
        )
    };
    let edge = |own: &str| {
        format!(
            "port: 4223\nleafnodes {{ {own}\nremotes: [{{ url: \"tls://127.0.0.1:7422\", {} }}] }}",
            tls("two", &[])
        )
    };
    for (kind, pins, expected) in [
        ("route", vec![], &[][..]),
        ("route", vec![two.clone()], &[]),
        ("route", vec![two.to_uppercase()], &["NC083 note"]),
        ("route", vec![one.clone()], &["NC085 error"]),
        // Said where the pin is, and not once more of the peer.
        ("route", vec![world.ca.facts().pin.to_string()], &["NC085 error"]),
        ("gateway", vec![two.clone()], &[]),
        ("gateway", vec![one.clone()], &["NC085 error"]),
        ("hub", vec![two.clone()], &[]),
        ("hub", vec![one.clone()], &["NC085 error"]),
        ("edge", vec![one.clone()], &[]),
        ("edge", vec![two.clone()], &["NC085 error"]),
    ] {
        let own = tls("one", &pins);
        let (a, b) = match kind {
            "route" => (route(6222, 6223, &own), route(6223, 6222, &tls("two", &[]))),
            "gateway" => {
                (gateway(7222, "a", 7223, "b", &own), gateway(7223, "b", 7222, "a", &tls("two", &[])))
            }
            "hub" => (hub(&own), edge("")),
            _ => (hub(&tls("one", &[])), edge(&tls("two", &pins))),
        };
        let case = world.case().conf("a.conf", &a).conf("b.conf", &b);
        assert_eq!(found(&case), expected, "{kind} {pins:?}: {:?}", case.findings());
    }
}

#[test]
fn a_client_is_pinned_somewhere() {
    let world = World::new();
    let (one, two) = (world.one.pin().to_string(), world.two.pin().to_string());
    let door = |pin: &str| tls("one", &[pin.to_owned()]).replace("tls {", "tls { verify: true, ");
    let case = || world.case().client("two.pem").conf("a.conf", &door(&one));
    assert_eq!(found(&case()), ["NC085 error"]);
    assert!(found(&case().conf("b.conf", &door(&two))).is_empty());
    let open = tls("one", &[]).replace("tls {", "tls { verify: true, ");
    assert!(found(&case().conf("b.conf", &open)).is_empty());
}

//! What is right stays as it is, and what a manifest changes is what changes on disk.

use super::desk::{CERTIFICATES, Desk, SYSTEM, TEXTS, changed, pin_of_certificate};
use super::support::tools::openssl;
use std::fs;

#[test]
fn a_second_apply_writes_nothing() {
    let desk = Desk::new(SYSTEM);
    let first = desk.apply();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains(&format!("issued {CERTIFICATES} certificates")), "{}", first.stderr);
    assert!(first.stderr.contains("written 6 nats.conf, 4 nats.sh, 1 ca.pem"), "{}", first.stderr);
    desk.is_right();
    let before = desk.tree();
    let ca = fs::metadata(desk.home.ca_dir()).unwrap().modified().unwrap();
    let second = desk.apply();
    assert_eq!(second.code, Some(0));
    assert!(second.stderr.contains("nothing to do"), "{}", second.stderr);
    assert_eq!(before, desk.tree(), "bytes, modes and times are the same");
    assert_eq!(ca, fs::metadata(desk.home.ca_dir()).unwrap().modified().unwrap());
}

#[test]
fn the_order_within_an_rdn_says_nothing() {
    let desk = Desk::applied(&format!("{SYSTEM}[clients.eve]\nidentity = \"CN=eve,OU=b+O=c\"\n"));
    desk.is_right();
}

#[test]
fn a_plan_writes_nothing_and_says_what_apply_does() {
    let desk = Desk::new(SYSTEM);
    let plan = desk.plan();
    assert_eq!(plan.code, Some(1));
    assert!(plan.stdout.contains("root CA: create (missing)"), "{}", plan.stdout);
    assert!(!desk.path("").exists() && !desk.home.ca_dir().exists());
    let (plan, pending) = desk.plan_json();
    assert!(pending);
    assert_eq!(plan["counts"]["issued"], CERTIFICATES);
    assert_eq!(plan["counts"]["written"], TEXTS);
    desk.apply().done();
    let (plan, pending) = desk.plan_json();
    assert!(!pending);
    assert_eq!((&plan["counts"]["issued"], &plan["changes"]), (&0.into(), &false.into()));
}

#[test]
fn a_new_name_reissues_that_certificate_and_the_configurations_with_its_pin() {
    let one_more = SYSTEM.replace(
        r#""n1.west.example.com","#,
        r#"{ name = "n1.west.example.com", hosts = ["n1.west.example.com", "10.0.0.9"] },"#,
    );
    let desk = Desk::applied(SYSTEM);
    let before = desk.tree();
    desk.write(&one_more);
    let plan = desk.plan();
    assert_eq!(plan.code, Some(1));
    assert_eq!(plan.stdout.matches("SAN 10.0.0.9 added").count(), 3, "{}", plan.stdout);
    let done = desk.apply();
    assert!(done.stderr.contains("reissued 3 certificates"), "{}", done.stderr);
    let paths = changed(&before, &desk.tree());
    let node = "nodes/n1.west.example.com";
    let mut expected: Vec<String> = ["server", "cluster", "gateway"]
        .iter()
        .flat_map(|role| ["cert.pem", "key.pem"].map(|file| format!("{node}/{role}/{file}")))
        .collect();
    // Its route is pinned by the other of west, its gateway by everybody in east.
    for pinning in ["n2.west", "n1.east", "n2.east", "n3.east"] {
        expected.push(format!("nodes/{pinning}.example.com/nats.conf"));
    }
    expected.sort();
    assert_eq!(paths, expected);
    for role in ["server", "cluster", "gateway"] {
        let cert = fs::read(desk.path(&format!("{node}/{role}/cert.pem"))).unwrap();
        let shown = openssl(["x509", "-noout", "-ext", "subjectAltName"], &cert);
        assert!(String::from_utf8(shown).unwrap().contains("IP Address:10.0.0.9"), "{role}");
    }
    let reload = done.stderr.lines().find(|line| line.contains("reload")).unwrap();
    for server in ["n1.west", "n2.west", "n1.east", "n2.east", "n3.east"] {
        assert!(reload.contains(server), "{reload}");
    }
    assert!(!reload.contains("edge"), "{reload}");
    desk.is_right();
}

#[test]
fn configurations_list_exactly_the_pins_of_the_peers() {
    let desk = Desk::applied(SYSTEM);
    let pin = |bundle: &str| pin_of_certificate(&desk.path(bundle));
    let conf = fs::read_to_string(desk.path("nodes/n1.east.example.com/nats.conf")).unwrap();
    let block = |name: &str| {
        let (_, rest) = conf.split_once(&format!("\n{name} {{\n")).unwrap();
        rest.split_once("\n}\n").unwrap().0
    };
    let pins = |text: &str| {
        let hex = |line: &&str| line.len() == 66 && line.starts_with('"');
        let mut pins: Vec<String> =
            text.lines().map(str::trim).filter(hex).map(|line| line.trim_matches('"').to_owned()).collect();
        pins.sort();
        pins
    };
    let sorted = |bundles: &[&str]| {
        let mut pins: Vec<String> = bundles.iter().map(|bundle| pin(bundle)).collect();
        pins.sort();
        pins
    };
    assert_eq!(
        pins(block("cluster")),
        sorted(&["nodes/n2.east.example.com/cluster", "nodes/n3.east.example.com/cluster"])
    );
    assert_eq!(
        pins(block("gateway")),
        sorted(&["nodes/n1.west.example.com/gateway", "nodes/n2.west.example.com/gateway"])
    );
    assert_eq!(pins(block("leafnodes")), sorted(&["nodes/edge/leaf"]));
    assert_eq!(
        pins(block("tls")),
        sorted(&["clients/alice", "clients/bob", "clients/carol", "clients/dave"])
    );
}

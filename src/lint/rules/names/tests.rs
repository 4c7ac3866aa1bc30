#![allow(clippy::unwrap_used)]

use super::cover::{covers, matches, short_wildcard};
use crate::lint::testing::Case;
use crate::pki::Facts;
use crate::{Ca, Role};

const TLS: &str = "tls { cert_file: NAME.pem, key_file: NAME-key.pem, ca_file: ca.pem }";

fn facts(names: &[&str]) -> Facts {
    Ca::generate().unwrap().issue(Role::Cluster, names).unwrap().facts().unwrap()
}

/// A cluster's configuration.
fn route(name: &str, listen: &str, rest: &str) -> String {
    let tls = TLS.replace("NAME", name);
    format!("server_name: {name}\ncluster {{ name: C, listen: \"{listen}\", {rest}, {tls} }}")
}

/// Its name, what its certificate covers, and its configuration.
type Given<'a> = (&'a str, &'a [&'a str], String);

fn case(ca: &Ca, servers: &[Given<'_>]) -> Case {
    servers.iter().fold(Case::new(), |case, (name, sans, text)| {
        case.issued(ca, Role::Cluster, name, sans).conf(&format!("{name}.conf"), text)
    })
}

/// What these rules find, of any severity.
fn found(case: &Case) -> Vec<String> {
    let own = |code: &str| ("NC040".."NC051").contains(&code);
    let found = case.findings();
    let mut codes: Vec<_> =
        found.iter().filter(|f| own(f.code.as_str())).map(|f| format!("{} {}", f.code, f.severity)).collect();
    codes.dedup();
    codes
}

#[test]
fn hosts_are_compared_as_go_compares_them() {
    for (pattern, host, same) in [
        ("n1.example.com", "N1.example.COM", true),
        ("n1.example.com", "n1.example.com.", true),
        ("*.example.com", "n1.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "a.b.example.com", false),
        ("*.example.com", ".example.com", false),
        ("n*.example.com", "n1.example.com", false),
    ] {
        assert_eq!(matches(pattern, host), same, "{pattern} {host}");
    }
    let both = facts(&["*.example.com", "10.0.0.1", "::1"]);
    for (host, covered) in
        [("n.example.com", true), ("10.0.0.1", true), ("::1", true), ("10.0.0.2", false), ("::2", false)]
    {
        assert_eq!(covers(&both, host), covered, "{host}");
    }
    assert!(!covers(&facts(&["localhost"]), "127.0.0.1"));
    assert_eq!(short_wildcard(&both, "a.b.example.com"), Some("*.example.com"));
    assert_eq!(short_wildcard(&both, "a.b.example.org"), None);
}

#[test]
fn an_own_host_is_covered_or_said_to_be_missing() {
    let ca = Ca::generate().unwrap();
    for (rest, names, expected) in [
        ("listen: \"0.0.0.0:6222\"", &["n1.example.com"][..], None),
        ("listen: \"127.0.0.1:6222\"", &["localhost"], None),
        ("listen: \"10.0.0.1:6222\"", &["n1.example.com"], Some("NC042 note")),
        ("listen: \"n1.example.com:6222\"", &["n1.example.com"], None),
        ("listen: \"n1.example.com:6222\"", &["n2.example.com"], Some("NC042 warning")),
        ("port: 6222, advertise: \"n1.example.com:6222\"", &["n2.example.com"], Some("NC042 warning")),
        ("port: 6222, advertise: \"n1.example.com\"", &["*.example.com"], None),
        // Nobody listens there.
        ("advertise: \"n1.example.com\"", &["n2.example.com"], None),
    ] {
        let text = format!("cluster {{ {rest}, {} }}", TLS.replace("NAME", "n"));
        let found = found(&Case::of(&text).issued(&ca, Role::Cluster, "n", names));
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{rest}");
    }
}

#[test]
fn who_is_not_given_is_not_judged() {
    let ca = Ca::generate().unwrap();
    let n1 = |routes: &str| -> Given<'static> {
        ("n1", &["n1.example.com"][..], route("n1", "0.0.0.0:6222", routes))
    };
    let n2 = |names: &'static [&'static str]| -> Given<'static> {
        ("n2", names, route("n2", "0.0.0.0:6222", "routes: [\"nats://n1.example.com:6222\"]"))
    };
    let one = n1("routes: [\"nats://n1.example.com:6222\", \"nats://n9.example.com:6222\"]");
    assert!(found(&case(&ca, &[one])).is_empty());
    // Known by its server_name.
    let dials = "routes: [\"nats://n2.example.com:6222\"]";
    assert_eq!(found(&case(&ca, &[n1(dials), n2(&["n2.example.org"])])), ["NC043 error"]);
    assert!(found(&case(&ca, &[n1(dials), n2(&["n2.example.com"])])).is_empty());
    // Another port, another server.
    let dials = "routes: [\"nats://n2.example.com:6333\"]";
    assert!(found(&case(&ca, &[n1(dials), n2(&["n2.example.org"])])).is_empty());
}

#[test]
fn a_name_beside_the_address_is_asked_for() {
    let ca = Ca::generate().unwrap();
    let n2 = |names: &'static [&'static str]| -> Given<'static> {
        ("n2", names, route("n2", "10.0.0.2:6222", "routes: []"))
    };
    let n1 = |routes: &str| -> Given<'static> {
        ("n1", &["n1.example.com", "10.0.0.1"][..], route("n1", "10.0.0.1:6222", routes))
    };
    let address = "routes: [\"nats://10.0.0.2:6222\"]";
    let mixed = "routes: [\"nats://10.0.0.2:6222\", \"nats://nats.example.com:6222\"]";
    assert!(found(&case(&ca, &[n1(address), n2(&["10.0.0.2"])])).is_empty());
    let broken = found(&case(&ca, &[n1(address), n2(&["nats.example.com"])]));
    assert_eq!(broken, ["NC044 error", "NC042 note"]);
    assert_eq!(found(&case(&ca, &[n1(mixed), n2(&["nats.example.com"])])), ["NC042 note"]);
}

#[test]
fn insecure_is_not_asked_for_names() {
    let ca = Ca::generate().unwrap();
    let text =
        |rest: &str| format!("cluster {{ port: 6222, {} }}", TLS.replace("NAME", "n").replace(" }", rest));
    let case = |rest: &str| Case::of(&text(rest)).issued(&ca, Role::Cluster, "n", &["nobody@example.com"]);
    assert_eq!(found(&case(" }")), ["NC040 error"]);
    assert!(found(&case(", insecure: true }")).is_empty());
}

/// Of the URLs of a server the first name is asked for where an address is dialled, and no other.
#[test]
fn the_first_name_is_asked_for() {
    let ca = Ca::generate().unwrap();
    let n2 =
        || -> Given<'static> { ("n2", &["all.example.com"], route("n2", "10.0.0.2:6222", "routes: []")) };
    let n1 = |first: &str, second: &str| -> Given<'static> {
        let urls = format!("\"nats://{first}:6222\", \"nats://{second}:6222\"");
        let text = route("n1", "10.0.0.1:6222", &format!("routes: [\"nats://10.0.0.2:6222\", {urls}]"));
        ("n1", &["n1.example.com", "10.0.0.1"], text)
    };
    let errors = |given: Given<'_>| {
        let found = found(&case(&ca, &[given, n2()]));
        found.into_iter().filter(|line| line.ends_with("error")).collect::<Vec<_>>()
    };
    assert!(errors(n1("all.example.com", "one.example.com")).is_empty());
    assert_eq!(errors(n1("one.example.com", "all.example.com")), ["NC044 error"]);
}

/// What a gateway tells others is asked for if it is a name, and of the gateway that is dialled.
#[test]
fn names_that_gateways_tell() {
    let ca = Ca::generate().unwrap();
    let gateway = |name: &str, rest: &str| {
        format!("server_name: {name}\ngateway {{ name: {name}, {rest}, {} }}", TLS.replace("NAME", name))
    };
    let case = |covered: &str, of_b: &str, of_c: &str| {
        let dials = "listen: \"10.0.0.1:7222\", gateways: [{ name: b, url: \"nats://10.0.0.5:7222\" }]";
        let listens = |at: &str, told: &str| {
            format!(
                "listen: \"{at}:7222\"{}",
                if told.is_empty() { String::new() } else { format!(", advertise: \"{told}\"") }
            )
        };
        Case::new()
            .issued(&ca, Role::Gateway, "a", &["10.0.0.1"])
            .conf("a.conf", &gateway("a", dials))
            .issued(&ca, Role::Gateway, "b", &[covered])
            .conf("10.0.0.5.conf", &gateway("b", &listens("10.0.0.5", of_b)))
            .issued(&ca, Role::Gateway, "c", &["10.0.0.9", "b.example.com"])
            .conf("c.conf", &gateway("c", &listens("10.0.0.9", of_c)))
    };
    let is_missed = |case: &Case| !found(case).contains(&"NC044 error".to_owned());
    for (covered, of_b, of_c, silent) in [
        ("b.example.com", "", "", false),
        ("10.0.0.9", "", "10.0.0.9:7222", false),
        ("b.example.com", "", "b.example.com:7222", false),
        ("10.0.0.5", "", "", true),
    ] {
        assert_eq!(is_missed(&case(covered, of_b, of_c)), silent, "{covered} {of_b} {of_c}");
    }
}

/// Both have to refuse: who of them dials depends on who is started first.
#[test]
fn servers_that_are_told_of_each_other_and_compare() {
    let ca = Ca::generate().unwrap();
    let node = |name: &str, routes: &str, checks: bool| {
        let text = route(name, "0.0.0.0:6222", &format!("routes: [{routes}]"));
        if checks {
            text.replace(", ca_file", ", verify_cert_and_check_known_urls: true, ca_file")
        } else {
            text
        }
    };
    let seed = "\"nats://seed.example.com:6222\"";
    let all = "\"nats://a.example.com:6222\", \"nats://b.example.com:6222\"";
    let cluster = |a: &'static [&'static str], b: &'static [&'static str], b_checks: bool| {
        case(
            &ca,
            &[
                ("seed", &["seed.example.com", "10.0.0.1"], node("seed", all, true)),
                ("a", a, node("a", seed, true)),
                ("b", b, node("b", seed, b_checks)),
            ],
        )
    };
    let own: [&[&str]; 2] = [&["a.example.com", "10.0.0.2"], &["b.example.com", "10.0.0.3"]];
    assert_eq!(found(&cluster(own[0], own[1], true)), ["NC048 error"]);
    assert!(found(&cluster(own[0], own[1], false)).is_empty());
    assert!(found(&cluster(&["a.example.com", "seed.example.com", "10.0.0.2"], own[1], true)).is_empty());
}

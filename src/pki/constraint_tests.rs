#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::pki::{Ca, CaRequest, Facts, KeyType, Span, Subject, Usage, Validity};

fn permit(permits: &[&str]) -> Constraints {
    Constraints::permit(permits).unwrap()
}

fn allows(constraints: &Constraints, name: &str) -> bool {
    constraints.check(&[name.parse().unwrap()]).is_ok()
}

fn imported() -> Constraints {
    let pem = include_bytes!("../../tests/data/pki/root-constrained.pem");
    Facts::all_in(pem).unwrap().swap_remove(0).constraints
}

fn root(constraints: Constraints) -> Ca {
    Ca::create(&CaRequest {
        subject: Subject::common_name("constrained"),
        key_type: KeyType::EcdsaP256,
        validity: Validity::asked(datetime!(2027-01-01 0:00 UTC), None, None, Some(Span::days(3650)))
            .unwrap(),
        constraints,
    })
    .unwrap()
}

#[test]
fn what_each_kind_permits() {
    for (permits, yes, no) in [
        (
            &["example.com"][..],
            &["example.com", "a.EXAMPLE.com", "a.b.example.com", "*.example.com", "*.a.example.com"][..],
            &["badexample.com", "com", "example.com.evil", "*.com", "10.0.0.1", "::1", "a@example.com"][..],
        ),
        (&[".Example.com"], &["example.com", "a.example.com"], &["example.org"]),
        (&["a.example.com"], &["a.example.com", "*.a.example.com"], &["*.example.com", "example.com"]),
        (&["bücher.example"], &["xn--bcher-kva.example", "a.bücher.example"], &["bucher.example"]),
        (&["localhost"], &["localhost", "a.localhost"], &["local"]),
        (
            &["10.0.0.0/8"],
            &["10.0.0.1", "10.255.255.255"],
            &["11.0.0.0", "::1", "::ffff:10.0.0.1", "localhost", "a@b.c", "spiffe://10.0.0.1/x"],
        ),
        (&["10.1.2.3/8"], &["10.9.9.9"], &["11.0.0.1"]),
        (&["192.168.128.0/17"], &["192.168.128.0", "192.168.255.1"], &["192.168.127.255"]),
        (&["10.0.0.1"], &["10.0.0.1"], &["10.0.0.2"]),
        (&["0.0.0.0/0"], &["8.8.8.8"], &["::1", "::ffff:8.8.8.8"]),
        (&["::1"], &["::1"], &["::2", "127.0.0.1"]),
        (&["[::1]", "[fd00::]/8"], &["::1", "fdab::1"], &["fe80::1"]),
        (&["::/0"], &["::ffff:8.8.8.8", "::1"], &["8.8.8.8"]),
        (&["2001:db8::/33"], &["2001:db8:7fff::1"], &["2001:db8:8000::1"]),
        (
            &["@example.com"],
            &["a@example.com", "b@EXAMPLE.com"],
            &["a@sub.example.com", "example.com", "a@badexample.com"],
        ),
        (
            &["alice@example.com"],
            &["alice@example.com", "alice@EXAMPLE.com"],
            &["Alice@example.com", "bob@example.com"],
        ),
        (
            &["example.com", "10.0.0.0/8", "@example.org"],
            &["a.example.com", "10.0.0.1", "a@example.org"],
            &["example.org", "11.0.0.1", "a@example.com", "::1"],
        ),
        (
            &["example.com"],
            &["spiffe://example.com/x", "spiffe://td.example.com/x", "https://u@example.com:1/x"],
            &[
                "spiffe://example.org/x",
                "urn:uuid:1",
                "https://10.0.0.1/",
                "spiffe://badexample.com/example.com",
            ],
        ),
    ] {
        let constraints = permit(permits);
        for name in yes {
            assert!(allows(&constraints, name), "{permits:?} refuses {name}");
        }
        for name in no {
            assert!(!allows(&constraints, name), "{permits:?} allows {name}");
        }
    }
}

#[test]
fn nothing_asked_constrains_nothing() {
    let none = permit(&[]);
    assert!(none.is_empty() && none == Constraints::default());
    for name in ["a", "10.0.0.1", "::1", "a@b.c", "urn:x:y", "*.com"] {
        assert!(allows(&none, name));
    }
    assert_eq!(none.to_string(), "everything");
    assert!(!permit(&["a"]).is_empty());
}

#[test]
fn no_constraints() {
    for input in [
        "",
        ".",
        "..",
        "..example.com",
        "*.example.com",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/99999999999999999999",
        "10.0.0/8",
        "a/8",
        "@",
        "a@",
        "@.example.com",
        "@10.0.0.1",
        "a b",
        "spiffe://example.com",
        "spiffe://a@b.c",
        "example.com:4222",
        "a\0",
    ] {
        let why = Constraints::permit(&[input]).unwrap_err();
        assert!(matches!(why, Error::Constraint(_)), "{input:?}: {why}");
    }
}

#[test]
fn the_refusal_names_the_offender_and_what_is_permitted() {
    let constraints = permit(&["example.com", "10.0.0.0/8", "@example.org", "bob@b.c", "example.com"]);
    assert_eq!(constraints.to_string(), "example.com, 10.0.0.0/8, @example.org, bob@b.c");
    let names = ["a.example.com", "11.0.0.1", "b.org"].map(|name| name.parse().unwrap());
    let why = constraints.check(&names).unwrap_err().to_string();
    assert!(why.contains("IP:11.0.0.1") && why.contains("10.0.0.0/8") && !why.contains("b.org"), "{why}");
}

#[test]
fn a_root_says_what_was_asked() {
    for permits in [
        &[][..],
        &["example.com"],
        &["10.1.2.3/8", "fd00::/8"],
        &["@example.com", "alice@example.org"],
        &["Example.com", "a.b", "10.0.0.1", "::1", "0.0.0.0/0", "::/0", "x@y"],
    ] {
        let asked = permit(permits);
        let ca = root(asked.clone());
        assert_eq!(ca.facts().constraints, asked);
        assert_eq!(Facts::of(ca.der()).unwrap().constraints, asked);
    }
}

#[test]
fn issuing_refuses_before_signing() {
    let ca = root(permit(&["example.com"]));
    assert!(ca.issue(Usage::Server, ["a.example.com"]).is_ok());
    let why = ca.issue(Usage::Server, ["a.example.com", "10.0.0.1"]).unwrap_err();
    assert!(matches!(why, Error::NotPermitted { ref name, .. } if name == "IP:10.0.0.1"), "{why}");
}

/// OpenSSL takes a common name for a DNS name when a certificate has none of these: `CN=10.0.0.1` then breaks
/// the chain of a root that permits addresses only.
#[test]
fn the_common_name_keeps_to_the_constraints_too() {
    let ca = root(permit(&["10.0.0.0/8", "@example.com"]));
    let subject = |names: &[&str]| ca.issue(Usage::Both, names).unwrap().facts().unwrap().subject.to_string();
    assert_eq!(subject(&["10.0.0.1"]), "CN=natscert");
    assert_eq!(subject(&["10.0.0.1", "a@example.com"]), "CN=a@example.com");
    let mixed = root(permit(&["10.0.0.0/8", "example.com"]));
    let certificate = mixed.issue(Usage::Both, ["10.0.0.1", "a.example.com"]).unwrap();
    assert_eq!(certificate.facts().unwrap().subject.to_string(), "CN=10.0.0.1");
    for (text, allowed) in
        [("alice", true), ("Alice B. Smith", true), ("a.org", false), ("a.example.com", true)]
    {
        assert_eq!(permit(&["example.com"]).allows_common_name(text), allowed, "{text}");
    }
    assert!(Constraints::default().allows_common_name("a.org"));
}

#[test]
fn an_imported_root_is_taken_at_its_word() {
    let constraints = imported();
    for (name, allowed) in [
        ("a.example.com", true),
        ("*.example.com", true),
        ("example.com", false),
        ("example.org", true),
        ("bad.example.org", false),
        ("x.bad.example.org", false),
        ("example.net", false),
        ("11.0.0.1", true),
        ("10.0.0.1", false),
        ("::1", true),
        ("a@b.example.com", true),
        ("a@example.com", false),
        ("spiffe://a.example.com/x", true),
        ("spiffe://example.com/x", false),
        ("spiffe://example.org/x", false),
        ("urn:a:b", false),
    ] {
        assert_eq!(allows(&constraints, name), allowed, "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_constraint_or_refused(input in any::<String>()) {
        let _ = Constraints::permit(&[input]);
    }

    #[test]
    fn a_prefix_permits_its_own_range(octets in any::<[u8; 4]>(), other in any::<[u8; 4]>(), bits in 0_u32..=32) {
        let address = std::net::Ipv4Addr::from(octets);
        let constraints = permit(&[&format!("{address}/{bits}")]);
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        let same = (u32::from_be_bytes(octets) ^ u32::from_be_bytes(other)) & mask == 0;
        prop_assert!(allows(&constraints, &address.to_string()));
        prop_assert_eq!(allows(&constraints, &std::net::Ipv4Addr::from(other).to_string()), same);
    }
}

/// What is permitted is what was asked for: the domain that stands for "no other kind" is not shown.
#[test]
fn kinds_that_are_not_permitted_are_not_shown() {
    for (permits, shown) in
        [(&["example.com"][..], "example.com"), (&["10.0.0.0/8", "@example.com"], "10.0.0.0/8, @example.com")]
    {
        assert_eq!(Constraints::permit(permits).unwrap().to_string(), shown);
    }
}

//! What is found, and what is not. Real servers prove most of it in tests/setups.
#![allow(clippy::unwrap_used)]

use crate::finding::{Code, Severity};
use crate::lint::testing::Case;
use crate::nats::Version;
use crate::{Ca, Role};

const PAIR: &str = "cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem";

/// Codes of this family, each with an initial of its severity unless that is the code's own.
fn of(case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    for finding in case.findings() {
        if (Code::OptionRefused..=Code::KeyWithoutValue).contains(&finding.code) {
            let own = finding.severity == finding.code.severity();
            let mark = if own { "" } else { &finding.severity.as_str()[..1] };
            found.push(format!("{}{mark}", &finding.code.as_str()[2..]));
        }
    }
    found.sort();
    found
}

fn found(text: &str) -> String {
    of(&Case::of(&text.replace("PAIR", PAIR))).join(" ")
}

fn found_by(version: Version, text: &str) -> String {
    of(&Case::of(&text.replace("PAIR", PAIR)).version(version)).join(" ")
}

#[test]
fn places_refuse_or_ignore() {
    let remote = |text: &str| format!("leafnodes {{ remotes [ {{ url: \"nats://h:1\", {text} }} ] }}");
    for (text, expected) in [
        ("tls { PAIR, verify_cert_and_check_known_urls: true }".to_owned(), "090"),
        ("tls { PAIR, verify_cert_and_check_known_urls: false }".to_owned(), ""),
        ("cluster { tls { PAIR, verify_cert_and_check_known_urls: true } }".to_owned(), ""),
        ("resolver_tls { verify_cert_and_check_known_urls: true }".to_owned(), "090"),
        ("tls { PAIR, certs: [ { cert_file: n.pem, key_file: n-key.pem } ] }".to_owned(), "090"),
        ("tls { PAIR, certs: [] }".to_owned(), ""),
        ("tls { PAIR, ocsp_peer: true }".to_owned(), "090"),
        ("tls { PAIR, verify_and_map: true, ocsp_peer: { verify: true } }".to_owned(), ""),
        ("tls { PAIR, ocsp_peer: { warn_only: true } }".to_owned(), ""),
        ("cluster { tls { PAIR, ocsp_peer: true } }".to_owned(), "091"),
        (remote("tls { verify: true }"), "091n"),
        (remote("tls { verify: false, handshake_first: true, ocsp_peer: true }"), ""),
        (remote("tls { connection_rate_limit: 1 }"), "091"),
        (remote("tls { connection_rate_limit: 0 }"), ""),
        (remote("tls { insecure: true }"), "101"),
        (remote("tls { insecure: false }"), ""),
        (remote("tls {}, proxy { url: \"https://p:1\", tls { verify: false, timeout: 2 } }"), "090"),
        (remote("tls {}, proxy { url: \"http://p:1\", tls { timeout: 2 } }"), "090"),
        (remote("tls {}, proxy { url: \"https://p:1\", tls { insecure: true } }"), "101"),
        ("tls { PAIR, insecure: true }".to_owned(), "091"),
        ("websocket { port: 1, tls { PAIR, timeout: -5 } }".to_owned(), "091"),
        ("mqtt { port: 1, tls { PAIR, first: \"auto\" } }".to_owned(), "091n"),
        ("mqtt { port: 1, tls { PAIR, first: \"OFF\" } }".to_owned(), ""),
        ("resolver_tls { timeout: 2, min_version: \"1.3\" }".to_owned(), "091"),
        ("gateway { gateways [ { name: a, tls { verify_and_map: true, verify_cert_and_check_known_urls: true } } ] }".to_owned(), "091 091n"),
    ] {
        assert_eq!(found(&text), expected, "{text}");
    }
}

#[test]
fn releases_know_more_and_more() {
    let remote =
        "leafnodes { remotes [ { url: \"tls://h:1\", tls {}, proxy { url: \"https://p:1\", tls {} } } ] }";
    for (version, text, expected) in [
        ("2.9", "tls { PAIR, min_version: \"1.3\" }", "092"),
        ("2.10", "tls { PAIR, min_version: \"1.3\" }", "092w"),
        ("2.10.20", "tls { PAIR, MIN_VERSION: \"1.3\" }", "092"),
        ("2.10.21", "tls { PAIR, min_version: \"1.3\" }", ""),
        ("2.9.21", "tls { PAIR, verify: true, ocsp_peer: true }", ""),
        ("2.9.20", "tls { PAIR, verify: true, ocsp_peer: true }", "092"),
        ("2.10.7", "tls { certs: [ { cert_file: n.pem, key_file: n-key.pem } ] }", "092"),
        ("2.10.2", "leafnodes { port: 1, tls { PAIR, handshake_first: true } }", ""),
        ("2.10.2", "tls { PAIR, handshake_first: true }", "092"),
        ("2.12.0", remote, "092"),
        ("2.12.1", remote, "092"),
        ("2.15.0", remote, "092"),
        ("2.15.1", remote, ""),
        ("2.10.25", "leafnodes { port: 1, tls { PAIR, handshake_first: auto } }", "100w"),
        ("2.11.0", "leafnodes { port: 1, tls { PAIR, handshake_first: auto } }", ""),
        ("2.11.0", "tls { cert_file: n.pem, key_file: $cert_file }", "111"),
        ("2.12", "tls { cert_file: n.pem, key_file: $cert_file }", "111w"),
        ("2.12.6", "tls { cert_file: n.pem, key_file: $cert_file }", ""),
        ("2.10.25", "tls { cert_file: n.pem, key_file: $cert_file }", ""),
        ("2.12.5", "x: n.pem, tls { cert_file: $x, key_file: $x }", ""),
        ("2.12.5", "tls { x: n.pem, cert_file: $x, key_file: n-key.pem }", ""),
        ("2.12.6", "tls { x: n.pem, cert_file: $x, key_file: n-key.pem }", "093"),
        (
            "2.11",
            "tls { PAIR, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] }",
            "",
        ),
        (
            "2.12",
            "tls { PAIR, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] }",
            "095",
        ),
        ("2.14", "tls { PAIR, curve_preferences: [SecP256r1MLKEM768] }", "095"),
    ] {
        assert_eq!(found_by(version.parse().unwrap(), text), expected, "{version} {text}");
    }
}

#[test]
fn keys_that_are_none() {
    for (text, expected) in [
        ("tls { PAIR, verfy: true }", "093"),
        ("tls { Cert_File: n.pem, KEY_FILE: n-key.pem }", ""),
        ("tls { certs: [ { CERT_FILE: n.pem, key_file: n-key.pem } ] }", "093"),
        ("tls { PAIR, verify: true, ocsp_peer: { Verify: true, foo: 1 } }", "093"),
        ("cluster { tlss {} }", "093"),
        ("leafnode { port: 1 }", "093"),
        ("cluster { verify: true }", "093"),
        ("leafnodes { min_version: 2.9 }", ""),
        ("cert_file: n.pem, tls { cert_file: $cert_file, key_file: n-key.pem }", ""),
        ("ports: 1, Cluster {}, foo: 1, tags: [], http: 1, leaf {}, ws {}, mqt: 1", "093"),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn values_of_the_wrong_kind() {
    for option in [
        "verify: \"true\"",
        "verify: 1",
        "cert_file: 5",
        "min_version: 1.3",
        "min_version: \"1.1\"",
        "min_version: \"TLS1.3\"",
        "cipher_suites: TLS_AES_128_GCM_SHA256",
        "cipher_suites: [ true ]",
        "timeout: \"abc\"",
        "timeout: true",
        "handshake_first: xyz",
        "handshake_first: 5",
        "connection_rate_limit: \"5\"",
        "pinned_certs: abc",
        "certs: abc",
        "certs: [ abc ]",
        "ocsp_peer: 5",
        "insecure: \"no\"",
    ] {
        let found = found(&format!("tls {{ {option} }}"));
        assert!(found.split(' ').any(|code| code == "094"), "{option}: {found}");
    }
    assert_eq!(found("tls: true"), "094");
    assert_eq!(found("cluster { tls: yes }"), "094");
    for option in [
        "timeout: \"1m30s\"",
        "timeout: .5s",
        "timeout: 2s",
        "handshake_first: \"250ms\"",
        "handshake_first: AUTO",
        "min_version: \"1.2\"",
        "pinned_certs: []",
        "verify: on",
        "cipher_suites: [\"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\"]",
    ] {
        if !option.contains(": .") {
            assert_eq!(found(&format!("tls {{ PAIR, {option} }}")), "", "{option}");
        }
    }
}

#[test]
fn ocsp_of_the_top_level() {
    for (text, expected) in [
        ("ocsp: true", ""),
        ("ocsp { mode: Always, url: \"http://o\" }", ""),
        ("ocsp { urls: [ \"http://o\" ] }", "094"),
        ("ocsp { mode: bogus }", "094"),
        ("ocsp { Mode: auto }", "093"),
        ("ocsp: 5", "094"),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn suites_that_are_none_or_fit_no_key() {
    let ca = Ca::generate().unwrap();
    let case = |options: &str| {
        let text = format!("tls {{ {PAIR}, {options} }}");
        of(&Case::of(&text).issued(&ca, Role::Server, "n", &["localhost"])).join(" ")
    };
    for (options, expected) in [
        ("cipher_suites: [\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"]", "096"),
        (
            "cipher_suites: [\"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\", \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"]",
            "",
        ),
        ("min_version: \"1.3\", cipher_suites: [\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"]", "097"),
        ("cipher_suites: []", "095"),
        ("curve_preferences: []", "095"),
        ("curve_preferences: [P-256]", "095"),
        ("cipher_suites: [\"TLS_RSA_WITH_RC4_128_SHA\"]", "095"),
        ("allow_insecure_cipher_suites: true, cipher_suites: [\"TLS_ECDHE_ECDSA_WITH_RC4_128_SHA\"]", ""),
    ] {
        assert_eq!(case(options), expected, "{options}");
    }
    let remote = format!(
        "leafnodes {{ remotes [ {{ url: \"tls://h:1\", tls {{ {PAIR}, cipher_suites: [\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"] }} }} ] }}"
    );
    assert_eq!(of(&Case::of(&remote).issued(&ca, Role::Leaf, "n", &["localhost"])).join(" "), "");
}

#[test]
fn times() {
    for (value, expected) in [
        ("\"2\"", "099"),
        ("\"2.5\"", "099"),
        ("2m", "099w"),
        ("-1", "099"),
        ("\"-1s\"", "099"),
        ("0.1", "098"),
        ("\"499ms\"", "098"),
        ("0", ""),
        ("\"0\"", ""),
        ("0.5", ""),
        ("120", ""),
        ("\"2m\"", ""),
    ] {
        assert_eq!(found(&format!("tls {{ PAIR, timeout: {value} }}")), expected, "{value}");
        let websocket = format!("websocket {{ port: 1, handshake_timeout: {value}, tls {{ PAIR }} }}");
        let expected = if value.starts_with("0.") { "094" } else { expected };
        assert_eq!(found(&websocket), expected, "{value}");
    }
    assert_eq!(found("t: 2m, tls { PAIR, timeout: $t }"), "099w");
}

#[test]
fn listeners_that_do_not_start_or_let_in() {
    for (text, expected) in [
        ("tls { PAIR, handshake_first: true }", "100"),
        ("tls { PAIR, handshake_first: auto }", ""),
        ("http: 1, https: 2, tls { PAIR }", "102"),
        ("http_port: 0, https: \"127.0.0.1:-1\", tls { PAIR }", ""),
        ("monitor_port: 1, https_port: -1, tls { PAIR }", "102"),
        ("https: 1", "107"),
        ("https: 0", ""),
        ("https: 1, tls { PAIR, verify: true }", "109"),
        ("https: 1, tls { PAIR }", ""),
        ("websocket { listen: \"127.0.0.1:-1\" }", "103"),
        ("websocket { host: localhost }", ""),
        ("ws { port: 1, no_tls: true }", ""),
        ("allow_non_tls: true, tls { PAIR, verify: true }", "106"),
        ("allow_non_tls: true, tls { PAIR }", ""),
        ("allow_non_tls: true, tls { PAIR }, mqtt { port: 1, tls { PAIR, verify: true } }", "106"),
        (
            "allow_non_tls: true, tls { PAIR, verify_and_map: true }, authorization { users: [ { user: a } ] }",
            "",
        ),
        (
            "allow_non_tls: true, tls { PAIR, verify_and_map: true }, authorization { users: [ { user: a, password: b } ] }",
            "106",
        ),
        ("leafnodes { remotes [ { url: \"tls://h:1\" }, { url: \"nats://h:1\" } ] }", "108n"),
        ("leafnodes { remotes [ { url: \"tls://h:1\", tls {} } ] }", ""),
        ("tls { PAIR, verify: true }, mqtt { port: 1, tls { PAIR, ocsp_peer: true } }", "110"),
        ("tls { PAIR, verify: true, ocsp_peer: true }, mqtt { port: 1, tls { PAIR } }", "110e"),
        ("tls { PAIR, verify: true, ocsp_peer: true }, mqtt { port: 1, tls { PAIR, verify: true } }", ""),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn keys_that_stand_twice_or_without_a_value() {
    for (text, expected) in [
        ("tls { PAIR }\ntls { PAIR, verify: true }", "104"),
        ("tls { PAIR }\ntls { PAIR }", ""),
        ("tls { PAIR, timeout: 1, timeout: 2 }", "104"),
        (
            "a: 1, tls { PAIR, timeout: $a }, a: 2, websocket { port: 1, no_tls: true, handshake_timeout: $a }",
            "",
        ),
        ("tls { PAIR }\nTLS { PAIR, verify: true }", "105"),
        ("tls { PAIR }\nTLS: $tls", ""),
        ("tls { PAIR, handshake_first: auto, first: false }", "105"),
        ("leaf { port: 1 }, leafnodes { port: 2 }", "105"),
        ("A: 1, a: 2, cluster { port: $A }, gateway { port: $a }", ""),
        ("tls { PAIR, verify }", "112"),
        ("cluster { port: 1, tls { PAIR, verify } }", "112 112"),
        ("cluster { port: 1, tls }", "112"),
        ("tls: 1kbb\nport: 1", "112w"),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn findings_say_what_to_write() {
    let fix = |text: &str| {
        Case::of(text)
            .findings()
            .into_iter()
            .find(|it| it.severity > Severity::Note && it.code != crate::finding::Code::NoCertificate)
            .unwrap()
            .fix
    };
    assert_eq!(fix("leafnode { port: 1 }"), "write leafnodes");
    assert_eq!(fix("tls { verify: \"true\" }"), "write it without quotes: verify: true");
    assert_eq!(fix("tls { timeout: \"2\" }"), "write timeout: 2, or \"2s\"");
    assert_eq!(fix("tls { timeout: 2m }"), "write it in quotes: timeout: \"2m\"");
    assert_eq!(fix("tls { verfy: true }"), "write verify");
    assert_eq!(fix("tls { verify }"), "write verify: true");
}

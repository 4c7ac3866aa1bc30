//! Options of the block: what natscert writes for a version, that version reads; what natscert refuses as illegal, the
//! server refuses too, in the place and the version in question.

use super::{on, on_every_server};
use crate::support::cli::{Bundle, Home};
use crate::support::server::Version;
use natscert::nats::Context;
use natscert::nats::suites::{CIPHER_SUITES, CURVES};

on_every_server!(are_legal_where_natscert_says, have_names_that_the_version_knows);

/// An option of natscert, and the line a user would write without it.
const OPTIONS: [(&str, &str); 13] = [
    ("--verify", "verify: true"),
    ("--verify-and-map", "verify_and_map: true"),
    ("--check-known-urls", "verify_cert_and_check_known_urls: true"),
    ("--timeout=2.5", "timeout: 2.5"),
    ("--timeout=500ms", "timeout: \"500ms\""),
    ("--min-version=1.2", "min_version: \"1.2\""),
    ("--min-version=1.3", "min_version: \"1.3\""),
    ("--pin=PIN", "pinned_certs: [\"PIN\"]"),
    ("--insecure", "insecure: true"),
    ("--handshake-first", "handshake_first: true"),
    ("--handshake-first=auto", "handshake_first: auto"),
    ("--handshake-first=250ms", "handshake_first: \"250ms\""),
    ("--rate-limit=5", "connection_rate_limit: 5"),
];

/// Asks natscert for a block with the option, and the server for its opinion of that block, or of the line by hand.
fn compare(
    version: Version,
    home: &Home,
    bundle: &Bundle,
    context: Context,
    option: &str,
    line: &str,
) -> bool {
    let snippet = |options: &[&str]| {
        let dir = bundle.dir.to_str().unwrap();
        home.run([&["snippet", context.as_str(), dir], &on(version, options)[..]].concat())
    };
    let what = format!("{option} in {} on {}", context.as_str(), version.full());
    let run = snippet(&[option]);
    if run.code == Some(0) {
        let said = version.check(&run.stdout);
        assert!(said.is_ok(), "{what}: natscert wrote what the server refuses: {said:?}\n{}", run.stdout);
        return true;
    }
    assert_eq!(run.code, Some(2), "{what}: {}", run.stderr);
    let block = snippet(&[]).done().replacen("tls {\n", &format!("tls {{\n{line}\n"), 1);
    let said = version.check(&block);
    assert!(said.is_err(), "{what}: natscert refuses what the server takes: {}\n{block}", run.stderr);
    false
}

fn are_legal_where_natscert_says(version: Version) {
    let home = Home::new();
    let bundle = home.issue("cluster", &["127.0.0.1"], &on(version, &[]));
    let pin = bundle.pin();
    for context in Context::ALL.into_iter().filter(|context| *context != Context::Client) {
        let taken = OPTIONS.iter().filter(|(option, line)| {
            let with_pin = |text: &str| text.replace("PIN", &pin);
            compare(version, &home, &bundle, context, &with_pin(option), &with_pin(line))
        });
        let taken = taken.count();
        // The oldest knows neither min_version nor handshake_first, which is left out where it does nothing anyway.
        let unknown = if version == Version::V2_9_10 { [2, 5] } else { [0, 0] };
        // Known URLs are for clusters and gateways; who dials a gateway may have the key without effect.
        let known = [Context::Cluster, Context::Gateway, Context::RemoteGateway];
        let illegal = usize::from(!known.contains(&context));
        let expected = unknown.map(|unknown| OPTIONS.len() - illegal - unknown);
        assert!(expected.contains(&taken), "{taken} options in {context:?}");
    }
}

fn have_names_that_the_version_knows(version: Version) {
    let home = Home::new();
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &[]));
    // Without the option that allows them, insecure suites are refused from 2.12 on for that reason alone.
    let allow = if version > Version::V2_10_25 { "allow_insecure_cipher_suites: true\n" } else { "" };
    for (names, option, key) in
        [(CIPHER_SUITES, "--cipher-suite", "cipher_suites"), (CURVES, "--curve", "curve_preferences")]
    {
        let taken = names.iter().filter(|named| {
            let (option, line) =
                (format!("{option}={}", named.name), format!("{allow}{key}: [\"{}\"]", named.name));
            compare(version, &home, &bundle, Context::Server, &option, &line)
        });
        let expected = match (key, version) {
            ("cipher_suites", Version::V2_15_1) => 25,
            ("cipher_suites", _) => 24,
            (_, Version::V2_15_1) => 7,
            _ => 4,
        };
        assert_eq!(taken.count(), expected, "{key}");
    }
}

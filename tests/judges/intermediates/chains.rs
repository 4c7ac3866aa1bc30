//! openssl, rustls-webpki and pkilint read chains of root, intermediate and certificate.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::pkilint;
use crate::support::cli::{Home, text};
use crate::support::tools::{Verdict, ask_openssl};
use crate::webpki::{assert_usages, judge};

/// A chain, and who has to accept it for what.
struct Chain {
    home: &'static Home,
    /// The certificate, and behind it the intermediate.
    cert: PathBuf,
    server: bool,
    client: bool,
    what: String,
}

/// Role, names, good for servers, good for clients.
const ROLES: [(&str, &[&str], bool, bool); 5] = [
    ("server", &["nats.example.com", "192.0.2.1", "2001:db8::1"], true, false),
    ("client", &["alice.example.com", "192.0.2.7"], false, true),
    ("cluster", &["n1.example.com", "192.0.2.1"], true, true),
    ("gateway", &["east.example.com"], true, true),
    ("leaf", &["hub.example.com"], true, true),
];

/// Keys of root, intermediate and certificate: each kind stands once in each place, and once below its own.
const KEYS: [[&str; 3]; 6] = [
    ["ecdsa-p256", "ecdsa-p256", "ecdsa-p256"],
    ["ecdsa-p384", "ed25519", "rsa-2048"],
    ["ed25519", "rsa-2048", "ecdsa-p384"],
    ["rsa-2048", "ecdsa-p384", "ed25519"],
    ["rsa-3072", "rsa-2048", "rsa-2048"],
    ["ecdsa-p256", "rsa-3072", "ecdsa-p256"],
];

/// Options of the root and of the intermediate: constraints of both, of one, and a limited usage.
const LIMITS: [(&str, &[&str], &[&str]); 5] = [
    (
        "constrained root",
        &["--permit", "example.com", "--permit", "192.0.2.0/24", "--permit", "2001:db8::/32"],
        &[],
    ),
    (
        "constrained intermediate",
        &[],
        &["--permit", "example.com", "--permit", "192.0.2.0/24", "--permit", "2001:db8::/32"],
    ),
    (
        "both constrained",
        &["--permit", "example.com", "--permit", "192.0.0.0/8", "--permit", "2001:db8::/32"],
        &["--permit", "example.com", "--permit", "192.0.2.0/24", "--permit", "2001:db8::/32"],
    ),
    ("for servers", &[], &["--usage", "server"]),
    ("for clients", &[], &["--usage", "client"]),
];

fn home(root: &[&str], intermediate: &[&str]) -> &'static Home {
    let home: &'static Home = Box::leak(Box::new(Home::new()));
    home.run([&["ca", "init"], root].concat()).done();
    home.run([&["ca", "intermediate", "add", "one"], intermediate].concat()).done();
    home.run(["ca", "intermediate", "add", "two", "--standby"]).done();
    home
}

fn chains_of(home: &'static Home, key_type: &str, limit: Option<&str>, what: &str) -> Vec<Chain> {
    let fits = |server: bool, client: bool| match limit {
        Some("for servers") => !client,
        Some("for clients") => !server,
        _ => true,
    };
    let roles = ROLES.into_iter().filter(|(_, _, server, client)| fits(*server, *client));
    let chain = |(role, names, server, client): (&str, &[&str], bool, bool)| {
        let cert = home.issue(role, names, &["--key-type", key_type]).cert();
        Chain { home, cert, server, client, what: format!("{role}, {what}") }
    };
    roles.map(chain).collect()
}

static CHAINS: LazyLock<Vec<Chain>> = LazyLock::new(|| {
    let mut chains = Vec::new();
    for [root, intermediate, leaf] in KEYS {
        let home = home(&["--key-type", root], &["--key-type", intermediate]);
        chains.extend(chains_of(home, leaf, None, &format!("{root}, {intermediate}, {leaf}")));
    }
    for (what, root, intermediate) in LIMITS {
        chains.extend(chains_of(home(root, intermediate), "ecdsa-p256", Some(what), what));
    }
    chains
});

impl Chain {
    /// What is trusted: the root, the intermediates, and the intermediate alone that signed nothing.
    fn anchors(&self) -> [Vec<u8>; 3] {
        let export = |args: &[&str]| self.home.run([&["ca", "export"], args].concat()).done().into_bytes();
        [export(&[]), export(&["--trust", "intermediates"]), export(&["--intermediate", "two"])]
    }
}

fn openssl(chain: &Chain, anchors: &[u8], purpose: &str, partial: bool) -> Verdict {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    fs::write(&ca, anchors).unwrap();
    let mut args = vec!["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile", text(&ca)];
    args.extend(["-purpose", purpose, "-untrusted", text(&chain.cert)]);
    args.extend(partial.then_some("-partial_chain"));
    args.push(text(&chain.cert));
    ask_openssl(args, &[])
}

#[test]
fn openssl_accepts_them_from_the_root_and_from_the_intermediate() {
    for chain in CHAINS.iter() {
        let [root, intermediates, other] = chain.anchors();
        for (purpose, good) in [("sslserver", chain.server), ("sslclient", chain.client)] {
            for (anchors, partial) in [(&root, false), (&intermediates, true)] {
                let verdict = openssl(chain, anchors, purpose, partial);
                assert_eq!(verdict.accepted, good, "{}, {purpose}, {partial}: {}", chain.what, verdict.said);
                assert!(good || verdict.said.contains("purpose"), "{}: {}", chain.what, verdict.said);
            }
            let verdict = openssl(chain, &other, purpose, true);
            assert!(!verdict.accepted, "{}: another intermediate vouches for nothing", chain.what);
        }
    }
}

#[test]
fn webpki_accepts_them_from_the_root_and_from_the_intermediate() {
    for chain in CHAINS.iter() {
        let pem = fs::read(&chain.cert).unwrap();
        let [root, intermediates, other] = chain.anchors();
        for anchors in [&root, &intermediates] {
            assert_usages(&judge(&pem, anchors), [chain.server, chain.client], &chain.what);
        }
        assert!(judge(&pem, &other).iter().all(Result::is_err), "{}", chain.what);
    }
}

#[test]
fn pkilint_finds_nothing_in_intermediates_nor_below_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (index, chain) in CHAINS.iter().enumerate() {
        let pem = fs::read_to_string(&chain.cert).unwrap();
        let certificates: Vec<_> = pem.split_inclusive("-----END CERTIFICATE-----\n").collect();
        assert_eq!(certificates.len(), 2, "{}: the certificate and its intermediate", chain.what);
        for (place, certificate) in certificates.iter().enumerate() {
            let path = dir.path().join(format!("{index}-{place}.pem"));
            fs::write(&path, certificate).unwrap();
            files.push(path);
        }
    }
    pkilint::assert_nothing_in(&files);
}

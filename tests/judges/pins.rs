//! `natscert pin` against openssl's digest, for everything that holds a public key, in every shape it comes in.

use crate::support::cli::{Home, text};
use crate::support::tools::{openssl, openssl_pin};
use std::fs;

/// Arguments of `openssl genpkey`.
const KEYS: [(&str, &[&str]); 7] = [
    ("p256", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p384", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("p521", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ("ed25519", &["-algorithm", "ED25519"]),
    ("rsa-1024", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]),
    ("rsa-2048", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("rsa-3072", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]),
];

/// The shapes of one key: which keys have it, its name, and how openssl makes it from PKCS#8 in PEM.
const SHAPES: [(&str, &str, &[&str]); 13] = [
    ("", "pkcs8.pem", &["pkey"]),
    ("", "pkcs8.der", &["pkey", "-outform", "DER"]),
    ("", "public.pem", &["pkey", "-pubout"]),
    ("", "public.der", &["pkey", "-pubout", "-outform", "DER"]),
    ("", "csr.pem", &["req", "-new", "-key", "/dev/stdin", "-subj", "/CN=x"]),
    ("", "csr.der", &["req", "-new", "-key", "/dev/stdin", "-subj", "/CN=x", "-outform", "DER"]),
    ("", "cert.pem", &["req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=x"]),
    ("", "cert.der", &["req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=x", "-outform", "DER"]),
    ("p", "sec1.pem", &["ec"]),
    ("p", "sec1.der", &["ec", "-outform", "DER"]),
    ("rsa", "pkcs1.pem", &["pkey", "-traditional"]),
    ("rsa", "pkcs1.der", &["pkey", "-traditional", "-outform", "DER"]),
    ("rsa", "pkcs1-public.pem", &["rsa", "-RSAPublicKey_out"]),
];

/// Shapes in which an EC key does not say its public half, so that it has to be computed.
const WITHOUT_PUBLIC: [(&str, &[&str]); 3] = [
    ("sec1.pem", &["ec", "-no_public"]),
    ("sec1.der", &["ec", "-no_public", "-outform", "DER"]),
    ("pkcs8.der", &["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"]),
];

#[test]
fn equal_openssl_in_every_shape() {
    let home = Home::new();
    for (key, how) in KEYS {
        let private = openssl([&["genpkey"], how].concat(), &[]);
        let expected = openssl_pin(&openssl(["pkey", "-pubout"], &private));
        for (_, shape, how) in SHAPES.iter().filter(|(keys, ..)| key.starts_with(keys)) {
            let file = home.path().join(format!("{key}-{shape}"));
            fs::write(&file, openssl(*how, &private)).unwrap();
            assert_eq!(home.run(["pin", text(&file)]).done(), format!("{expected}\n"), "{key} {shape}");
        }
    }
}

#[test]
fn are_computed_for_keys_without_a_public_half() {
    let home = Home::new();
    for (key, how) in KEYS.iter().filter(|(key, _)| key.starts_with('p')) {
        let private = openssl([&["genpkey"], *how].concat(), &[]);
        let expected = openssl_pin(&openssl(["pkey", "-pubout"], &private));
        let bare = openssl(["ec", "-no_public"], &private);
        for (shape, how) in WITHOUT_PUBLIC {
            let file = home.path().join(format!("{key}-{shape}"));
            let bytes = openssl(how, &bare);
            fs::write(&file, &bytes).unwrap();
            assert_eq!(home.run(["pin", text(&file)]).done(), format!("{expected}\n"), "{key} {shape}");
        }
    }
}

#[test]
fn are_printed_for_every_certificate_of_a_chain() {
    let home = Home::new();
    let (leaf, root) = (home.issue("server", &["localhost"], &[]), home.issue("client", &["alice"], &[]));
    let chain = home.path().join("chain.pem");
    fs::write(&chain, [fs::read(leaf.cert()).unwrap(), fs::read(root.cert()).unwrap()].concat()).unwrap();
    let printed = home.run(["pin", text(&chain)]).done();
    let pins: Vec<_> = printed.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(pins, [leaf.pin(), root.pin()]);
}

#[test]
fn are_those_of_the_report() {
    let home = Home::new();
    let report = home.run(["issue", "server", "localhost", "-o", text(&home.out()), "--json"]).json();
    let cert = fs::read(report["files"]["cert"].as_str().unwrap()).unwrap();
    assert_eq!(report["pin"], openssl_pin(&openssl(["x509", "-noout", "-pubkey"], &cert)));
    let fingerprint = openssl(["x509", "-noout", "-fingerprint", "-sha256"], &cert);
    let fingerprint = String::from_utf8(fingerprint).unwrap().trim().replace(':', "").to_lowercase();
    assert_eq!(report["fingerprint"], fingerprint.rsplit('=').next().unwrap());
}

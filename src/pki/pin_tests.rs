#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "data", "pki", name].iter().collect();
    std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn pins(bytes: &[u8]) -> Vec<String> {
    pins_in(bytes).unwrap().iter().map(|pinned| pinned.pin.to_string()).collect()
}

/// `pins.txt` holds what OpenSSL computes: certificates, requests, public and private keys of P-256, P-384, P-521,
/// Ed25519 and RSA, in PEM and DER, PKCS #8, SEC 1 (also without the public half) and PKCS #1.
#[test]
fn every_format_has_the_pin_that_openssl_computes() {
    let mut kinds = BTreeSet::new();
    let list = String::from_utf8(fixture("pins.txt")).unwrap();
    for line in list.lines() {
        let (pin, name) = line.split_once(' ').unwrap();
        let found = pins_in(&fixture(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].pin.to_string(), pin, "{name}");
        let expected = match name.split('.').nth(1).unwrap() {
            "cert" | "trusted" => SourceKind::Certificate,
            "csr" => SourceKind::Request,
            "public" | "pkcs1public" => SourceKind::PublicKey,
            _ => SourceKind::PrivateKey,
        };
        assert_eq!(found[0].kind, expected, "{name}");
        kinds.insert(found[0].kind.as_str());
    }
    assert_eq!(list.lines().count(), 54);
    assert_eq!(kinds.len(), 4);
}

#[test]
fn chains_and_mixtures_in_order() {
    let one = |name: &str| pins(&fixture(name)).remove(0);
    let all = ["rsa.cert.pem", "p256.traditional.pem", "ed25519.csr.pem", "p384.public.pem"];
    let joined: Vec<u8> = all.iter().flat_map(|name| fixture(name)).collect();
    assert_eq!(pins(&joined), all.map(one));
}

#[test]
fn damaged_keys_have_no_pin() {
    for (name, error) in [
        ("p256.public.pem", "a key"),
        ("p256.cert.pem", "a certificate"),
        ("p256.csr.pem", "a certificate request"),
        ("p256.pkcs8.pem", "a key"),
    ] {
        let block = pem::parse(fixture(name)).unwrap();
        for cut in [0, 1, 20, block.contents().len() - 1] {
            let damaged = pem::encode(&pem::Pem::new(block.tag(), &block.contents()[..cut]));
            let why = pins_in(damaged.as_bytes()).unwrap_err().to_string();
            assert!(why.contains(&format!("holds {error} that cannot be decoded")), "{name} {cut}: {why}");
        }
    }
}

#[test]
fn shown_as_pinned_certs_wants_it() {
    let pin = Pin::of_spki(b"");
    assert_eq!(pin.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(format!("{pin:?}"), format!("Pin({pin})"));
}

#![allow(clippy::unwrap_used)]

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        &include_bytes!(concat!("../../tests/data/pki/", $name))[..]
    };
}

fn der(pem: &[u8]) -> Vec<u8> {
    pem::parse_many(pem).unwrap().pop().unwrap().into_contents()
}

#[test]
fn every_encoding_gives_the_same_key() {
    for (public, keys) in [
        (
            fixture!("p256.public.der"),
            [fixture!("p256.pkcs8.pem"), fixture!("p256.traditional.pem"), fixture!("p256.nopublic.pem")],
        ),
        (
            fixture!("p384.public.der"),
            [fixture!("p384.pkcs8.pem"), fixture!("p384.traditional.pem"), fixture!("p384.nopublic.pem")],
        ),
        (
            fixture!("p521.public.der"),
            [fixture!("p521.pkcs8.pem"), fixture!("p521.traditional.pem"), fixture!("p521.nopublic.pem")],
        ),
        (
            fixture!("rsa.public.der"),
            [fixture!("rsa.pkcs8.pem"), fixture!("rsa.traditional.pem"), fixture!("rsa.traditional.pem")],
        ),
    ] {
        for key in keys {
            let key = PrivateKey::parse(&der(key)).unwrap();
            assert_eq!(key.spki().unwrap(), public);
            let again = PrivateKey::parse(&key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.spki().unwrap(), public);
        }
    }
}

/// Byte for byte what OpenSSL writes.
#[test]
fn pkcs8_is_as_openssl_writes_it() {
    for expected in [
        fixture!("p256.pkcs8.der"),
        fixture!("p384.pkcs8.der"),
        fixture!("p521.pkcs8.der"),
        fixture!("ed25519.pkcs8.der"),
        fixture!("rsa.pkcs8.der"),
    ] {
        assert_eq!(*PrivateKey::parse(expected).unwrap().to_pkcs8().unwrap(), expected);
    }
}

#[test]
fn keys_that_cannot_be_read() {
    let with_oid = |from: &[u8], to: &[u8]| {
        let mut key = fixture!("p256.nopublic.pem").to_vec();
        key = der(&key);
        let at = key.windows(from.len()).position(|window| window == from).unwrap();
        key[at..at + to.len()].copy_from_slice(to);
        PrivateKey::parse(&key).err().unwrap()
    };
    // prime256v1 → prime192v1 …1.1: a curve without its public half cannot be computed.
    let p256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let p192 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1];
    assert!(matches!(with_oid(&p256, &p192), Error::KeyAlgorithm(_)));
    // X25519 instead of Ed25519
    let mut key = fixture!("ed25519.pkcs8.der").to_vec();
    let at = key.windows(3).position(|window| window == [0x2b, 0x65, 0x70]).unwrap();
    key[at + 2] = 0x6e;
    assert!(matches!(PrivateKey::parse(&key), Err(Error::KeyAlgorithm(oid)) if oid == "1.3.101.110"));
    // A scalar of zero
    let mut zero = der(fixture!("p256.nopublic.pem"));
    let at = zero.windows(2).position(|window| window == [4, 32]).unwrap();
    zero[at + 2..at + 34].fill(0);
    assert!(matches!(PrivateKey::parse(&zero), Err(Error::UnreadableKey)));
    for length in 0..fixture!("p256.pkcs8.der").len() {
        assert!(PrivateKey::parse(&fixture!("p256.pkcs8.der")[..length]).is_err());
    }
}

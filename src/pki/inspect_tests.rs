#![allow(clippy::unwrap_used)]

use super::*;
use crate::pki::{Ca, Usage};

macro_rules! facts {
    ($name:literal) => {
        Facts::all_in(include_bytes!(concat!("../../tests/data/pki/", $name))).unwrap().swap_remove(0)
    };
}

#[test]
fn kinds_of_keys() {
    for (facts, kind) in [
        (facts!("p256.cert.pem"), "ECDSA P-256"),
        (facts!("p384.cert.pem"), "ECDSA P-384"),
        (facts!("p521.cert.der"), "ECDSA P-521"),
        (facts!("ed25519.cert.pem"), "Ed25519"),
        (facts!("rsa.cert.pem"), "RSA 2048"),
    ] {
        assert_eq!(facts.key.to_string(), kind);
    }
}

#[test]
fn absent_extensions_are_absent() {
    let facts = facts!("root-no-ski.pem");
    assert!(facts.extended_key_usage.is_none() && facts.sans.is_empty() && facts.constraints.is_empty());
    assert!(facts.subject_key_id.is_none() && facts.authority_key_id.is_none());
    assert!(facts!("root-no-ku.pem").key_usage.is_none());
    for usage in Usage::ALL {
        assert!(facts.good_for(usage), "no extension is good for all");
    }
}

#[test]
fn good_for_what_the_extension_lists() {
    let ca = Ca::generate().unwrap();
    for asked in Usage::ALL {
        let facts = ca.issue(asked, ["localhost"]).unwrap().facts().unwrap();
        for usage in Usage::ALL {
            assert_eq!(facts.good_for(usage), asked == Usage::Both || asked == usage, "{asked:?} {usage:?}");
        }
        let any = Facts { extended_key_usage: Some(vec!["anyExtendedKeyUsage".into()]), ..facts };
        assert!(any.good_for(asked));
    }
}

#[test]
fn who_issued_whom() {
    let (root, other, below) =
        (facts!("root-foreign-ski.pem"), facts!("root-no-ski.pem"), facts!("intermediate.pem"));
    assert!(below.names_as_issuer(&root) && !below.names_as_issuer(&other) && !root.names_as_issuer(&below));
    assert!(root.is_self_issued() && !below.is_self_issued());
    let same_name = Facts { subject_key_id: Some(vec![9]), ..root.clone() };
    assert!(!below.names_as_issuer(&same_name));
}

/// SHA-256 of the file, as `openssl x509 -fingerprint -sha256` prints it; the serial as `-serial` does.
#[test]
fn fingerprint_is_of_the_whole_certificate() {
    let ca = Ca::generate().unwrap();
    assert_eq!(ca.facts().fingerprint, crate::pki::sha256_hex(ca.der()));
    assert_ne!(ca.facts().fingerprint, ca.facts().pin.to_string());
    assert_eq!(ca.facts().pin, Pin::of_spki(&ca.key().spki()));
}

/// DER wants the members of a set sorted; a certificate whose issuer did not sort them keeps its name.
#[test]
fn names_are_copied_as_they_are_encoded() {
    let ca = Ca::create(&crate::pki::CaRequest {
        subject: "CN=aaaa+OU=b,O=c".parse().unwrap(),
        key_type: crate::pki::KeyType::EcdsaP256,
        validity: crate::pki::Validity::new(OffsetDateTime::UNIX_EPOCH, OffsetDateTime::now_utc()).unwrap(),
        constraints: Constraints::default(),
    })
    .unwrap();
    let sorted = ca.facts().subject_der().to_vec();
    // SEQUENCE { SET { O }, SET { OU, CN } } → SEQUENCE { SET { O }, SET { CN, OU } }
    let (first, second) = (16..26, 26..39);
    assert_eq!((sorted[16], sorted[26], sorted.len()), (0x30, 0x30, 39));
    let unsorted = [&sorted[..16], &sorted[second], &sorted[first]].concat();
    let mut der = ca.der().to_vec();
    while let Some(at) = der.windows(sorted.len()).position(|window| window == sorted) {
        der[at..at + sorted.len()].copy_from_slice(&unsorted);
    }
    assert_eq!(Facts::of(&der).unwrap().subject_der(), unsorted);
}

#[test]
fn what_is_cut_off_cannot_be_decoded() {
    let der = include_bytes!("../../tests/data/pki/p256.cert.der");
    for length in 0..der.len() {
        assert!(matches!(Facts::of(&der[..length]), Err(Error::UnreadableCertificate)));
    }
    assert!(Facts::of(&[&der[..], b"\0"].concat()).is_err());
}

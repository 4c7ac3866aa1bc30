#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::net::IpAddr;

use der::Decode;
use proptest::prelude::*;
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::pki::San;

/// Within the validity of every fixture and of [`root`].
const NOW: OffsetDateTime = datetime!(2027-03-01 12:00:00 UTC);
const KEY: &[u8] = include_bytes!("../../tests/data/pki/p256.pkcs8.pem");

macro_rules! fixture {
    ($name:literal) => {
        &include_bytes!(concat!("../../tests/data/pki/", $name))[..]
    };
}

fn root(key_type: KeyType) -> Ca {
    Ca::create(&CaRequest {
        subject: "CN=test CA,OU=b,OU=a,DC=example,DC=com".parse().unwrap(),
        key_type,
        validity: Validity::asked(NOW, None, None, Some(Span::days(3650))).unwrap(),
        constraints: Constraints::default(),
    })
    .unwrap()
}

fn request(key_type: KeyType, usage: Usage, names: &[&str]) -> Request {
    let names: Vec<Name> = names.iter().map(|name| name.parse().unwrap()).collect();
    let subject = Subject::for_names(&names, "fallback");
    let validity = Validity::asked(NOW, None, None, None).unwrap();
    Request { usage, names, subject, key_type, validity, extensions: Extensions::default() }
}

fn x509(der: &[u8]) -> x509_cert::Certificate {
    x509_cert::Certificate::from_der(der).unwrap()
}

/// OID and criticality of every extension, in order.
fn extensions(der: &[u8]) -> Vec<(String, bool)> {
    let certificate = x509(der);
    let list = certificate.tbs_certificate().extensions().unwrap();
    list.iter().map(|e| (e.extn_id.to_string(), e.critical)).collect()
}

const SKI: &str = "2.5.29.14";
const KU: &str = "2.5.29.15";
const SAN: &str = "2.5.29.17";
const BASIC: &str = "2.5.29.19";
const NAME_CONSTRAINTS: &str = "2.5.29.30";
const AKI: &str = "2.5.29.35";
const EKU: &str = "2.5.29.37";

fn sorted<'a>(list: &[(&'a str, bool)]) -> Vec<(String, bool)> {
    let mut list: Vec<_> =
        list.iter().map(|(oid, critical): &(&'a str, bool)| ((*oid).to_owned(), *critical)).collect();
    list.sort();
    list
}

fn sorted_extensions(der: &[u8]) -> Vec<(String, bool)> {
    let mut list = extensions(der);
    list.sort();
    list
}

#[test]
fn usages_follow_role_and_key() {
    let ca = root(KeyType::EcdsaP256);
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519, KeyType::Rsa2048] {
        for usage in Usage::ALL {
            let certificate = ca.sign(&request(key_type, usage, &["localhost"])).unwrap();
            let facts = certificate.facts().unwrap();
            let ku = if key_type.is_rsa() {
                vec!["digitalSignature", "keyEncipherment"]
            } else {
                vec!["digitalSignature"]
            };
            let purposes = match usage {
                Usage::Server => vec!["serverAuth"],
                Usage::Client => vec!["clientAuth"],
                Usage::Both => vec!["serverAuth", "clientAuth"],
            };
            assert_eq!(facts.key_usage.as_deref(), Some(&ku[..]), "{key_type}");
            assert_eq!(facts.extended_key_usage.as_ref().unwrap(), &purposes, "{key_type}");
            assert_eq!(
                sorted_extensions(certificate.der()),
                sorted(&[(SKI, false), (KU, true), (SAN, false), (AKI, false), (EKU, false)]),
                "no basicConstraints"
            );
            assert_eq!(facts.authority_key_id, ca.facts().subject_key_id);
            assert_eq!(facts.subject_key_id.as_ref().map(Vec::len), Some(20));
            assert_ne!(facts.subject_key_id, ca.facts().subject_key_id);
            assert_eq!(facts.pin, certificate.pin());
            assert!(facts.good_for(usage) && !facts.is_ca);
        }
    }
}

#[test]
fn a_root_is_a_root() {
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519, KeyType::Rsa2048] {
        let ca = root(key_type);
        assert_eq!(sorted_extensions(ca.der()), sorted(&[(SKI, false), (KU, true), (BASIC, true)]));
        assert_eq!(ca.facts().key_usage.as_deref(), Some(&["keyCertSign", "cRLSign"][..]));
        assert!(ca.facts().is_ca && ca.facts().is_self_issued());
        let again = Ca::load(ca.pem().as_bytes(), ca.key().to_pem().as_bytes(), NOW).unwrap();
        assert_eq!(again.der(), ca.der());
        let leaf = again.issue(Usage::Server, ["localhost"]).unwrap();
        assert!(leaf.facts().unwrap().names_as_issuer(ca.facts()));
        Ca::load(ca.der(), ca.key().to_pkcs8().secret_pkcs8_der(), NOW).unwrap();
    }
    let constraints = Constraints::permit(&["example.com"]).unwrap();
    let validity = root(KeyType::EcdsaP256).validity();
    let subject = Subject::common_name("x");
    let mut request = CaRequest { subject, key_type: KeyType::EcdsaP256, validity, constraints };
    let constrained = extensions(Ca::create(&request).unwrap().der());
    assert!(constrained.contains(&(NAME_CONSTRAINTS.to_owned(), true)));
    request.subject = Subject::default();
    assert!(matches!(Ca::create(&request), Err(Error::NoSubject)));
}

/// OpenSSL 3.0 reads PKCS #8 version 1 only, which is what RFC 5208 says.
#[test]
fn private_keys_are_pkcs8_version_1_without_attributes() {
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519, KeyType::Rsa2048] {
        let key = KeyPair::generate(key_type).unwrap();
        let der = key.to_pkcs8();
        let info = pkcs8::PrivateKeyInfoRef::from_der(der.secret_pkcs8_der()).unwrap();
        assert!(info.public_key.is_none(), "{key_type}");
        assert_eq!(KeyPair::read(key.to_pem().as_bytes()).unwrap().spki(), key.spki());
    }
}

#[test]
fn serials_are_positive_long_and_unique() {
    let ca = root(KeyType::EcdsaP256);
    let serials: HashSet<Vec<u8>> = (0..64)
        .map(|_| {
            let leaf = ca.issue(Usage::Server, ["localhost"]).unwrap();
            let serial = x509(leaf.der()).tbs_certificate().serial_number().as_bytes().to_vec();
            assert!(
                (8..=20).contains(&serial.len()) && serial[0] & 0x80 == 0 && serial[0] != 0,
                "{serial:?}"
            );
            assert_eq!(leaf.facts().unwrap().serial, super::super::hex(&serial));
            serial
        })
        .collect();
    assert_eq!(serials.len(), 64);
    // Each of the first 16 octets is random: 64 draws of one octet do not give fewer than 16 values.
    for octet in 1..16 {
        let values: HashSet<u8> = serials.iter().map(|serial| serial[octet]).collect();
        assert!(values.len() >= 16, "octet {octet}: {values:?}");
    }
}

#[test]
fn the_common_name_is_the_first_name_that_fits() {
    let fits = "a".repeat(60) + ".abc";
    let long = "b".repeat(61) + ".abc";
    for (names, cn) in [
        (&["a", "b"][..], "a"),
        (&[fits.as_str()], fits.as_str()),
        (&[long.as_str(), "10.0.0.1"], "10.0.0.1"),
        (&[long.as_str()], "natscert"),
        (&["alice@example.com"], "alice@example.com"),
        (&["spiffe://example.com/x"], "spiffe://example.com/x"),
        (&["*.example.com"], "*.example.com"),
        (&["bücher.example"], "xn--bcher-kva.example"),
    ] {
        let facts = root(KeyType::EcdsaP256).issue(Usage::Client, names).unwrap().facts().unwrap();
        assert_eq!(facts.subject, Subject::common_name(cn));
    }
}

#[test]
fn names_are_critical_only_without_a_subject() {
    let ca = root(KeyType::EcdsaP256);
    let mut request = request(KeyType::EcdsaP256, Usage::Server, &["localhost"]);
    let san =
        |certificate: &Certificate| extensions(certificate.der()).into_iter().find(|e| e.0 == SAN).unwrap().1;
    assert!(!san(&ca.sign(&request).unwrap()));
    request.subject = Subject::default();
    let bare = ca.sign(&request).unwrap();
    assert!(san(&bare) && bare.facts().unwrap().subject.is_empty());
}

#[test]
fn no_names_and_repeated_names() {
    let ca = root(KeyType::EcdsaP256);
    assert!(matches!(ca.issue(Usage::Server, [""; 0]), Err(Error::NoNames)));
    assert!(matches!(ca.issue(Usage::Server, ["a b"]), Err(Error::Name(_))));
    let facts = ca.issue(Usage::Server, ["A", "::1", "a", "0::1"]).unwrap().facts().unwrap();
    assert_eq!(facts.sans, [San::Dns("A".into()), San::Ip("::1".parse().unwrap())]);
}

#[test]
fn validity_ends_with_that_of_the_ca() {
    let ca = root(KeyType::EcdsaP256);
    let mut request = request(KeyType::EcdsaP256, Usage::Server, &["localhost"]);
    request.validity = Validity::new(NOW - Duration::days(9), NOW + Duration::days(9999)).unwrap();
    let facts = ca.sign(&request).unwrap().facts().unwrap();
    assert_eq!((facts.not_before, facts.not_after), (NOW - Duration::days(9), ca.facts().not_after));
    request.validity = Validity::new(NOW + Duration::days(3651), NOW + Duration::days(9999)).unwrap();
    assert!(matches!(ca.sign(&request), Err(Error::OutsideCa(_))));
}

#[test]
fn imported_roots_keep_their_name_and_identifier() {
    for (pem, ski) in [
        (fixture!("root-foreign-ski.pem"), Some(vec![1, 2, 3, 4, 5, 6, 7, 8])),
        (fixture!("root-no-ski.pem"), None),
        (fixture!("root-no-ku.pem"), Some(Ca::load(fixture!("root-no-ku.pem"), KEY, NOW).unwrap().key_id())),
    ] {
        let ca = Ca::load(pem, KEY, NOW).unwrap();
        assert_eq!(ca.facts().subject_key_id, ski);
        let leaf = ca.sign(&request(KeyType::Ed25519, Usage::Both, &["localhost"])).unwrap();
        let facts = leaf.facts().unwrap();
        assert_eq!(facts.authority_key_id, ski.or_else(|| Some(ca.key_id())));
        assert!(facts.names_as_issuer(ca.facts()));
        // The string types too: DC IA5String, O PrintableString, OU one UTF8String and one PrintableString.
        let issuer = der::Encode::to_der(x509(leaf.der()).tbs_certificate().issuer()).unwrap();
        assert_eq!(issuer, ca.facts().subject_der());
        assert!(ca.der().windows(issuer.len()).any(|window| window == issuer));
        let text = facts.issuer.to_string();
        assert!(text.ends_with(",OU=Eng,OU=Zürich,O=Plain O,DC=example,DC=com"), "{text}");
    }
}

#[test]
fn roots_that_cannot_be_used() {
    let good = fixture!("root-foreign-ski.pem");
    let p521 = fixture!("p521.pkcs8.pem");
    let late = datetime!(2200-01-01 0:00 UTC);
    for (certificate, key, now, expected) in [
        (good, fixture!("p384.pkcs8.pem"), NOW, "the private key does not belong to the certificate"),
        (
            fixture!("not-ca.pem"),
            KEY,
            NOW,
            "the certificate is not a CA: basicConstraints does not say CA:TRUE",
        ),
        (
            fixture!("no-basic.pem"),
            KEY,
            NOW,
            "the certificate is not a CA: basicConstraints does not say CA:TRUE",
        ),
        (
            fixture!("no-certsign.pem"),
            KEY,
            NOW,
            "the certificate is not a CA: its key usage lacks keyCertSign",
        ),
        (fixture!("intermediate.pem"), fixture!("p384.pkcs8.pem"), NOW, "so it is not a root"),
        (good, KEY, late, "the CA expired on 2126-"),
        (good, fixture!("encrypted.pkcs8.pem"), NOW, "its private key is encrypted"),
        (good, fixture!("encrypted.traditional.pem"), NOW, "its private key is encrypted"),
        (fixture!("root-p521.pem"), p521, NOW, "its key is none that natscert signs with"),
        (b"garbage", KEY, NOW, "it holds no certificate"),
        (good, b"garbage", NOW, "it holds no private key"),
        (b"", KEY, NOW, "it is empty"),
        (good, b"", NOW, "it is empty"),
        (KEY, good, NOW, "it holds no certificate"),
        (good, good, NOW, "it holds no private key"),
        (&good[..300], KEY, NOW, "it is damaged PEM"),
    ] {
        let why = Ca::load(certificate, key, now).unwrap_err();
        assert!(why.to_string().contains(expected), "{expected}: {why}");
        assert!(!why.hint().is_empty());
    }
    // Both ends of the period count.
    let end = Ca::load(good, KEY, NOW).unwrap().facts().not_after;
    assert!(Ca::load(good, KEY, end).is_ok() && Ca::load(good, KEY, end + Duration::SECOND).is_err());
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(\\*\\.)?[a-zA-Z0-9_-]{1,20}(\\.[a-zA-Z0-9_é-]{1,9}){0,3}",
        "[0-9a-f:]{2,20}",
        any::<[u8; 4]>().prop_map(|octets| IpAddr::from(octets).to_string()),
        any::<[u8; 16]>().prop_map(|octets| IpAddr::from(octets).to_string()),
        "[a-z!#$%&'*+/=?^_`{|}~-]{1,8}@[a-z0-9.ü-]{1,10}",
        "(spiffe|urn|https):(//)?[a-zA-Z0-9./:@?#~_-]{1,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn what_parses_comes_back_from_the_certificate(inputs in prop::collection::vec(any_name(), 1..5)) {
        let names: Vec<Name> = inputs.iter().filter_map(|input| input.parse().ok()).collect();
        prop_assume!(!names.is_empty());
        let facts = Ca::generate().unwrap().issue(Usage::Server, names.iter().map(Name::value)).unwrap().facts().unwrap();
        let back: Vec<_> = facts.sans.iter().map(ToString::to_string).collect();
        let asked: Vec<_> = dedup(names).iter().map(ToString::to_string).collect();
        prop_assert_eq!(back, asked);
        prop_assert!(!facts.subject.is_empty());
    }
}

#[test]
fn a_key_that_is_there_is_certified_as_it_is() {
    let ca = root(KeyType::Rsa2048);
    let wanted = request(KeyType::EcdsaP256, Usage::Server, &["n1.example.com"]);
    for pem in [KEY, fixture!("rsa.pkcs8.pem")] {
        let key = KeyPair::read(pem).unwrap();
        let facts = Facts::of(&ca.certify(&wanted, &key.spki()).unwrap()).unwrap();
        assert_eq!(facts.spki, key.spki());
        let enciphers = facts.key_usage.unwrap().contains(&"keyEncipherment");
        assert_eq!(enciphers, matches!(facts.key, crate::pki::KeyKind::Rsa(_)));
        assert_eq!(ca.sign_key(&wanted, key).unwrap().facts().unwrap().spki, facts.spki);
    }
    assert!(matches!(ca.certify(&wanted, b"no key").unwrap_err(), Error::UnreadableKey));
}

#[path = "intermediate_tests.rs"]
mod intermediates;

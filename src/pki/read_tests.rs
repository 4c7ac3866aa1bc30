#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const CERT: &str = include_str!("../../tests/data/pki/p256.cert.pem");
const CERT_DER: &[u8] = include_bytes!("../../tests/data/pki/p256.cert.der");
const KEY: &str = include_str!("../../tests/data/pki/p256.pkcs8.pem");

/// The first word of the debug form is the kind.
fn kinds(bytes: &[u8]) -> Vec<String> {
    let found = items(bytes).unwrap();
    found.iter().map(|item| format!("{item:?}").split('(').next().unwrap().to_owned()).collect()
}

#[test]
fn text_around_blocks_and_foreign_line_ends() {
    let both = ["Certificate", "PrivateKey"];
    for text in [
        format!("{CERT}{KEY}"),
        format!("\u{feff}{CERT}{KEY}"),
        format!("{CERT}{KEY}").replace('\n', "\r\n"),
        format!("Bag Attributes\n    friendlyName: é\nsubject=CN = a\n{CERT}\n\n# key\n{KEY}trailing words"),
        format!("{CERT}-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{KEY}"),
        format!("{CERT}{}", KEY.trim_end()),
    ] {
        assert_eq!(kinds(text.as_bytes()), both, "{text}");
    }
    assert_eq!(kinds(&[b"\xff\xfe ".as_slice(), CERT.as_bytes()].concat()), ["Certificate"]);
}

#[test]
fn a_trusted_certificate_is_the_certificate_alone() {
    let trusted = include_bytes!("../../tests/data/pki/p256.trusted.pem");
    assert!(matches!(&items(trusted).unwrap()[..], [Item::Certificate(der)] if der == CERT_DER));
}

#[test]
fn der_is_told_apart_by_content() {
    for (bytes, kind) in [
        (CERT_DER, "Certificate"),
        (&include_bytes!("../../tests/data/pki/p256.csr.der")[..], "Request"),
        (include_bytes!("../../tests/data/pki/p256.public.der"), "PublicKey"),
        (include_bytes!("../../tests/data/pki/rsa.pkcs1public.der"), "PublicKey"),
        (include_bytes!("../../tests/data/pki/p256.pkcs8.der"), "PrivateKey"),
        (include_bytes!("../../tests/data/pki/p256.traditional.der"), "PrivateKey"),
        (include_bytes!("../../tests/data/pki/rsa.traditional.der"), "PrivateKey"),
    ] {
        assert_eq!(kinds(bytes), [kind]);
    }
}

#[test]
fn encrypted_keys_are_named_as_such() {
    for bytes in [
        &include_bytes!("../../tests/data/pki/encrypted.pkcs8.pem")[..],
        include_bytes!("../../tests/data/pki/encrypted.pkcs8.der"),
        include_bytes!("../../tests/data/pki/encrypted.traditional.pem"),
    ] {
        let why = items(bytes).unwrap_err();
        assert!(matches!(why, Error::EncryptedKey), "{why}");
        assert!(why.hint().contains("openssl pkey"));
    }
}

#[test]
fn what_is_nothing() {
    assert!(matches!(items(b""), Err(Error::EmptyInput)));
    let trailing = [CERT_DER, b"\n"].concat();
    let other = "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n";
    let long = vec![b'-'; 1 << 20];
    for bytes in [
        b"hello".as_slice(),
        b"\0",
        &[0x30, 0x80],
        &[0x30, 0],
        &CERT_DER[..99],
        &trailing,
        other.as_bytes(),
        &long,
    ] {
        assert!(matches!(items(bytes), Err(Error::NothingFound)));
    }
    assert!(matches!(certificates(KEY.as_bytes()), Err(Error::NoCertificate)));
}

#[test]
fn damaged_pem_is_no_silent_loss() {
    let begin = "-----BEGIN CERTIFICATE-----\n";
    for text in [
        begin.to_owned(),
        format!("{CERT}{begin}"),
        format!("{CERT}{begin}MAA=\n"),
        format!("{begin}!!!!\n-----END CERTIFICATE-----\n"),
        format!("{begin}MAA=\n-----END PRIVATE KEY-----\n"),
        CERT.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE"),
        format!("{}{KEY}", CERT.replace("-----END", "----END")),
    ] {
        let why = items(text.as_bytes()).unwrap_err();
        assert!(matches!(why, Error::DamagedPem(_)), "{text}: {why}");
        assert!(!why.to_string().contains('\n'), "{why}");
    }
}

#[test]
fn debug_output_holds_no_secret() {
    let found = items(KEY.as_bytes()).unwrap();
    let [Item::PrivateKey(der)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(format!("{found:?}"), format!("[PrivateKey({} octets)]", der.len()));
    let key = crate::pki::KeyPair::read(KEY.as_bytes()).unwrap();
    assert_eq!(format!("{key:?}"), "KeyPair { algorithm: PKCS_ECDSA_P256_SHA256, .. }");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = items(&bytes);
    }

    #[test]
    fn one_wrong_octet_never_panics(at in 0..CERT_DER.len(), value in any::<u8>()) {
        let mut bytes = CERT_DER.to_vec();
        bytes[at] = value;
        let _ = crate::pki::pins_in(&bytes);
        let _ = crate::pki::Facts::all_in(&bytes);
        let text = pem::encode(&pem::Pem::new("CERTIFICATE", bytes));
        let _ = crate::pki::Facts::all_in(text.as_bytes());
    }

    #[test]
    fn one_wrong_character_never_panics(at in 0..CERT.len(), value in any::<u8>()) {
        let mut bytes = [CERT, KEY].concat().into_bytes();
        bytes[at] = value;
        let _ = crate::pki::pins_in(&bytes);
        let _ = crate::pki::KeyPair::read(&bytes);
    }
}

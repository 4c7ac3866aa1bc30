#![allow(clippy::unwrap_used)]

use der::asn1::{Any, AnyRef, BitString, BitStringRef, Ia5String, Null, OctetString, SetOfVec};
use proptest::prelude::*;
use x509_cert::attr::Attribute;
use x509_cert::ext::pkix::KeyUsages;
use x509_cert::request::Version;
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use super::*;
use crate::pki::draft::Signed;
use crate::pki::{Ca, KeyPair, KeyType, Request, Usage, Validity};

/// A request for this key, with these extensions, signed with an algorithm that is called so.
struct Draft<'a> {
    key: &'a KeyPair,
    subject: &'a str,
    extensions: Vec<(ObjectIdentifier, Vec<u8>)>,
    attribute: ObjectIdentifier,
    algorithm: &'a str,
}

impl<'a> Draft<'a> {
    fn of(key: &'a KeyPair) -> Self {
        let algorithm = match KeyKind::of_spki(&key.spki()).unwrap() {
            KeyKind::Rsa(_) => "1.2.840.113549.1.1.11",
            KeyKind::Ec(curve) if curve == "P-384" => "1.2.840.10045.4.3.3",
            KeyKind::Ec(_) => "1.2.840.10045.4.3.2",
            _ => "1.3.101.112",
        };
        Self {
            key,
            subject: "CN=n1,O=Example",
            extensions: vec![],
            attribute: EXTENSION_REQUESTS[0],
            algorithm,
        }
    }

    fn with(mut self, extension: ObjectIdentifier, content: &impl Encode) -> Self {
        self.extensions.push((extension, content.to_der().unwrap()));
        self
    }

    fn names(self, names: &[GeneralName]) -> Self {
        self.with(SUBJECT_ALT_NAME, &SubjectAltName(names.to_vec()))
    }

    fn info(&self) -> CertReqInfo {
        let extensions: Vec<_> = self
            .extensions
            .iter()
            .map(|(oid, content)| Extension {
                extn_id: *oid,
                critical: false,
                extn_value: OctetString::new(content.clone()).unwrap(),
            })
            .collect();
        let mut attributes = SetOfVec::new();
        if !extensions.is_empty() {
            let values = SetOfVec::try_from(vec![Any::encode_from(&extensions).unwrap()]).unwrap();
            attributes.insert(Attribute { oid: self.attribute, values }).unwrap();
        }
        let subject = self.subject.parse::<Subject>().unwrap().to_der().unwrap();
        CertReqInfo {
            version: Version::V1,
            subject: x509_cert::name::Name::from_der(&subject).unwrap(),
            public_key: SubjectPublicKeyInfoOwned::from_der(&self.key.spki()).unwrap(),
            attributes,
        }
    }

    fn sign(&self) -> Vec<u8> {
        self.sign_info(&self.info())
    }

    fn sign_info(&self, info: &CertReqInfo) -> Vec<u8> {
        let tbs = info.to_der().unwrap();
        let parameters = self.algorithm.starts_with("1.2.840.113549").then_some(AnyRef::NULL);
        let algorithm = AlgorithmIdentifierRef { oid: oid(self.algorithm), parameters }.to_der().unwrap();
        let signature = self.key.sign(&tbs).unwrap();
        let whole = Signed {
            tbs: AnyRef::from_der(&tbs).unwrap(),
            algorithm: AnyRef::from_der(&algorithm).unwrap(),
            signature: BitStringRef::from_bytes(&signature).unwrap(),
        };
        whole.to_der().unwrap()
    }
}

fn key() -> KeyPair {
    KeyPair::generate(KeyType::EcdsaP256).unwrap()
}

fn dns(text: &str) -> GeneralName {
    GeneralName::DnsName(Ia5String::new(text).unwrap())
}

fn uri(text: &str) -> GeneralName {
    GeneralName::UniformResourceIdentifier(Ia5String::new(text).unwrap())
}

fn email(text: &str) -> GeneralName {
    GeneralName::Rfc822Name(Ia5String::new(text).unwrap())
}

fn ip(octets: &[u8]) -> GeneralName {
    GeneralName::IpAddress(OctetString::new(octets).unwrap())
}

/// What the library issues for a request.
fn issued(csr: &Csr, usage: Usage, names: Vec<Name>) -> Facts {
    let ca = Ca::generate().unwrap();
    let der = ca.certify(
        &Request {
            usage,
            names,
            subject: csr.subject().unwrap(),
            key_type: KeyType::default(),
            validity: Validity::asked(time::OffsetDateTime::now_utc(), None, None, None).unwrap(),
            extensions: crate::pki::Extensions::default(),
        },
        &csr.spki,
    );
    let der = der.unwrap();
    assert!(ca.has_signed(&der));
    Facts::of(&der).unwrap()
}

#[test]
fn every_kind_of_key_is_certified() {
    for key_type in KeyType::ALL.into_iter().filter(|key_type| *key_type != KeyType::Rsa4096) {
        let key = KeyPair::generate(key_type).unwrap();
        let names = [dns("n1.example.com"), ip(&[10, 0, 0, 1]), email("a@example.com"), uri("spiffe://a/b")];
        let csr = Csr::of(&Draft::of(&key).names(&names).sign()).unwrap();
        assert_eq!((csr.pin, &csr.spki), (Pin::of_spki(&key.spki()), &key.spki()), "{key_type}");
        let facts = issued(&csr, Usage::Both, csr.names().unwrap());
        assert_eq!((facts.pin, &facts.spki), (csr.pin, &key.spki()), "{key_type}");
        assert_eq!(facts.subject.to_string(), "CN=n1,O=Example");
        let sans: Vec<_> = facts.sans.iter().map(ToString::to_string).collect();
        assert_eq!(sans, ["DNS:n1.example.com", "IP:10.0.0.1", "email:a@example.com", "URI:spiffe://a/b"]);
        assert!(!facts.is_ca && csr.ignored(&facts).is_empty());
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let path: std::path::PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "data", "pki", name].iter().collect();
    std::fs::read(path).unwrap()
}

#[test]
fn requests_of_openssl_are_read_but_for_p521() {
    for form in ["pem", "der"] {
        for (name, kind) in
            [("p256", "ECDSA P-256"), ("p384", "ECDSA P-384"), ("ed25519", "Ed25519"), ("rsa", "RSA 2048")]
        {
            let csr = Csr::read(&fixture(&format!("{name}.csr.{form}"))).unwrap();
            assert_eq!(csr.key.to_string(), kind);
        }
        let why = Csr::read(&fixture(&format!("p521.csr.{form}"))).unwrap_err();
        assert!(matches!(why, Error::RequestKey(kind) if kind == "ECDSA P-521"));
    }
    let two = [fixture("p256.csr.pem"), fixture("rsa.csr.pem")].concat();
    assert!(matches!(Csr::read(&two), Err(Error::SeveralRequests(2))));
    assert!(matches!(Csr::read(&fixture("p256.cert.pem")), Err(Error::NoRequest)));
    assert!(matches!(Csr::read(b"nothing"), Err(Error::NoRequest)));
    let with_key = [fixture("p256.pkcs8.pem"), fixture("p256.csr.pem")].concat();
    assert_eq!(Csr::read(&with_key).unwrap().key.to_string(), "ECDSA P-256");
    assert!(matches!(Csr::read(&vec![b'a'; MAX_SIZE + 1]), Err(Error::LargeRequest(128))));
}

#[test]
fn no_octet_can_be_changed() {
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519, KeyType::Rsa2048] {
        let key = KeyPair::generate(key_type).unwrap();
        let der = Draft::of(&key).names(&[dns("n1.example.com")]).sign();
        Csr::of(&der).unwrap();
        for at in 0..der.len() {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[at] ^= 1 << bit;
                assert!(Csr::of(&changed).is_err(), "{key_type}, octet {at}, bit {bit}");
            }
            assert!(Csr::of(&der[..at]).is_err(), "{key_type}, cut at {at}");
        }
    }
}

#[test]
fn somebody_elses_signature_is_none() {
    let (mine, other) = (key(), key());
    let info = Draft::of(&mine).info();
    assert!(matches!(Csr::of(&Draft::of(&other).sign_info(&info)), Err(Error::BadRequest)));
    for (algorithm, weak) in [
        ("1.2.840.10045.4.1", true),
        ("1.2.840.113549.1.1.5", true),
        ("1.2.840.113549.1.1.4", true),
        ("1.2.840.10045.4.3.4", false),
    ] {
        let why = Csr::of(&Draft { algorithm, ..Draft::of(&mine) }.sign()).unwrap_err();
        let fits = match &why {
            Error::WeakSignature => weak,
            Error::UnknownSignature(oid) => !weak && oid == algorithm,
            _ => false,
        };
        assert!(fits, "{algorithm}: {why}");
    }
}

#[test]
fn keys_that_go_could_not_read_are_refused() {
    let ec = key();
    let rsa = KeyPair::generate(KeyType::Rsa2048).unwrap();
    let ed = KeyPair::generate(KeyType::Ed25519).unwrap();
    let with = |key: &KeyPair, change: &dyn Fn(&mut SubjectPublicKeyInfoOwned)| {
        let draft = Draft::of(key);
        let mut info = draft.info();
        change(&mut info.public_key);
        Csr::of(&draft.sign_info(&info)).unwrap_err()
    };
    let compressed = with(&ec, &|spki| {
        let point = spki.subject_public_key.raw_bytes();
        let short = [&[2 + (point[64] & 1)], &point[1..33]].concat();
        spki.subject_public_key = BitString::from_bytes(&short).unwrap();
    });
    let no_null = with(&rsa, &|spki| spki.algorithm.parameters = None);
    let with_null = with(&ed, &|spki| spki.algorithm.parameters = Some(Any::encode_from(&Null).unwrap()));
    for why in [compressed, no_null, with_null] {
        assert!(matches!(why, Error::KeyForm(_)), "{why}");
    }
    let garbage = with(&rsa, &|spki| spki.subject_public_key = BitString::from_bytes(&[1, 2]).unwrap());
    assert!(matches!(garbage, Error::UnreadableKey));
    let p224 = Any::encode_from(&oid("1.3.132.0.33")).unwrap();
    let p224 = with(&ec, &|spki| spki.algorithm.parameters = Some(p224.clone()));
    assert!(matches!(p224, Error::RequestKey(kind) if kind == "ECDSA P-224"));
}

#[test]
fn nobody_becomes_a_ca() {
    let key = key();
    let draft = Draft::of(&key)
        .names(&[dns("n1.example.com")])
        .with(BASIC_CONSTRAINTS, &BasicConstraints { ca: true, path_len_constraint: None })
        .with(
            KEY_USAGE,
            &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature),
        );
    let csr = Csr::of(&draft.sign()).unwrap();
    assert_eq!(csr.ca_claims, ["basicConstraints CA:TRUE", "keyCertSign", "cRLSign"]);
    let facts = issued(&csr, Usage::Server, csr.names().unwrap());
    assert!(!facts.is_ca && !facts.may_sign());
    assert_eq!(facts.key_usage.as_deref(), Some(&["digitalSignature"][..]));
    assert!(csr.ignored(&facts).is_empty());
}

#[test]
fn the_role_decides_on_usage_and_the_rest_is_ignored() {
    let key = key();
    let draft = Draft::of(&key)
        .names(&[dns("n1.example.com")])
        .with(EXTENDED_KEY_USAGE, &ExtendedKeyUsage(vec![oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.3")]))
        .with(KEY_USAGE, &KeyUsage(KeyUsages::NonRepudiation.into()))
        .with(BASIC_CONSTRAINTS, &BasicConstraints { ca: false, path_len_constraint: None })
        .with(oid("1.3.6.1.5.5.7.1.24"), &vec![5_u16])
        .with(oid("1.2.3.4"), &Null)
        .with(SUBJECT_KEY_IDENTIFIER, &OctetString::new([1, 2]).unwrap());
    let csr = Csr::of(&draft.sign()).unwrap();
    assert!(csr.ca_claims.is_empty());
    let facts = issued(&csr, Usage::Client, csr.names().unwrap());
    assert_eq!(facts.extended_key_usage.as_deref(), Some(&["clientAuth".to_owned()][..]));
    assert!(!facts.extensions.must_staple && facts.subject_key_id.as_deref() != Some(&[1, 2][..]));
    let ignored = [
        "extended key usage serverAuth, codeSigning",
        "key usage contentCommitment",
        "tlsfeature",
        "1.2.3.4",
    ];
    assert_eq!(csr.ignored(&facts), ignored);
    // What cannot be read is ignored as well, by its name.
    let broken = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE];
    let draft =
        broken.into_iter().fold(Draft::of(&key), |draft, oid| draft.with(oid, &Ia5String::new("x").unwrap()));
    let csr = Csr::of(&draft.sign()).unwrap();
    assert_eq!(csr.ignored(&facts), ["basicConstraints", "keyUsage", "extKeyUsage"]);
}

#[test]
fn microsofts_attribute_counts_too() {
    let key = key();
    let draft = Draft { attribute: EXTENSION_REQUESTS[1], ..Draft::of(&key) }.names(&[dns("n1.example.com")]);
    assert_eq!(Csr::of(&draft.sign()).unwrap().names().unwrap().len(), 1);
    let draft = Draft { attribute: oid("1.2.3"), ..draft };
    assert!(Csr::of(&draft.sign()).unwrap().names().unwrap().is_empty());
}

proptest! {
    #[test]
    fn whatever_is_changed_nothing_panics_and_nothing_is_taken(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..8),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let mut der = fixture("p256.csr.der");
        let good = der.clone();
        for (at, by) in changes {
            let at = at.index(der.len());
            der[at] ^= by;
        }
        if is_cut {
            der.truncate(cut.index(der.len()));
        }
        prop_assert!(der == good || Csr::read(&der).is_err());
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        prop_assert!(Csr::read(&bytes).is_err());
        prop_assert!(Csr::of(&bytes).is_err());
    }
}

#[path = "csr_name_tests.rs"]
mod names;

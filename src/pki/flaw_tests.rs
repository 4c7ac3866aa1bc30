#![allow(clippy::unwrap_used)]

use time::OffsetDateTime;

use super::*;
use crate::pki::{
    CaRequest, Constraints, Extensions, Facts, KeyType, San, Signature, Span, Subject, Usage, Validity,
    signature,
};

fn request(usage: Usage) -> Request {
    Request {
        usage,
        names: ["n1.example.com", "10.0.0.1"].map(|name| name.parse().unwrap()).into(),
        subject: Subject::common_name("n1"),
        key_type: KeyType::EcdsaP256,
        validity: Validity::asked(OffsetDateTime::now_utc(), None, None, Some(Span::days(1))).unwrap(),
        extensions: Extensions::default(),
    }
}

fn issued(flaw: Option<Flaw>) -> (CertificateDer<'static>, Facts) {
    let ca = Ca::generate().unwrap();
    let key = KeyPair::generate(KeyType::EcdsaP256).unwrap();
    let der = ca.certify_flawed(&request(Usage::Both), &key.spki(), flaw).unwrap();
    let facts = Facts::of(&der).unwrap();
    assert_eq!(signature(&der, ca.facts()), Signature::Good, "{flaw:?}");
    (der, facts)
}

/// What the flaw is not about, as text.
fn rest(facts: &Facts, flaw: Flaw) -> String {
    let mut parts = vec![format!("{} {}", facts.subject, facts.key)];
    if !matches!(flaw, Flaw::NoNames | Flaw::AddressesAsDns) {
        parts.push(format!("{:?}", facts.sans));
    }
    if flaw != Flaw::ForeignUsage {
        parts.push(format!("{:?}", facts.extended_key_usage));
    }
    if flaw != Flaw::Ca {
        parts.push(format!("{:?} {}", facts.key_usage, facts.is_ca));
    }
    parts.join(" ")
}

#[test]
fn a_flaw_changes_what_it_is_about_and_nothing_else() {
    let (_, good) = issued(None);
    for flaw in [
        Flaw::NoNames,
        Flaw::AddressesAsDns,
        Flaw::ForeignUsage,
        Flaw::Ca,
        Flaw::UnknownExtension { critical: true },
    ] {
        let (der, facts) = issued(Some(flaw));
        let oid = [6, 9, 0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1];
        let unknown = der.windows(oid.len()).position(|octets| octets == oid);
        let wrong = match flaw {
            Flaw::NoNames => facts.sans.is_empty(),
            Flaw::AddressesAsDns => {
                facts.sans == ["n1.example.com", "10.0.0.1"].map(|name| San::Dns(name.to_owned()))
            }
            Flaw::ForeignUsage => facts.extended_key_usage == Some(vec!["emailProtection".to_owned()]),
            Flaw::Ca => facts.is_ca && facts.key_usage.as_ref().unwrap().contains(&"keyCertSign"),
            // BOOLEAN TRUE follows.
            Flaw::UnknownExtension { .. } => der[unknown.unwrap() + oid.len()..].starts_with(&[1, 1, 0xff]),
        };
        assert!(wrong, "{flaw:?}: {facts:?}");
        assert_eq!(unknown.is_some(), matches!(flaw, Flaw::UnknownExtension { .. }));
        assert_eq!(rest(&facts, flaw), rest(&good, flaw), "{flaw:?}");
        assert_eq!(facts.subject_key_id.map(|id| id.len()), Some(20), "{flaw:?}");
    }
}

#[test]
fn its_own_key_signs_it_and_it_is_no_ca() {
    let key = KeyPair::generate(KeyType::EcdsaP256).unwrap();
    let der = self_signed(&request(Usage::Server), &key).unwrap();
    let facts = Facts::of(&der).unwrap();
    assert_eq!(signature(&der, &facts), Signature::Good);
    assert!(facts.is_self_issued() && !facts.is_ca);
}

#[test]
fn an_intermediate_stands_where_none_may() {
    let root = Ca::generate().unwrap();
    let below = |name: &str| IntermediateRequest {
        ca: CaRequest {
            subject: Subject::common_name(name),
            key_type: KeyType::EcdsaP256,
            validity: request(Usage::Both).validity,
            constraints: Constraints::default(),
        },
        usage: Usage::Both,
        path_length: 0,
    };
    let upper = root.intermediate(&below("upper")).unwrap();
    assert!(matches!(upper.intermediate(&below("lower")), Err(Error::PathLength(_))));
    let lower = upper.intermediate_unchecked(&below("lower")).unwrap();
    assert_eq!(lower.intermediates().len(), 2);
}

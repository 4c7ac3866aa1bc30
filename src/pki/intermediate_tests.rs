use super::*;
use crate::pki::{IntermediateRequest, IntermediateWish};

fn below(ca: &Ca, path_length: u8) -> Result<Ca, Error> {
    let subject = Subject::common_name(&format!("below {}", ca.facts().serial));
    let validity = Validity::asked(NOW, None, None, Some(Span::days(9999))).unwrap();
    let request =
        CaRequest { subject, key_type: KeyType::EcdsaP256, validity, constraints: Constraints::default() };
    ca.intermediate(&IntermediateRequest { ca: request, usage: Usage::Both, path_length })
}

#[test]
fn an_intermediate_signs_and_brings_itself_along() {
    let root = root(KeyType::EcdsaP256);
    let intermediate = below(&root, 0).unwrap();
    assert_eq!(intermediate.facts().not_after, root.facts().not_after);
    assert_eq!(
        (intermediate.facts().path_length, intermediate.is_root(), root.is_root()),
        (Some(0), false, true)
    );
    let issued = intermediate.sign(&request(KeyType::EcdsaP256, Usage::Both, &["n1.example.com"])).unwrap();
    let [leaf, above] = &Facts::all_in(issued.cert_pem().as_bytes()).unwrap()[..] else { panic!("not two") };
    assert_eq!(above.fingerprint, intermediate.facts().fingerprint);
    assert!(leaf.names_as_issuer(above) && above.names_as_issuer(root.facts()));
    assert!(intermediate.knows_serial(&leaf.serial) && root.knows_serial(&above.serial));
    assert!(!root.knows_serial(&leaf.serial));
    assert!(root.intermediates().is_empty());
}

#[test]
fn an_intermediate_is_read_only_below_its_issuer() {
    let root = root(KeyType::EcdsaP384);
    let made = below(&root, 0).unwrap();
    let (certificate, key) = (made.pem(), made.key().to_pem());
    let read = root.load_intermediate(certificate.as_bytes(), key.as_bytes(), NOW).unwrap();
    assert_eq!(read.intermediates(), made.intermediates());
    let other = self::root(KeyType::EcdsaP384);
    let wrong = other.load_intermediate(certificate.as_bytes(), key.as_bytes(), NOW).unwrap_err();
    assert!(matches!(wrong, Error::NotIssuedBy(..)), "{wrong}");
    let late = root.load_intermediate(certificate.as_bytes(), key.as_bytes(), NOW + Duration::days(9999));
    assert!(matches!(late.unwrap_err(), Error::CaExpired(_)));
}

#[test]
fn path_lengths_count_from_every_ca_above() {
    let root = root(KeyType::EcdsaP256);
    let first = below(&root, 1).unwrap();
    let second = below(&first, 9).unwrap();
    assert!(matches!(below(&second, 0).unwrap_err(), Error::PathLength(_)));
    assert_eq!(second.intermediates().len(), 2);
}

#[test]
fn limits_of_the_cas_above_hold_below() {
    let permitted = Ca::create(&CaRequest {
        subject: Subject::common_name("limited"),
        key_type: KeyType::EcdsaP256,
        validity: Validity::asked(NOW, None, None, Some(Span::days(10))).unwrap(),
        constraints: Constraints::permit(&["example.com"]).unwrap(),
    })
    .unwrap();
    let intermediate = below(&permitted, 0).unwrap();
    assert_eq!(intermediate.facts().constraints, permitted.facts().constraints);
    let refused = intermediate.sign(&request(KeyType::EcdsaP256, Usage::Both, &["n1.example.org"]));
    assert!(matches!(refused.unwrap_err(), Error::NotPermitted { .. }));
    let long = intermediate.sign(&request(KeyType::EcdsaP256, Usage::Both, &["n1.example.com"])).unwrap();
    assert_eq!(long.facts().unwrap().not_after, permitted.facts().not_after);
}

#[test]
fn an_intermediate_never_has_more_than_its_issuer() {
    let root = root(KeyType::EcdsaP256);
    let ca = CaRequest {
        subject: root.facts().subject.clone(),
        key_type: KeyType::EcdsaP256,
        validity: root.validity(),
        constraints: Constraints::default(),
    };
    let mut request = IntermediateRequest { ca, usage: Usage::Client, path_length: 1 };
    assert!(matches!(root.intermediate(&request).unwrap_err(), Error::SubjectTaken(_)));
    request.ca.subject = Subject::common_name("clients");
    let clients = root.intermediate(&request).unwrap();
    request.ca.subject = Subject::common_name("below");
    request.usage = Usage::Both;
    assert!(matches!(clients.intermediate(&request).unwrap_err(), Error::UsageNotPermitted(_)));
    request.usage = Usage::Client;
    request.ca.constraints = Constraints::permit(&["example.com"]).unwrap();
    let narrow = clients.intermediate(&request).unwrap();
    request.ca.subject = Subject::common_name("wide");
    request.ca.constraints = Constraints::permit(&["example.org"]).unwrap();
    request.path_length = 0;
    assert!(matches!(narrow.intermediate(&request).unwrap_err(), Error::PathLength(_)));
    request.path_length = 1;
    request.usage = Usage::Both;
    request.ca.constraints = Constraints::permit(&["example.com"]).unwrap();
    let narrow = root.intermediate(&request).unwrap();
    request.ca.subject = Subject::common_name("wider");
    request.ca.constraints = Constraints::permit(&["example.org"]).unwrap();
    assert!(matches!(narrow.intermediate(&request).unwrap_err(), Error::NotPermitted { .. }));
}

/// What is not asked for is as it was with the one before, else as the root has it.
#[test]
fn a_named_one_follows_the_one_before_it() {
    let root = root(KeyType::EcdsaP384);
    let make = |name: &str, wish: &IntermediateWish, before: Option<&Ca>, known: &[&Ca]| {
        root.named_intermediate(name, wish, before, known.iter().copied(), NOW)
    };
    let plain = IntermediateWish::default();
    let first = make("a", &plain, None, &[]).unwrap();
    let days = |ca: &Ca| (ca.facts().not_after - NOW + Duration::HOUR).whole_days();
    assert_eq!((first.facts().path_length, days(&first)), (Some(0), 1825));
    assert_eq!(first.facts().key.key_type(), Some(KeyType::EcdsaP384));
    assert!(first.facts().good_for(Usage::Both) && first.facts().constraints.is_empty());
    let wish = IntermediateWish {
        cn: Some("narrow".into()),
        key_type: Some(KeyType::Ed25519),
        validity: Some(Span::days(9)),
        usage: Some(Usage::Client),
        constraints: Some(Constraints::permit(&["example.com"]).unwrap()),
        ..plain.clone()
    };
    let narrow = make("b", &wish, Some(&first), &[]).unwrap();
    let heir = make("c", &plain, Some(&narrow), &[]).unwrap();
    for one in [&narrow, &heir] {
        assert_eq!((one.facts().key.key_type(), days(one)), (Some(KeyType::Ed25519), 9));
        assert!(one.facts().good_for(Usage::Client) && !one.facts().good_for(Usage::Server));
        assert_eq!(one.facts().constraints, narrow.facts().constraints);
        assert!(!one.is_unconstrained());
    }
    assert!(matches!(make("d", &wish, None, &[&narrow]), Err(Error::SubjectTaken(_))));
    assert!(matches!(make("root", &plain, None, &[]), Err(Error::NamedRoot)));
}

use std::net::IpAddr;

use super::*;

#[test]
fn hostile_names_are_refused_and_shown_harmlessly() {
    let key = key();
    let name = |name: GeneralName| {
        let csr = Csr::of(&Draft::of(&key).names(&[dns("good.example"), name]).sign()).unwrap();
        csr.names().map(|names| names[1].to_string()).map_err(|why| why.to_string())
    };
    for (asked, said) in [
        (dns("a\u{1b}[31m"), r#"the name "a\u{1b}[31m" contains a control character"#),
        (dns("a\0.example"), "control character"),
        (dns("a b"), "contains a blank"),
        (dns(""), "is empty"),
        (dns("10.0.0.1"), r#"the DNS name "10.0.0.1", which is none"#),
        (dns("[::1]"), "which is none"),
        (dns("a@example.com"), r#"the DNS name "a@example.com", which is none"#),
        (dns("spiffe://a/b"), "which is none"),
        (dns("localhost:4222"), "is a host with a port"),
        (dns("a..b"), "empty label"),
        (dns("a.example."), "ends with a dot"),
        (dns("*"), "*"),
        (dns("a.*.example"), "not the whole leftmost label"),
        (dns(&"a".repeat(64)), "longer than 63"),
        (email("localhost"), r#"the email address "localhost", which is none"#),
        (email("@example.com"), "the name"),
        (uri("localhost"), r#"the URI "localhost", which is none"#),
        (uri("nats://localhost:4222"), "URL of a NATS server"),
        (ip(&[1, 2, 3]), "iPAddress with neither 4 nor 16 octets"),
        (ip(&[10, 0, 0, 0, 255, 0, 0, 0]), "iPAddress with neither 4 nor 16 octets"),
        (GeneralName::RegisteredId(oid("1.2.3")), "a name of the kind registeredID"),
    ] {
        let why = name(asked.clone()).unwrap_err();
        assert!(why.contains(said) && !why.chars().any(char::is_control), "{asked:?}: {why}");
    }
    for (asked, given) in [
        (dns("*.example.com"), "DNS:*.example.com"),
        (ip(&"::1".parse::<IpAddr>().map(|_| [0; 16]).unwrap()), "IP:::"),
    ] {
        assert_eq!(name(asked).unwrap(), given);
    }
    let many = vec![dns("a.example"); MAX_NAMES + 5];
    let why = Csr::of(&Draft::of(&key).names(&many).sign()).unwrap().names().unwrap_err();
    assert!(why.to_string().ends_with("more than 1000 names"));
    let csr = Csr::of(&Draft::of(&key).with(SUBJECT_ALT_NAME, &Null).sign()).unwrap();
    assert!(csr.names().unwrap_err().to_string().ends_with("names that cannot be decoded"));
}

#[test]
fn subjects_are_checked_and_written_as_ours() {
    use der::asn1::{BmpString, PrintableString, Utf8StringRef};
    use x509_cert::attr::AttributeTypeAndValue;
    use x509_cert::name::{RdnSequence, RelativeDistinguishedName};

    let key = key();
    let common_name = |values: &[Any]| {
        let attributes =
            values.iter().map(|value| AttributeTypeAndValue { oid: oid("2.5.4.3"), value: value.clone() });
        let rdn = RelativeDistinguishedName::try_from(attributes.collect::<Vec<_>>()).unwrap();
        let mut sequence = RdnSequence::default();
        sequence.push(rdn);
        let draft = Draft::of(&key);
        let mut info = draft.info();
        info.subject = x509_cert::name::Name::from_der(&sequence.to_der().unwrap()).unwrap();
        Csr::of(&draft.sign_info(&info)).unwrap().subject()
    };
    let utf8 = |text: &str| Any::encode_from(&Utf8StringRef::new(text).unwrap()).unwrap();
    let printable = Any::encode_from(&PrintableString::new("n1").unwrap()).unwrap();
    let bmp = Any::encode_from(&BmpString::from_utf8("n1").unwrap()).unwrap();
    for value in [printable.clone(), bmp] {
        assert_eq!(common_name(&[value]).unwrap(), "CN=n1".parse::<Subject>().unwrap());
    }
    for (values, said) in [
        (&[utf8("a\nb")][..], "control character"),
        (&[utf8(&"a".repeat(65))], "65 characters"),
        (&[utf8("")], "no value"),
        (&[Any::encode_from(&Null).unwrap()], "no text"),
        (&[utf8("n1"), printable], "repeats CN"),
    ] {
        let why = common_name(values).unwrap_err().to_string();
        assert!(why.contains(said) && !why.chars().any(char::is_control), "{why}");
    }
}

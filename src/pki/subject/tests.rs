#![allow(clippy::unwrap_used)]

use der::Decode;
use proptest::prelude::*;

use super::*;

fn ok(input: &str) -> Subject {
    input.parse().unwrap_or_else(|why| panic!("{input:?}: {why}"))
}

fn values(subject: &Subject) -> Vec<(String, &str)> {
    subject.rdns().iter().flatten().map(|a| (a.keyword(), a.text.as_deref().unwrap())).collect()
}

fn decoded(subject: &Subject) -> Subject {
    Subject::from(&x509_cert::name::Name::from_der(&subject.to_der().unwrap()).unwrap())
}

/// RFC 4514, section 4, where its types are ours; then what comes out again.
#[test]
fn text_in_and_text_out() {
    for (input, output) in [
        ("UID=jsmith,DC=example,DC=net", "UID=jsmith,DC=example,DC=net"),
        ("OU=Sales+CN=J.  Smith,DC=example,DC=net", "OU=Sales+CN=J.  Smith,DC=example,DC=net"),
        (
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
        ),
        (r"CN=Lu\C4\8Di\C4\87", "CN=Lučić"),
        (r"CN=a\2Cb", r"CN=a\,b"),
        (r"CN=a\2cb\20", r"CN=a\,b\ "),
        (r"CN=\ a\ ", r"CN=\ a\ "),
        (r"CN=\  a", r"CN=\  a"),
        (r"CN=\#a", r"CN=\#a"),
        (r"CN=a#b=c", "CN=a#b=c"),
        (r"CN=a\=b", "CN=a=b"),
        (r"CN=\\", r"CN=\\"),
        (r"CN=a\+1", r"CN=a\+1"),
        (r"CN=\+\;\<\>", r"CN=\+\;\<\>"),
        ("  cn = alice ,  o= NATS  ", "CN=alice,O=NATS"),
        ("e=a@b.c,EmailAddress=d@e.f", "EMAILADDRESS=a@b.c,EMAILADDRESS=d@e.f"),
        ("1.2.3.4=x,2.5.4.3=y", "1.2.3.4=x,CN=y"),
        ("CN=☕", "CN=☕"),
        ("C=DE,SERIALNUMBER=1-2", "C=DE,SERIALNUMBER=1-2"),
        ("CN=\u{a0}x\u{a0}", "CN=\u{a0}x\u{a0}"),
    ] {
        assert_eq!(ok(input).to_string(), output, "{input:?}");
        assert_eq!(ok(output), ok(input), "{output:?}");
    }
}

#[test]
fn most_general_first_in_der_and_repeats_stay_apart() {
    let subject = ok("CN=a,OU=x,OU=y,DC=example,DC=com");
    let expected = [("DC", "com"), ("DC", "example"), ("OU", "y"), ("OU", "x"), ("CN", "a")];
    assert_eq!(values(&subject), expected.map(|(k, v)| (k.to_owned(), v)));
    let name = x509_cert::name::Name::from_der(&subject.to_der().unwrap()).unwrap();
    let texts: Vec<_> = name.iter().map(|a| String::from_utf8(a.value.value().to_vec()).unwrap()).collect();
    assert_eq!(texts, ["com", "example", "y", "x", "a"]);
    assert_eq!(subject.last_common_name(), Some("a"));
    assert_eq!(ok("CN=a,CN=b").last_common_name(), Some("a"));
    assert_eq!(ok("O=b").last_common_name(), None);
}

#[test]
fn a_multi_valued_rdn_is_one_set() {
    let subject = ok("OU=Eng+CN=alice,O=NATS");
    assert_eq!(subject.rdns().len(), 2);
    let again = decoded(&subject);
    assert_eq!(again.rdns()[1].len(), 2);
    assert_eq!(again.to_der().unwrap(), subject.to_der().unwrap());
    assert_eq!(again.to_der().unwrap(), ok("CN=alice+OU=Eng,O=NATS").to_der().unwrap());
}

#[test]
fn string_types_follow_rfc_5280() {
    for (input, tag) in [
        ("CN=a", Tag::Utf8String),
        ("O=a", Tag::Utf8String),
        ("C=DE", Tag::PrintableString),
        ("SERIALNUMBER=1", Tag::PrintableString),
        ("DC=com", Tag::Ia5String),
        ("E=a@b", Tag::Ia5String),
        ("1.2.3=a", Tag::Utf8String),
    ] {
        assert_eq!(ok(input).rdns()[0][0].raw.tag(), tag, "{input}");
    }
}

#[test]
fn refused_with_a_reason() {
    let long = "x".repeat(10_000);
    for (input, problem) in [
        ("", "is empty"),
        ("  ", "is empty"),
        ("alice", "without an equals sign: \"alice\""),
        ("CN=a,,O=b", "without an equals sign"),
        ("CN=a,", "without an equals sign"),
        ("CN=a+", "without an equals sign"),
        ("CN=", "no value for CN"),
        ("CN= ", "no value for CN"),
        ("=a", "unknown attribute type \"\""),
        ("XY=a", "unknown attribute type \"XY\""),
        ("1.2.=a", "unknown attribute type"),
        ("9.9.9=a", "unknown attribute type"),
        ("CN=a\nb", "control character in CN"),
        ("CN=\ta", "control character in CN"),
        (r"CN=a\00b", "control character in CN"),
        (r"CN=a\", "ends in a backslash"),
        (r"CN=a\x", "invalid escape"),
        (r"CN=a\4", "invalid escape"),
        (r"CN=a\4é", "invalid escape"),
        (r"CN=\C4", "not valid UTF-8"),
        ("CN=#0c0161", "#hex form"),
        ("CN=\"a\"", "an unescaped \""),
        ("CN=a;b", "an unescaped ;"),
        ("CN=<a>", "an unescaped <"),
        ("DC=é", "a character in DC"),
        ("SERIALNUMBER=a_b", "a character in SERIALNUMBER"),
        ("C=DEU", "3 characters in C, which holds 2"),
        ("C=D", "not two letters"),
        ("C=1-", "not two letters"),
        ("OU=a+OU=a", "repeats OU"),
        ("OU=a+CN=c+OU=b", "repeats OU"),
        (&format!("CN={long}"), "10000 characters in CN, which holds 64"),
        (&long, "without an equals sign"),
    ] {
        match input.parse::<Subject>() {
            Ok(subject) => panic!("{input:?} was taken as {subject}"),
            Err(why) => {
                assert!(why.problem.contains(problem), "{input:?}: {}", why.problem);
                assert!(
                    why.to_string().len() < 300
                        && (why.hint().contains("RFC 4514") || why.hint().contains("ISO 3166"))
                );
            }
        }
    }
}

#[test]
fn lengths_count_characters() {
    for (keyword, max) in [("CN", 64), ("OU", 64), ("O", 64), ("L", 128), ("UID", 256)] {
        assert!(format!("{keyword}={}", "é".repeat(max)).parse::<Subject>().is_ok());
        assert!(format!("{keyword}={}", "é".repeat(max + 1)).parse::<Subject>().is_err());
    }
    assert!(format!("DC={}", "a".repeat(64)).parse::<Subject>().is_err());
}

#[test]
fn our_own_text_is_cut_to_fit() {
    let subject = Subject::common_name(&format!("a\n{}", "é".repeat(99)));
    assert_eq!(subject.last_common_name().unwrap(), format!("a{}", "é".repeat(63)));
    assert!(Subject::common_name("").is_empty());
    let two = Subject::of(&[("2.5.4.10", "NATS"), ("2.5.4.3", "a")]);
    assert_eq!(two.to_string(), "CN=a,O=NATS");
}

#[test]
fn a_value_that_is_no_string_is_shown_in_hex() {
    let raw = Any::new(Tag::Integer, [7]).unwrap();
    let oid = ObjectIdentifier::new_unwrap("1.2.3");
    let subject = Subject(vec![vec![Attribute { oid, text: None, raw }]]);
    assert_eq!(subject.to_string(), "1.2.3=#020107");
}

fn attribute_text() -> impl Strategy<Value = String> {
    let value = prop_oneof!["[ #a,+=\"\\\\;<>é\u{a0}]{1,8}", "\\PC{1,20}"];
    ("(CN|OU|O|L|UID|1\\.2\\.3)", value).prop_map(|(keyword, value)| {
        let escaped: String = value.bytes().fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
        format!("{keyword}={escaped}")
    })
}

proptest! {
    #[test]
    fn any_text_parses_or_is_refused(text in any::<String>()) {
        let _ = text.parse::<Subject>();
    }

    #[test]
    fn text_survives_the_round_trip(
        rdns in prop::collection::vec(prop::collection::vec(attribute_text(), 1..3), 1..4)
    ) {
        let input = rdns.iter().map(|rdn| rdn.join("+")).collect::<Vec<_>>().join(",");
        if let Ok(subject) = input.parse::<Subject>() {
            let again: Subject = subject.to_string().parse().unwrap();
            prop_assert_eq!(again.to_string(), subject.to_string());
            prop_assert_eq!(again.to_der().unwrap(), subject.to_der().unwrap());
            prop_assert_eq!(decoded(&subject).to_der().unwrap(), subject.to_der().unwrap());
            prop_assert_eq!(again, subject);
        }
    }
}

#![allow(clippy::unwrap_used)]

use time::macros::datetime;

use super::*;

/// One of each, with what a person reads.
fn all() -> Vec<(Reason, &'static str)> {
    let end = datetime!(2027-03-01 12:30 UTC);
    let changed = ("a".to_owned(), "b".to_owned());
    let validity = |found| Reason::Validity { found, wanted: Span::days(90) };
    let expires = |days| Reason::Expires { days, renew_before: Span::days(30) };
    vec![
        (Reason::Missing, "missing"),
        (Reason::FileMissing("key.pem"), "key.pem is missing"),
        (Reason::Unreadable("cert.pem", "no PEM".to_owned()), "cert.pem: no PEM"),
        (Reason::KeyMode(0o640), "key.pem could be read by others (mode 0640)"),
        (Reason::KeyMismatch, "key does not match"),
        (
            Reason::KeyType { found: changed.0.clone(), wanted: changed.1.clone() },
            "key type changed from a to b",
        ),
        (Reason::NameAdded("10.0.0.9".to_owned()), "SAN 10.0.0.9 added"),
        (Reason::NameRemoved("n9.example.com".to_owned()), "SAN n9.example.com removed"),
        (Reason::Subject { found: changed.0, wanted: changed.1 }, "subject changed from a to b"),
        (Reason::Usage, "key usage changed"),
        (validity(825 * 86400), "validity changed from 825d to 90d"),
        (validity(3600), "validity changed from 60m to 90d"),
        (Reason::Expired(end), "expired on 2027-03-01"),
        (expires(6), "expires in 6 days, renew_before is 30d"),
        (expires(1), "expires in 1 day, renew_before is 30d"),
        (expires(0), "expires today, renew_before is 30d"),
        (Reason::NotYetValid(end), "not valid before 2027-03-01T12:30:00Z"),
        (Reason::Extensions, "OCSP responder or must-staple changed"),
        (Reason::Signer { found: "a".to_owned(), wanted: "b".to_owned() }, "signer changed from a to b"),
        (Reason::CaChanged, "CA changed"),
        (Reason::Signature, "signature does not match"),
        (Reason::Revoked, "revoked"),
        (Reason::Chain, "intermediates changed"),
    ]
}

#[test]
fn each_reason_says_what_it_is() {
    for (reason, words) in all() {
        assert_eq!(reason.to_string(), words);
    }
}

#[test]
fn each_code_is_in_the_list_and_stands_for_one_kind() {
    let mut codes: Vec<_> = all().iter().map(|(reason, _)| reason.code()).collect();
    codes.dedup();
    assert_eq!(codes, Reason::CODES);
}

#![allow(clippy::unwrap_used)]

use time::macros::datetime;

use super::*;
use crate::pki::{Ca, CaRequest, Constraints, KeyType, Request, Subject, Usage};

const NOW: OffsetDateTime = datetime!(2027-03-01 12:00:00 UTC);

#[test]
fn spans() {
    for (input, seconds, output) in [
        ("90d", 90 * 86400, "90d"),
        ("12h", 12 * 3600, "12h"),
        ("1y", 365 * 86400, "365d"),
        ("2w", 14 * 86400, "14d"),
        ("30m", 1800, "30m"),
        ("90m", 5400, "90m"),
        ("120m", 7200, "2h"),
        ("48h", 2 * 86400, "2d"),
        ("007d", 7 * 86400, "7d"),
    ] {
        let span: Span = input.parse().unwrap();
        assert_eq!(span.duration().whole_seconds(), seconds);
        assert_eq!(span.to_string(), output);
        assert_eq!(span.to_string().parse(), Ok(span));
    }
    assert_eq!(Span::days(90), "90d".parse().unwrap());
}

#[test]
fn no_spans() {
    let long = format!("{}d", "9".repeat(10_000));
    for input in [
        "",
        "d",
        "90",
        "0d",
        "-1d",
        "+1d",
        "1.5d",
        "1D",
        "90 d",
        " 90d",
        "90d ",
        "1d12h",
        "1é",
        "é",
        "٣d",
        "9223372036854775807y",
        "99999999999999999999d",
        "9999y",
        "1s",
        &long,
    ] {
        let why = input.parse::<Span>().unwrap_err();
        assert!(matches!(why, TimeError::Span(_)), "{input}: {why}");
        assert!(why.to_string().len() < 100 && why.hint().contains("90d"));
    }
}

#[test]
fn instants() {
    for (input, expected) in [
        ("2027-01-31T00:00:00Z", datetime!(2027-01-31 0:00 UTC)),
        ("2027-01-31T01:30:00+01:30", datetime!(2027-01-31 0:00 UTC)),
        ("2027-01-31T00:00:00.999Z", datetime!(2027-01-31 0:00:00.999 UTC)),
    ] {
        assert_eq!(parse_instant(input).unwrap(), expected);
    }
    for input in
        ["", "2027-01-31", "2027-02-29T00:00:00Z", "2027-01-31T00:00:00", "tomorrow", "2027-01-31 00:00"]
    {
        assert!(matches!(parse_instant(input), Err(TimeError::Instant(_))), "{input}");
    }
    assert_eq!(rfc3339(NOW), "2027-03-01T12:00:00Z");
}

#[test]
fn whole_seconds_of_utc() {
    let from = datetime!(2027-01-01 01:00:00.75 +1);
    let to = datetime!(2027-01-02 00:00:00.25 UTC);
    let validity = Validity::new(from, to).unwrap();
    assert_eq!(rfc3339(validity.not_before), "2027-01-01T00:00:00Z");
    assert_eq!(rfc3339(validity.not_after), "2027-01-02T00:00:00Z");
}

#[test]
fn periods_that_cannot_be() {
    assert!(matches!(Validity::new(NOW, NOW), Err(TimeError::Empty { .. })));
    assert!(matches!(Validity::new(NOW, NOW - Duration::SECOND), Err(TimeError::Empty { .. })));
    assert!(matches!(Validity::new(datetime!(1969-12-31 23:59:59 UTC), NOW), Err(TimeError::Range(_))));
    assert!(Validity::new(datetime!(1970-01-01 0:00 UTC), datetime!(9999-12-31 23:59:59 UTC)).is_ok());
    // Year 10000 once it is in UTC.
    let late = datetime!(9999-12-31 23:30 -1);
    assert!(matches!(Validity::new(NOW, late), Err(TimeError::Range(_))));
    assert!(matches!(
        Validity::asked(NOW, None, None, Some("8000y".parse().unwrap())),
        Err(TimeError::Range(_))
    ));
    assert!(matches!(
        Validity::asked(datetime!(9999-01-01 0:00 UTC), None, None, None),
        Err(TimeError::Range(_))
    ));
}

#[test]
fn the_defaults_begin_a_little_earlier() {
    let validity = Validity::asked(NOW, None, None, Some(Span::days(90))).unwrap();
    assert_eq!(validity.not_before, NOW - BACKDATE);
    assert_eq!(validity.not_after, NOW + Duration::days(90));
    // Both ends count, so 825 days end one second before the same time of day.
    let default = Validity::asked(NOW, None, None, None).unwrap();
    assert_eq!(default.not_after - default.not_before, Duration::days(825) - Duration::SECOND);
}

#[test]
fn clipping() {
    let day = |from: i64, to: i64| Validity {
        not_before: NOW + Duration::days(from),
        not_after: NOW + Duration::days(to),
    };
    for (asked, expected) in [
        (day(2, 3), Some(day(2, 3))),
        (day(-5, 5), Some(day(-5, 5))),
        (day(5, 50), Some(day(5, 10))),
        (day(-5, 50), Some(day(-5, 10))),
        (day(0, 10), Some(day(0, 10))),
        (day(-5, -1), Some(day(-5, -1))),
        (day(10, 11), None),
        (day(20, 30), None),
    ] {
        assert_eq!(asked.ending_by(NOW + Duration::days(10)), expected);
    }
}

#[test]
fn both_ends_are_valid() {
    let validity = Validity { not_before: NOW, not_after: NOW + Duration::DAY };
    assert!(validity.contains(NOW) && validity.contains(NOW + Duration::DAY));
    assert!(!validity.contains(NOW - Duration::SECOND));
    assert!(!validity.contains(NOW + Duration::DAY + Duration::SECOND));
    for (seconds, days) in [(0, 1), (1, 0), (86400, 0), (86401, -1), (3 * 86400, -2)] {
        assert_eq!(validity.days_left(NOW + Duration::seconds(seconds)), days);
    }
}

/// RFC 5280, section 4.1.2.5: `UTCTime` through 2049, `GeneralizedTime` from 2050.
#[test]
fn dates_in_a_certificate_are_exact() {
    let ends = [
        (
            datetime!(1970-01-01 0:00 UTC),
            datetime!(1970-01-01 00:00:01 UTC),
            "700101000000Z",
            "700101000001Z",
        ),
        (
            datetime!(1999-12-31 23:59:59 UTC),
            datetime!(2000-01-01 0:00 UTC),
            "991231235959Z",
            "000101000000Z",
        ),
        (
            datetime!(2048-02-29 12:34:56 UTC),
            datetime!(2049-12-31 23:59:59 UTC),
            "480229123456Z",
            "491231235959Z",
        ),
        (
            datetime!(2050-01-01 0:00 UTC),
            datetime!(9999-12-31 23:59:59 UTC),
            "20500101000000Z",
            "99991231235959Z",
        ),
    ];
    for (not_before, not_after, first, last) in ends {
        let validity = Validity::new(not_before, not_after).unwrap();
        let ca = Ca::create(&CaRequest {
            subject: Subject::common_name("dates"),
            key_type: KeyType::EcdsaP256,
            validity,
            constraints: Constraints::default(),
        })
        .unwrap();
        let leaf = ca
            .sign(&Request {
                usage: Usage::Server,
                names: vec!["localhost".parse().unwrap()],
                subject: Subject::common_name("localhost"),
                key_type: KeyType::EcdsaP256,
                validity,
                extensions: crate::pki::Extensions::default(),
            })
            .unwrap();
        for (der, facts) in [(ca.der(), ca.facts().clone()), (leaf.der(), leaf.facts().unwrap())] {
            assert_eq!((facts.not_before, facts.not_after), (not_before, not_after));
            for text in [first, last] {
                // Tag 23 is UTCTime, 24 GeneralizedTime.
                let tag = if text.len() == 13 { 23 } else { 24 };
                let wanted = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
                assert!(der.windows(wanted.len()).any(|window| window == wanted), "{text}");
            }
        }
    }
}

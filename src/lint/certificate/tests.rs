#![allow(clippy::unwrap_used)]

use ::time::{Duration, OffsetDateTime};

use super::*;
use crate::pki::{Ca, KeyKind};
use crate::{Role, lint::Certificate};

fn codes(pem: &str, days: i64) -> Vec<&'static str> {
    let certificates = Certificate::all_in(pem.as_bytes()).unwrap();
    let now = OffsetDateTime::now_utc() + Duration::days(days);
    let when = When { now, within: Duration::days(30) };
    let found = findings(Bundle { name: "f.pem", certificates: &certificates }, when);
    found.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_file_by_itself() {
    let ca = Ca::generate().unwrap();
    let one = ca.issue(Role::Server, ["localhost"]).unwrap();
    let other = Ca::generate().unwrap();
    let (one, ca, other) = (one.cert_pem(), ca.pem(), other.pem());
    let chain = format!("{one}{ca}");
    for (pem, days, wanted) in [
        (chain.clone(), 0, &[][..]),
        (format!("{ca}{other}"), 0, &[]),
        (format!("{ca}{one}"), 0, &["NC006"]),
        (format!("{chain}{other}"), 0, &["NC008"]),
        (format!("{chain}{one}"), 0, &["NC008"]),
        (chain.clone(), 900, &["NC020"]),
        (chain.clone(), 810, &["NC022"]),
        (chain, -2, &["NC021"]),
        (ca.clone(), 5000, &["NC020"]),
        (ca.clone(), 3640, &["NC022"]),
    ] {
        assert_eq!(codes(&pem, days), wanted, "{days}");
    }
}

#[test]
fn kinds_of_keys() {
    for (kind, wanted) in [
        (KeyKind::Ec("P-521".into()), true),
        (KeyKind::Ec("P-224".into()), false),
        (KeyKind::Ec("1.3.132.0.10".into()), false),
        (KeyKind::Rsa(1024), true),
        (KeyKind::Ed25519, true),
        (KeyKind::Other("1.3.101.113".into()), false),
    ] {
        assert_eq!(support(&kind) == Support::Fine, wanted, "{kind}");
    }
}

#![allow(clippy::unwrap_used)]

use time::{Duration, OffsetDateTime};

use crate::finding::{Code, Severity};
use crate::lint::testing::Case;
use crate::{Ca, Role};

const SERVER: &str = "tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem, verify: true }";
const REMOTE: &str = "leafnodes { remotes: [{ url: \"tls://hub:7422\", tls { cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem } }] }";

fn in_days(conf: &str, days: i64) -> Case {
    let ca = Ca::generate().unwrap();
    let now = OffsetDateTime::now_utc() + Duration::days(days);
    Case::of(conf).issued(&ca, Role::Leaf, "n", &["localhost"]).now(now)
}

#[test]
fn a_listeners_certificate_in_time() {
    for (days, codes) in [(-1, &["NC021"][..]), (0, &[]), (780, &[]), (800, &["NC022"]), (900, &["NC020"])] {
        let case = in_days(SERVER, days);
        assert_eq!(case.codes(), codes, "{days}: {:?}", case.findings());
    }
    // The root is over, too.
    let findings = in_days(SERVER, 4000).findings();
    let files: Vec<_> = findings
        .iter()
        .filter(|one| one.code == Code::Expired && one.severity == Severity::Error)
        .map(|one| one.element.as_ref().unwrap().file.as_str())
        .collect();
    assert_eq!(files, ["n.pem", "ca.pem"]);
}

#[test]
fn what_a_remote_shows_matters_if_its_hub_looks() {
    let severity = |case: &Case| {
        let findings = case.findings();
        findings.iter().find(|one| one.code == Code::Expired).map(|one| one.severity)
    };
    assert_eq!(severity(&in_days(REMOTE, 900)), Some(Severity::Warning));
    let later = OffsetDateTime::now_utc() + Duration::days(900);
    let hub = |verify: &str| {
        let leafnodes = format!(
            "listen: \"hub:7422\", tls {{ cert_file: h.pem, key_file: h-key.pem, ca_file: h.pem{verify} }}"
        );
        let own = old_or_new_root(later - Duration::DAY, later + Duration::days(500));
        in_days(REMOTE, 900)
            .conf("hub.conf", &format!("leafnodes {{ {leafnodes} }}"))
            .file("h.pem", own.pem())
    };
    assert_eq!(severity(&hub(", verify: true")), Some(Severity::Error));
    assert_eq!(severity(&hub("")), Some(Severity::Note));
}

#[test]
fn a_moment_ago() {
    let ca = Ca::generate().unwrap();
    let now = OffsetDateTime::now_utc() - Duration::minutes(4);
    let case = Case::of(SERVER).issued(&ca, Role::Server, "n", &["localhost"]).now(now);
    let findings = case.findings();
    assert!(findings.iter().any(|one| one.code == Code::JustIssued), "{findings:?}");
    assert!(case.codes().is_empty());
}

#[test]
fn a_root_that_is_over_among_others_is_good_to_know() {
    let now = OffsetDateTime::now_utc();
    let (ours, old) = (Ca::generate().unwrap(), old_root(now));
    let case = |conf: &str, cas: String| {
        Case::of(conf).issued(&ours, Role::Server, "n", &["localhost"]).file("ca.pem", cas)
    };
    let both = case(SERVER, format!("{}{old}", ours.pem()));
    assert!(both.codes().is_empty(), "{:?}", both.findings());
    assert!(both.findings().iter().any(|one| one.code == Code::Expired && one.severity == Severity::Note));
    assert_eq!(case(SERVER, old.clone()).codes(), ["NC020"]);
    // Nobody is checked against it.
    assert!(case(&SERVER.replace("true", "false"), old).codes().is_empty());
}

/// The certificate of a root that ended yesterday.
fn old_root(now: OffsetDateTime) -> String {
    old_or_new_root(now - Duration::days(400), now - Duration::DAY).pem().clone()
}

/// A root that is not natscert's own.
fn old_or_new_root(from: OffsetDateTime, to: OffsetDateTime) -> Ca {
    use crate::pki::{CaRequest, Constraints, KeyType, Subject, Validity};
    let validity = Validity::new(from, to).unwrap();
    let subject = Subject::common_name("old");
    let request =
        CaRequest { subject, key_type: KeyType::EcdsaP256, validity, constraints: Constraints::default() };
    Ca::create(&request).unwrap()
}

#[test]
fn a_root_with_a_successor_is_over_for_those_that_it_issued() {
    let now = OffsetDateTime::now_utc();
    let old = old_or_new_root(now - Duration::DAY, now + Duration::days(100));
    let new = old_or_new_root(now - Duration::DAY, now + Duration::days(900));
    let of_root = |by: &Ca, both: bool| {
        let case = Case::of(SERVER).issued(by, Role::Server, "n", &["localhost"]);
        let successor = if both { new.pem().clone() } else { String::new() };
        let case = case.file("ca.pem", format!("{}{successor}", old.pem())).now(now + Duration::days(200));
        let found = case.findings();
        let is_root = |one: &&crate::finding::Finding| {
            one.code == Code::Expired && one.element.as_ref().is_some_and(|element| element.file == "ca.pem")
        };
        found.iter().filter(is_root).map(|one| one.severity).collect::<Vec<_>>()
    };
    assert_eq!(of_root(&new, true), [Severity::Note]);
    assert_eq!(of_root(&old, true), [Severity::Error]);
    assert_eq!(of_root(&new, false), [Severity::Error]);
}

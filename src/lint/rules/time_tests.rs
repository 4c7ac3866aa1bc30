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
    let hub = |verify: &str| {
        let leafnodes = format!(
            "listen: \"hub:7422\", tls {{ cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem{verify} }}"
        );
        in_days(REMOTE, 900).conf("hub.conf", &format!("leafnodes {{ {leafnodes} }}"))
    };
    // Then it is the hub's own certificate, too: that it is expired is said of the file once, as bad as it is anywhere.
    assert_eq!(severity(&hub(", verify: true")), Some(Severity::Error));
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
    use crate::pki::{CaRequest, Constraints, KeyType, Subject, Validity};
    let validity = Validity::new(now - Duration::days(400), now - Duration::DAY).unwrap();
    let subject = Subject::common_name("old");
    let request =
        CaRequest { subject, key_type: KeyType::EcdsaP256, validity, constraints: Constraints::default() };
    Ca::create(&request).unwrap().pem().clone()
}

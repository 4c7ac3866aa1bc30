//! Certificates whose time has not come, is over, or is nearly over.

use std::rc::Rc;

use time::{Duration, OffsetDateTime};

use super::path::path_of;
use super::{Bundle, issue, who};
use crate::finding::{Code, Finding};
use crate::lint::Certificate;
use crate::pki::{Facts, rfc3339};

/// The time, and how far it is looked ahead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    /// The time.
    pub now: OffsetDateTime,
    /// Who ends within this is found.
    pub within: Duration,
}

/// A clock that is behind by more than this is rare. (natscert's own certificates begin five minutes before they are made.)
const MOMENTS: Duration = Duration::minutes(2);

fn renewal(facts: &Facts, role: &str) -> String {
    if facts.is_ca || role == "ca" {
        "make a new CA certificate, put it into every ca_file, and issue the certificates again: natscert ca init, natscert issue …"
            .to_owned()
    } else {
        format!("{} (natscert apply renews its own)", issue(facts, role))
    }
}

/// A certificate that is not valid now.
pub(crate) fn expiry(bundle: Bundle<'_>, one: &Certificate, when: When, role: &str) -> Option<Finding> {
    let (facts, name, who) = (&one.facts, bundle.name, who(&one.facts));
    let finding = if facts.not_after < when.now {
        let ago = span(when.now - facts.not_after);
        let end = rfc3339(facts.not_after);
        let message = format!("{name}: the certificate of {who} expired {ago} ago, on {end}");
        Finding::new(Code::Expired, message, renewal(facts, role))
    } else if facts.not_before > when.now {
        let (hence, start) = (span(facts.not_before - when.now), rfc3339(facts.not_before));
        let message = format!("{name}: the certificate of {who} is not valid before {start}, in {hence}");
        Finding::new(
            Code::NotYetValid,
            message,
            "correct this machine's clock, or issue it to begin earlier: natscert issue … --not-before TIME",
        )
    } else {
        return None;
    };
    Some(finding.of(bundle.element(one)))
}

/// A certificate that is valid, and not for long. One that never lives long is given until its last third.
pub(crate) fn soon(bundle: Bundle<'_>, one: &Certificate, when: When, role: &str) -> Option<Finding> {
    let facts = &one.facts;
    let horizon = when.within.min(facts.validity().length() / 3);
    let left = facts.not_after - when.now;
    if left.is_negative() || left > horizon || facts.not_before > when.now {
        return None;
    }
    let message = format!(
        "{}: the certificate of {} expires in {}, on {}",
        bundle.name,
        who(facts),
        span(left),
        rfc3339(facts.not_after)
    );
    let finding = Finding::new(Code::ExpiresSoon, message, renewal(facts, role));
    Some(finding.of(bundle.element(one)))
}

/// A certificate that has just begun.
pub(crate) fn just_issued(bundle: Bundle<'_>, one: &Certificate, when: When) -> Option<Finding> {
    let age = when.now - one.facts.not_before;
    if age.is_negative() || age > MOMENTS {
        return None;
    }
    let message = format!(
        "{}: the certificate of {} began to be valid {} ago: a machine whose clock is behind refuses it",
        bundle.name,
        who(&one.facts),
        span(age)
    );
    let fix = "wait, or issue it to begin earlier; natscert issue sets it back by five minutes";
    Some(Finding::new(Code::JustIssued, message, fix).of(bundle.element(one)))
}

/// Issuers that end before what they issued, by more than a day: roots made minutes before what they signed are common.
pub(crate) fn ends_before_issued(bundle: Bundle<'_>, roots: Option<Bundle<'_>>, when: When) -> Vec<Finding> {
    let mut found = Vec::new();
    for child in path_of(bundle).filter(|one| !one.facts.is_self_issued()) {
        let in_file = bundle.certificates.iter().map(|one| (bundle, one));
        let trusted =
            roots.into_iter().flat_map(|roots| roots.certificates.iter().map(move |one| (roots, one)));
        let issuers = in_file.chain(trusted).filter(|(_, one)| child.facts.names_as_issuer(&one.facts));
        let Some((of, issuer)) = issuers.max_by_key(|(_, one)| one.facts.not_after) else { continue };
        let (first, last) = (issuer.facts.not_after, child.facts.not_after);
        if first >= last - Duration::DAY || first < when.now {
            continue;
        }
        let message = format!(
            "{}: {} expires on {}, before the certificate of {} that it issued ({})",
            of.name,
            who(&issuer.facts),
            first.date(),
            who(&child.facts),
            last.date()
        );
        let fix = format!(
            "everything below it ends on {}: renew the CA before then, and issue again",
            first.date()
        );
        found.push(Finding::new(Code::IssuerExpiresFirst, message, fix).of(of.element(issuer)));
    }
    found
}

/// `3 days`, `5 hours`, `40 seconds`
fn span(duration: Duration) -> String {
    let (days, hours, minutes) = (duration.whole_days(), duration.whole_hours(), duration.whole_minutes());
    let (number, unit) = match (days, hours, minutes) {
        (2.., ..) => (days, "day"),
        (_, 2.., _) => (hours, "hour"),
        (.., 2..) => (minutes, "minute"),
        _ => (duration.whole_seconds(), "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Whether another certificate of the same CA, with the same key, is valid now.
pub(crate) fn has_valid_twin(all: &[Rc<Certificate>], one: &Certificate, now: OffsetDateTime) -> bool {
    all.iter().any(|twin| {
        twin.facts.subject_der() == one.facts.subject_der()
            && twin.facts.spki == one.facts.spki
            && twin.facts.validity().contains(now)
    })
}

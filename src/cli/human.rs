//! Times and lists in words.

use time::OffsetDateTime;

use crate::pki::{Facts, Validity};

/// `2026-11-21 to 2029-02-23 (824 days left)`; with hours when it is short.
pub(super) fn period(validity: Validity, now: OffsetDateTime) -> String {
    let (from, to) = (validity.not_before, validity.not_after);
    let left = to - now;
    let left = if from > now {
        "not yet valid".to_owned()
    } else if left.is_negative() {
        "expired".to_owned()
    } else if left.whole_days() >= 2 {
        format!("{} days left", left.whole_days())
    } else {
        format!("{} hours left", left.whole_hours())
    };
    let text =
        |t: OffsetDateTime| if (to - from).whole_days() < 3 { minutes(t) } else { t.date().to_string() };
    format!("{} to {} ({left})", text(from), text(to))
}

fn minutes(t: OffsetDateTime) -> String {
    format!("{} {:02}:{:02} UTC", t.date(), t.hour(), t.minute())
}

/// `serverAuth, clientAuth`, or what the absence of the extension means.
pub(super) fn usages(facts: &Facts) -> String {
    facts
        .extended_key_usage
        .as_ref()
        .map_or_else(|| "any (no extended key usage)".to_owned(), |list| list.join(", "))
}

/// Names as a list, or a word for none.
pub(super) fn names(facts: &Facts) -> String {
    if facts.sans.is_empty() {
        return "none (no subject alternative name)".to_owned();
    }
    facts.sans.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a certificate is called in passing: its common name, else its whole subject.
pub(super) fn title(facts: &Facts) -> String {
    facts.subject.last_common_name().map_or_else(|| facts.subject.to_string(), ToOwned::to_owned)
}

/// `1 certificate`, `2 certificates`.
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

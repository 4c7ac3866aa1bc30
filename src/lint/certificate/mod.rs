//! What certificates say against themselves, wherever they are used: for the rules, and for a file by itself.

mod keys;
mod order;
mod path;
mod time;

pub(crate) use keys::{CERTIFICATE_NEEDS, Support, support, weak_keys, weak_signatures};
pub(crate) use order::{ca_as_leaf, clutter, is_intermediate_first};
pub(crate) use path::{cannot_sign, obstacle, path_of, without_roots};
pub(crate) use time::{When, ends_before_issued, expiry, has_valid_twin, just_issued, soon};

use std::rc::Rc;

use super::Certificate;
use crate::finding::{Element, Finding};
use crate::pki::{Facts, San};
use crate::quote::word;

/// Certificates of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bundle<'a> {
    /// The file's name.
    pub name: &'a str,
    /// What is in it, in order.
    pub certificates: &'a [Rc<Certificate>],
}

impl Bundle<'_> {
    /// One of them, as findings name it.
    #[must_use]
    pub(crate) fn element(&self, certificate: &Certificate) -> Element {
        Element {
            file: self.name.to_owned(),
            number: certificate.number,
            subject: certificate.facts.subject.to_string(),
            fingerprint: certificate.facts.fingerprint.clone(),
        }
    }
}

/// A certificate in a few words: its subject, else the first of its names.
#[must_use]
pub(crate) fn who(facts: &Facts) -> String {
    if !facts.subject.is_empty() {
        return facts.subject.to_string();
    }
    let first = facts.sans.first();
    first.map_or_else(|| format!("the certificate with serial {}", facts.serial), ToString::to_string)
}

/// The names of a certificate, as `natscert issue` takes them from a shell.
#[must_use]
pub(crate) fn names(facts: &Facts) -> String {
    let name = |san: &San| match san {
        San::Dns(name) => Some(word(name)),
        San::Ip(address) => Some(address.to_string()),
        San::Email(email) => Some(word(email)),
        San::Uri(uri) => Some(word(uri)),
        San::Other => None,
    };
    let all: Vec<_> = facts.sans.iter().filter_map(name).collect();
    if all.is_empty() { "HOST".to_owned() } else { all.join(" ") }
}

/// The command that makes a certificate like this one.
#[must_use]
pub(crate) fn issue(facts: &Facts, role: &str) -> String {
    let command = format!("natscert issue {role} {}", names(facts));
    // What natscert makes lies where natscert puts it, and is of its own CA.
    if facts.issuer.is_of_natscert_root() {
        format!("{command} --force, and put it in the place of this one")
    } else {
        format!("have {} issue it again; or take natscert's CA for all of them: {command}", facts.issuer)
    }
}

/// Everything that a file of certificates says against itself, in the order of its certificates.
#[must_use]
pub(crate) fn findings(bundle: Bundle<'_>, when: When) -> Vec<Finding> {
    let Some(first) = bundle.certificates.first() else { return Vec::new() };
    let mut found = if bundle.certificates.iter().all(|one| one.facts.is_ca) {
        roots(bundle, when)
    } else {
        shown(bundle, first, when)
    };
    found.extend(weak_keys(bundle));
    found.sort_by_key(|finding| (finding.element.as_ref().map(|element| element.number), finding.code));
    found.dedup();
    found
}

fn roots(bundle: Bundle<'_>, when: When) -> Vec<Finding> {
    let each = |one: &Rc<Certificate>| {
        let unable = (!one.facts.may_sign()).then(|| cannot_sign(bundle, one));
        expiry(bundle, one, when, "ca").or_else(|| soon(bundle, one, when, "ca")).into_iter().chain(unable)
    };
    bundle.certificates.iter().flat_map(each).collect()
}

fn shown(bundle: Bundle<'_>, first: &Rc<Certificate>, when: When) -> Vec<Finding> {
    if is_intermediate_first(bundle) {
        return vec![order::intermediate_first(bundle, first)];
    }
    let role = crate::nats::Role::ALL
        .into_iter()
        .find(|role| first.facts.good_for((*role).into()))
        .map_or("server", crate::nats::Role::as_str);
    let mut found: Vec<_> = expiry(bundle, first, when, role).into_iter().collect();
    if found.is_empty() {
        found.extend(soon(bundle, first, when, role));
        found.extend(without_roots(bundle, when));
    }
    found.extend(ends_before_issued(bundle, None, when));
    for one in path_of(bundle).skip(1) {
        found.extend(soon(bundle, one, when, "ca"));
    }
    found.extend(weak_signatures(bundle, &[]));
    found.extend(clutter(bundle));
    found.extend(ca_as_leaf(bundle, first));
    if let Support::Refused(why) | Support::Unusable(why) = support(&first.facts.key) {
        found.push(keys::unsupported(bundle, first, why));
    }
    found
}

#[cfg(test)]
mod tests;

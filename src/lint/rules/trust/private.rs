//! Whether a certificate is certainly of a private CA: no public one may issue such.

use std::net::IpAddr;

use time::Duration;

use crate::lint::File;
use crate::pki::{Facts, ROOT_NAME, San};

/// What public CAs may not exceed (CA/Browser Forum, section 6.3.2), and a day for rounding.
const LONGEST: Duration = Duration::days(399);
/// Domains that nobody can own (RFC 2606, 6761, 6762, 8375), and what is used for private ones.
const LOCAL: [&str; 9] =
    [".local", ".internal", ".test", ".example", ".invalid", ".localhost", ".lan", ".home.arpa", ".svc"];

/// Why the certificates of a file are of a private CA.
pub(super) fn why(file: &File) -> Option<String> {
    let leaf = &file.leaf()?.facts;
    if leaf.is_self_issued() {
        return Some("it is self-signed".to_owned());
    }
    if file.certificates.iter().any(|one| one.facts.issuer.to_string().contains(ROOT_NAME)) {
        return Some(format!("it is of {}", leaf.issuer));
    }
    if let Some(name) = leaf.sans.iter().find(|san| is_local(san)) {
        return Some(format!("it names {name}, which no public CA certifies"));
    }
    if leaf.not_after - leaf.not_before > LONGEST {
        return Some("it is valid for longer than any that a public CA issues".to_owned());
    }
    has_no_host(leaf).then(|| "it names no host, as those of public CAs do".to_owned())
}

fn has_no_host(facts: &Facts) -> bool {
    !facts.sans.iter().any(|san| matches!(san, San::Dns(_) | San::Ip(_)))
}

fn is_local(san: &San) -> bool {
    match san {
        San::Dns(name) => {
            let name = name.to_ascii_lowercase();
            !name.contains('.') || LOCAL.iter().any(|domain| name.ends_with(domain))
        }
        San::Ip(IpAddr::V4(address)) => {
            address.is_private() || address.is_loopback() || address.is_link_local()
        }
        San::Ip(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        _ => false,
    }
}

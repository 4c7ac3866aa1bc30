//! Whether a certificate covers a host, as Go's crypto/x509 sees it.

use std::net::IpAddr;
use std::rc::Rc;

use crate::lint::Certificate;
use crate::pki::{Facts, San};

/// Whether one of the certificates covers the host of a URL.
pub(super) fn any_covers(leaves: &[Rc<Certificate>], host: &str) -> bool {
    leaves.iter().any(|leaf| covers(&leaf.facts, host))
}

/// Whether a certificate covers a host: addresses by IP SANs alone, names by DNS SANs alone.
pub(super) fn covers(facts: &Facts, host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => facts.sans.iter().any(|san| matches!(san, San::Ip(ip) if same(*ip, address))),
        Err(_) => dns_names(facts).any(|pattern| matches(pattern, host)),
    }
}

/// An IPv4 address is the same in its IPv6 form, to Go.
fn same(one: IpAddr, other: IpAddr) -> bool {
    one.to_canonical() == other.to_canonical()
}

/// The DNS names of a certificate.
pub(super) fn dns_names(facts: &Facts) -> impl Iterator<Item = &str> {
    facts.sans.iter().filter_map(|san| match san {
        San::Dns(name) => Some(name.as_str()),
        _ => None,
    })
}

/// Whether a certificate has any IP address.
pub(super) fn has_address(facts: &Facts) -> bool {
    facts.sans.iter().any(|san| matches!(san, San::Ip(_)))
}

/// Whether a certificate has any name that a host could be.
pub(super) fn has_host(facts: &Facts) -> bool {
    has_address(facts) || dns_names(facts).next().is_some()
}

/// Label by label; a `*` stands for the leftmost.
pub(super) fn matches(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match pattern.strip_prefix("*.") {
        Some(parent) => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// A wildcard that would cover the host if it stood for several labels.
pub(super) fn short_wildcard<'f>(facts: &'f Facts, host: &str) -> Option<&'f str> {
    let host = host.to_ascii_lowercase();
    dns_names(facts).find(|pattern| {
        let parent = pattern.strip_prefix('*').map(str::to_ascii_lowercase);
        parent.is_some_and(|parent| parent.len() > 1 && host.ends_with(&parent))
    })
}

/// An IP address among the DNS names, where verifiers do not look for it.
pub(super) fn addresses_as_names(facts: &Facts) -> impl Iterator<Item = IpAddr> {
    let known = |address: &IpAddr| covers(facts, &address.to_string());
    dns_names(facts).filter_map(|name| name.parse::<IpAddr>().ok()).filter(move |address| !known(address))
}

/// What a certificate covers, for messages.
pub(super) fn shown(leaves: &[Rc<Certificate>]) -> String {
    let mut names: Vec<_> = leaves.iter().flat_map(|leaf| crate::fit::hosts(&leaf.facts)).collect();
    names.dedup();
    let rest = names.len().saturating_sub(4);
    names.truncate(4);
    let list = names.join(", ");
    if rest > 0 { format!("{list} and {rest} more") } else { list }
}

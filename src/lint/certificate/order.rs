//! What stands behind the certificate in its file.

use super::path::path_of;
use super::{Bundle, issue, who};
use crate::finding::{Code, Finding};
use crate::lint::Certificate;

/// Whether the first is a CA's, and has issued one behind it that is none.
pub(crate) fn is_intermediate_first(bundle: Bundle<'_>) -> bool {
    let Some((first, rest)) = bundle.certificates.split_first() else { return false };
    let is_issued = |one: &Certificate| one.facts.names_as_issuer(&first.facts) && !one.facts.is_ca;
    first.facts.is_ca && rest.iter().any(|one| is_issued(one))
}

pub(crate) fn intermediate_first(bundle: Bundle<'_>, first: &Certificate) -> Finding {
    let message = format!(
        "{}: the first certificate is that of the CA {}, and nats-server shows it for its own",
        bundle.name,
        who(&first.facts)
    );
    let fix =
        "put the certificate of the server first, then its issuer: cat cert.pem intermediate.pem > chain.pem";
    Finding::new(Code::IntermediateFirst, message, fix).of(bundle.element(first))
}

/// A CA certificate that a server or client shows.
pub(crate) fn ca_as_leaf(bundle: Bundle<'_>, first: &Certificate) -> Option<Finding> {
    if !first.facts.is_ca {
        return None;
    }
    let message = format!(
        "{}: {} is a CA certificate: rustls clients refuse it, and its key could certify anybody",
        bundle.name,
        who(&first.facts)
    );
    let fix = format!("let the CA issue one: {}", issue(&first.facts, "server"));
    Some(Finding::new(Code::CaAsEndEntity, message, fix).of(bundle.element(first)))
}

/// Certificates that are there twice, that have issued nothing in front of them, or that stand before what they issued.
pub(crate) fn clutter(bundle: Bundle<'_>) -> Vec<Finding> {
    let all = bundle.certificates;
    let path: Vec<_> = path_of(bundle).collect();
    let mut found = Vec::new();
    for (at, one) in all.iter().enumerate().skip(1) {
        let name = bundle.name;
        let who = who(&one.facts);
        let twin = all[..at].iter().find(|other| other.facts.fingerprint == one.facts.fingerprint);
        let issued_before = all[..at].iter().any(|child| child.facts.names_as_issuer(&one.facts));
        let issued = path.iter().any(|child| child.facts.names_as_issuer(&one.facts));
        let (message, fix) = if let Some(twin) = twin {
            let message = format!(
                "{name}: the certificate of {who} is there twice, as number {} and {}",
                twin.number, one.number
            );
            (message, format!("take number {} out", one.number))
        } else if !issued {
            let message = format!("{name}: the certificate of {who} has issued nothing in the file");
            (
                message,
                format!(
                    "take number {} out; put the issuer of the first certificate there, if it is an intermediate",
                    one.number
                ),
            )
        } else if !issued_before {
            let message = format!("{name}: the certificate of {who} stands before what it issued");
            (message, "put each certificate before its issuer".to_owned())
        } else {
            continue;
        };
        found.push(Finding::new(Code::ChainClutter, message, fix).of(bundle.element(one)));
    }
    found
}

//! Keys that nats-server cannot use, or that are too short.

use std::rc::Rc;

use super::path::path_of;
use super::{Bundle, names, who};
use crate::finding::{Code, Finding, Severity};
use crate::lint::Certificate;
use crate::pki::{KeyKind, is_weak};

/// What there is to issue instead.
pub(crate) const CERTIFICATE_NEEDS: &str = "use a key on P-256, P-384 or P-521, Ed25519 or RSA of 2048 bits or more: natscert issue, or openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";

/// What Go makes of a kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Support {
    /// It serves.
    Fine,
    /// It is read, and no handshake is signed with it.
    Unusable(&'static str),
    /// No certificate with it is read.
    Refused(&'static str),
}

/// What Go makes of this kind.
pub(crate) fn support(key: &KeyKind) -> Support {
    match key {
        KeyKind::Rsa(_) | KeyKind::Ed25519 => Support::Fine,
        KeyKind::Ec(curve) => match curve.as_str() {
            "P-256" | "P-384" | "P-521" => Support::Fine,
            "P-224" => Support::Unusable("TLS has no signatures with it"),
            _ => Support::Refused("Go reads the curves P-224, P-256, P-384 and P-521 alone"),
        },
        KeyKind::Other(_) => Support::Unusable("Go signs with ECDSA, Ed25519 and RSA keys alone"),
    }
}

pub(super) fn unsupported(bundle: Bundle<'_>, certificate: &Certificate, why: &str) -> Finding {
    let message = format!(
        "{}: nats-server cannot use the key of {}, {}: {why}",
        bundle.name,
        who(&certificate.facts),
        certificate.facts.key
    );
    Finding::new(Code::KeyKind, message, CERTIFICATE_NEEDS).of(bundle.element(certificate))
}

/// RSA keys of fewer than 2048 bits, and of so few that nothing works with them.
pub(crate) fn weak_keys(bundle: Bundle<'_>) -> Vec<Finding> {
    let weak = |certificate: &Rc<Certificate>| {
        let KeyKind::Rsa(bits @ 1..2048) = certificate.facts.key else { return None };
        // Of a modulus that could not be read there are 0.
        let (severity, what) = match bits {
            ..1024 => (Severity::Error, "no TLS signature fits it, and Go from 1.24 on refuses it"),
            _ => {
                (Severity::Warning, "rustls, and OpenSSL as distributions set it up, refuse fewer than 2048")
            }
        };
        let who = who(&certificate.facts);
        let message = format!("{}: the RSA key of {who} has {bits} bits: {what}", bundle.name);
        let finding = Finding::new(Code::WeakKey, message, CERTIFICATE_NEEDS);
        Some(Finding { severity, ..finding }.of(bundle.element(certificate)))
    };
    bundle.certificates.iter().filter_map(weak).collect()
}

/// Certificates whose signature is made with SHA-1 or MD5, but for those that nobody checks: roots' own, and what is trusted
/// by itself.
pub(crate) fn weak_signatures(bundle: Bundle<'_>, trusted: &[Rc<Certificate>]) -> Vec<Finding> {
    let weak = |one: &&Rc<Certificate>| {
        is_weak(&one.facts.signature_algorithm)
            && !one.facts.is_self_issued()
            && trusted.iter().all(|root| root.facts.fingerprint != one.facts.fingerprint)
    };
    path_of(bundle).filter(weak).map(|one| weak_signature(bundle, one)).collect()
}

pub(super) fn weak_signature(bundle: Bundle<'_>, one: &Certificate) -> Finding {
    const MD5_WITH_RSA: &str = "1.2.840.113549.1.1.4";
    let hash = if one.facts.signature_algorithm == MD5_WITH_RSA { "MD5" } else { "SHA-1" };
    let message = format!(
        "{}: the certificate of {} is signed with {hash}, which Go, OpenSSL and rustls refuse",
        bundle.name,
        who(&one.facts)
    );
    let fix = format!("have it issued with SHA-256: natscert issue ROLE {}", names(&one.facts));
    Finding::new(Code::WeakSignature, message, fix).of(bundle.element(one))
}

//! What is in a `ca_file`, and certificates that are their own CA.

use std::collections::HashSet;

use crate::finding::{Code, Finding, Severity};
use crate::lint::certificate::who;
use crate::lint::conf::{Server, TlsMap};
use crate::lint::rules::time::issuers;
use crate::lint::{Desk, File, System, element};

pub(super) fn check(system: &System<'_>, desk: &mut Desk) {
    let mut seen = HashSet::new();
    let issuers = issuers(system);
    for server in &system.servers {
        for map in &server.tls {
            if let Some((ca, roots)) = map.ca.as_ref().zip(system.roots(map))
                && seen.insert(ca.value.clone())
            {
                leaves(&issuers, server, map, &roots, desk);
                same_subjects(server, map, &roots, desk);
            }
            self_signed(system, server, map, desk);
        }
    }
}

/// Certificates in a `ca_file` that are nobody's CA.
fn leaves(issuers: &HashSet<Vec<u8>>, server: &Server, map: &TlsMap, roots: &File, desk: &mut Desk) {
    let Some(ca) = &map.ca else { return };
    for one in &roots.certificates {
        let facts = &one.facts;
        // What issued a certificate is meant as a CA, and another finding; what is self-signed is its own.
        let has_issued = issuers.contains(facts.subject_der());
        if facts.is_ca || facts.is_version_1 || facts.is_self_issued() || has_issued {
            continue;
        }
        let what =
            format!("{} holds {}, which is no CA: it vouches for itself alone", roots.name, who(facts));
        let fix = format!("put the CA certificate of {} there instead", facts.issuer);
        // One file for everything holds it beside its CA, which is what counts then.
        let is_beside_its_ca = roots.certificates.iter().any(|other| facts.names_as_issuer(&other.facts));
        let severity = if is_beside_its_ca { Severity::Note } else { Code::LeafAsCa.severity() };
        let finding = Finding { severity, ..Finding::new(Code::LeafAsCa, what, fix) };
        desk.add(server, ca.span, finding.of(element(roots, one)));
    }
}

/// CA certificates of one name and different keys, in one file. Without key identifiers OpenSSL takes the first of them.
fn same_subjects(server: &Server, map: &TlsMap, roots: &File, desk: &mut Desk) {
    let Some(ca) = &map.ca else { return };
    for (at, one) in roots.certificates.iter().enumerate() {
        let twin = roots.certificates[..at].iter().find(|other| {
            other.facts.subject_der() == one.facts.subject_der() && other.facts.pin != one.facts.pin
        });
        let Some(twin) = twin.filter(|_| one.facts.is_ca) else { continue };
        let told_apart = one.facts.subject_key_id.is_some() && twin.facts.subject_key_id.is_some();
        let severity = if told_apart { Severity::Note } else { Severity::Warning };
        let what =
            format!("{} holds two CA certificates {} with different keys", roots.name, one.facts.subject);
        let fix = "keep both only while certificates of both are in use; name the next CA differently";
        let finding = Finding { severity, ..Finding::new(Code::SameSubject, what, fix) };
        desk.add(server, ca.span, finding.of(element(roots, one)));
    }
}

/// A certificate that was issued by itself.
fn self_signed(system: &System<'_>, server: &Server, map: &TlsMap, desk: &mut Desk) {
    for pair in &map.pairs {
        let Some((file, cert)) = system.cert_file(pair).zip(pair.cert.as_ref()) else { continue };
        let [only] = file.certificates.as_slice() else { continue };
        if !only.facts.names_as_issuer(&only.facts) {
            continue;
        }
        let why = if only.facts.is_ca { ", and rustls clients refuse a CA's" } else { "" };
        let what =
            format!("{} is self-signed: every peer has to trust just this certificate{why}", file.name);
        let fix = "let a CA issue it: natscert issue";
        desk.add(server, cert.span, Finding::new(Code::SelfSigned, what, fix).of(element(&file, only)));
    }
}

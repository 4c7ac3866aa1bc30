//! Certificates that are not valid now, or not for long.

use std::collections::HashSet;
use std::rc::Rc;

use super::matter::{Looked, Matter, judged};
use super::once::Once;
use crate::finding::{Finding, Severity};
use crate::lint::certificate::{
    Bundle, When, ends_before_issued, expiry, has_valid_twin, just_issued, path_of, soon,
};
use crate::lint::conf::{Server, Spanned, TlsMap};
use crate::lint::{Certificate, Desk, File, Peers, System};
use crate::pki::{self, Signature};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let matter = Matter::of(peers);
    let when = When { now: system.settings.now, within: system.settings.within };
    let issuers = issuers(system);
    let mut once = Once::default();
    for server in &system.servers {
        for map in &server.tls {
            let looked = matter.looked(server, map);
            for pair in &map.pairs {
                let Some((name, file)) = pair.cert.as_ref().zip(system.shown(pair)) else {
                    continue;
                };
                shown(system, (server, map), (name, &file), (looked, when), &mut once);
            }
            let Some(name) = &map.ca else { continue };
            if judged(server, map) != (false, false) {
                trusted(system, &system.material.pool(&name.value), &issuers, |name_of, finding| {
                    once.add(server, name.span, name_of, finding);
                });
            }
        }
    }
    clients(system, when, &mut once);
    once.lay_on(desk);
}

fn shown<'a>(
    system: &System<'_>,
    (server, map): (&'a Server, &'a TlsMap),
    (name, file): (&'a Spanned<String>, &File),
    (looked, when): (Looked, When),
    once: &mut Once<'a>,
) {
    let Some(leaf) = file.leaf() else { return };
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let role = map.context().map_or("client", |context| context.role().as_str());
    let mut add = |file: &str, finding: Finding| once.add(server, name.span, file, looked.weigh(finding));
    if let Some(finding) = expiry(bundle, leaf, when, role) {
        add(&file.name, finding);
        return;
    }
    if let Some(finding) = just_issued(bundle, leaf, when) {
        add(&file.name, finding);
    }
    if looked == Looked::Never {
        return;
    }
    if let Some(finding) = soon(bundle, leaf, when, role) {
        add(&file.name, finding);
    }
    for one in path_of(bundle).skip(1).filter(|one| !one.facts.is_self_issued()) {
        if let Some(finding) = soon(bundle, one, when, "ca") {
            add(&file.name, finding);
        }
    }
    let roots = system.roots(map);
    let trusted = roots.as_ref().map(|roots| Bundle { name: &roots.name, certificates: &roots.certificates });
    for finding in ends_before_issued(bundle, trusted, when) {
        let of = finding.element.as_ref().map_or_else(String::new, |element| element.file.clone());
        add(&of, finding);
    }
}

/// The names of all issuers of certificates that are shown, but for what issued itself.
pub(super) fn issuers(system: &System<'_>) -> HashSet<Vec<u8>> {
    let mut names = HashSet::new();
    for file in files(system) {
        let issued = file.certificates.iter().filter(|one| !one.facts.is_self_issued());
        names.extend(issued.map(|one| one.facts.issuer_der().to_vec()));
    }
    names
}

/// Files of certificates that are shown.
fn files(system: &System<'_>) -> Vec<Rc<File>> {
    let maps = system.servers.iter().flat_map(|server| &server.tls);
    let pairs = maps.flat_map(|map| &map.pairs).filter_map(|pair| system.cert_file(pair));
    pairs.chain(system.clients.iter().map(|client| Rc::clone(&client.file))).collect()
}

/// Of a `ca_file`, what has issued something that is known, or all of it if nothing else is there. What else has expired among
/// many is good to know.
fn trusted(system: &System<'_>, file: &File, issuers: &HashSet<Vec<u8>>, mut add: impl FnMut(&str, Finding)) {
    let when = When { now: system.settings.now, within: system.settings.within };
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let is_over = |one: &Rc<Certificate>| !one.facts.validity().contains(when.now);
    let all_over = file.certificates.iter().all(is_over);
    let is_only = file.certificates.len() == 1;
    for one in &file.certificates {
        let is_known = is_only || issuers.contains(one.facts.subject_der());
        if let Some(finding) = expiry(bundle, one, when, "ca") {
            if has_valid_twin(&file.certificates, one, when.now) {
                continue;
            }
            let is_used = is_known && (!succeeded(&file.certificates, one, when) || has_issued(system, one));
            let finding = if all_over || is_used {
                Finding { severity: Severity::Error, ..finding }
            } else {
                Finding { severity: Severity::Note, fix: "take it out of the file".to_owned(), ..finding }
            };
            add(&file.name, finding);
        } else if is_known
            && !renewed(&file.certificates, one)
            && let Some(finding) = soon(bundle, one, when, "ca")
        {
            add(&file.name, finding);
        }
    }
}

/// Whether the same CA is there with a later end, with this key or with its next one.
fn renewed(all: &[Rc<Certificate>], one: &Certificate) -> bool {
    all.iter().any(|other| {
        other.facts.subject_der() == one.facts.subject_der() && other.facts.not_after > one.facts.not_after
    })
}

/// Whether its next certificate is there, and valid.
fn succeeded(all: &[Rc<Certificate>], one: &Certificate, when: When) -> bool {
    let valid: Vec<_> = all.iter().filter(|one| one.facts.validity().contains(when.now)).cloned().collect();
    renewed(&valid, one)
}

/// Whether its key, and not that of another CA of this name, has issued something that is known.
fn has_issued(system: &System<'_>, one: &Certificate) -> bool {
    files(system).iter().flat_map(|file| &file.certificates).any(|child| {
        !child.facts.is_self_issued()
            && child.facts.is_issued_by_name_of(&one.facts)
            && pki::signature(&child.der, &one.facts) != Signature::Bad
    })
}

/// Clients' certificates, where anybody demands them.
fn clients<'a>(system: &'a System<'_>, when: When, once: &mut Once<'a>) {
    let Some((server, map)) = demanding(system) else { return };
    for client in &system.clients {
        let file = &client.file;
        let bundle = Bundle { name: &file.name, certificates: &file.certificates };
        let Some(leaf) = file.leaf() else { continue };
        let found = expiry(bundle, leaf, when, "client").or_else(|| soon(bundle, leaf, when, "client"));
        if let Some(finding) = found {
            once.add(server, map.key, &file.name, finding);
        }
    }
}

/// The first listener for clients that demands certificates.
pub(super) fn demanding<'a>(system: &'a System<'_>) -> Option<(&'a Server, &'a TlsMap)> {
    use crate::nats::Context;
    let maps = system.servers.iter().flat_map(|server| server.tls.iter().map(move |map| (server, map)));
    let is_for_clients =
        |map: &TlsMap| matches!(map.context(), Some(Context::Server | Context::Websocket | Context::Mqtt));
    maps.into_iter().find(|(_, map)| is_for_clients(map) && map.demands_certificates())
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;

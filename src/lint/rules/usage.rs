//! Certificates that may not be used as they are, by what they say or by what their CAs say.

use std::collections::HashSet;
use std::rc::Rc;

use super::matter::{Looked, Matter, judged};
use super::once::Once;
use super::time::{demanding, issuers};
use crate::finding::{Code, Finding, Severity};
use crate::lint::certificate::{
    Bundle, When, ca_as_leaf, cannot_sign, issue, obstacle, weak_keys, weak_signatures, who, without_roots,
};
use crate::lint::conf::{Server, Spanned, Spot, TlsMap};
use crate::lint::{Certificate, Desk, File, Peers, System};
use crate::nats::{Context, TlsOption};
use crate::pki::{KeyKind, Member, Obstacle, Usage};

/// What a map shows, and where.
#[derive(Clone, Copy)]
struct Shown<'a> {
    server: &'a Server,
    map: &'a TlsMap,
    name: &'a Spanned<String>,
    looked: Looked,
    /// Whether whoever connects checks it.
    is_checked: bool,
}

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let matter = Matter::of(peers);
    let issuers = issuers(system);
    let mut once = Once::default();
    for server in &system.servers {
        for map in &server.tls {
            let looked = matter.looked(server, map);
            let is_checked = matter.is_checked(server, map);
            for pair in &map.pairs {
                let Some((name, file)) = pair.cert.as_ref().zip(system.shown(pair)) else {
                    continue;
                };
                let shown = Shown { server, map, name, looked, is_checked };
                if let Some(leaf) = file.leaf() {
                    purposes(system, shown, &file, leaf, &mut once);
                    by_itself(shown, &file, leaf, &mut once);
                    authorities(system, shown, &file, &mut once);
                }
            }
            if let Some(name) = &map.ca {
                trusted(system, (server, map, name), &issuers, &mut once);
            }
        }
    }
    clients(system, &mut once);
    once.lay_on(desk);
}

/// How the certificate of a map is used; None where it does not matter.
fn purpose_missing(server: &Server, shown: Shown<'_>, usage: Usage) -> Option<Severity> {
    if usage == Usage::Server {
        return shown.is_checked.then_some(Severity::Error);
    }
    match shown.map.spot {
        Spot::Resolver | Spot::Proxy => Some(Severity::Note),
        Spot::In(Context::Remote) => match shown.looked {
            Looked::At => Some(Severity::Error),
            Looked::Perhaps => Some(Severity::Warning),
            Looked::Never => None,
        },
        // Who is dialled by others alone dials nobody but those that it is told of.
        Spot::In(Context::Cluster) => {
            let cluster = server.cluster.as_ref().filter(|cluster| cluster.listener.port.is_some())?;
            Some(if cluster.routes.is_empty() { Severity::Note } else { Severity::Error })
        }
        // Entries with maps of their own are dialled with those.
        Spot::In(Context::Gateway) => {
            let gateway = server.gateway.as_ref().filter(|gateway| gateway.listener.port.is_some())?;
            let are_split = !gateway.remotes.is_empty()
                && gateway.remotes.iter().all(|remote| {
                    remote
                        .tls
                        .and_then(|index| server.tls.get(index))
                        .is_some_and(|map| !map.pairs.is_empty())
                });
            (!are_split).then_some(Severity::Error)
        }
        Spot::In(Context::RemoteGateway) => Some(Severity::Error),
        Spot::In(_) => None,
    }
}

/// NC030, NC031
fn purposes<'a>(system: &System<'_>, shown: Shown<'a>, file: &File, leaf: &Certificate, once: &mut Once<'a>) {
    for (usage, code, purpose) in [
        (Usage::Server, Code::ServerAuthMissing, "serverAuth"),
        (Usage::Client, Code::ClientAuthMissing, "clientAuth"),
    ] {
        if leaf.facts.good_for(usage) {
            continue;
        }
        let Some(severity) = purpose_missing(shown.server, shown, usage) else { continue };
        // Another certificate of the list may be chosen.
        let others = system.leaves(shown.map);
        let severity = if others.iter().any(|other| other.facts.good_for(usage)) {
            severity.min(Severity::Warning)
        } else {
            severity
        };
        let what = if usage == Usage::Server {
            "shown to whoever connects"
        } else {
            "shown to whom this server dials"
        };
        let message = format!(
            "{}: the certificate of {} lacks {purpose}, and in {} it is {what}",
            file.name,
            who(&leaf.facts),
            shown.map.path
        );
        let role = shown.map.context().map_or("client", |context| context.role().as_str());
        let bundle = Bundle { name: &file.name, certificates: &file.certificates };
        let finding = Finding::new(code, message, issue(&leaf.facts, role)).of(bundle.element(leaf));
        once.add(shown.server, shown.name.span, &file.name, Finding { severity, ..finding });
    }
}

/// What a certificate says against itself.
fn by_itself<'a>(shown: Shown<'a>, file: &File, leaf: &Certificate, once: &mut Once<'a>) {
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let mut found = weak_keys(bundle);
    if let Some(finding) = ca_as_leaf(bundle, leaf) {
        // Among themselves, servers do not mind.
        let has_clients =
            matches!(shown.map.context(), Some(Context::Server | Context::Websocket | Context::Mqtt));
        let severity = if has_clients { finding.severity } else { Severity::Note };
        found.push(Finding { severity, ..finding });
    }
    found.extend(no_key_encipherment(shown, bundle, leaf));
    for finding in found {
        once.add(shown.server, shown.name.span, &file.name, shown.looked.weigh(finding));
    }
}

fn no_key_encipherment(shown: Shown<'_>, bundle: Bundle<'_>, leaf: &Certificate) -> Option<Finding> {
    let usages = leaf.facts.key_usage.as_ref()?;
    let is_rsa = matches!(leaf.facts.key, KeyKind::Rsa(_));
    let text = |option| {
        shown
            .map
            .entry(option)
            .and_then(|entry| entry.node.value.as_text().map(|text| text.to_str_lossy().into_owned()))
    };
    if !is_rsa || usages.contains(&"keyEncipherment") || text(TlsOption::MinVersion).as_deref() == Some("1.3")
    {
        return None;
    }
    let suites = shown.map.entry(TlsOption::CipherSuites)?;
    let suites = suites.node.value.as_array()?;
    let names = suites.iter().filter_map(|node| node.value.as_text());
    let suite =
        names.map(|text| text.to_str_lossy().into_owned()).find(|name| name.starts_with("TLS_RSA_WITH_"))?;
    let message = format!(
        "{}: the certificate of {} lacks keyEncipherment, which {suite} needs: Go does not look, Java and GnuTLS do",
        bundle.name,
        who(&leaf.facts)
    );
    let fix = "take suites that begin with TLS_ECDHE_, or issue the certificate with keyEncipherment: natscert issue server … --key-type rsa-2048";
    Some(Finding::new(Code::KeyEnciphermentMissing, message, fix).of(bundle.element(leaf)))
}

/// What the CAs above it say: those in `cert_file`, and in the `ca_file` that stands beside it.
fn authorities<'a>(system: &System<'_>, shown: Shown<'a>, file: &File, once: &mut Once<'a>) {
    if shown.looked == Looked::Never {
        return;
    }
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let when = When { now: system.settings.now, within: system.settings.within };
    let mut add =
        |of: &str, finding| once.add(shown.server, shown.name.span, of, shown.looked.weigh(finding));
    let roots = system.roots(shown.map);
    let trusted = roots.as_ref().map_or(&[][..], |roots| roots.certificates.as_slice());
    for finding in weak_signatures(bundle, trusted) {
        add(&file.name, finding);
    }
    let uses = [(shown.is_checked, Usage::Server), (shown.map.spot.dials(), Usage::Client)];
    let Some(leaf) = file.leaf() else { return };
    let mut leads = false;
    for (_, usage) in uses.into_iter().filter(|(is_used, usage)| *is_used && leaf.facts.good_for(*usage)) {
        let Some(roots) = &roots else { break };
        let Err(why) = system.verify(file, roots, usage) else {
            leads = true;
            continue;
        };
        let above = Bundle { name: &roots.name, certificates: &roots.certificates };
        let (place, member) = match why.member() {
            Member::Leaf => (bundle, Some(leaf)),
            Member::Intermediate(at) => (bundle, file.certificates.get(at + 1)),
            Member::Root(at) => (above, roots.certificates.get(at)),
        };
        if let Some(finding) = member.and_then(|one| obstacle(place, one, &why, usage, when)) {
            leads = true;
            add(place.name, finding);
        }
    }
    if !leads && let Some(finding) = without_roots(bundle, when) {
        add(&file.name, finding);
    }
}

/// What a `ca_file` says against itself, for the peers that it judges.
fn trusted<'a>(
    system: &System<'_>,
    (server, map, name): (&'a Server, &'a TlsMap, &'a Spanned<String>),
    issuers: &HashSet<Vec<u8>>,
    once: &mut Once<'a>,
) {
    let file = system.material.pool(&name.value);
    let (clients, servers) = judged(server, map);
    if !(clients || servers) {
        return;
    }
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let is_only = file.certificates.len() == 1;
    let is_known = |one: &Rc<Certificate>| is_only || issuers.contains(one.facts.subject_der());
    for finding in weak_keys(bundle) {
        let number = finding.element.as_ref().map_or(0, |element| element.number);
        if file.certificates.iter().any(|one| one.number == number && is_known(one)) {
            once.add(server, name.span, &file.name, finding);
        }
    }
    let purposes = [(clients, Usage::Client), (servers, Usage::Server)];
    // Among several there may be one for each purpose.
    let ruled_out = purposes.into_iter().find(|(judges, usage)| {
        *judges && file.certificates.iter().all(|one| one.facts.is_ca && !one.facts.good_for(*usage))
    });
    for one in file.certificates.iter().filter(|one| is_known(one)) {
        let says_signs = one.facts.key_usage.as_ref().is_some_and(|list| list.contains(&"keyCertSign"));
        // What is no CA's and does not claim to be is trusted for itself.
        let is_authority = one.facts.is_ca || says_signs || issuers.contains(one.facts.subject_der());
        if is_authority && !one.facts.may_sign() {
            once.add(server, name.span, &file.name, cannot_sign(bundle, one));
        }
        if let Some((_, usage)) = ruled_out {
            let why = Obstacle::Usage(Member::Root(0));
            let when = When { now: system.settings.now, within: system.settings.within };
            if let Some(finding) = obstacle(bundle, one, &why, usage, when) {
                once.add(server, name.span, &file.name, finding);
            }
        }
    }
}

/// Clients' certificates, where anybody demands them.
fn clients<'a>(system: &'a System<'_>, once: &mut Once<'a>) {
    let Some((server, map)) = demanding(system) else { return };
    for client in &system.clients {
        let file = &client.file;
        let bundle = Bundle { name: &file.name, certificates: &file.certificates };
        let Some(leaf) = file.leaf() else { continue };
        if !leaf.facts.good_for(Usage::Client) {
            let message = format!(
                "{}: the certificate of {} lacks clientAuth, and {} demands it of clients",
                file.name,
                who(&leaf.facts),
                map.path
            );
            let finding = Finding::new(Code::ClientAuthMissing, message, issue(&leaf.facts, "client"));
            once.add(server, map.key, &file.name, finding.of(bundle.element(leaf)));
        }
        for finding in weak_signatures(bundle, &[]).into_iter().chain(weak_keys(bundle)) {
            once.add(server, map.key, &file.name, finding);
        }
    }
}

#[cfg(test)]
#[path = "usage_tests.rs"]
mod tests;

//! Peers that refuse each other, because a certificate does not lead to what it is checked against.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::relation::{Pools, Relation, relations};
use crate::finding::{Code, Finding};
use crate::lint::conf::{Server, TlsMap};
use crate::lint::peers::Peers;
use crate::lint::{Desk, File, System, desk::place, element};
use crate::nats::Context;
use crate::pki::{Obstacle, Usage};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let mut pools = Pools::default();
    let mut judged = HashSet::new();
    for relation in relations(system, peers) {
        // Without ca_file it is the system's roots that count.
        let Some(roots) = system.roots(relation.by) else { continue };
        let pairs = relation.shown.map(|map| map.pairs.as_slice()).unwrap_or_default();
        let certs: Vec<_> =
            pairs.iter().filter_map(|pair| pair.cert.as_ref()).map(|cert| &cert.value).collect();
        // Without a certificate, each is refused for itself.
        let shower = certs.is_empty().then_some(relation.shows);
        let key = (certs, shower, pools.of(system, relation.by), relation.usage == Usage::Server);
        // One stands for all that check against the same.
        if judged.insert(key) {
            judge(system, &relation, &roots, desk);
        }
    }
    clients(system, peers, desk);
}

fn judge(system: &System<'_>, relation: &Relation<'_>, roots: &File, desk: &mut Desk) {
    let (shower, checker) = (&system.servers[relation.shows], &system.servers[relation.checks]);
    let mut add = |finding: Finding| {
        let span = relation.by.ca.as_ref().map_or(relation.by.key, |ca| ca.span);
        let at = relation.shown.map(|map| {
            let cert = map.pairs.first().and_then(|pair| pair.cert.as_ref());
            place(shower.config.sources(), cert.map_or(map.key, |cert| cert.span))
        });
        let finding = match at {
            Some(at) => finding.beside("what is shown", at),
            None => finding,
        };
        desk.add(checker, span, finding);
    };
    let pairs = relation.shown.map(|map| map.pairs.as_slice()).unwrap_or_default();
    let named: Vec<_> = pairs.iter().filter_map(|pair| system.cert_file(pair)).collect();
    let files: Vec<_> = named.iter().filter(|file| file.leaf().is_some()).collect();
    if files.is_empty() {
        // A file that cannot be read is another finding, and so is a listener without a certificate.
        if named.is_empty()
            && relation.usage == Usage::Client
            && relation.shown.is_none_or(|map| !map.spot.listens())
        {
            add(shows_nothing(relation, shower, checker));
        }
        return;
    }
    let Some(refusal) = refusal(system, relation, &files, roots) else { return };
    match refusal {
        Refusal::Unknown(file, same_name) => {
            add(unknown(shower, checker, &file, roots));
            if same_name {
                add(same_subject(&file, roots));
            }
        }
        Refusal::NotSent(file) => add(not_sent(shower, checker, &file, roots)),
        Refusal::Name(file, what) => add(Finding::new(
            Code::NameConstraint,
            what,
            format!("issue {} for names that {} permits, or from another CA", file.name, roots.name),
        )),
    }
}

enum Refusal {
    /// It leads to nothing there; whether a CA there has its issuer's name.
    Unknown(Rc<File>, bool),
    /// It would be taken, but Go does not send it.
    NotSent(Rc<File>),
    /// A CA may not certify it: what to say.
    Name(Rc<File>, String),
}

/// Why none of the certificates is taken. Time and usage are other rules' business.
fn refusal(
    system: &System<'_>,
    relation: &Relation<'_>,
    files: &[&Rc<File>],
    roots: &File,
) -> Option<Refusal> {
    let mut first = None;
    for file in files {
        let one = match system.verify(file, roots, relation.usage) {
            Ok(()) if relation.usage == Usage::Client && !is_sent(file, roots) => {
                Refusal::NotSent(Rc::clone(file))
            }
            Err(Obstacle::UnknownIssuer(_)) => Refusal::Unknown(Rc::clone(file), false),
            Err(Obstacle::OtherKey(_)) => Refusal::Unknown(Rc::clone(file), true),
            // With a ca_file of its own, the certificate has been judged where it stands.
            Err(Obstacle::Name(_, san)) if relation.shown.is_none_or(|map| map.ca.is_none()) => {
                let what = format!("{} names {san}, which a CA in {} may not certify", file.name, roots.name);
                Refusal::Name(Rc::clone(file), what)
            }
            _ => return None,
        };
        first.get_or_insert(one);
    }
    first
}

/// Go sends a certificate only if the acceptor's `ca_file` names an issuer of its chain.
fn is_sent(file: &File, roots: &File) -> bool {
    let named = |one: &crate::lint::Certificate| {
        roots.certificates.iter().any(|root| one.facts.is_issued_by_name_of(&root.facts))
    };
    file.certificates.iter().any(|one| named(one))
}

fn unknown(shower: &Server, checker: &Server, file: &File, roots: &File) -> Finding {
    let issuer = file.certificates.last().map(|last| last.facts.issuer.to_string()).unwrap_or_default();
    let what =
        format!("{} refuses {}: {} does not lead to {}", checker.file, shower.file, file.name, roots.name);
    let fix = format!(
        "in {}, add the CA certificate of {issuer} to {}; or issue {} from a CA that stands there",
        checker.file, roots.name, file.name
    );
    let finding = Finding::new(Code::UntrustedPeer, what, fix);
    match file.leaf() {
        Some(leaf) => finding.of(element(file, leaf)),
        None => finding,
    }
}

fn same_subject(file: &File, roots: &File) -> Finding {
    let issuer = file.leaf().map(|leaf| leaf.facts.issuer.to_string()).unwrap_or_default();
    let what =
        format!("{} has a CA {issuer} of another key than the one that issued {}", roots.name, file.name);
    Finding::new(
        Code::SameSubject,
        what,
        "give each CA a name of its own, and put the one that issued it into ca_file",
    )
}

fn not_sent(shower: &Server, checker: &Server, file: &File, roots: &File) -> Finding {
    let what = format!(
        "{} refuses {}: {} stands in {} itself, and nats-server does not send it there",
        checker.file, shower.file, file.name, roots.name
    );
    let fix = format!("put the CA certificate that issued {} into {}", file.name, roots.name);
    let severity = crate::finding::Severity::Error;
    Finding { severity, ..Finding::new(Code::LeafAsCa, what, fix) }
}

fn shows_nothing(relation: &Relation<'_>, shower: &Server, checker: &Server) -> Finding {
    let what = format!(
        "{} refuses {}: it demands a certificate, and {} shows none",
        checker.file,
        shower.file,
        relation.shown.map_or("a remote without tls", |map| &*map.path)
    );
    let fix =
        format!("in {}, add cert_file and key_file to the remote's tls: natscert issue leaf", shower.file);
    Finding::new(Code::UntrustedPeer, what, fix)
}

/// What clients connect to.
const DOORS: [Context; 3] = [Context::Server, Context::Websocket, Context::Mqtt];

/// Clients' certificates against the listeners for clients.
fn clients(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let doors: Vec<_> = (0..system.servers.len())
        .flat_map(|at| DOORS.map(|context| (at, context)))
        .filter_map(|(at, context)| Some((at, context, demanding(&system.servers[at], context)?)))
        .collect();
    for client in &system.clients {
        let mut takes: HashMap<(usize, Context), bool> = HashMap::new();
        for (at, context, map) in &doors {
            let Some(roots) = system.roots(map) else { continue };
            let judged = system.verify(&client.file, &roots, Usage::Client);
            let refused = matches!(judged, Err(Obstacle::UnknownIssuer(_) | Obstacle::OtherKey(_)));
            takes.insert((*at, *context), !refused);
        }
        // It may be meant for one of them alone.
        let nobody = !takes.is_empty() && takes.values().all(|taken| !taken);
        let mut told = HashSet::new();
        for (at, context, map) in &doors {
            // Servers of one cluster stand in for each other; others may have other clients.
            let beside = |other: &usize| takes.get(&(*other, *context)) == Some(&true);
            let cluster =
                peers.crowds.iter().find(|crowd| crowd.context == Context::Cluster && crowd.to.contains(at));
            let expected = nobody || cluster.is_some_and(|cluster| cluster.to.iter().any(beside));
            let ca = map.ca.as_ref().map(|ca| &ca.value);
            if takes.get(&(*at, *context)) == Some(&false) && expected && told.insert((*at, ca)) {
                refuse_client(&system.servers[*at], map, &client.file, desk);
            }
        }
    }
}

fn demanding(server: &Server, context: Context) -> Option<&TlsMap> {
    let map = match context {
        Context::Server => server.tls_in(context),
        _ => server
            .listeners()
            .find(|(kind, at)| *kind == context && at.port.is_some())
            .and_then(|(_, at)| server.map_of(at)),
    };
    map.filter(|map| map.demands_certificates())
}

fn refuse_client(server: &Server, map: &TlsMap, file: &File, desk: &mut Desk) {
    let Some((leaf, ca)) = file.leaf().zip(map.ca.as_ref()) else { return };
    let what =
        format!("{} refuses the client of {}: it does not lead to {}", server.file, file.name, ca.value);
    let fix = format!(
        "add the CA certificate of {} to {}, or issue it from a CA that stands there",
        leaf.facts.issuer, ca.value
    );
    desk.add(server, ca.span, Finding::new(Code::UntrustedPeer, what, fix).of(element(file, leaf)));
}

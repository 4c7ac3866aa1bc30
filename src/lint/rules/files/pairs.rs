//! Certificates and the keys beside them.

use std::collections::HashMap;

use super::{Once, Wanted, named};
use crate::finding::{Code, Finding};
use crate::lint::certificate::{Bundle, CERTIFICATE_NEEDS, Support, support, who};
use crate::lint::conf::{Pair, Server};
use crate::lint::{Certificate, File, Key, System};
use crate::quote::text;

pub(super) fn check<'a>(system: &'a System<'_>, once: &mut Once<'a>) {
    let mut keys = None;
    for server in &system.servers {
        for map in &server.tls {
            for pair in &map.pairs {
                check_pair(system, server, pair, &mut keys, once);
            }
        }
    }
}

/// Every private key that is named anywhere, by its public half.
type Keys = HashMap<Vec<u8>, String>;

fn keys(system: &System<'_>) -> Keys {
    let maps = system.servers.iter().flat_map(|server| server.tls.iter().map(move |map| (server, map)));
    let all = maps.flat_map(|(server, map)| named(server, map)).filter(|named| named.wanted == Wanted::Key);
    let of = |file: &File| match &file.key {
        Some(Key::Clear(spki)) => Some((spki.clone(), file.name.clone())),
        _ => None,
    };
    all.filter_map(|named| of(&system.material.file(&named.name.value))).collect()
}

fn check_pair<'a>(
    system: &System<'_>,
    server: &'a Server,
    pair: &'a Pair,
    known: &mut Option<Keys>,
    once: &mut Once<'a>,
) {
    let Some((cert, file)) = pair.cert.as_ref().zip(system.cert_file(pair)) else { return };
    let Some(leaf) = file.leaf().filter(|_| !file.is_first_broken) else { return };
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    if let Support::Unusable(why) | Support::Refused(why) = support(&leaf.facts.key) {
        let message =
            format!("nats-server cannot use the key of {}, {}: {why}", who(&leaf.facts), leaf.facts.key);
        let finding = Finding::new(Code::KeyKind, message, CERTIFICATE_NEEDS).of(bundle.element(leaf));
        once.add(server, cert.span, &file.name, finding);
        return;
    }
    // What hides a block is said already.
    let is_hidden = once.has(Code::TextEncoding, &file.name) || file.hidden.is_some();
    let Some(name) = pair.key.as_ref().filter(|_| !is_hidden) else { return };
    let key = system.material.file(&name.value);
    let Some(Key::Clear(spki)) = &key.key else { return };
    if *spki == leaf.facts.spki {
        return;
    }
    let own = file.certificates.iter().find(|one| one.facts.spki == *spki);
    let (place, finding) = match own {
        Some(own) => (cert, ca_first(&file, leaf, own)),
        None => (name, mismatch(&file, leaf, &key, known.get_or_insert_with(|| keys(system)))),
    };
    once.add(server, place.span, &file.name, finding.of(bundle.element(leaf)));
}

fn ca_first(file: &File, leaf: &Certificate, own: &Certificate) -> Finding {
    let message = format!(
        "the first certificate in {} is {}; the one that the key belongs to is number {}",
        file.name,
        who(&leaf.facts),
        own.number
    );
    let fix = format!("put the certificate of {} first, then its issuer", who(&own.facts));
    Finding::new(Code::IntermediateFirst, message, fix)
}

fn mismatch(file: &File, leaf: &Certificate, key: &File, known: &Keys) -> Finding {
    let message = format!("the private key {} does not belong to the certificate {}", key.name, file.name);
    let fix = match known.get(&leaf.facts.spki) {
        Some(right) => format!("key_file: {}", text(right)),
        None => "name the key that the certificate was made for; natscert pin of both prints the same hash when they fit".to_owned(),
    };
    Finding::new(Code::KeyMismatch, message, fix)
}

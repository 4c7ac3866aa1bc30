//! Keys that no nats-server knows, in `tls` maps and where they are meant to be one.

use crate::finding::{Code, Finding};
use crate::lint::conf::{Server, TlsMap, array, entry};
use crate::lint::{Desk, System};
use crate::nats::key::{KEYS, PROXY_SINCE, PROXY_TLS_SINCE};
use crate::nats::{Key, nearest};
use crate::natsconf::{Entry, Map};

use super::place::newer;
use super::section::{Kind, Section};

/// The keys of an entry of `certs`, which nats-server takes in lower case alone.
const PAIR: [&str; 2] = ["cert_file", "key_file"];
/// Those of `ocsp_peer`.
const OCSP_PEER: [&str; 7] = [
    "verify",
    "ca_timeout",
    "allowed_clockskew",
    "warn_only",
    "unknown_is_good",
    "allow_when_ca_unreachable",
    "cache_ttl_when_next_update_unset",
];

pub(super) fn check(system: &System<'_>, server: &Server, map: &TlsMap, desk: &mut Desk) {
    let names = || KEYS.iter().flat_map(Key::names);
    for entry in unknown(&map.map, |key| Key::named(key).is_some()) {
        if entry.used && forgets(system) {
            continue;
        }
        let key = entry.key.to_str_lossy();
        let what = format!("{}: unknown field {key:?}", map.path);
        add(server, entry, what, &nearest(&key, names(), 1), desk);
    }
    for node in array(&map.map, &["certs", "certificates"]) {
        let Some(pair) = node.value.as_map() else { continue };
        for entry in unknown(pair, |key| PAIR.contains(&key)) {
            let key = entry.key.to_str_lossy();
            let what = format!("{}: error parsing tls certs config, unknown field {key:?}", map.path);
            add(server, entry, what, &nearest(&key, PAIR, 1), desk);
        }
    }
    let options = entry(&map.map, &["ocsp_peer"]).and_then(|entry| entry.node.value.as_map());
    let is_option = |key: &str| OCSP_PEER.contains(&key.to_lowercase().as_str());
    for entry in options.into_iter().flat_map(|options| unknown(options, is_option)) {
        let key = entry.key.to_str_lossy();
        let what = format!("{}: error parsing tls peer config, unknown field [{key:?}]", map.path);
        add(server, entry, what, &nearest(&key, OCSP_PEER, 1), desk);
    }
}

/// Releases that drop what is used as a variable do not look at it either.
fn forgets(system: &System<'_>) -> bool {
    super::twice::forgets(system).is_some()
}

fn unknown(map: &Map, is_known: impl Fn(&str) -> bool) -> impl Iterator<Item = &Entry> {
    map.iter().filter(move |entry| !is_known(&entry.key.to_str_lossy()))
}

fn add(server: &Server, entry: &Entry, what: String, near: &[&str], desk: &mut Desk) {
    let fix = match near.first() {
        Some(word) => format!("write {word}"),
        None => format!("remove {}", entry.key),
    };
    desk.add(server, entry.key_span, Finding::new(Code::UnknownOption, what, fix));
}

/// What belongs into a `tls` map, or is meant to be one. Other keys are none of our business.
pub(super) fn section(system: &System<'_>, server: &Server, section: &Section<'_>, desk: &mut Desk) {
    let version = system.settings.version;
    for entry in section.map.iter() {
        let key = entry.key.to_str_lossy().to_lowercase();
        let path = &section.path;
        let newer_than = match (section.kind, &*key) {
            (Kind::Remote, "proxy") => Some(PROXY_SINCE),
            // Where there are no proxies, that is said already.
            (Kind::Proxy, "tls") if version >= PROXY_SINCE => Some(PROXY_TLS_SINCE),
            _ => None,
        };
        if let Some(since) = newer_than {
            if let Some(finding) = newer(version, since, path, &key) {
                desk.add(server, entry.key_span, finding);
            }
        } else if entry.used || super::stray::swallows(entry) || section.kind.names().contains(&&*key) {
            // A variable may be called anything.
        } else if let Some(fix) = misplaced(&key).or_else(|| misspelt(&key, section.kind)) {
            let what = format!("{path}: unknown field {:?}", entry.key.to_str_lossy());
            desk.add(server, entry.key_span, Finding::new(Code::UnknownOption, what, fix));
        }
        if key == "tls" || key == "resolver_tls" {
            no_map(server, path, entry, desk);
        }
    }
}

fn no_map(server: &Server, path: &str, entry: &Entry, desk: &mut Desk) {
    let value = &entry.node.value;
    if value.as_map().is_none() {
        let key = entry.key.to_str_lossy();
        let what = format!("{path}: {key}: {}", super::conversion(value, "map[string]interface {}"));
        let fix =
            format!("write {key} {{ cert_file: \"…\", key_file: \"…\", ca_file: \"…\" }}, or remove it");
        desk.add(server, entry.node.span, Finding::new(Code::WrongType, what, fix));
    }
}

/// An option of a `tls` map that no map around it has.
fn misplaced(key: &str) -> Option<String> {
    // These two are options of other sections, too.
    let elsewhere = ["timeout", "min_version"];
    (Key::named(key).is_some() && !elsewhere.contains(&key))
        .then(|| format!("write it into tls: tls {{ {key}: … }}"))
}

/// One letter off.
fn misspelt(key: &str, kind: Kind) -> Option<String> {
    // Sections that are called so, or nearly.
    let right = ["http", "http_port", "leaf", "ws"];
    let near = |name: &&&str| key.len() >= 3 && strsim::osa_distance(key, name) == 1;
    let name = kind.names().iter().find(near).filter(|_| !right.contains(&key))?;
    Some(format!("write {name}"))
}

//! Keys that stand twice, in one spelling or in two, and keys that are dropped because a variable uses them.

use std::collections::HashMap;

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::Server;
use crate::lint::{Desk, System, place};
use crate::nats::Key;
use crate::natsconf::{Dialect, Entry, Map, Name, Value};

use super::section::{SYNONYMS, Section};

pub(super) fn check(system: &System<'_>, server: &Server, sections: &[Section<'_>], desk: &mut Desk) {
    let forgets = forgets(system);
    for section in sections {
        let word = |key: &str| {
            let synonyms = SYNONYMS.iter().find(|names| names.contains(&key));
            synonyms.map_or_else(|| key.to_owned(), |names| names[0].to_owned())
        };
        look(server, &section.path, section.map, word, desk);
        if let Some(severity) = forgets {
            dropped(server, &section.path, section.map, severity, |key| MATTER.contains(&key), desk);
        }
    }
    for map in &server.tls {
        let word = |key: &str| Key::named(key).map_or_else(|| key.to_owned(), |key| key.name.to_owned());
        look(server, &map.path, &map.map, word, desk);
        if let Some(severity) = forgets {
            dropped(server, &map.path, &map.map, severity, |key| Key::named(key).is_some(), desk);
        }
    }
}

/// Keys around `tls` maps whose loss would be noticed.
const MATTER: [&str; 24] = [
    "tls",
    "cluster",
    "gateway",
    "leafnodes",
    "leaf",
    "websocket",
    "ws",
    "mqtt",
    "host",
    "net",
    "port",
    "listen",
    "name",
    "routes",
    "gateways",
    "remotes",
    "url",
    "urls",
    "authorization",
    "accounts",
    "https",
    "https_port",
    "resolver_tls",
    "server_name",
];

fn look(server: &Server, path: &str, map: &Map, word: impl Fn(&str) -> String, desk: &mut Desk) {
    for entry in map.occurrences().iter().filter(|entry| entry.shadowed && !entry.used) {
        let Some(last) = map.get(entry.key.as_bytes()) else { continue };
        if !same(&entry.node.value, &last.node.value) {
            shadowed(server, path, entry, last, desk);
        }
    }
    let mut spellings: HashMap<String, Vec<&Entry>> = HashMap::new();
    for entry in map.iter() {
        spellings.entry(word(&entry.key.to_str_lossy().to_ascii_lowercase())).or_default().push(entry);
    }
    for entries in spellings.values().filter(|entries| entries.len() > 1) {
        let (first, last) = (entries[0], entries[entries.len() - 1]);
        let differ = entries.iter().any(|entry| !same(&entry.node.value, &first.node.value));
        // Variables may be called alike, if nothing else is.
        if differ && !entries.iter().all(|entry| entry.used) {
            let what = format!(
                "{path}: {} and {} are one key: chance decides at each start which counts",
                first.key, last.key
            );
            let finding = Finding::new(Code::CaseDuplicate, what, "keep one of them")
                .beside("the same key", place(server.config.sources(), first.key_span));
            desk.add(server, last.key_span, finding);
        }
    }
}

fn shadowed(server: &Server, path: &str, entry: &Entry, last: &Entry, desk: &mut Desk) {
    let is_map = entry.node.value.as_map().is_some();
    let what = format!("{path}: {} stands twice, and this one does not count", entry.key);
    let fix = if is_map {
        "put both blocks into one: nats-server does not merge them"
    } else {
        "remove one of them"
    };
    let mut finding = Finding::new(Code::DuplicateKey, what, fix)
        .beside("this one counts", place(server.config.sources(), last.key_span));
    // What an include says may be meant to be said otherwise here.
    if !is_map && entry.key_span.file != last.key_span.file {
        finding.severity = Severity::Note;
    }
    desk.add(server, entry.key_span, finding);
}

/// Whether two values say the same, wherever they stand.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|entry| {
                    let twin = other.get(entry.key.as_bytes());
                    twin.is_some_and(|twin| same(&entry.node.value, &twin.node.value))
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            let (one, other) = (one.items(), other.items());
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same(&one.value, &other.value))
        }
        (one, other) => one == other,
    }
}

/// Whether this release drops keys that are used as variables: how bad that is, since the patch may not be known.
pub(super) fn forgets(system: &System<'_>) -> Option<Severity> {
    let version = system.settings.version;
    let of = |patch| Dialect::of(version.major, version.minor, patch).forgets_used();
    let (lowest, highest) = (of(version.patch.unwrap_or(0)), of(version.patch.unwrap_or(u32::MAX)));
    match (lowest, highest) {
        (true, true) => Some(Severity::Error),
        (true, false) | (false, true) => Some(Severity::Warning),
        (false, false) => None,
    }
}

fn dropped(
    server: &Server,
    path: &str,
    map: &Map,
    severity: Severity,
    matters: impl Fn(&str) -> bool,
    desk: &mut Desk,
) {
    for entry in map.iter() {
        let key = entry.key.to_str_lossy().to_ascii_lowercase();
        let file = server.config.sources().get(entry.node.origin.file);
        let from_environment = file.is_some_and(|text| matches!(text.name(), Name::Environment(_)));
        let (what, fix) = if entry.used && matters(&key) {
            (
                format!(
                    "{path}: {} is also used as a variable, and nats-server 2.11.0 to 2.12.5 drops it for that",
                    entry.key
                ),
                "write the value in both places, or give it a name of its own at the top and use that twice",
            )
        } else if from_environment && entry.node.value.as_map().is_some() {
            (
                format!(
                    "{path}: {} is a map from the environment: nats-server 2.11.0 to 2.12.5 crashes",
                    entry.key
                ),
                "write the map into the configuration, or use 2.12.6 or later",
            )
        } else {
            continue;
        };
        let finding = Finding { severity, ..Finding::new(Code::UsedAsVariable, what, fix) };
        desk.add(server, entry.key_span, finding);
    }
}

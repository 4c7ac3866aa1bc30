//! Keys without a value: the map around one becomes its value, and the key of that map is gone.

use crate::finding::{Code, Finding, Severity};
use crate::lint::Desk;
use crate::lint::conf::{Server, TlsMap};
use crate::nats::{Holds, Key};
use crate::natsconf::{Entry, Map, Span, Stray, Value};

pub(super) fn check(server: &Server, desk: &mut Desk) {
    let stray = server.config.stray();
    if stray.is_empty() {
        return;
    }
    let mut wrapped = Vec::new();
    swallowers(server.config.root(), &mut wrapped);
    let mut lost: Vec<&Stray> = stray.iter().collect();
    for entry in wrapped {
        // The key that the map would have had stands right before it.
        let is_before = |stray: &&&Stray| before(stray.span, entry.node.span);
        let outer = lost.iter().filter(is_before).max_by_key(|stray| stray.span.start).copied();
        lost.retain(|stray| Some(*stray) != outer);
        let gone =
            outer.map_or_else(String::new, |outer| format!(", and there is no {} any more", outer.key));
        let what = format!("{} has no value: the map around it becomes its value{gone}", entry.key);
        desk.add(server, entry.key_span, Finding::new(Code::KeyWithoutValue, what, fix(entry)));
    }
    for stray in lost {
        let what = format!("{} has no value, and is gone", stray.key);
        let fix = format!("give {} a value, in quotes if it is text", stray.key);
        let finding = Finding::new(Code::KeyWithoutValue, what, fix);
        desk.add(server, stray.span, Finding { severity: Severity::Warning, ..finding });
    }
}

fn fix(entry: &Entry) -> String {
    let key = entry.key.to_str_lossy();
    match Key::named(&key).map(|key| key.holds) {
        Some(Holds::Flag) => format!("write {key}: true"),
        _ => format!("give {key} a value"),
    }
}

fn before(key: Span, map: Span) -> bool {
    key.file == map.file && key.start < map.start
}

/// Whether an entry has taken the map around it for its value.
pub(super) fn swallows(entry: &Entry) -> bool {
    entry.node.value.as_map().is_some() && before(entry.node.span, entry.key_span)
}

/// Whether a `tls` map is none, but what was around it.
pub(super) fn is_swallowed(map: &TlsMap) -> bool {
    map.map.occurrences().iter().any(|entry| before(entry.key_span, map.key))
}

fn swallowers<'a>(map: &'a Map, found: &mut Vec<&'a Entry>) {
    for entry in map.iter() {
        if swallows(entry) {
            found.push(entry);
        }
        match &entry.node.value {
            Value::Map(inner) => swallowers(inner, found),
            Value::Array(array) => {
                for inner in array.items().iter().filter_map(|node| node.value.as_map()) {
                    swallowers(inner, found);
                }
            }
            _ => {}
        }
    }
}

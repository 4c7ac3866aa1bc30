//! Values of the wrong kind, with what nats-server says of them.

use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Server, TlsMap};
use crate::nats::{Holds, Key, MinVersion};
use crate::natsconf::{Node, Value};

use super::first::First;
use super::{conversion, go_type, known};

pub(super) fn check(server: &Server, map: &TlsMap, desk: &mut Desk) {
    for (entry, key) in known(map) {
        let nodes = std::iter::once(&entry.node).chain(elements(key, &entry.node));
        for (number, node) in nodes.enumerate() {
            let said = if number == 0 { wrong(key, node) } else { wrong_element(key, node) };
            if let Some((said, fix)) = said {
                let what = format!("{}: {said}", map.path);
                desk.add(server, node.span, Finding::new(Code::WrongType, what, fix));
            }
        }
    }
}

type Said = Option<(String, String)>;

fn elements<'a>(key: &Key, node: &'a Node) -> impl Iterator<Item = &'a Node> {
    let listed = matches!(key.holds, Holds::Names(_) | Holds::Pairs);
    node.value.as_array().filter(|_| listed).unwrap_or_default().iter()
}

fn wrong(key: &Key, node: &Node) -> Said {
    let (name, value) = (key.name, &node.value);
    match (key.holds, value) {
        (Holds::Duration, Value::String(text)) => return duration(&text.to_str_lossy()),
        (Holds::TlsVersion, value) => return tls_version(value),
        (Holds::HandshakeFirst, Value::String(text)) => return handshake_first(value, &text.to_str_lossy()),
        _ if fits(key.holds, value) => return None,
        _ => {}
    }
    let said = match key.holds {
        Holds::File => format!("expected '{name}' to be filename"),
        Holds::Flag => format!("expected '{name}' to be a boolean"),
        Holds::Count | Holds::Duration | Holds::TlsVersion => format!("'{name}' wrong type"),
        Holds::Names(_) => format!("{name} wants a list: {}", conversion(value, "[]interface {}")),
        Holds::Pins => format!(
            "expected '{name}' to be a list of hex-encoded sha256 of DER encoded SubjectPublicKeyInfo"
        ),
        Holds::Pairs => format!("{name} wants a list: unsupported type"),
        Holds::HandshakeFirst => {
            format!("field {name:?} should be a boolean or a string, got {}", go_type(value))
        }
        Holds::OcspPeer => format!("{name} wants a flag or a map: unsupported type"),
        Holds::Text | Holds::Texts => format!("expected '{name}' to be a valid non-empty string"),
    };
    Some((said, wanted(key, value)))
}

/// Whether a value is of the right type. What texts say is another question.
fn fits(holds: Holds, value: &Value) -> bool {
    match holds {
        Holds::File => matches!(value, Value::String(_)),
        Holds::Flag | Holds::HandshakeFirst => matches!(value, Value::Bool(_)),
        Holds::Count => matches!(value, Value::Integer(_)),
        Holds::Duration => matches!(value, Value::Integer(_) | Value::Float(_)),
        Holds::Names(_) | Holds::Pins | Holds::Pairs => matches!(value, Value::Array(_)),
        Holds::TlsVersion => false,
        Holds::OcspPeer => matches!(value, Value::Bool(_) | Value::Map(_)),
        Holds::Text => value.as_text().is_some_and(|text| !text.as_bytes().is_empty()),
        // The server looks at texts alone, and forgets the rest.
        Holds::Texts => true,
    }
}

/// How it should be written.
fn wanted(key: &Key, value: &Value) -> String {
    let name = key.name;
    match (key.holds, value) {
        (Holds::Flag, Value::String(text)) if ["true", "false"].contains(&&*text.to_str_lossy()) => {
            format!("write it without quotes: {name}: {text}")
        }
        (Holds::Flag, _) => format!("write {name}: true, or false"),
        (Holds::File, _) => format!("write a path in quotes: {name}: \"…\""),
        (Holds::Count, Value::String(_)) => format!("write a number without quotes: {name}: 100"),
        (Holds::Count, _) => format!("write a whole number: {name}: 100"),
        (Holds::Duration, _) => format!("write seconds or a duration: {name}: 2"),
        (Holds::Names(_) | Holds::Pins, Value::String(text)) => {
            format!("write a list: {name}: [ \"{text}\" ]")
        }
        (Holds::Names(_) | Holds::Pins, _) => format!("write a list: {name}: [ \"…\" ]"),
        (Holds::Pairs, _) => format!("write a list: {name}: [ {{ cert_file: \"…\", key_file: \"…\" }} ]"),
        (Holds::HandshakeFirst, _) => format!("write {name}: true, auto, or a duration such as \"250ms\""),
        (Holds::OcspPeer, _) => format!("write {name}: true, or a map"),
        (Holds::TlsVersion, _) => format!("write {name}: \"1.2\" or \"1.3\""),
        (Holds::Text | Holds::Texts, _) => format!("write a text in quotes: {name}: \"…\""),
    }
}

fn wrong_element(key: &Key, node: &Node) -> Said {
    match (key.holds, &node.value) {
        (Holds::Names(_), Value::String(_)) | (Holds::Pairs, Value::Map(_)) => None,
        (Holds::Names(_), value) => Some((
            format!("{} wants names: {}", key.name, conversion(value, "string")),
            format!("write the names in quotes: {}: [ \"…\" ]", key.name),
        )),
        (_, value) => Some((
            format!("{} wants maps: unsupported type {}", key.name, go_type(value)),
            wanted(key, value),
        )),
    }
}

fn duration(text: &str) -> Said {
    // A number in quotes is another finding's business.
    if super::time::seconds(text).is_some() || super::time::is_number(text) {
        return None;
    }
    let said = format!("'timeout' time: invalid duration {text:?}");
    Some((said, "write seconds or a duration: timeout: 2, or \"500ms\"".to_owned()))
}

fn tls_version(value: &Value) -> Said {
    let fix = |text: &str| format!("write min_version: \"{text}\"");
    let Value::String(text) = value else {
        let (shown, meant) = match value {
            Value::Float(number) => (number.to_string(), if *number > 1.2 { "1.3" } else { "1.2" }),
            Value::Integer(number) => (number.to_string(), "1.2"),
            other => (go_type(other).to_owned(), "1.2"),
        };
        let said = format!("'min_version' wrong type: {shown}");
        return Some((said, format!("{}, with quotes: without them it is a number", fix(meant))));
    };
    let text = text.to_str_lossy();
    if text.parse::<MinVersion>().is_ok() {
        return None;
    }
    let said = match &*text {
        "1.0" | "1.1" => format!("unsupported TLS version: TLS {text}"),
        _ => format!("unknown version: {text}"),
    };
    Some((said, format!("{} or \"1.3\"", fix("1.2"))))
}

fn handshake_first(value: &Value, text: &str) -> Said {
    if First::of(value).is_some() {
        return None;
    }
    let said = format!("field \"handshake_first\"'s value {text:?} is invalid");
    Some((said, "write handshake_first: true, auto, or a duration such as \"250ms\"".to_owned()))
}

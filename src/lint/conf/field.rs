//! Values as nats-server takes them out of a map: keys in any case, later ones before earlier ones.

use crate::natsconf::{Entry, Map, Node, Span, Text, Value};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is used.
    pub span: Span,
}

impl<T> Spanned<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// The entry of one of these keys, in any case. Where several count (which nats-server leaves to chance), the last.
#[must_use]
pub fn entry<'a>(map: &'a Map, keys: &[&str]) -> Option<&'a Entry> {
    let is = |key: &Text| keys.iter().any(|name| key.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
    map.iter().filter(|entry| is(&entry.key)).last()
}

/// The text under one of these keys.
#[must_use]
pub fn text(map: &Map, keys: &[&str]) -> Option<Spanned<String>> {
    entry(map, keys).and_then(|entry| text_of(&entry.node))
}

/// The flag under one of these keys.
#[must_use]
pub fn flag(map: &Map, keys: &[&str]) -> Option<Spanned<bool>> {
    let entry = entry(map, keys)?;
    match entry.node.value {
        Value::Bool(value) => Some(Spanned::new(value, entry.node.span)),
        _ => None,
    }
}

/// The map under one of these keys, with its entry.
#[must_use]
pub fn map<'a>(map: &'a Map, keys: &[&str]) -> Option<(&'a Entry, &'a Map)> {
    let entry = entry(map, keys)?;
    entry.node.value.as_map().map(|inner| (entry, inner))
}

/// The elements of an array under one of these keys.
#[must_use]
pub fn array<'a>(map: &'a Map, keys: &[&str]) -> &'a [Node] {
    entry(map, keys).and_then(|entry| entry.node.value.as_array()).unwrap_or_default()
}

/// A string that is not empty.
#[must_use]
pub fn text_of(node: &Node) -> Option<Spanned<String>> {
    let text = node.value.as_text()?.to_str_lossy().into_owned();
    (!text.is_empty()).then(|| Spanned::new(text, node.span))
}

/// A port, which may be written as a number or as text.
#[must_use]
pub(super) fn port_of(node: &Node) -> Option<Spanned<i64>> {
    let value = match &node.value {
        Value::Integer(port) => *port,
        Value::String(text) => text.as_str()?.parse().ok()?,
        _ => return None,
    };
    Some(Spanned::new(value, node.span))
}

/// The port of `host:port`, -1 too, which is any free one.
#[must_use]
pub fn port_behind(address: &str) -> Option<i64> {
    address.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
}

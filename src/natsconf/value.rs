//! What a configuration says: values, and where each of them stands.

use super::span::Span;
use super::text::Text;
use std::collections::HashMap;
use std::sync::Arc;

/// A value. Copies share maps, arrays and strings, as all places do where one variable is used.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `{ … }`
    Map(Arc<Map>),
    /// `[ … ]`
    Array(Arc<Array>),
    /// Text, quoted or not.
    String(Text),
    /// A whole number, its suffix multiplied out (and wrapped around, as nats-server does).
    Integer(i64),
    /// A number with a dot.
    Float(f64),
    /// `true`, `yes`, `on`, and their opposites.
    Bool(bool),
    /// A time of day in UTC.
    DateTime(DateTime),
}

impl Value {
    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The array's elements, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        if let Self::Array(array) = self { Some(array.items()) } else { None }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// What kind of value it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Map(_) => "map",
            Self::Array(_) => "array",
            Self::String(_) => "string",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Bool(_) => "boolean",
            Self::DateTime(_) => "date",
        }
    }

    pub(super) fn size(&self) -> Size {
        match self {
            Self::Map(map) => map.size,
            Self::Array(array) => array.size,
            Self::String(text) => Size { depth: 0, weight: 16 + text.as_bytes().len() as u64 },
            _ => Size { depth: 0, weight: 16 },
        }
    }
}

/// How large a value is, with everything that it shares with others counted each time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Size {
    /// Levels of maps and arrays.
    pub(super) depth: usize,
    /// About the bytes of its JSON.
    pub(super) weight: u64,
}

impl Size {
    fn add(&mut self, inner: Self, extra: usize) {
        self.depth = self.depth.max(inner.depth + 1);
        self.weight = self.weight.saturating_add(inner.weight).saturating_add(extra as u64);
    }
}

/// A date and time, as it is written: `2024-01-02T03:04:05Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTime(pub(super) Box<str>);

impl DateTime {
    /// RFC 3339, in UTC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it is used: all of it, from quote to quote or brace to brace, or the `$` and the name of a variable.
    pub span: Span,
    /// Where it is written. Another place than `span` if it comes from a variable.
    pub origin: Span,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as it is written: nats-server takes most keys without regard to case, but not here.
    pub key: Text,
    /// The key's bytes, with its quotes.
    pub key_span: Span,
    /// The value.
    pub node: Node,
    /// A later entry has the same key, so this one does not count.
    pub shadowed: bool,
    /// A `$` refers to it: nats-server does not complain then that it does not know the key. From 2.11.0 to 2.12.5 it
    /// drops the key for that, even one that it knows.
    pub used: bool,
}

/// A map: its entries in the order of the file, those that do not count included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
    /// The last entry of each key; empty as long as looking at all of them is quicker.
    last: HashMap<Text, usize>,
    shadowed: usize,
    size: Size,
}

/// Up to how many entries a map does without an index.
const SMALL: usize = 8;

impl Map {
    /// The entries that count: of each key the last one.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.shadowed)
    }

    /// Every entry, duplicates too.
    #[must_use]
    pub fn occurrences(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of exactly this key that counts.
    #[must_use]
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<&Entry> {
        self.find(key.as_ref()).map(|at| &self.entries[at])
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() - self.shadowed
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    fn find(&self, key: &[u8]) -> Option<usize> {
        if self.last.is_empty() {
            self.entries.iter().rposition(|entry| entry.key.as_bytes() == key)
        } else {
            self.last.get(key).copied()
        }
    }

    /// Adds an entry, which shadows those of its key.
    pub(super) fn set(&mut self, entry: Entry) {
        self.size.add(entry.node.value.size(), entry.key.as_bytes().len() + 4);
        if let Some(earlier) = self.find(entry.key.as_bytes()) {
            self.entries[earlier].shadowed = true;
            self.shadowed += 1;
        }
        let at = self.entries.len();
        if at >= SMALL {
            if self.last.is_empty() {
                let keys = self.entries.iter().map(|entry| entry.key.clone());
                self.last = keys.zip(0..).collect();
            }
            self.last.insert(entry.key.clone(), at);
        }
        self.entries.push(Entry { shadowed: false, ..entry });
    }

    /// The value of a key that a `$` refers to; it is remembered as used.
    pub(super) fn take_note(&mut self, key: &[u8]) -> Option<&Node> {
        let at = self.find(key)?;
        let entry = &mut self.entries[at];
        entry.used = true;
        Some(&entry.node)
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

/// An array.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Array {
    items: Vec<Node>,
    size: Size,
}

impl Array {
    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        &self.items
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn push(&mut self, item: Node) {
        self.size.add(item.value.size(), 1);
        self.items.push(item);
    }
}

//! Values that may be written in a short and in a long form.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::shape::{Entries, EntriesVisitor, Given, Read};
use super::{ClientTable, NodeTable, SubjectsTable};
use crate::topology::error::Loc;

/// A node: its host name, or a table.
#[derive(Debug)]
pub(in crate::topology) enum NodeEntry {
    Name(String),
    Table(Box<NodeTable>),
}

impl Read for NodeEntry {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Node;
        impl<'de> Visitor<'de> for Node {
            type Value = NodeEntry;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a node\nwrite its host name, or a table such as { name = \"n1\", hosts = [\"n1.example.com\"] }")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<NodeEntry, E> {
                Ok(NodeEntry::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NodeEntry, A::Error> {
                NodeTable::deserialize(MapAccessDeserializer::new(map))
                    .map(|table| NodeEntry::Table(Box::new(table)))
            }
        }
        from.deserialize_any(Node)
    }
}

/// The clients: a table each, or their names.
#[derive(Debug, Default)]
pub(in crate::topology) struct Clients(pub(in crate::topology) Vec<(Given<String>, ClientTable)>);

impl<'de> Deserialize<'de> for Clients {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Clients;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a table of clients or a list of names\nwrite [clients.NAME], or clients = [\"alice\", \"bob\"]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Clients, A::Error> {
                let mut found = Vec::new();
                while let Some(name) = names.next_element()? {
                    found.push((name, ClientTable::default()));
                }
                Ok(Clients(found))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Clients, A::Error> {
                EntriesVisitor(PhantomData).visit_map(map).map(|Entries(all)| Clients(all))
            }
        }
        from.deserialize_any(All)
    }
}

/// A text, or a list of texts.
#[derive(Debug, Clone)]
pub(in crate::topology) enum OneOrMore {
    One(String),
    More(Vec<Given<String>>),
}

impl OneOrMore {
    /// Each with its place; a single one stands where the whole value stands.
    pub(in crate::topology) fn items(&self, at: Loc) -> Vec<Given<String>> {
        match self {
            Self::One(value) => vec![Given { value: value.clone(), at }],
            Self::More(items) => items.clone(),
        }
    }
}

/// What may be published or subscribed to: subjects, or a table.
#[derive(Debug, Clone)]
pub(in crate::topology) enum SubjectsEntry {
    List(OneOrMore),
    Table(SubjectsTable),
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = OneOrMore;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a subject or a list of subjects\nwrite \"orders.>\", or [\"orders.>\", \"_INBOX.>\"]")
    }

    fn visit_str<E: Error>(self, one: &str) -> Result<OneOrMore, E> {
        Ok(OneOrMore::One(one.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMore, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = list.next_element()? {
            found.push(item);
        }
        Ok(OneOrMore::More(found))
    }
}

impl Read for OneOrMore {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(List)
    }
}

struct Subjects;

impl<'de> Visitor<'de> for Subjects {
    type Value = SubjectsEntry;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(
            "a subject, a list of subjects or a table\nwrite \"orders.>\", [\"orders.>\", \"_INBOX.>\"] or { allow = \"…\", deny = \"…\" }",
        )
    }

    fn visit_str<E: Error>(self, one: &str) -> Result<SubjectsEntry, E> {
        List.visit_str(one).map(SubjectsEntry::List)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<SubjectsEntry, A::Error> {
        List.visit_seq(list).map(SubjectsEntry::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SubjectsEntry, A::Error> {
        SubjectsTable::deserialize(MapAccessDeserializer::new(map)).map(SubjectsEntry::Table)
    }
}

impl Read for SubjectsEntry {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Subjects)
    }
}

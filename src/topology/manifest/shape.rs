//! The shapes that values of a manifest come in: lists, tables, switches; each with its place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::topology::error::Loc;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(in crate::topology) struct Given<T> {
    pub(in crate::topology) value: T,
    pub(in crate::topology) at: Loc,
}

/// What can be read from a value of a manifest.
pub(super) trait Read: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

impl<'de, T: Read> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<Reader<T>>::deserialize(from)?;
        let at = spanned.span().into();
        Ok(Self { value: spanned.into_inner().0, at })
    }
}

struct Reader<T>(T);

impl<'de, T: Read> Deserialize<'de> for Reader<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}

/// A list, each item with its place.
impl<T> Read for Vec<Given<T>>
where
    Given<T>: for<'de> Deserialize<'de>,
{
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list\nwrite it in brackets: [\"one\", \"two\"]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut found = Vec::new();
                while let Some(item) = list.next_element()? {
                    found.push(item);
                }
                Ok(found)
            }
        }
        from.deserialize_seq(List(PhantomData))
    }
}

/// `true`, `false`, or a table that says more.
#[derive(Debug, Clone)]
pub(in crate::topology) enum Switch<T> {
    On,
    Off,
    Table(T),
}

impl<T: for<'de> Deserialize<'de>> Read for Switch<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(SwitchVisitor(PhantomData))
    }
}

struct SwitchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SwitchVisitor<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("true, false or a table\nwrite true or false, or its fields in braces")
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Switch<T>, E> {
        Ok(if on { Switch::On } else { Switch::Off })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Switch<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Switch::Table)
    }
}

/// A table, and nothing that serde would take for one: it reads a list as the fields in their order.
#[derive(Debug, Clone, Default)]
pub(in crate::topology) struct Table<T>(pub(in crate::topology) T);

/// What belongs where a table does, and on the next line how it is written.
pub(super) trait Described {
    const EXPECTED: &'static str;
}

impl<'de, T: Deserialize<'de> + Described> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Described> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Table<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Table)
    }
}

/// The entries of a table, in the order of the file.
#[derive(Debug)]
pub(in crate::topology) struct Entries<T>(pub(in crate::topology) Vec<(Given<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + Described> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EntriesVisitor(PhantomData))
    }
}

pub(super) struct EntriesVisitor<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de> + Described> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a table\nwrite a table of its own for each, by its name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let mut found = Vec::new();
        while let Some((name, Table(entry))) = map.next_entry()? {
            found.push((name, entry));
        }
        Ok(Entries(found))
    }
}

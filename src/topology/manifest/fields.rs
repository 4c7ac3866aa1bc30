//! Which fields each table has, asked of the code that reads them.

use std::fmt;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{Deserialize, IntoDeserializer as _};

/// What a table says of a field that it does not know.
#[derive(Debug)]
struct Expected(&'static [&'static str]);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Expected {}

impl serde::de::Error for Expected {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

fn of<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let unknown: [(&str, StrDeserializer<'_, Expected>); 1] = [("?", "".into_deserializer())];
    T::deserialize(MapDeserializer::new(unknown.into_iter())).err().map_or(&[], |Expected(fields)| fields)
}

/// Every table of a manifest with the fields that it takes.
#[must_use]
pub fn fields() -> Vec<(&'static str, &'static [&'static str])> {
    use super as table;
    vec![
        ("the manifest", of::<table::Manifest>()),
        ("ca", of::<table::CaTable>()),
        ("clusters", of::<table::ClusterTable>()),
        ("nodes", of::<table::NodeTable>()),
        ("leafnodes", of::<table::LeafnodeTable>()),
        ("clients", of::<table::ClientTable>()),
        ("accounts", of::<table::AccountTable>()),
        ("gateways", of::<table::GatewaysTable>()),
        ("listeners", of::<table::ListenersTable>()),
        ("a listener", of::<table::ListenerTable>()),
        ("jetstream", of::<table::JetStreamTable>()),
        ("permissions", of::<table::PermissionsTable>()),
        ("publish and subscribe", of::<table::SubjectsTable>()),
        ("allow_responses", of::<table::ResponsesTable>()),
    ]
}

//! Options: refused, ignored, unknown, of the wrong kind, or not what they look like.

mod elsewhere;
pub(super) mod first;
mod kind;
mod listeners;
mod names;
mod ocsp;
mod place;
mod section;
mod stray;
#[cfg(test)]
mod tests;
mod time;
mod twice;
mod unknown;

use self::first::First;
use crate::lint::conf::TlsMap;
use crate::lint::{Desk, Peers, System};
use crate::nats::{Holds, Key};
use crate::natsconf::{Entry, Value};

pub(super) fn check(system: &System<'_>, _: &Peers<'_>, desk: &mut Desk) {
    for server in &system.servers {
        let sections = section::all(server);
        for map in server.tls.iter().filter(|map| !stray::is_swallowed(map)) {
            place::check(system, (server, &sections), map, desk);
            kind::check(server, map, desk);
            unknown::check(system, server, map, desk);
            names::check(system, server, map, desk);
            time::check(server, map, desk);
            first::check(system, server, map, desk);
        }
        for section in &sections {
            unknown::section(system, server, section, desk);
        }
        elsewhere::check(server, &sections, desk);
        ocsp::check(server, desk);
        time::websocket(server, desk);
        listeners::check(server, desk);
        twice::check(system, server, &sections, desk);
        stray::check(server, desk);
    }
}

/// The entries of a `tls` map that nats-server knows.
fn known(map: &TlsMap) -> impl Iterator<Item = (&Entry, &'static Key)> {
    map.map.iter().filter_map(|entry| Some((entry, Key::named(&entry.key.to_str_lossy())?)))
}

/// Whether a value asks for something: `false` and 0 do not.
fn asks(key: &Key, value: &Value) -> bool {
    match (key.holds, value) {
        (Holds::OcspPeer, Value::Map(map)) => {
            super::super::conf::flag(map, &["verify"]).is_some_and(|flag| flag.value)
        }
        (Holds::OcspPeer, value) => *value == Value::Bool(true),
        (Holds::HandshakeFirst, value) => First::of(value) != Some(First::No),
        (_, Value::Bool(flag)) => *flag,
        (Holds::Count, Value::Integer(number)) => *number != 0,
        (_, Value::Array(array)) => !array.items().is_empty(),
        _ => true,
    }
}

/// What Go calls the type of a value.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "map[string]interface {}",
        Value::Array(_) => "[]interface {}",
        Value::String(_) => "string",
        Value::Integer(_) => "int64",
        Value::Float(_) => "float64",
        Value::Bool(_) => "bool",
        Value::DateTime(_) => "time.Time",
    }
}

/// What the server says where it takes a value for something else without looking.
fn conversion(value: &Value, wanted: &str) -> String {
    format!("interface conversion: interface {{}} is {}, not {wanted}", go_type(value))
}

//! Which of the given servers a URL means.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::name::{self, Kind, names};
use super::{Outgoing, listener_in};
use crate::lint::System;
use crate::lint::conf::Listener;
use crate::nats::Context;

/// How many servers have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    One(usize),
    Several,
    Nobody,
}

/// The only one of them.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The port that is dialled: only leafnode remotes have one that goes without saying.
fn port(out: &Outgoing<'_>) -> Option<i64> {
    let default = match out.context {
        Context::Leaf | Context::Websocket => Some(7422),
        _ => None,
    };
    out.url.value.port.or(default).map(i64::from)
}

type Key = (Context, i64, String);

/// Who is called how.
pub(super) struct Book<'s> {
    named: HashMap<Key, BTreeMap<Kind, BTreeSet<usize>>>,
    listening: HashMap<(Context, i64), Vec<(usize, &'s Listener)>>,
}

impl<'s> Book<'s> {
    /// Of all servers.
    pub(super) fn of(system: &'s System<'_>) -> Self {
        let mut book = Self { named: HashMap::new(), listening: HashMap::new() };
        for (index, server) in system.servers.iter().enumerate() {
            for context in [Context::Cluster, Context::Gateway, Context::Leaf, Context::Websocket] {
                let Some(listener) = listener_in(server, context) else { continue };
                let Some(own) = listener.port else { continue };
                book.listening.entry((context, own)).or_default().push((index, listener));
                for (kind, name, port) in names(system, server, listener) {
                    let key = (context, port.unwrap_or(own), name);
                    book.named.entry(key).or_default().entry(kind).or_default().insert(index);
                }
            }
        }
        book
    }

    /// Who is meant, as far as names and ports tell.
    pub(super) fn find(&self, out: &Outgoing<'_>) -> Option<usize> {
        let port = port(out)?;
        let host = out.url.value.host.to_ascii_lowercase();
        match self.by_name(out.context, port, &host) {
            Named::One(server) => Some(server),
            Named::Nobody if name::is_loopback(&host) => {
                let at = self.listening.get(&(out.context, port))?;
                only(
                    at.iter()
                        .filter(|(_, listener)| name::binds_loopback(listener))
                        .map(|(server, _)| *server),
                )
            }
            Named::Several | Named::Nobody => None,
        }
    }

    /// The kind of name that says most decides.
    fn by_name(&self, context: Context, port: i64, host: &str) -> Named {
        let called = |name: String| match self.named.get(&(context, port, name)) {
            Some(kinds) => kinds
                .values()
                .next()
                .and_then(|servers| only(servers.iter().copied()))
                .map_or(Named::Several, Named::One),
            None => Named::Nobody,
        };
        let exact = called(host.to_owned());
        let Some((label, parent)) = host.split_once('.').filter(|_| host.parse::<IpAddr>().is_err()) else {
            // Everybody's certificate may have a loopback name: then the port tells.
            return if exact == Named::Several && name::is_loopback(host) { Named::Nobody } else { exact };
        };
        [exact, called(format!("{label}.")), called(format!("*.{parent}"))]
            .into_iter()
            .find(|named| *named != Named::Nobody)
            .unwrap_or(Named::Nobody)
    }
}

//! TLS before INFO.

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::lint::{Desk, System};
use crate::nats::tls::LEAF_FALLBACK;
use crate::nats::{Context, Support, TlsOption, Version};
use crate::natsconf::Value;

/// What `handshake_first` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint::rules) enum First {
    /// INFO comes first.
    No,
    /// TLS for a moment, then INFO.
    Fallback,
    /// TLS.
    Yes,
}

impl First {
    /// As nats-server reads a value; none where it refuses it.
    pub(in crate::lint::rules) fn of(value: &Value) -> Option<Self> {
        let text = match value {
            Value::Bool(true) => return Some(Self::Yes),
            Value::Bool(false) => return Some(Self::No),
            Value::String(text) => text.to_str_lossy(),
            _ => return None,
        };
        match &*text.to_lowercase() {
            "true" | "on" => Some(Self::Yes),
            "false" | "off" => Some(Self::No),
            "auto" | "auto_fallback" => Some(Self::Fallback),
            // No time at all is no fallback.
            _ => super::time::seconds(&text).map(|time| if time > 0.0 { Self::Fallback } else { Self::Yes }),
        }
    }

    /// What the map of a leafnode's or a hub's says: before 2.11 a hub does not fall back.
    pub(in crate::lint::rules) fn of_leaf(map: &TlsMap, version: Version) -> Self {
        match map.entry(TlsOption::HandshakeFirst).and_then(|entry| Self::of(&entry.node.value)) {
            Some(Self::Fallback) if version.supports(LEAF_FALLBACK) == Support::No => Self::Yes,
            first => first.unwrap_or(Self::No),
        }
    }
}

pub(super) fn check(system: &System<'_>, server: &Server, map: &TlsMap, desk: &mut Desk) {
    let Some(entry) = map.entry(TlsOption::HandshakeFirst) else { return };
    let Some(first) = First::of(&entry.node.value).filter(|first| *first != First::No) else { return };
    let since = TlsOption::HandshakeFirst.since();
    if since.is_some_and(|since| system.settings.version.supports(since) == Support::No) {
        return;
    }
    let asked = entry.node.value.as_text().map_or_else(|| "true".into(), |text| text.to_str_lossy());
    let always = first == First::Yes;
    let path = &map.path;
    let (severity, what, fix) = match map.spot {
        Spot::In(Context::Server) if always => (
            Severity::Note,
            format!("{path}: clients that are not told to do the TLS handshake first fail to connect"),
            "tell all of them, as with nats --tlsfirst; or write handshake_first: auto for both kinds",
        ),
        Spot::In(Context::Leaf) if always => (
            Severity::Note,
            format!("{path}: remotes without handshake_first: true fail to connect"),
            "write it into the tls of every remote; or here auto, from 2.11 on, for both kinds",
        ),
        Spot::In(Context::Leaf) if system.settings.version.supports(LEAF_FALLBACK) == Support::No => (
            Severity::Warning,
            format!(
                "{path}: before nats-server {LEAF_FALLBACK} a hub does not fall back: {asked} acts like true, and remotes \
                 without handshake_first fail to connect"
            ),
            "write handshake_first: true into the tls of every remote, or remove it here",
        ),
        _ => return,
    };
    desk.add(server, entry.key_span, Finding { severity, ..Finding::new(Code::HandshakeFirst, what, fix) });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::lint::testing::Case;

    #[test]
    fn who_speaks_first() {
        let read = |value: &str| {
            let text = format!("tls {{ handshake_first: {value} }}");
            Case::of(&text).with(|system| {
                let map = &system.servers[0].tls[0];
                First::of(&map.entry(TlsOption::HandshakeFirst).unwrap().node.value)
            })
        };
        for (value, expected) in [
            ("true", Some(First::Yes)),
            ("\"ON\"", Some(First::Yes)),
            ("off", Some(First::No)),
            ("false", Some(First::No)),
            ("Auto", Some(First::Fallback)),
            ("\"250ms\"", Some(First::Fallback)),
            ("\"0s\"", Some(First::Yes)),
            ("\"-1s\"", Some(First::Yes)),
            ("sometimes", None),
            ("1", None),
        ] {
            assert_eq!(read(value), expected, "{value}");
        }
        let case = |hub: &str| {
            let hub = format!(
                "server_name: hub\nleafnodes {{ listen: \"localhost:7422\", tls {{ handshake_first: {hub} }} }}"
            );
            let edge = "leafnodes { remotes: [{ url: \"tls://localhost:7422\", tls { ca_file: x } }] }";
            Case::of(&hub).conf("edge.conf", edge)
        };
        let old = Version::new(2, 10, 25);
        for (hub, now, before) in [("auto", false, true), ("\"0s\"", true, true), ("off", false, false)] {
            assert_eq!(case(hub).codes().contains(&"NC121"), now, "{hub}");
            assert_eq!(case(hub).version(old).codes().contains(&"NC121"), before, "{hub}");
        }
    }
}

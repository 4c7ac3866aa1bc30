//! Every key that a `tls` map may have: the options, the files, and what natscert never writes.

use super::option::Effect;
use super::suites::Kind;
use super::{Context, TlsOption, Version};

/// What nats-server wants a key to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A path.
    File,
    /// `true` or `false`, without quotes.
    Flag,
    /// Seconds as a number, or a duration as text.
    Duration,
    /// A whole number.
    Count,
    /// A list of cipher suites or curves.
    Names(Kind),
    /// A list of hashes.
    Pins,
    /// A TLS version, as text.
    TlsVersion,
    /// A flag, `auto`, or a duration.
    HandshakeFirst,
    /// A list of maps, each with `cert_file` and `key_file`.
    Pairs,
    /// A flag, or a map of options.
    OcspPeer,
    /// Text that is not empty.
    Text,
    /// Text, or a list of texts.
    Texts,
}

/// A key of a `tls` map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name. nats-server takes it in any case.
    pub name: &'static str,
    /// Other names of the same.
    pub aliases: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
    /// The option, if it is one of those that natscert writes.
    pub option: Option<TlsOption>,
    /// Whether `proxy.tls` takes it, too.
    pub in_proxy: bool,
    since: Option<Version>,
}

const fn of(option: TlsOption, holds: Holds) -> Key {
    Key { option: Some(option), ..file(option.key(), holds) }
}

const fn file(name: &'static str, holds: Holds) -> Key {
    Key { name, aliases: &[], holds, option: None, in_proxy: false, since: None }
}

const fn since(version: Version, key: Key) -> Key {
    Key { since: Some(version), ..key }
}

const fn proxy(key: Key) -> Key {
    Key { in_proxy: true, ..key }
}

const V2_9_20: Version = Version::new(2, 9, 20);
const V2_10_23: Version = Version::new(2, 10, 23);

/// All of them. Source of the versions: the release tags of nats-server.
pub const KEYS: [Key; 22] = [
    proxy(file("cert_file", Holds::File)),
    proxy(file("key_file", Holds::File)),
    proxy(file("ca_file", Holds::File)),
    proxy(since(Version::new(2, 10, 8), Key { aliases: &["certificates"], ..file("certs", Holds::Pairs) })),
    proxy(since(V2_9_20, file("cert_store", Holds::Text))),
    proxy(since(V2_9_20, file("cert_match_by", Holds::Text))),
    proxy(since(V2_9_20, file("cert_match", Holds::Text))),
    proxy(since(V2_10_23, file("ca_certs_match", Holds::Texts))),
    proxy(since(V2_10_23, file("cert_match_skip_invalid", Holds::Flag))),
    since(Version::new(2, 9, 21), file("ocsp_peer", Holds::OcspPeer)),
    of(TlsOption::Verify, Holds::Flag),
    of(TlsOption::VerifyAndMap, Holds::Flag),
    of(TlsOption::CheckKnownUrls, Holds::Flag),
    proxy(of(TlsOption::Insecure, Holds::Flag)),
    Key { aliases: &["first", "immediate"], ..of(TlsOption::HandshakeFirst, Holds::HandshakeFirst) },
    proxy(of(TlsOption::Timeout, Holds::Duration)),
    of(TlsOption::ConnectionRateLimit, Holds::Count),
    proxy(of(TlsOption::MinVersion, Holds::TlsVersion)),
    proxy(of(TlsOption::CipherSuites, Holds::Names(Kind::CipherSuite))),
    proxy(of(TlsOption::AllowInsecureCipherSuites, Holds::Flag)),
    proxy(of(TlsOption::CurvePreferences, Holds::Names(Kind::Curve))),
    of(TlsOption::PinnedCerts, Holds::Pins),
];

impl Key {
    /// The key of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.names().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// Its name, then its other names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The first release that knows the key; none when every supported one does.
    #[must_use]
    pub const fn since(&self) -> Option<Version> {
        match self.option {
            Some(option) => option.since(),
            None => self.since,
        }
    }

    /// What it does in a context.
    #[must_use]
    pub const fn effect(&self, context: Context) -> Effect {
        match self.option {
            Some(option) => option.effect(context),
            None if matches!(self.holds, Holds::OcspPeer) => ocsp_peer(context),
            None => Effect::Works,
        }
    }

    /// What it does in `resolver_tls`.
    #[must_use]
    pub const fn effect_in_resolver(&self) -> Effect {
        match self.option {
            Some(option) => resolver(option),
            None if matches!(self.holds, Holds::OcspPeer) => RESOLVER,
            None => Effect::Works,
        }
    }

    /// What it does in `proxy` of a leafnode remote, where nats-server does not start with what it does not use.
    #[must_use]
    pub const fn effect_in_proxy(&self) -> Effect {
        if self.in_proxy { Effect::Works } else { Effect::Refused("it is not supported for proxy TLS") }
    }
}

/// The first release whose leafnode remotes take a `proxy`.
pub const PROXY_SINCE: Version = Version::new(2, 12, 1);
/// The first release whose proxies take a `tls` map.
pub const PROXY_TLS_SINCE: Version = Version::new(2, 15, 1);

const RESOLVER: Effect = Effect::Ignored("a resolver is asked from here, and nobody connects");

const fn ocsp_peer(context: Context) -> Effect {
    match context {
        Context::Server | Context::Leaf | Context::Remote | Context::Websocket => Effect::Works,
        Context::Mqtt => {
            Effect::Ignored("MQTT connections are checked as the ocsp_peer of the top level says")
        }
        Context::Cluster | Context::Gateway | Context::RemoteGateway => {
            Effect::Ignored("certificates of routes and gateways are never checked by OCSP")
        }
        Context::Monitor | Context::Client => Effect::Ignored("it is set at the listener"),
    }
}

const fn resolver(option: TlsOption) -> Effect {
    match option {
        TlsOption::CheckKnownUrls => option.effect(Context::Remote),
        TlsOption::Insecure
        | TlsOption::MinVersion
        | TlsOption::CipherSuites
        | TlsOption::AllowInsecureCipherSuites
        | TlsOption::CurvePreferences => Effect::Works,
        TlsOption::Timeout => Effect::Ignored("requests to a resolver have a fixed limit of their own"),
        TlsOption::Verify
        | TlsOption::VerifyAndMap
        | TlsOption::PinnedCerts
        | TlsOption::HandshakeFirst
        | TlsOption::ConnectionRateLimit => RESOLVER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_a_key_and_every_name_is_one_key() {
        for option in TlsOption::ALL {
            assert_eq!(Key::named(option.key()).unwrap().option, Some(option));
        }
        let mut names: Vec<_> = KEYS.iter().flat_map(Key::names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), count), (25, 25));
        assert_eq!(Key::named("Immediate").unwrap().option, Some(TlsOption::HandshakeFirst));
        assert!(Key::named("cert").is_none());
    }

    #[test]
    fn a_proxy_takes_what_a_client_needs() {
        let refused: Vec<_> = KEYS.iter().filter(|key| !key.in_proxy).map(|key| key.name).collect();
        assert_eq!(
            refused,
            [
                "ocsp_peer",
                "verify",
                "verify_and_map",
                "verify_cert_and_check_known_urls",
                "handshake_first",
                "connection_rate_limit",
                "pinned_certs"
            ]
        );
    }
}

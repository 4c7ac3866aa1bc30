//! The options of a `tls` map, and what each does in each place.

use std::fmt;

use super::{Context, Version};

/// An option of a `tls` map, beside the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsOption {
    /// Demand a certificate from whoever connects.
    Verify,
    /// The same, and take the user from that certificate.
    VerifyAndMap,
    /// Compare the DNS names of a peer's certificate with the configured URLs.
    CheckKnownUrls,
    /// Time for the TLS handshake.
    Timeout,
    /// Lowest TLS version.
    MinVersion,
    /// TLS 1.2 cipher suites.
    CipherSuites,
    /// Must be true for cipher suites that Go calls insecure, from 2.12 on. Written for them, never asked for.
    AllowInsecureCipherSuites,
    /// Key exchange groups, preferred first.
    CurvePreferences,
    /// Public keys that the peer's certificate must have one of.
    PinnedCerts,
    /// Do not verify the server that is dialled.
    Insecure,
    /// TLS before the INFO line.
    HandshakeFirst,
    /// TLS handshakes per second.
    ConnectionRateLimit,
}

/// What an option does in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What it says.
    Works,
    /// The server does it there whatever the option says.
    Forced(&'static str),
    /// The server accepts the option there and does nothing with it.
    Ignored(&'static str),
    /// The server does not start with it.
    Refused(&'static str),
}

impl TlsOption {
    /// Every option, in the order in which they are written.
    pub const ALL: [Self; 12] = [
        Self::Verify,
        Self::VerifyAndMap,
        Self::CheckKnownUrls,
        Self::Insecure,
        Self::HandshakeFirst,
        Self::Timeout,
        Self::ConnectionRateLimit,
        Self::MinVersion,
        Self::CipherSuites,
        Self::AllowInsecureCipherSuites,
        Self::CurvePreferences,
        Self::PinnedCerts,
    ];

    /// The key in the configuration.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::VerifyAndMap => "verify_and_map",
            Self::CheckKnownUrls => "verify_cert_and_check_known_urls",
            Self::Timeout => "timeout",
            Self::MinVersion => "min_version",
            Self::CipherSuites => "cipher_suites",
            Self::AllowInsecureCipherSuites => "allow_insecure_cipher_suites",
            Self::CurvePreferences => "curve_preferences",
            Self::PinnedCerts => "pinned_certs",
            Self::Insecure => "insecure",
            Self::HandshakeFirst => "handshake_first",
            Self::ConnectionRateLimit => "connection_rate_limit",
        }
    }

    /// The flag on our command line; none for what follows from another option.
    #[must_use]
    pub const fn flag(self) -> Option<&'static str> {
        Some(match self {
            Self::Verify => "--verify",
            Self::VerifyAndMap => "--verify-and-map",
            Self::CheckKnownUrls => "--check-known-urls",
            Self::Timeout => "--timeout",
            Self::MinVersion => "--min-version",
            Self::CipherSuites => "--cipher-suite",
            Self::AllowInsecureCipherSuites => return None,
            Self::CurvePreferences => "--curve",
            Self::PinnedCerts => "--pin",
            Self::Insecure => "--insecure",
            Self::HandshakeFirst => "--handshake-first",
            Self::ConnectionRateLimit => "--rate-limit",
        })
    }

    /// The first release that knows the key; none when every supported one does.
    ///
    /// Source: the release tags of nats-server. (2.10.0 to 2.10.3 know `handshake_first` for leafnodes only.)
    #[must_use]
    pub const fn since(self) -> Option<Version> {
        match self {
            Self::HandshakeFirst => Some(Version::new(2, 10, 4)),
            Self::MinVersion => Some(Version::new(2, 10, 21)),
            Self::AllowInsecureCipherSuites => Some(Version::new(2, 12, 0)),
            _ => None,
        }
    }

    /// The contexts in which the option does what it says.
    pub fn works_in(self) -> impl Iterator<Item = Context> {
        Context::ALL.into_iter().filter(move |context| self.effect(*context) == Effect::Works)
    }

    /// What the option does in a context. [`Context::Client`] has no `tls` map: there it is about the client's own
    /// settings.
    #[must_use]
    pub const fn effect(self, context: Context) -> Effect {
        match self {
            Self::Verify => verify(context),
            Self::VerifyAndMap => verify_and_map(context),
            Self::CheckKnownUrls => check_known_urls(context),
            Self::PinnedCerts => pinned_certs(context),
            Self::Insecure => insecure(context),
            Self::HandshakeFirst => handshake_first(context),
            Self::Timeout => timeout(context),
            Self::ConnectionRateLimit => match context {
                Context::Server => Effect::Works,
                Context::Client => CLIENT,
                _ => Effect::Ignored("only connections of clients to the top-level listener are counted"),
            },
            Self::MinVersion
            | Self::CipherSuites
            | Self::AllowInsecureCipherSuites
            | Self::CurvePreferences => match context {
                Context::Client => CLIENT,
                _ => Effect::Works,
            },
        }
    }
}

const CLIENT: Effect = Effect::Ignored("it is set at the server, or in the client's own code");
const MONITOR: Effect = Effect::Ignored("the monitoring endpoint never asks for client certificates");
const REMOTE_GATEWAY: Effect =
    Effect::Ignored("an entry of gateways dials, and always verifies the server that it dials");
const REMOTE: Effect = Effect::Ignored("a remote dials, and always verifies the hub that it dials");

const fn verify(context: Context) -> Effect {
    match context {
        Context::Server | Context::Websocket | Context::Mqtt | Context::Leaf => Effect::Works,
        Context::Cluster => Effect::Forced("routes always demand a certificate from the peer"),
        Context::Gateway => Effect::Forced("gateways always demand a certificate from the peer"),
        Context::Monitor => MONITOR,
        Context::RemoteGateway => REMOTE_GATEWAY,
        Context::Remote => REMOTE,
        Context::Client => CLIENT,
    }
}

const fn verify_and_map(context: Context) -> Effect {
    match context {
        Context::Server
        | Context::Websocket
        | Context::Mqtt
        | Context::Leaf
        | Context::Cluster
        | Context::Gateway => Effect::Works,
        Context::Monitor => MONITOR,
        Context::RemoteGateway => REMOTE_GATEWAY,
        Context::Remote => REMOTE,
        Context::Client => CLIENT,
    }
}

const fn check_known_urls(context: Context) -> Effect {
    match context {
        Context::Cluster | Context::Gateway => Effect::Works,
        Context::RemoteGateway => Effect::Ignored("only who accepts compares names, by gateway.tls"),
        Context::Client => Effect::Refused("only peers of a cluster or gateway have known URLs"),
        _ => Effect::Refused("nats-server does not start with it outside cluster and gateway"),
    }
}

const fn pinned_certs(context: Context) -> Effect {
    match context {
        Context::Server | Context::Mqtt | Context::Leaf | Context::Cluster | Context::Gateway => {
            Effect::Works
        }
        Context::Websocket => {
            Effect::Ignored("no version of nats-server checks pins on websocket connections")
        }
        Context::Monitor => MONITOR,
        Context::RemoteGateway => {
            Effect::Ignored("the pins of gateway.tls count for who is dialled, too, not those of the entry")
        }
        Context::Remote => {
            Effect::Ignored("for remotes the pins of leafnodes.tls count, not those of the remote")
        }
        Context::Client => CLIENT,
    }
}

const fn insecure(context: Context) -> Effect {
    match context {
        Context::Cluster | Context::Gateway | Context::RemoteGateway | Context::Remote => Effect::Works,
        Context::Client => CLIENT,
        Context::Server | Context::Monitor | Context::Websocket | Context::Mqtt | Context::Leaf => {
            Effect::Ignored(
                "it only switches off checks of a server that is dialled, and nothing is dialled from here",
            )
        }
    }
}

const fn handshake_first(context: Context) -> Effect {
    match context {
        Context::Server | Context::Leaf | Context::Remote | Context::Client => Effect::Works,
        Context::Monitor
        | Context::Websocket
        | Context::Mqtt
        | Context::Cluster
        | Context::Gateway
        | Context::RemoteGateway => Effect::Ignored("the TLS handshake comes first here anyway"),
    }
}

const fn timeout(context: Context) -> Effect {
    match context {
        Context::Websocket => Effect::Ignored("only websocket.handshake_timeout limits the handshake there"),
        Context::Monitor => Effect::Ignored("the monitoring endpoint has a fixed limit of its own"),
        Context::Client => CLIENT,
        _ => Effect::Works,
    }
}

impl fmt::Display for TlsOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// W works, F forced, I ignored, R refused; columns in the order of `Context::ALL`.
    const TABLE: [(TlsOption, &str); 12] = [
        //                server monitor websocket mqtt cluster gateway remote-gateway leaf remote client
        (TlsOption::Verify, "WIWWFFIWII"),
        (TlsOption::VerifyAndMap, "WIWWWWIWII"),
        (TlsOption::CheckKnownUrls, "RRRRWWIRRR"),
        (TlsOption::Timeout, "WIIWWWWWWI"),
        (TlsOption::MinVersion, "WWWWWWWWWI"),
        (TlsOption::CipherSuites, "WWWWWWWWWI"),
        (TlsOption::AllowInsecureCipherSuites, "WWWWWWWWWI"),
        (TlsOption::CurvePreferences, "WWWWWWWWWI"),
        (TlsOption::PinnedCerts, "WIIWWWIWII"),
        (TlsOption::Insecure, "IIIIWWWIWI"),
        (TlsOption::HandshakeFirst, "WIIIIIIWWW"),
        (TlsOption::ConnectionRateLimit, "WIIIIIIIII"),
    ];

    #[test]
    fn effects_are_those_of_the_server() {
        for (option, expected) in TABLE {
            let found: String = Context::ALL
                .map(|context| match option.effect(context) {
                    Effect::Works => 'W',
                    Effect::Forced(_) => 'F',
                    Effect::Ignored(_) => 'I',
                    Effect::Refused(_) => 'R',
                })
                .into_iter()
                .collect();
            assert_eq!(found, expected, "{option}");
        }
    }

    #[test]
    fn every_option_has_its_own_key_and_flag() {
        let mut keys = TlsOption::ALL.map(TlsOption::key).to_vec();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), TABLE.len());
        let mut flags: Vec<_> = TlsOption::ALL.into_iter().filter_map(TlsOption::flag).collect();
        flags.sort_unstable();
        flags.dedup();
        assert_eq!(flags.len(), TABLE.len() - 1);
    }
}

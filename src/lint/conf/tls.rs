//! One `tls` map.

use crate::nats::{Context, Effect, Key, TlsOption};
use crate::natsconf::{Entry, Map, Span, Value};

use super::field::{self, Spanned};

/// Where a `tls` map stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// One of those that natscert writes, too. Never [`Context::Monitor`] or [`Context::Client`].
    In(Context),
    /// `resolver_tls`: the server asks an account resolver.
    Resolver,
    /// `leafnodes.remotes[].proxy.tls`: the server dials an HTTP proxy.
    Proxy,
}

impl Spot {
    /// Whether connections are accepted there.
    #[must_use]
    pub const fn listens(self) -> bool {
        matches!(self, Self::In(context) if context.listens())
    }

    /// Whether connections are made from there.
    #[must_use]
    pub const fn dials(self) -> bool {
        match self {
            Self::In(context) => context.dials(),
            Self::Resolver | Self::Proxy => true,
        }
    }

    /// Whether peers' certificates are demanded there, asked or not.
    #[must_use]
    pub const fn always_verifies(self) -> bool {
        matches!(self, Self::In(context) if context.always_verifies())
    }

    /// What an option does there.
    #[must_use]
    pub fn effect(self, option: TlsOption) -> Effect {
        Key::named(option.key()).map_or(Effect::Works, |key| self.effect_of(key))
    }

    /// What a key does there.
    #[must_use]
    pub const fn effect_of(self, key: &Key) -> Effect {
        match self {
            Self::In(context) => key.effect(context),
            Self::Resolver => key.effect_in_resolver(),
            Self::Proxy => key.effect_in_proxy(),
        }
    }
}

/// A certificate and its key, as paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// `cert_file`
    pub cert: Option<Spanned<String>>,
    /// `key_file`
    pub key: Option<Spanned<String>>,
    /// The place of both: the entry of `certs`, or the map's key.
    pub span: Span,
}

/// A `tls` map.
#[derive(Debug, Clone)]
pub struct TlsMap {
    /// Where it stands.
    pub spot: Spot,
    /// Its path: `cluster.tls`, `leafnodes.remotes[0].tls`.
    pub path: String,
    /// The key `tls`.
    pub key: Span,
    /// Its entries.
    pub map: Map,
    /// The certificate of `cert_file` and `key_file`, or those of `certs`. None has neither file.
    pub pairs: Vec<Pair>,
    /// `ca_file`
    pub ca: Option<Spanned<String>>,
}

impl TlsMap {
    /// None if the entry holds no map, which nats-server refuses.
    pub(super) fn of(spot: Spot, path: String, entry: &Entry) -> Option<Self> {
        let map = entry.node.value.as_map()?;
        let pair = |map: &Map, span| {
            let (cert, key) = (field::text(map, &["cert_file"]), field::text(map, &["key_file"]));
            (cert.is_some() || key.is_some()).then_some(Pair { cert, key, span })
        };
        let mut pairs: Vec<_> = pair(map, entry.key_span).into_iter().collect();
        for node in field::array(map, &["certs", "certificates"]) {
            pairs.extend(node.value.as_map().and_then(|map| pair(map, node.span)));
        }
        let ca = field::text(map, &["ca_file"]);
        Some(Self { spot, path, key: entry.key_span, map: map.clone(), pairs, ca })
    }

    /// The context, if it is one of natscert's.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        match self.spot {
            Spot::In(context) => Some(context),
            Spot::Resolver | Spot::Proxy => None,
        }
    }

    /// The entry of an option that counts.
    #[must_use]
    pub fn entry(&self, option: TlsOption) -> Option<&Entry> {
        match option {
            TlsOption::HandshakeFirst => field::entry(&self.map, &["handshake_first", "first", "immediate"]),
            _ => field::entry(&self.map, &[option.key()]),
        }
    }

    /// Whether an option is there and true.
    #[must_use]
    pub fn flag(&self, option: TlsOption) -> bool {
        self.entry(option).is_some_and(|entry| entry.node.value == Value::Bool(true))
    }

    /// Whether peers that connect have to show a certificate.
    #[must_use]
    pub fn demands_certificates(&self) -> bool {
        let asked = self.flag(TlsOption::Verify) || self.flag(TlsOption::VerifyAndMap);
        self.spot.listens() && (self.spot.always_verifies() || asked)
    }
}

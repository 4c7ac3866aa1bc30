//! The URLs of routes, gateways and leafnode remotes.

use std::net::IpAddr;

use crate::natsconf::Node;

use super::field::{Spanned, text_of};

/// A URL, as far as TLS cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Lower case: `nats`, `tls`, `ws`, `wss` …
    pub scheme: String,
    /// As it is written, without brackets.
    pub host: String,
    /// None: the scheme's or the listener's own.
    pub port: Option<u16>,
    /// The user, if it names one.
    pub user: Option<String>,
}

impl Url {
    /// Takes it apart; none where there is no host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user.split(':').next().unwrap_or(user).to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place);
        (!host.is_empty()).then(|| Self { scheme: scheme.to_ascii_lowercase(), host, port, user })
    }

    /// The address, if the host is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, `:port`; a bare IPv6 address too.
#[must_use]
pub fn host_and_port(text: &str) -> (String, Option<u16>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host.to_owned(), rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host.to_owned(), port.parse().ok()),
        _ => (text.to_owned(), None),
    }
}

/// The URLs of a node that is one or a list of them.
#[must_use]
pub(super) fn urls(node: &Node) -> Vec<Spanned<Url>> {
    let nodes = node.value.as_array().unwrap_or(std::slice::from_ref(node));
    let url = |node: &Node| {
        let text = text_of(node)?;
        Some(Spanned::new(Url::parse(&text.value)?, text.span))
    };
    nodes.iter().filter_map(url).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (text, scheme, host, port, user) in [
            ("nats://localhost:6222", "nats", "localhost", Some(6222), None),
            ("TLS://a:b@n1.example.com", "tls", "n1.example.com", None, Some("a")),
            ("nats-route://[::1]:6222/x", "nats-route", "::1", Some(6222), None),
            ("wss://10.0.0.1:443/leafnode?x", "wss", "10.0.0.1", Some(443), None),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((&*url.scheme, &*url.host, url.port, url.user.as_deref()), (scheme, host, port, user));
        }
        assert_eq!(Url::parse("localhost:4222"), None);
        assert_eq!(Url::parse("nats://:4222"), None);
        assert_eq!(host_and_port("::1"), ("::1".into(), None));
        assert_eq!(host_and_port(":4222"), (String::new(), Some(4222)));
    }
}

//! The places of a nats-server configuration that a certificate is for.

use std::fmt;
use std::str::FromStr;

use super::Role;
use super::nearest::nearest;

/// A place that takes a `tls` map, or a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The listener for clients: top-level `tls`.
    Server,
    /// The monitoring endpoint `https_port`, which uses the top-level `tls` map.
    Monitor,
    /// The WebSocket listener.
    Websocket,
    /// The MQTT listener.
    Mqtt,
    /// Routes between the servers of a cluster.
    Cluster,
    /// Gateways between clusters.
    Gateway,
    /// One entry of a gateway's list: the server that dials another cluster with a certificate of its own.
    RemoteGateway,
    /// The hub that leafnodes connect to.
    Leaf,
    /// A leafnode remote: the server that dials a hub.
    Remote,
    /// A NATS client; no `tls` map, but the `authorization` users a server maps it to.
    Client,
}

impl Context {
    /// Every context, in the order they are listed for people.
    pub const ALL: [Self; 10] = [
        Self::Server,
        Self::Monitor,
        Self::Websocket,
        Self::Mqtt,
        Self::Cluster,
        Self::Gateway,
        Self::RemoteGateway,
        Self::Leaf,
        Self::Remote,
        Self::Client,
    ];

    /// The word for the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Monitor => "monitor",
            Self::Websocket => "websocket",
            Self::Mqtt => "mqtt",
            Self::Cluster => "cluster",
            Self::Gateway => "gateway",
            Self::RemoteGateway => "remote-gateway",
            Self::Leaf => "leaf",
            Self::Remote => "remote",
            Self::Client => "client",
        }
    }

    /// Where the block stands in the configuration.
    #[must_use]
    pub const fn config_path(self) -> &'static str {
        match self {
            Self::Server | Self::Monitor => "tls",
            Self::Websocket => "websocket.tls",
            Self::Mqtt => "mqtt.tls",
            Self::Cluster => "cluster.tls",
            Self::Gateway => "gateway.tls",
            Self::RemoteGateway => "gateway.gateways[].tls",
            Self::Leaf => "leafnodes.tls",
            Self::Remote => "leafnodes.remotes[].tls",
            Self::Client => "authorization.users",
        }
    }

    /// Whether connections are accepted there, with the certificate as server certificate.
    #[must_use]
    pub const fn listens(self) -> bool {
        !matches!(self, Self::RemoteGateway | Self::Remote | Self::Client)
    }

    /// Whether connections are made from there, with the certificate as client certificate.
    #[must_use]
    pub const fn dials(self) -> bool {
        matches!(self, Self::Cluster | Self::Gateway | Self::RemoteGateway | Self::Remote | Self::Client)
    }

    /// Whether the server demands client certificates there, asked or not.
    #[must_use]
    pub const fn always_verifies(self) -> bool {
        matches!(self, Self::Cluster | Self::Gateway)
    }

    /// The role whose certificates fit.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Server | Self::Monitor | Self::Websocket | Self::Mqtt => Role::Server,
            Self::Cluster => Role::Cluster,
            Self::Gateway | Self::RemoteGateway => Role::Gateway,
            Self::Leaf | Self::Remote => Role::Leaf,
            Self::Client => Role::Client,
        }
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no context.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a context")]
pub struct UnknownContext(pub String);

impl UnknownContext {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let all = Context::ALL.map(Context::as_str);
        match nearest(&self.0, all, 1).first() {
            Some(word) => format!("did you mean {word}?"),
            None => format!("use one of {}", all.join(", ")),
        }
    }
}

impl FromStr for Context {
    type Err = UnknownContext;

    fn from_str(text: &str) -> Result<Self, UnknownContext> {
        Self::ALL
            .into_iter()
            .find(|context| context.as_str() == text)
            .ok_or_else(|| UnknownContext(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for context in Context::ALL {
            assert_eq!(context.as_str().parse(), Ok(context));
        }
        assert_eq!("webscoket".parse::<Context>().unwrap_err().hint(), "did you mean websocket?");
        assert!("xyz".parse::<Context>().unwrap_err().hint().starts_with("use one of server, monitor"));
    }

    #[test]
    fn a_context_listens_or_dials_as_its_role_can() {
        for context in Context::ALL {
            assert!(context.listens() || context.dials(), "{context}");
            assert!(!context.listens() || context.role().acts_as_server(), "{context}");
            assert!(!context.dials() || context.role().acts_as_client(), "{context}");
        }
    }
}

//! What a certificate is for.

use std::fmt;
use std::str::FromStr;

use super::Context;
use super::nearest::nearest;

/// What a certificate is for: it decides the usage, the folder and the block that is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A nats-server towards its clients.
    Server,
    /// A NATS client.
    Client,
    /// A member of a cluster, towards the other members.
    Cluster,
    /// A member of a super-cluster, towards the other clusters.
    Gateway,
    /// A hub towards its leafnodes, or a leafnode towards its hub.
    Leaf,
}

impl Role {
    /// Every role, in the order they are listed for people.
    pub const ALL: [Self; 5] = [Self::Server, Self::Client, Self::Cluster, Self::Gateway, Self::Leaf];

    /// The word for the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Cluster => "cluster",
            Self::Gateway => "gateway",
            Self::Leaf => "leaf",
        }
    }

    /// One line for help texts.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Server => "a nats-server, for clients, HTTPS monitoring, WebSocket and MQTT",
            Self::Client => "a NATS client that shows who it is",
            Self::Cluster => "a server's routes to the others in its cluster; accepts and dials",
            Self::Gateway => "a server's gateways to other clusters; accepts and dials",
            Self::Leaf => "leafnode connections: the hub that accepts, or the remote that dials",
        }
    }

    /// Whether the certificate is shown by the side that accepts: it needs the EKU `serverAuth`.
    #[must_use]
    pub const fn acts_as_server(self) -> bool {
        !matches!(self, Self::Client)
    }

    /// Whether the certificate is shown by the side that dials: it needs the EKU `clientAuth`.
    #[must_use]
    pub const fn acts_as_client(self) -> bool {
        !matches!(self, Self::Server)
    }

    /// The context whose block is printed for a new certificate.
    #[must_use]
    pub const fn context(self) -> Context {
        match self {
            Self::Server => Context::Server,
            Self::Client => Context::Client,
            Self::Cluster => Context::Cluster,
            Self::Gateway => Context::Gateway,
            Self::Leaf => Context::Leaf,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a role")]
pub struct UnknownRole(pub String);

impl UnknownRole {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let all = Role::ALL.map(Role::as_str);
        match nearest(&self.0, all, 1).first() {
            Some(word) => format!("did you mean {word}?"),
            None => format!("use one of {}", all.join(", ")),
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(role.context().role(), role);
        }
        let error = "Servr".parse::<Role>().unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.hint().as_str()),
            ("\"Servr\" is not a role", "did you mean server?")
        );
    }

    #[test]
    fn usage_follows_who_dials() {
        let table = Role::ALL.map(|role| (role.as_str(), role.acts_as_server(), role.acts_as_client()));
        assert_eq!(
            table,
            [
                ("server", true, false),
                ("client", false, true),
                ("cluster", true, true),
                ("gateway", true, true),
                ("leaf", true, true),
            ]
        );
    }
}

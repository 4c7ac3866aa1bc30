//! Who speaks, who is meant, and where in the configuration that is.

use crate::nats::{Context, Role};

/// What a connection is to nats-server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `cid:`
    Client,
    /// `rid:`
    Route,
    /// `gid:`
    Gateway,
    /// `lid:`, `lid_ws:`
    Leafnode,
    /// `wid:`, or the websocket listener
    Websocket,
    /// `mid:`
    Mqtt,
    /// https monitoring
    Monitoring,
}

impl Kind {
    /// The word for people and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Route => "route",
            Self::Gateway => "gateway",
            Self::Leafnode => "leafnode",
            Self::Websocket => "websocket",
            Self::Mqtt => "mqtt",
            Self::Monitoring => "monitoring",
        }
    }

    /// By the letters in front of a connection's number.
    pub(super) fn of_id(letters: &str) -> Option<Self> {
        Some(match letters {
            "cid" => Self::Client,
            "rid" => Self::Route,
            "gid" => Self::Gateway,
            "lid" | "lid_ws" => Self::Leafnode,
            "wid" => Self::Websocket,
            "mid" | "mid_ws" => Self::Mqtt,
            _ => return None,
        })
    }

    /// Whether nats-server can be either side of such a connection.
    pub(super) const fn goes_both_ways(self) -> bool {
        matches!(self, Self::Route | Self::Gateway | Self::Leafnode)
    }
}

/// What the one who wrote a line did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// It was connected to.
    Accepts,
    /// It made the connection.
    Dials,
}

impl Side {
    /// The word for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Dials => "dials",
        }
    }
}

/// Who has to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// The nats-server that wrote the line.
    ThisServer,
    /// The other side of the connection: a server, or nobody knows what.
    Peer,
    /// A client program.
    Client,
    /// Whoever wrote a line that does not tell.
    Writer,
}

impl Who {
    /// The word for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThisServer => "this_server",
            Self::Peer => "peer",
            Self::Client => "client",
            Self::Writer => "writer",
        }
    }
}

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Speaker {
    Server,
    Client,
    Unknown,
}

/// Who wrote a line, about whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Scene {
    pub(super) speaker: Speaker,
    pub(super) kind: Option<Kind>,
    pub(super) side: Option<Side>,
}

impl Scene {
    fn peer_is_client(self) -> bool {
        self.speaker == Speaker::Server
            && matches!(self.kind, Some(Kind::Client | Kind::Websocket | Kind::Mqtt | Kind::Monitoring))
    }

    /// The one who wrote it.
    pub(super) fn me(self) -> Who {
        match self.speaker {
            Speaker::Server => Who::ThisServer,
            Speaker::Client => Who::Client,
            Speaker::Unknown => Who::Writer,
        }
    }

    /// The other one.
    pub(super) fn peer(self) -> Who {
        if self.peer_is_client() { Who::Client } else { Who::Peer }
    }

    /// What people call who has to change something.
    pub(super) fn name(self, who: Who) -> &'static str {
        match who {
            Who::ThisServer => "this server",
            Who::Client => "the client",
            Who::Writer => "who says this",
            Who::Peer if self.speaker == Speaker::Client => "the server",
            Who::Peer => match (self.kind, self.side) {
                (Some(Kind::Route), Some(Side::Accepts)) => "the server that dials this route",
                (Some(Kind::Route), _) => "the server at the other end of the route",
                (Some(Kind::Gateway), Some(Side::Accepts)) => "the gateway that dials",
                (Some(Kind::Gateway), _) => "the gateway at the other end",
                (Some(Kind::Leafnode), Some(Side::Dials)) => "the hub",
                (Some(Kind::Leafnode), _) => "the leafnode",
                _ => "the other side",
            },
        }
    }

    /// Where the writer's options for this connection stand.
    pub(super) fn context(self) -> Context {
        if self.speaker == Speaker::Client {
            return Context::Client;
        }
        match (self.kind, self.side) {
            // Only programs that dial check names and the like, and nothing says that it is a server.
            (None, Some(Side::Dials)) => Context::Client,
            (None | Some(Kind::Client), _) => Context::Server,
            (Some(Kind::Route), _) => Context::Cluster,
            (Some(Kind::Gateway), _) => Context::Gateway,
            (Some(Kind::Leafnode), Some(Side::Dials)) => Context::Remote,
            (Some(Kind::Leafnode), _) => Context::Leaf,
            (Some(Kind::Websocket), _) => Context::Websocket,
            (Some(Kind::Mqtt), _) => Context::Mqtt,
            (Some(Kind::Monitoring), _) => Context::Monitor,
        }
    }

    /// Where the other side's options stand.
    pub(super) fn other_context(self) -> Context {
        if self.speaker == Speaker::Client {
            return Context::Server;
        }
        match (self.kind, self.side) {
            (Some(Kind::Route), _) => Context::Cluster,
            (Some(Kind::Gateway), _) => Context::Gateway,
            (Some(Kind::Leafnode), Some(Side::Dials)) => Context::Leaf,
            (Some(Kind::Leafnode), _) => Context::Remote,
            (None, Some(Side::Dials)) => Context::Server,
            _ => Context::Client,
        }
    }

    /// The roles of certificates that fit the writer and the other side.
    pub(super) fn roles(self) -> (Role, Role) {
        (self.context().role(), self.other_context().role())
    }

    /// What has to stand in the other side's certificate: it is the client where the writer accepts.
    pub(super) fn usage(self) -> &'static str {
        match self.side {
            Some(Side::Accepts) => "clientAuth",
            Some(Side::Dials) => "serverAuth",
            None => "serverAuth or clientAuth (for routes and gateways both)",
        }
    }

    /// Where the writer keeps the CAs that it trusts.
    pub(super) fn roots(self) -> String {
        match self.speaker {
            Speaker::Server => format!("ca_file of {}", self.context().config_path()),
            Speaker::Client => "the roots of the client (its option for a CA file)".to_owned(),
            Speaker::Unknown => {
                "its roots (a nats-server's ca_file, a client's option for a CA file)".to_owned()
            }
        }
    }
}

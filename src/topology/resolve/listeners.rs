//! The listeners of a node: which there are, what they demand, and whether the server takes their options.

use super::settings::{Inherited, Warnings, Wish};
use super::users;
use crate::nats::{Context, Effect, Support, TlsOption, Version};
use crate::pki::KeyType;
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{Given, ListenerTable, PinWish};
use crate::topology::model::{Client, Listener, Listeners, Pins, Place, Verification};

/// The listeners by the names of their tables.
pub(super) const ALL: [(Context, &str); 7] = [
    (Context::Server, "client"),
    (Context::Cluster, "cluster"),
    (Context::Gateway, "gateway"),
    (Context::Leaf, "leafnodes"),
    (Context::Websocket, "websocket"),
    (Context::Mqtt, "mqtt"),
    (Context::Monitor, "monitor"),
];

/// What a place needs of its nodes.
pub(super) struct Needs<'a> {
    pub(super) place: Place,
    pub(super) cluster: Need,
    pub(super) gateway: Need,
    pub(super) leafnodes: Need,
    /// Whether the leafnodes that connect have several accounts.
    pub(super) accounts_differ: bool,
    pub(super) clients: &'a [Client],
    /// Whether other nodes run on the same machine.
    pub(super) neighbours: bool,
    /// Whether it is the only node of its cluster.
    pub(super) alone: bool,
}

impl Needs<'_> {
    /// Whether routes are needed. `JetStream` of a single node does not start without a route where there are gateways,
    /// and where there are none it waits for ever if there may be routes.
    fn routes(&self, jetstream: bool) -> Need {
        match &self.gateway {
            Need::Always(_) if self.alone && jetstream => {
                Need::Always("JetStream with gateways wants a route".to_owned())
            }
            _ if self.alone && jetstream => Need::Never,
            _ => self.cluster.clone(),
        }
    }
}

/// Whether a listener has to be there.
#[derive(Debug, Clone)]
pub(super) enum Need {
    /// It makes no sense.
    Never,
    /// Where it is asked for.
    Asked,
    /// It is, and this is why.
    Always(String),
}

/// One listener in the making.
pub(super) struct Site<'a> {
    pub(super) context: Context,
    pub(super) name: &'static str,
    pub(super) table: &'a ListenerTable,
    pub(super) needs: &'a Needs<'a>,
    pub(super) version: Version,
}

pub(super) fn resolve(
    inherited: &Inherited,
    key_type: KeyType,
    version: Version,
    needs: &Needs,
    warnings: &mut Warnings,
) -> Result<Listeners, Fault> {
    let mut found = [const { None }; 7];
    let mut ports: Vec<(u16, &str)> = Vec::new();
    for ((slot, wish), (context, name)) in found.iter_mut().zip(&inherited.listeners).zip(ALL) {
        if !is_on(wish, context, name, needs, inherited.has_jetstream())? {
            continue;
        }
        let site = Site { context, name, table: &wish.table, needs, version };
        let listener = site.listener(key_type, warnings)?;
        if let Some((_, other)) = ports.iter().find(|(port, _)| *port == listener.port) {
            let at = port_place(inherited, name).or_else(|| port_place(inherited, other));
            return Err(Fault::new(
                at.unwrap_or_default(),
                format!("the listeners {other} and {name} have the same port, {}", listener.port),
                "give each listener of a node a port of its own",
            ));
        }
        ports.push((listener.port, name));
        *slot = Some(listener);
    }
    let [client, cluster, gateway, leafnodes, websocket, mqtt, monitor] = found;
    let listeners = Listeners { client, cluster, gateway, leafnodes, websocket, mqtt, monitor };
    users::warn_of_open_listeners(&listeners, version, needs, warnings);
    Ok(listeners)
}

/// Where the port of a listener is written, if it is.
pub(super) fn port_place(inherited: &Inherited, name: &str) -> Option<Loc> {
    let index = ALL.iter().position(|(_, known)| *known == name)?;
    inherited.listeners[index].table.port.as_ref().map(|given| given.at)
}

fn is_on(wish: &Wish, context: Context, name: &str, needs: &Needs, jetstream: bool) -> Result<bool, Fault> {
    let need = match context {
        Context::Server => Need::Always("every nats-server listens for clients".to_owned()),
        Context::Cluster => needs.routes(jetstream),
        Context::Gateway => needs.gateway.clone(),
        Context::Leaf => needs.leafnodes.clone(),
        _ => Need::Asked,
    };
    match (&need, &wish.on) {
        (Need::Never, _) | (Need::Asked, None) => Ok(false),
        (Need::Always(why), Some(off)) if !off.value => {
            Err(Fault::new(off.at, format!("the listener {name} is needed: {why}"), "leave this out"))
        }
        (Need::Always(_), _) => Ok(true),
        (Need::Asked, Some(on)) => Ok(on.value),
    }
}

impl Site<'_> {
    fn listener(&self, key_type: KeyType, warnings: &mut Warnings) -> Result<Listener, Fault> {
        self.only_a_port()?;
        let port = self.port()?;
        let verification = self.verification()?;
        let known_urls = self.table.check_known_urls.as_ref().is_some_and(|given| given.value);
        if let Some(given) = self.table.check_known_urls.as_ref().filter(|given| given.value)
            && !self.context.always_verifies()
        {
            return Err(Fault::new(
                given.at,
                format!("the listener {} has no known URLs", self.name),
                "check_known_urls is for cluster and gateway",
            ));
        }
        self.leafnodes_are_users(verification)?;
        let pins = self.pins(verification, known_urls)?;
        let no_auth_user = self.no_auth_user(verification)?;
        self.users_can_be_told_apart(verification, no_auth_user.as_deref())?;
        Ok(Listener {
            port,
            verification,
            pins,
            tls: self.tls(verification, key_type, warnings)?,
            no_auth_user,
        })
    }

    fn port(&self) -> Result<u16, Fault> {
        let default = match self.context {
            Context::Cluster => 6222,
            Context::Gateway => 7222,
            Context::Leaf => 7422,
            Context::Websocket => 8443,
            Context::Mqtt => 8883,
            Context::Monitor => 8222,
            _ => 4222,
        };
        match &self.table.port {
            Some(given) if given.value == 0 => {
                Err(Fault::new(given.at, "0 is no port", "give a port from 1 to 65535"))
            }
            given => Ok(given.as_ref().map_or(default, |given| given.value)),
        }
    }

    /// The monitoring endpoint has no `tls` map of its own.
    fn only_a_port(&self) -> Result<(), Fault> {
        if self.context != Context::Monitor {
            return Ok(());
        }
        let table = self.table;
        let places = [
            ("min_version", table.min_version.as_ref().map(|given| given.at)),
            ("cipher_suites", table.cipher_suites.as_ref().map(|given| given.at)),
            ("curve_preferences", table.curve_preferences.as_ref().map(|given| given.at)),
            ("timeout", table.timeout.as_ref().map(|given| given.at)),
            ("handshake_first", table.handshake_first.as_ref().map(|given| given.at)),
        ];
        match places.into_iter().find_map(|(field, at)| at.map(|at| (field, at))) {
            Some((field, at)) => Err(Fault::new(
                at,
                format!("monitoring has no {field} of its own"),
                "nats-server uses the TLS options of listeners.client for it: set it there",
            )),
            None => Ok(()),
        }
    }

    fn verification(&self) -> Result<Verification, Fault> {
        let default = match self.context {
            Context::Monitor => Verification::None,
            context if context.always_verifies() => Verification::Require,
            _ => Verification::Map,
        };
        let Some(given) = &self.table.verify else { return Ok(default) };
        let forced = self.context == Context::Monitor || self.context.always_verifies();
        if !forced || given.value == default {
            return Ok(given.value);
        }
        let (what, hint) = match (self.context, given.value) {
            (Context::Monitor, _) => {
                ("the monitoring endpoint never asks for client certificates", "leave verify out here")
            }
            (Context::Cluster, Verification::None) => {
                ("routes always demand a certificate from the peer", "leave verify out here")
            }
            (Context::Cluster, _) => {
                ("the nodes of a cluster are no users", "leave verify out here: pins tell who is a node")
            }
            (_, Verification::None) => {
                ("gateways always demand a certificate from the peer", "leave verify out here")
            }
            _ => {
                ("the nodes of other clusters are no users", "leave verify out here: pins tell who is a node")
            }
        };
        Err(Fault::new(given.at, what, hint))
    }

    /// Where clients are users, newer servers want to know which user a leafnode is.
    fn leafnodes_are_users(&self, verification: Verification) -> Result<(), Fault> {
        match &self.table.verify {
            Some(given)
                if self.context == Context::Leaf
                    && verification != Verification::Map
                    && !self.needs.clients.is_empty()
                    && self.version.supports(Version::new(2, 11, 0)) != Support::No =>
            {
                Err(Fault::new(
                    given.at,
                    format!(
                        "nats-server {} lets in no leafnode without a user where clients have users",
                        self.version
                    ),
                    "leave verify out here: a leafnode's certificate says which user it is",
                ))
            }
            _ => Ok(()),
        }
    }

    fn pins(&self, verification: Verification, known_urls: bool) -> Result<Pins, Fault> {
        let checked = TlsOption::PinnedCerts.effect(self.context);
        let unverified = verification == Verification::None;
        match &self.table.pins {
            Some(Given { value: PinWish::None, .. }) => Ok(Pins::None),
            Some(Given { value: PinWish::Exact, at }) => match checked {
                Effect::Ignored(reason) | Effect::Forced(reason) | Effect::Refused(reason) => {
                    Err(Fault::new(
                        *at,
                        format!("pins do nothing in listeners.{}: {reason}", self.name),
                        "leave pins out here",
                    ))
                }
                Effect::Works if unverified => Err(Fault::new(
                    *at,
                    "pins without verify refuse every connection: no client certificate is asked for",
                    "set verify to \"require\" or \"map\", or leave pins out",
                )),
                Effect::Works => Ok(Pins::Exact),
            },
            // Its users are known by their certificates, and nats-server reloads no pins of MQTT: with them, every new
            // client would cost a restart.
            None if self.context == Context::Mqtt => Ok(Pins::None),
            None if checked != Effect::Works || unverified || known_urls => Ok(Pins::None),
            None => Ok(Pins::Default),
        }
    }
}

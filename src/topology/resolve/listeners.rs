//! The listeners of a node: which there are, what they demand, and whether the server takes their options.

use super::admits;
use super::settings::{Inherited, Warnings, Wish};
use crate::nats::{Checked, Context, Effect, Refused, TlsOption, TlsOptions, Version, suites};
use crate::pki::KeyType;
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{Given, ListenerTable, PinWish, one_of};
use crate::topology::model::{Client, Listener, Listeners, Pins, Place, Verification};

/// First version in which a mapped user without password is safe on listeners that do not map.
const MAPPED_USERS_PROTECTED: Version = Version::new(2, 14, 4);

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
struct Site<'a> {
    context: Context,
    name: &'static str,
    table: &'a ListenerTable,
    needs: &'a Needs<'a>,
    version: Version,
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
        if !is_on(wish, context, name, needs)? {
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
    warn_of_open_users(&listeners, version, warnings);
    Ok(listeners)
}

/// Where the port of a listener is written, if it is.
pub(super) fn port_place(inherited: &Inherited, name: &str) -> Option<Loc> {
    let index = ALL.iter().position(|(_, known)| *known == name)?;
    inherited.listeners[index].table.port.as_ref().map(|given| given.at)
}

fn is_on(wish: &Wish, context: Context, name: &str, needs: &Needs) -> Result<bool, Fault> {
    let need = match context {
        Context::Server => &Need::Always("every nats-server listens for clients".to_owned()),
        Context::Cluster => &needs.cluster,
        Context::Gateway => &needs.gateway,
        Context::Leaf => &needs.leafnodes,
        _ => &Need::Asked,
    };
    match (need, &wish.on) {
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
            None if checked != Effect::Works || unverified || known_urls => Ok(Pins::None),
            None => Ok(Pins::Default),
        }
    }

    /// The exact user of the client that stands for whoever shows no certificate.
    fn no_auth_user(&self, verification: Verification) -> Result<Option<String>, Fault> {
        let Some(given) = &self.table.no_auth_user else { return Ok(None) };
        if !matches!(self.context, Context::Websocket | Context::Mqtt) {
            return Err(Fault::new(
                given.at,
                format!("the listener {} has no user for whoever shows no credentials", self.name),
                "no_auth_user is for websocket and mqtt",
            ));
        }
        if verification == Verification::Map {
            return Err(Fault::new(
                given.at,
                "no_auth_user does nothing where certificates decide the user",
                "set verify to \"none\" or \"require\", or leave no_auth_user out",
            ));
        }
        let clients = self.needs.clients;
        let Some(client) = clients.iter().find(|client| client.name.as_str() == given.value) else {
            let hint = if clients.is_empty() {
                "name one in [clients]".to_owned()
            } else {
                one_of(&given.value, clients.iter().take(20).map(|client| client.name.as_str()))
            };
            let what = format!("there is no client {}", crate::pki::shown(&given.value));
            return Err(Fault::new(given.at, what, hint));
        };
        if !admits(client, self.needs.place) {
            return Err(Fault::new(
                given.at,
                format!("{} may not connect here", client.name),
                "add this cluster or leafnode to its connects_to, or name another client",
            ));
        }
        Ok(Some(client.user.clone()))
    }

    fn users_can_be_told_apart(
        &self,
        verification: Verification,
        stand_in: Option<&str>,
    ) -> Result<(), Fault> {
        if verification == Verification::Map || stand_in.is_some() {
            return Ok(());
        }
        let at = self.table.verify.as_ref().map_or_else(Loc::default, |given| given.at);
        match self.context {
            Context::Leaf if self.needs.accounts_differ => Err(Fault::new(
                at,
                "leafnodes of several accounts cannot be told apart without their certificates",
                "set verify to \"map\", or give all leafnodes of this cluster the same account",
            )),
            Context::Server | Context::Websocket | Context::Mqtt => {
                let mut users = self.needs.clients.iter().filter(|client| admits(client, self.needs.place));
                let Some(client) = users.next() else { return Ok(()) };
                let hint = if self.context == Context::Server {
                    "set verify to \"map\""
                } else {
                    "set verify to \"map\", or name a client in no_auth_user that everybody here is"
                };
                Err(Fault::new(
                    at,
                    format!(
                        "users such as {} are known by certificates, which are not looked at here",
                        client.name
                    ),
                    hint,
                ))
            }
            _ => Ok(()),
        }
    }

    fn tls(
        &self,
        verification: Verification,
        key_type: KeyType,
        warnings: &mut Warnings,
    ) -> Result<Checked, Fault> {
        let forced = self.context.always_verifies();
        let values = |given: &Option<Given<Vec<Given<String>>>>| -> Vec<String> {
            given.iter().flat_map(|given| &given.value).map(|item| item.value.clone()).collect()
        };
        let table = self.table;
        let mut options = TlsOptions {
            verify: verification == Verification::Require && !forced,
            verify_and_map: verification == Verification::Map,
            check_known_urls: table.check_known_urls.as_ref().is_some_and(|given| given.value),
            handshake_first: table.handshake_first.as_ref().and_then(|given| given.value.0),
            timeout: table.timeout.as_ref().map(|given| given.value),
            min_version: table.min_version.as_ref().map(|given| given.value),
            cipher_suites: values(&table.cipher_suites),
            curves: values(&table.curve_preferences),
            ..TlsOptions::default()
        };
        for (option, field) in
            [(TlsOption::Timeout, "timeout"), (TlsOption::HandshakeFirst, "handshake_first")]
        {
            let asked = options.has(option);
            if let (true, Effect::Ignored(reason)) = (asked, option.effect(self.context)) {
                let places: Vec<_> =
                    ALL.into_iter().filter(|(context, _)| option.effect(*context) == Effect::Works).collect();
                let places: Vec<_> = places.into_iter().map(|(_, name)| name).collect();
                warnings.add(
                    format!("{field} does nothing in listeners.{}: {reason}", self.name),
                    format!("leave it out there; it works for {}", places.join(", ")),
                );
                match option {
                    TlsOption::Timeout => options.timeout = None,
                    _ => options.handshake_first = None,
                }
            }
        }
        self.names_are_known(&table.cipher_suites, suites::Kind::CipherSuite)?;
        self.names_are_known(&table.curve_preferences, suites::Kind::Curve)?;
        let checked = options.check(self.context, self.version).map_err(|why| self.refused(&why))?;
        self.pass_on(&checked, warnings);
        if crate::fit::suites_miss(key_type.is_rsa(), &checked.options().cipher_suites) {
            warnings.add(
                format!("none of the cipher suites of listeners.{} is for {key_type} keys: only TLS 1.3 will work", self.name),
                "add a suite for the key, or choose another key_type",
            );
        }
        Ok(checked)
    }

    /// Suites and curves one by one, for the place of each.
    fn names_are_known(
        &self,
        list: &Option<Given<Vec<Given<String>>>>,
        kind: suites::Kind,
    ) -> Result<(), Fault> {
        let Some(list) = list else { return Ok(()) };
        if list.value.is_empty() {
            return Err(Fault::new(list.at, "this list is empty", "leave it out for nats-server's own list"));
        }
        for item in &list.value {
            suites::find(kind, &item.value, self.version)
                .map_err(|why| Fault::new(item.at, why.to_string(), in_manifest(&why.hint())))?;
        }
        Ok(())
    }

    fn refused(&self, why: &Refused) -> Fault {
        let table = self.table;
        let option = match why {
            Refused::Context { option, .. } | Refused::Version { option, .. } => Some(*option),
            Refused::Name(_) => None,
        };
        let at = match option {
            Some(TlsOption::HandshakeFirst) => table.handshake_first.as_ref().map(|given| given.at),
            Some(TlsOption::MinVersion) => table.min_version.as_ref().map(|given| given.at),
            Some(TlsOption::Timeout) => table.timeout.as_ref().map(|given| given.at),
            Some(TlsOption::CheckKnownUrls) => table.check_known_urls.as_ref().map(|given| given.at),
            _ => table.cipher_suites.as_ref().map(|given| given.at),
        };
        Fault::new(at.unwrap_or_default(), why.to_string(), in_manifest(&why.hint()))
    }

    /// What the server will make of the options, as far as natscert does not see to it itself: it lists the users,
    /// compares names with URLs, and gives remotes the options of their hub.
    fn pass_on(&self, checked: &Checked, warnings: &mut Warnings) {
        for warning in checked.warnings() {
            let ours = matches!(
                warning.option(),
                TlsOption::Verify | TlsOption::VerifyAndMap | TlsOption::CheckKnownUrls
            ) || (warning.option() == TlsOption::HandshakeFirst && self.context == Context::Leaf);
            if !ours {
                warnings.add(format!("listeners.{}: {warning}", self.name), in_manifest(&warning.hint()));
            }
        }
    }
}

/// A hint for the command line, for a manifest.
pub(super) fn in_manifest(hint: &str) -> String {
    let words = hint.split(' ').map(|word| match word {
        "--cipher-suite" => "cipher_suites".to_owned(),
        "--curve" => "curve_preferences".to_owned(),
        word => match word.strip_prefix("--").filter(|rest| !rest.is_empty()) {
            Some(flag) => flag.replace('-', "_"),
            None => word.to_owned(),
        },
    });
    words.collect::<Vec<_>>().join(" ")
}

fn warn_of_open_users(listeners: &Listeners, version: Version, warnings: &mut Warnings) {
    let named = [("websocket", &listeners.websocket), ("mqtt", &listeners.mqtt)];
    let client_maps = listeners.client.as_ref().is_some_and(|l| l.verification == Verification::Map);
    for (name, listener) in named {
        let open = listener.as_ref().is_some_and(|listener| listener.verification != Verification::Map);
        if open && client_maps && version < MAPPED_USERS_PROTECTED {
            warnings.add(
                format!(
                    "before nats-server {MAPPED_USERS_PROTECTED} anyone can be any client on listeners.{name}, by its \
                     user name and an empty password"
                ),
                format!("set verify = \"map\" in listeners.{name}, or run a newer server_version"),
            );
        }
    }
}

//! Whom a listener takes certificates for.

use crate::lint::conf::{Listener, Server, Spanned, TlsMap, User};
use crate::nats::{Context, Identity, TlsOption, UserDn};
use crate::natsconf::{Span, Value};

/// Where nats-server looks up who a certificate belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table<'a> {
    /// Among these users; their names may be distinguished names in any order.
    Users(&'a [User]),
    /// Among these, letter by letter.
    Literal(&'a [User]),
    /// Routes and gateways: this one, letter by letter, if there is one.
    One(Option<&'a Spanned<String>>),
    /// Nowhere: there is no list of users but other credentials, which have to be sent.
    Credentials(Option<Span>),
    /// Nowhere, and nothing else is asked for.
    Nothing,
}

impl<'a> Table<'a> {
    /// That of a listener, if it maps.
    pub(super) fn of(server: &'a Server, context: Context, listener: &'a Listener) -> Self {
        let own = &listener.users;
        match context {
            Context::Cluster | Context::Gateway => Self::One(own.single.as_ref()),
            Context::Leaf if own.single.is_some() || own.has_others => Self::Credentials(own.span),
            Context::Leaf if !own.list.is_empty() => Self::Literal(&own.list),
            _ => Self::of_clients(server, context, listener),
        }
    }

    fn of_clients(server: &'a Server, context: Context, listener: &'a Listener) -> Self {
        let users = &server.client.users;
        if !users.list.is_empty() {
            return Self::Users(&users.list);
        }
        if users.single.is_some() || users.has_others {
            return Self::Credentials(users.span);
        }
        let own = &listener.users;
        if matches!(context, Context::Websocket | Context::Mqtt) && (own.single.is_some() || own.has_others) {
            return Self::Credentials(own.span);
        }
        Self::Nothing
    }

    /// Its users, with whether the order of a distinguished name counts.
    pub(super) fn users(self) -> Option<(&'a [User], bool)> {
        match self {
            Self::Users(list) => Some((list, false)),
            Self::Literal(list) => Some((list, true)),
            Self::One(_) | Self::Credentials(_) | Self::Nothing => None,
        }
    }
}

/// A listener that looks at certificates for clients, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door<'a> {
    pub(super) map: &'a TlsMap,
    /// Whom it maps to; none where it does not map.
    pub(super) table: Option<Table<'a>>,
}

/// Whether users are taken from certificates there.
pub(super) fn maps(map: &TlsMap) -> bool {
    map.flag(TlsOption::VerifyAndMap)
}

/// Where clients come in with certificates.
pub(super) fn doors(server: &Server) -> impl Iterator<Item = Door<'_>> {
    server.listeners().filter_map(|(context, listener)| {
        let comes = matches!(context, Context::Server | Context::Websocket | Context::Mqtt);
        let map = server.map_of(listener).filter(|map| comes && map.demands_certificates())?;
        listener.port?;
        let table = maps(map).then(|| Table::of(server, context, listener));
        Some(Door { map, table })
    })
}

/// Whether the users of clients also come in where no certificate decides who they are.
pub(super) fn has_plain_door(server: &Server) -> bool {
    plain_doors(server).next().is_some()
}

/// Listeners that look for users among those of clients, and take their word for it.
pub(super) fn plain_doors(server: &Server) -> impl Iterator<Item = (Context, &Listener)> {
    server.listeners().filter(|(context, listener)| {
        let own = &listener.users;
        let takes_clients = match context {
            Context::Server | Context::Websocket | Context::Mqtt => true,
            Context::Leaf => own.list.is_empty() && own.single.is_none() && !own.has_others,
            _ => false,
        };
        let is_mapping = server.map_of(listener).is_some_and(maps);
        takes_clients && listener.port.is_some() && !is_mapping
    })
}

/// Whether a certificate with these identities is this user.
pub(super) fn is_user(identities: &[Identity], user: &str, literal: bool) -> bool {
    identities.iter().any(|identity| identity.user == user)
        || (!literal
            && dn_of(identities).is_some_and(|dn| UserDn::parse(user).is_some_and(|user| user.matches(&dn))))
}

/// The distinguished name that nats-server compares, if it does.
pub(super) fn dn_of(identities: &[Identity]) -> Option<UserDn> {
    let dn = identities.iter().find(|identity| identity.kind == crate::nats::IdentityKind::Dn)?;
    UserDn::parse(&dn.user)
}

/// The entry of `verify_and_map`, for places.
pub(super) fn map_span(map: &TlsMap) -> Span {
    map.entry(TlsOption::VerifyAndMap).map_or(map.key, |entry| entry.key_span)
}

/// Whether an option is there and false.
pub(super) fn is_false(map: &TlsMap, option: TlsOption) -> Option<Span> {
    map.entry(option).filter(|entry| entry.node.value == Value::Bool(false)).map(|entry| entry.key_span)
}

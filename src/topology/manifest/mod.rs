//! The manifest as it is written: tables and fields, each value with its place. What it means is told by
//! [`super::resolve`].

mod entry;
mod fields;
mod shape;
mod value;

use serde::Deserialize;

pub(super) use entry::{Clients, NodeEntry, OneOrMore, SubjectsEntry};
pub use fields::fields;
use shape::Described;
pub(super) use shape::{Entries, Given, Switch, Table};
pub(super) use value::{First, PinWish, one_of};

use super::error::Fault;
use super::model::Verification;
use crate::nats::{MinVersion, Timeout, Version};
use crate::pki::{KeyType, OcspUrl, Span, Trust};

/// A list of texts, each with its place.
pub(super) type Texts = Given<Vec<Given<String>>>;

/// Declares the tables that may set what is inherited: these fields stand once, and every such table has them. (Serde's
/// `flatten` would lose unknown fields and their places.)
macro_rules! tables {
    ($level:tt $( $(#[$meta:meta])* struct $name:ident $own:tt )*) => {
        level! { $level }
        $( table! { $level $(#[$meta])* struct $name $own } )*
    };
}

macro_rules! level {
    ({ $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        /// What the system, a cluster, a node and a leafnode may set; each is inherited.
        #[derive(Debug, Clone, Default)]
        pub(super) struct Level {
            $($(#[$field_meta])* pub(super) $field: Option<$type>,)*
        }
    };
}

macro_rules! table {
    (
        { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }
        $(#[$meta:meta])* struct $name:ident { $($(#[$own_meta:meta])* $own:ident: $own_type:ty,)* }
    ) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(super) struct $name {
            $($(#[$own_meta])* pub(super) $own: $own_type,)*
            $($(#[$field_meta])* $field: Option<$type>,)*
        }

        impl $name {
            pub(super) fn level(&self) -> Level {
                Level { $($field: self.$field.clone(),)* }
            }
        }
    };
}

tables! {
    {
        key_type: Given<KeyType>,
        validity: Given<Span>,
        renew_before: Given<Span>,
        ocsp: Given<OcspUrl>,
        must_staple: Given<bool>,
        config_dir: Given<String>,
        server_version: Given<Version>,
        listen: Given<String>,
        port_offset: Given<u16>,
        jetstream: Given<Switch<JetStreamTable>>,
        listeners: Table<ListenersTable>,
    }

    /// The whole manifest.
    struct Manifest {
        local: Option<Given<bool>>,
        ca: Option<Table<CaTable>>,
        #[serde(default)]
        clusters: Entries<ClusterTable>,
        gateways: Option<Given<Switch<GatewaysTable>>>,
        #[serde(default)]
        leafnodes: Entries<LeafnodeTable>,
        #[serde(default)]
        clients: Clients,
        #[serde(default)]
        accounts: Entries<AccountTable>,
    }

    /// `[clusters.NAME]`
    struct ClusterTable {
        nodes: Given<Vec<Given<NodeEntry>>>,
        wildcards: Option<Texts>,
    }

    /// A node that is more than its name.
    struct NodeTable {
        name: Given<String>,
        hosts: Option<Texts>,
        advertise: Option<Given<String>>,
    }

    /// `[leafnodes.NAME]`
    struct LeafnodeTable {
        cluster: Given<String>,
        hosts: Option<Texts>,
        advertise: Option<Given<String>>,
        account: Option<Given<String>>,
        identity: Option<Given<String>>,
    }
}

/// `[ca]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaTable {
    pub(super) intermediates: Option<Texts>,
    pub(super) trust: Option<Given<Trust>>,
}

/// `[gateways]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewaysTable {
    pub(super) pairs: Option<Given<Vec<Texts>>>,
    pub(super) outgoing_certificate: Option<Given<bool>>,
}

/// `[clients.NAME]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTable {
    pub(super) identity: Option<Given<String>>,
    pub(super) account: Option<Given<String>>,
    pub(super) permissions: Option<Table<PermissionsTable>>,
    pub(super) connects_to: Option<Texts>,
    pub(super) key_type: Option<Given<KeyType>>,
    pub(super) validity: Option<Given<Span>>,
    pub(super) renew_before: Option<Given<Span>>,
    pub(super) ocsp: Option<Given<OcspUrl>>,
    pub(super) must_staple: Option<Given<bool>>,
    pub(super) config_dir: Option<Given<String>>,
}

/// `[accounts.NAME]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    pub(super) system: Option<Given<bool>>,
    pub(super) jetstream: Option<Given<bool>>,
}

/// `jetstream`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JetStreamTable {
    pub(super) store_dir: Option<Given<String>>,
}

/// `listeners`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table of listeners\nwrite listeners.websocket = true, or a table"
)]
pub(super) struct ListenersTable {
    pub(super) client: Option<Given<Switch<ListenerTable>>>,
    pub(super) cluster: Option<Given<Switch<ListenerTable>>>,
    pub(super) gateway: Option<Given<Switch<ListenerTable>>>,
    pub(super) leafnodes: Option<Given<Switch<ListenerTable>>>,
    pub(super) websocket: Option<Given<Switch<ListenerTable>>>,
    pub(super) mqtt: Option<Given<Switch<ListenerTable>>>,
    pub(super) monitor: Option<Given<Switch<ListenerTable>>>,
}

/// One listener.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListenerTable {
    pub(super) port: Option<Given<u16>>,
    pub(super) verify: Option<Given<Verification>>,
    pub(super) pins: Option<Given<PinWish>>,
    pub(super) check_known_urls: Option<Given<bool>>,
    pub(super) min_version: Option<Given<MinVersion>>,
    pub(super) cipher_suites: Option<Texts>,
    pub(super) curve_preferences: Option<Texts>,
    pub(super) timeout: Option<Given<Timeout>>,
    pub(super) handshake_first: Option<Given<First>>,
    pub(super) no_auth_user: Option<Given<String>>,
}

/// `permissions` of a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table of permissions\nwrite { publish = \"orders.>\", subscribe = [\"_INBOX.>\"] }"
)]
pub(super) struct PermissionsTable {
    pub(super) publish: Option<Given<SubjectsEntry>>,
    pub(super) subscribe: Option<Given<SubjectsEntry>>,
    pub(super) allow_responses: Option<Given<Switch<ResponsesTable>>>,
}

/// `publish` and `subscribe` with what is denied.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectsTable {
    pub(super) allow: Option<Given<OneOrMore>>,
    pub(super) deny: Option<Given<OneOrMore>>,
}

/// `allow_responses`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResponsesTable {
    pub(super) max: Option<Given<i64>>,
    pub(super) expires: Option<Given<String>>,
}

/// What belongs where a table does.
macro_rules! described {
    ($($table:ty: $expected:literal;)*) => {
        $(impl Described for $table {
            const EXPECTED: &'static str = $expected;
        })*
    };
}

described! {
    CaTable: "what the CA is to be\nwrite [ca], and below it intermediates = [\"east-2026\"]";
    ClusterTable: "a cluster\nwrite [clusters.NAME], and below it nodes = [\"n1.example.com\"]";
    LeafnodeTable: "a leafnode\nwrite [leafnodes.NAME], and below it cluster = \"NAME\"";
    ClientTable: "a client\nwrite a table: alice = { identity = \"alice@example.com\" }";
    AccountTable: "an account\nwrite a table: [accounts.NAME]";
    ListenersTable: "a table of listeners\nwrite listeners.websocket = true, or listeners.websocket = { port = 8443 }";
    PermissionsTable: "a table of permissions\nwrite { publish = \"orders.>\", subscribe = [\"_INBOX.>\"] }";
}

impl Manifest {
    /// Reads the text of a manifest.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let parsed = toml::de::Deserializer::parse(text).map_err(|why| {
            let written = why.span().and_then(|span| text.get(span)).unwrap_or_default();
            fault(&why, syntax(why.message(), written))
        })?;
        Self::deserialize(parsed).map_err(|why| fault(&why, meaning(why.message())))
    }
}

fn fault(why: &toml::de::Error, (what, hint): (String, String)) -> Fault {
    Fault { what, hint, at: why.span().map(Into::into) }
}

/// What is no TOML.
fn syntax(message: &str, written: &str) -> (String, String) {
    if message == "duplicate key" {
        return (format!("{written} is there already"), "keep one of the two".to_owned());
    }
    (format!("this is not TOML: {message}"), "see https://toml.io for how it is written".to_owned())
}

/// What is TOML, but no manifest: our own messages are split, serde's get a hint.
fn meaning(message: &str) -> (String, String) {
    if let Some((what, expected)) = message.split_once(", expected ")
        && what.starts_with("unknown field `")
    {
        let name = what.split('`').nth(1).unwrap_or_default();
        return (what.to_owned(), one_of(name, expected.split('`').skip(1).step_by(2)));
    }
    if let Some((what, hint)) = message.split_once('\n') {
        return (belongs(what).unwrap_or_else(|| what.to_owned()), hint.trim_end().to_owned());
    }
    let hint = match message {
        "missing field `nodes`" => "list them: nodes = [\"n1.example.com\", \"n2.example.com\"]",
        "missing field `cluster`" => "say which cluster it connects to: cluster = \"NAME\"",
        "missing field `name`" => "give the node a name: { name = \"n1\" }",
        _ => "see docs/manifest.md for what belongs there",
    };
    (message.to_owned(), hint.to_owned())
}

/// Serde's "invalid type: integer `5`, expected a key type", for people.
fn belongs(what: &str) -> Option<String> {
    let (found, expected) = what.strip_prefix("invalid type: ")?.split_once(", expected ")?;
    let found = match found {
        "sequence" => "a list",
        "map" => "a table",
        value => match value.split_once(['`', '"']) {
            Some((kind, number)) if !kind.starts_with("string") => number.trim_end_matches('`'),
            _ => value.trim_start_matches("string "),
        },
    };
    Some(format!("{expected} belongs here, not {found}"))
}

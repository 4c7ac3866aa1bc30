//! What is inherited from the system by clusters, and from these by nodes.

use crate::nats::{Context, Version};
use crate::pki::{Extensions, KeyType, OcspUrl, Span};
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{Given, Level, ListenerTable, ListenersTable, Switch, one_of};
use crate::topology::model::{CertificateSettings, JetStream, Listeners, Place, Settings};

use super::listeners::{self, Needs};

/// Certificates without a validity of their own: the same as those that are issued one by one.
const VALIDITY_DAYS: u32 = 825;
/// Renewed that long before their end, unless their validity is short.
const RENEW_BEFORE_DAYS: u32 = 30;

/// What a level sets or inherits, each with its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    pub(super) key_type: Option<Given<KeyType>>,
    pub(super) validity: Option<Given<Span>>,
    pub(super) renew_before: Option<Given<Span>>,
    pub(super) ocsp: Option<Given<OcspUrl>>,
    pub(super) must_staple: Option<Given<bool>>,
    config_dir: Option<Given<String>>,
    version: Option<Given<Version>>,
    pub(super) listen: Option<Given<String>>,
    pub(super) port_offset: Option<Given<u16>>,
    jetstream: Option<bool>,
    store_dir: Option<Given<String>>,
    /// In the order of [`listeners::ALL`].
    pub(super) listeners: [Wish; 7],
}

/// What is wanted of a listener.
#[derive(Debug, Clone, Default)]
pub(super) struct Wish {
    pub(super) on: Option<Given<bool>>,
    pub(super) table: ListenerTable,
}

/// What the user should know: nothing twice.
#[derive(Debug, Default)]
pub(super) struct Warnings(pub(super) Vec<(String, String)>);

impl Warnings {
    pub(super) fn add(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        let warning = (what.into(), hint.into());
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }
}

impl Inherited {
    /// The same with what the next level says.
    pub(super) fn with(&self, level: Level) -> Self {
        let base = self.clone();
        let (mut jetstream, mut store_dir) = (base.jetstream, base.store_dir);
        match level.jetstream.map(|given| given.value) {
            None => {}
            Some(Switch::On) => jetstream = Some(true),
            Some(Switch::Off) => jetstream = Some(false),
            Some(Switch::Table(table)) => {
                jetstream = Some(true);
                store_dir = table.store_dir.or(store_dir);
            }
        }
        Self {
            key_type: level.key_type.or(base.key_type),
            validity: level.validity.or(base.validity),
            renew_before: level.renew_before.or(base.renew_before),
            ocsp: level.ocsp.or(base.ocsp),
            must_staple: level.must_staple.or(base.must_staple),
            config_dir: level.config_dir.or(base.config_dir),
            version: level.server_version.or(base.version),
            listen: level.listen.or(base.listen),
            port_offset: level.port_offset.or(base.port_offset),
            jetstream,
            store_dir,
            listeners: wishes(base.listeners, level.listeners.unwrap_or_default().0),
        }
    }

    pub(super) fn has_jetstream(&self) -> bool {
        self.jetstream == Some(true)
    }

    /// How certificates are made.
    pub(super) fn certificate(&self) -> Result<CertificateSettings, Fault> {
        let validity = self.validity.as_ref().map_or_else(|| Span::days(VALIDITY_DAYS), |given| given.value);
        let default = Span::days(RENEW_BEFORE_DAYS).min(validity.third());
        if let Some(renew) = self.renew_before.as_ref().filter(|given| given.value >= validity) {
            let at = self.validity.as_ref().map_or(renew.at, |given| later(given.at, renew.at));
            return Err(Fault::new(
                at,
                format!("renew_before {} is not less than the validity of {validity}", renew.value),
                "every apply would issue anew: give a shorter renew_before, or a longer validity",
            ));
        }
        Ok(CertificateSettings {
            key_type: self.key_type.as_ref().map_or_else(KeyType::default, |given| given.value),
            validity,
            renew_before: self.renew_before.as_ref().map_or(default, |given| given.value),
            extensions: self.extensions()?,
        })
    }

    /// What certificates say beside names and usage.
    fn extensions(&self) -> Result<Extensions, Fault> {
        let must_staple = self.must_staple.as_ref().filter(|given| given.value);
        match (must_staple, &self.ocsp) {
            (Some(given), None) => Err(Fault::new(
                given.at,
                "nobody says where the response that has to be stapled comes from",
                "add the URL of an OCSP responder: ocsp = \"http://127.0.0.1:8888\"",
            )),
            (must_staple, ocsp) => Ok(Extensions {
                ocsp: ocsp.as_ref().map(|given| given.value.clone()),
                must_staple: must_staple.is_some(),
            }),
        }
    }

    /// The settings of nodes.
    pub(super) fn settings(&self, needs: &Needs, warnings: &mut Warnings) -> Result<Settings, Fault> {
        let certificate = self.certificate()?;
        let version = self.version.as_ref().map_or_else(Version::default, |given| given.value);
        let config_dir = config_dir(self.config_dir.as_ref(), &["node", "cluster"])?;
        if let (Some(given), Some(dir)) = (&self.config_dir, &config_dir)
            && needs.neighbours
            && !dir.contains("{node}")
        {
            return Err(Fault::new(
                given.at,
                "all nodes on this machine would have one folder",
                "let {node} stand for the node's name: config_dir = \"/etc/nats/{node}\"",
            ));
        }
        let jetstream = self.jetstream(needs)?;
        let store_dir = jetstream.as_ref().and_then(|jetstream| jetstream.store_dir.as_ref());
        for (dir, field) in [(config_dir.as_ref(), "config_dir"), (store_dir, "store_dir")] {
            if let Some(dir) = dir.filter(|dir| !is_absolute(dir)) {
                warnings.add(
                    format!("nats-server will look for {dir} below its working directory"),
                    format!("give {field} as an absolute path"),
                );
            }
        }
        let listeners = listeners::resolve(self, certificate.key_type, version, needs, warnings)?;
        let settings = Settings { certificate, config_dir, version, jetstream, listeners };
        self.mqtt_can_store(&settings, needs)?;
        Ok(settings)
    }

    /// MQTT keeps its sessions in streams: a server of its own does not start without.
    fn mqtt_can_store(&self, settings: &Settings, needs: &Needs) -> Result<(), Fault> {
        let Listeners { cluster, gateway, leafnodes, mqtt, .. } = &settings.listeners;
        let alone = cluster.is_none() && gateway.is_none() && leafnodes.is_none();
        let on = listeners::ALL.iter().position(|(context, _)| *context == Context::Mqtt);
        match on.and_then(|mqtt| self.listeners[mqtt].on.as_ref()) {
            Some(on)
                if mqtt.is_some()
                    && settings.jetstream.is_none()
                    && alone
                    && matches!(needs.place, Place::Cluster(_)) =>
            {
                Err(Fault::new(
                    on.at,
                    "MQTT needs JetStream, and this server is alone",
                    "add jetstream = true",
                ))
            }
            _ => Ok(()),
        }
    }

    fn jetstream(&self, needs: &Needs) -> Result<Option<JetStream>, Fault> {
        if !self.has_jetstream() {
            return Ok(None);
        }
        let store_dir = config_dir(self.store_dir.as_ref(), &["node", "cluster"])?;
        match (&self.store_dir, &store_dir) {
            (Some(given), Some(dir)) if needs.neighbours && !dir.contains("{node}") => Err(Fault::new(
                given.at,
                "all nodes on this machine would store in one folder",
                "let {node} stand for the node's name: store_dir = \"/var/lib/nats/{node}\"",
            )),
            _ => Ok(Some(JetStream { store_dir })),
        }
    }
}

fn wishes(base: [Wish; 7], level: ListenersTable) -> [Wish; 7] {
    let ListenersTable { client, cluster, gateway, leafnodes, websocket, mqtt, monitor } = level;
    let own = [client, cluster, gateway, leafnodes, websocket, mqtt, monitor];
    let mut wishes = base;
    for ((wish, own), (context, _)) in wishes.iter_mut().zip(own).zip(listeners::ALL) {
        let Some(Given { value, at }) = own else { continue };
        match value {
            Switch::On => wish.on = Some(Given { value: true, at }),
            Switch::Off => wish.on = Some(Given { value: false, at }),
            Switch::Table(table) => {
                // The others are on where they are needed, whatever they are to be like.
                if matches!(context, Context::Websocket | Context::Mqtt | Context::Monitor) {
                    wish.on = Some(Given { value: true, at });
                }
                wish.table = over(table, &wish.table);
            }
        }
    }
    wishes
}

fn over(own: ListenerTable, base: &ListenerTable) -> ListenerTable {
    let base = base.clone();
    ListenerTable {
        port: own.port.or(base.port),
        verify: own.verify.or(base.verify),
        pins: own.pins.or(base.pins),
        check_known_urls: own.check_known_urls.or(base.check_known_urls),
        min_version: own.min_version.or(base.min_version),
        cipher_suites: own.cipher_suites.or(base.cipher_suites),
        curve_preferences: own.curve_preferences.or(base.curve_preferences),
        timeout: own.timeout.or(base.timeout),
        handshake_first: own.handshake_first.or(base.handshake_first),
        no_auth_user: own.no_auth_user.or(base.no_auth_user),
    }
}

/// Of two values that do not go together, the one that is written later is the likelier mistake.
fn later(one: Loc, other: Loc) -> Loc {
    if one.start > other.start { one } else { other }
}

/// A folder on the target machine, in which some words in braces stand for names.
pub(super) fn config_dir(given: Option<&Given<String>>, known: &[&str]) -> Result<Option<String>, Fault> {
    let Some(Given { value, at }) = given else { return Ok(None) };
    if value.is_empty() || value.chars().any(char::is_control) {
        return Err(Fault::new(
            *at,
            "this folder is empty or has a control character",
            "give the folder as nats-server shall see it, such as /etc/nats/{node}"
                .replace("{node}", &format!("{{{}}}", known[0])),
        ));
    }
    for part in value.split('{').skip(1) {
        let word = part.split('}').next().unwrap_or(part);
        if !known.contains(&word) || !part.contains('}') {
            let shown = crate::pki::shown(&format!("{{{word}}}"));
            let braces: Vec<String> = known.iter().map(|word| format!("{{{word}}}")).collect();
            let hint = one_of(word, braces.iter().map(String::as_str));
            return Err(Fault::new(*at, format!("{shown} stands for nothing here"), hint));
        }
    }
    Ok(Some(value.clone()))
}

pub(super) fn is_absolute(dir: &str) -> bool {
    dir.starts_with(['/', '\\']) || dir.as_bytes().get(1) == Some(&b':')
}

//! `ocsp_peer`, which wants verify, and which MQTT takes from another place.

use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Listener, Server, TlsMap, entry};
use crate::nats::{Context, Key};
use crate::natsconf::{Entry, Value};

pub(super) fn check(server: &Server, desk: &mut Desk) {
    stapling(server, desk);
    for (context, listener) in server.listeners() {
        let Some(map) = server.map_of(listener) else { continue };
        let Some(entry) = asked(map) else { continue };
        let wants = matches!(context, Context::Server | Context::Leaf | Context::Websocket);
        if wants && !map.demands_certificates() {
            let what = format!(
                "{}: OCSP peer verification for client connections requires TLS verify (mTLS) to be enabled",
                map.path
            );
            let fix = "add verify: true, or remove ocsp_peer";
            desk.add(server, entry.key_span, Finding::new(Code::OptionRefused, what, fix));
        }
    }
    if let Some(mqtt) = server.mqtt.as_ref().filter(|mqtt| mqtt.port.is_some()) {
        mqtt_of(server, mqtt, desk);
    }
}

/// `ocsp` of the top level, whose keys nats-server takes in lower case alone.
fn stapling(server: &Server, desk: &mut Desk) {
    let Some(found) = entry(server.config.root(), &["ocsp"]) else { return };
    let options = match &found.node.value {
        Value::Map(options) => options,
        Value::Bool(_) => return,
        other => {
            let what = format!("error parsing ocsp config: unsupported type {}", super::go_type(other));
            let finding = Finding::new(Code::WrongType, what, "write ocsp: true, or ocsp { mode: auto }");
            desk.add(server, found.node.span, finding);
            return;
        }
    };
    for entry in options.iter() {
        let text = entry.node.value.as_text().map(|text| text.to_str_lossy().to_lowercase());
        let (code, said, fix) = match (&*entry.key.to_str_lossy(), text.as_deref()) {
            ("mode", Some("auto" | "always" | "must" | "never")) | ("url", Some(_)) => continue,
            ("mode", Some(_)) => (
                Code::WrongType,
                "error parsing ocsp config: unsupported ocsp mode string".to_owned(),
                "write mode: auto, always, must or never",
            ),
            ("mode" | "url", None) => {
                (Code::WrongType, super::conversion(&entry.node.value, "string"), "write a text in quotes")
            }
            ("urls", _) => (
                Code::WrongType,
                super::conversion(&entry.node.value, "[]string"),
                "write one, as url: \"http://…\": urls works in no configuration",
            ),
            (key, _) => (
                Code::UnknownOption,
                format!("unknown field {key:?}: error parsing ocsp config: unsupported field string"),
                "write mode or url, in lower case",
            ),
        };
        desk.add(server, entry.key_span, Finding::new(code, format!("ocsp: {said}"), fix));
    }
}

fn asked(map: &TlsMap) -> Option<&Entry> {
    let entry = entry(&map.map, &["ocsp_peer"])?;
    Key::named("ocsp_peer").is_some_and(|key| super::asks(key, &entry.node.value)).then_some(entry)
}

fn mqtt_of(server: &Server, mqtt: &Listener, desk: &mut Desk) {
    let Some(map) = server.map_of(mqtt) else { return };
    let top = server.map_of(&server.client).and_then(asked);
    match (top, asked(map)) {
        (None, Some(own)) => {
            let what = "mqtt.tls: ocsp_peer does nothing here: MQTT connections are checked if that of the top level says so";
            let fix = "write ocsp_peer into the tls of the top level, or remove it";
            desk.add(server, own.key_span, Finding::new(Code::MqttOcsp, what, fix));
        }
        (Some(top), _) if !map.demands_certificates() => {
            let what = "tls: ocsp_peer is applied to MQTT connections, too, and mqtt.tls asks for no certificate: every one fails";
            let finding = Finding {
                severity: crate::finding::Severity::Error,
                ..Finding::new(Code::MqttOcsp, what, "write verify: true into mqtt.tls, or remove ocsp_peer")
            };
            let place = crate::lint::place(server.config.sources(), map.key);
            desk.add(server, top.key_span, finding.beside("mqtt.tls", place));
        }
        _ => {}
    }
}

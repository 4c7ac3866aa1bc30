//! Listeners that do not start, or let in without TLS.

use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Server, TlsMap, entry, flag, map, port_behind};
use crate::nats::{Context, TlsOption};
use crate::natsconf::{Map, Span, Value};

pub(super) fn check(server: &Server, desk: &mut Desk) {
    monitoring(server, desk);
    websocket(server, desk);
    plaintext(server, desk);
}

/// Where a port is set that is not 0.
fn port(root: &Map, keys: &[&str]) -> Option<Span> {
    keys.iter().find_map(|key| {
        let entry = entry(root, &[key])?;
        let is_on = match &entry.node.value {
            Value::Integer(port) => *port != 0,
            Value::String(text) => {
                let text = text.to_str_lossy();
                let port = port_behind(&text).or_else(|| text.parse().ok());
                port.is_some_and(|port| port != 0)
            }
            _ => false,
        };
        is_on.then_some(entry.key_span)
    })
}

fn monitoring(server: &Server, desk: &mut Desk) {
    let root = server.config.root();
    let Some(https) = port(root, &["https", "https_port"]) else { return };
    if let Some(http) = port(root, &["http", "http_port", "monitor_port"]) {
        let what = "the server does not start with monitoring ports for http and https: can't specify both";
        let finding = Finding::new(Code::HttpAndHttps, what, "remove one of them");
        desk.add(server, https, finding.beside("http", crate::lint::place(server.config.sources(), http)));
    }
    let Some(tls) = server.map_of(&server.client) else {
        if entry(root, &["tls"]).is_none() {
            let what = "https monitoring without tls at the top level: TLS cert and key required for HTTPS";
            let fix = "add tls { cert_file: \"…/cert.pem\", key_file: \"…/key.pem\" } at the top level, or use http";
            desk.add(server, https, Finding::new(Code::HttpsWithoutTls, what, fix));
        }
        return;
    };
    if tls.demands_certificates() && entry(&tls.map, &["ocsp_peer"]).is_none() {
        let what = "the monitoring endpoint uses the certificate of tls, and asks for no client certificate: anybody can read it";
        let fix = "let it listen where only you can connect: https: \"127.0.0.1:8222\"";
        desk.add(server, https, Finding::new(Code::MonitorNotMutual, what, fix));
    }
}

fn websocket(server: &Server, desk: &mut Desk) {
    let (Some(listener), Some((found, section))) =
        (&server.websocket, map(server.config.root(), &["websocket", "ws"]))
    else {
        return;
    };
    let no_tls = flag(section, &["no_tls"]).is_some_and(|flag| flag.value);
    if listener.port.is_some() && entry(section, &["tls"]).is_none() && !no_tls {
        let what = "the server does not start: websocket requires TLS configuration";
        let fix = "add tls { cert_file: \"…/cert.pem\", key_file: \"…/key.pem\" }, or no_tls: true behind a proxy that does TLS";
        desk.add(server, found.key_span, Finding::new(Code::WebsocketWithoutTls, what, fix));
    }
}

/// `allow_non_tls` beside certificates that are demanded, of clients or over MQTT.
fn plaintext(server: &Server, desk: &mut Desk) {
    let Some(allowed) = entry(server.config.root(), &["allow_non_tls"]) else { return };
    if allowed.node.value != Value::Bool(true) {
        return;
    }
    let users = &server.client.users;
    // Whoever has to be a user without a password has no way in without a certificate.
    let only_mapped =
        !users.list.is_empty() && users.list.iter().all(|user| !user.has_password) && !users.has_others;
    let open =
        |map: &&TlsMap| map.demands_certificates() && !(map.flag(TlsOption::VerifyAndMap) && only_mapped);
    let mut maps = [Context::Server, Context::Mqtt].into_iter().filter_map(|context| server.tls_in(context));
    if server.map_of(&server.client).is_none() {
        return;
    }
    let Some(map) = maps.find(open) else { return };
    let what = format!(
        "allow_non_tls lets clients in without TLS, and so without the certificate that {} demands",
        map.path
    );
    let fix = "remove allow_non_tls, or do not count on certificates";
    let place = crate::lint::place(server.config.sources(), map.key);
    let finding =
        Finding::new(Code::PlaintextAllowed, what, fix).beside("certificates are demanded here", place);
    desk.add(server, allowed.key_span, finding);
}

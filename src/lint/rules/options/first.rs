//! TLS before INFO.

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::lint::{Desk, System};
use crate::nats::tls::LEAF_FALLBACK;
use crate::nats::{Context, Support, TlsOption};
use crate::natsconf::Value;

pub(super) fn check(system: &System<'_>, server: &Server, map: &TlsMap, desk: &mut Desk) {
    let Some(entry) = map.entry(TlsOption::HandshakeFirst) else { return };
    let asked = match &entry.node.value {
        Value::Bool(flag) => flag.then(|| "true".to_owned()),
        Value::String(text) => Some(text.to_str_lossy().to_lowercase()),
        _ => None,
    };
    let since = TlsOption::HandshakeFirst.since();
    if since.is_some_and(|since| system.settings.version.supports(since) == Support::No) {
        return;
    }
    let Some(asked) = asked.filter(|asked| !["false", "off"].contains(&&**asked)) else { return };
    let always = asked == "true" || asked == "on" || super::time::seconds(&asked) == Some(0.0);
    let path = &map.path;
    let (severity, what, fix) = match map.spot {
        Spot::In(Context::Server) if always => (
            Severity::Note,
            format!("{path}: clients that are not told to do the TLS handshake first fail to connect"),
            "tell all of them, as with nats --tlsfirst; or write handshake_first: auto for both kinds",
        ),
        Spot::In(Context::Leaf) if always => (
            Severity::Note,
            format!("{path}: remotes without handshake_first: true fail to connect"),
            "write it into the tls of every remote; or here auto, from 2.11 on, for both kinds",
        ),
        Spot::In(Context::Leaf) if system.settings.version.supports(LEAF_FALLBACK) == Support::No => (
            Severity::Warning,
            format!(
                "{path}: before nats-server {LEAF_FALLBACK} a hub does not fall back: {asked} acts like true, and remotes \
                 without handshake_first fail to connect"
            ),
            "write handshake_first: true into the tls of every remote, or remove it here",
        ),
        _ => return,
    };
    desk.add(server, entry.key_span, Finding { severity, ..Finding::new(Code::HandshakeFirst, what, fix) });
}

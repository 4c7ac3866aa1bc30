//! What a place does with an option: refuses it, ignores it, or does not know it yet. And `insecure`.

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spot, TlsMap, Url};
use crate::lint::{Desk, System};
use crate::nats::{Context, Effect, Holds, Key, Support, TlsOption, Version};
use crate::natsconf::Entry;

use super::section::Section;
use super::{asks, known};

pub(super) fn check(
    system: &System<'_>,
    (server, sections): (&Server, &[Section<'_>]),
    map: &TlsMap,
    desk: &mut Desk,
) {
    for (entry, key) in known(map) {
        if let Some(finding) = too_new(system.settings.version, map, key) {
            desk.add(server, entry.key_span, finding);
            continue;
        }
        if let Some(finding) = effect(map, entry, key) {
            desk.add(server, entry.key_span, finding);
        }
    }
    together(server, map, desk);
    proxy(server, sections, map, desk);
}

fn too_new(version: Version, map: &TlsMap, key: &Key) -> Option<Finding> {
    let since = key.since()?;
    let first = key.option == Some(TlsOption::HandshakeFirst);
    if first
        && matches!(map.spot, Spot::In(Context::Leaf | Context::Remote))
        && version >= Version::new(2, 10, 0)
    {
        return None;
    }
    newer(version, since, &map.path, key.name)
}

/// The finding about something of a release that is newer than the servers are, or may be.
pub(super) fn newer(version: Version, since: Version, path: &str, name: &str) -> Option<Finding> {
    let fix = format!("leave {name} out, or update nats-server to {since}");
    match version.supports(since) {
        Support::Yes => None,
        Support::No => {
            let what = format!("{path}: nats-server {version} does not know {name}, which came with {since}");
            Some(Finding::new(Code::OptionTooNew, what, fix))
        }
        Support::From(since) => {
            let what = format!(
                "{path}: {name} came with nats-server {since}, and an older {version} does not start"
            );
            let fix = format!("{fix}; or say which it is: --server-version {since}");
            Some(Finding { severity: Severity::Warning, ..Finding::new(Code::OptionTooNew, what, fix) })
        }
    }
}

fn effect(map: &TlsMap, entry: &Entry, key: &Key) -> Option<Finding> {
    let (path, name) = (&map.path, key.name);
    let asked = asks(key, &entry.node.value);
    match map.spot.effect_of(key) {
        Effect::Refused(reason) if map.spot == Spot::Proxy => {
            let what = format!("{path}: \"{name}\" is not supported for proxy TLS");
            let fix = format!("remove {name}, even where it is false: {reason}");
            Some(Finding::new(Code::OptionRefused, what, fix))
        }
        Effect::Refused(_) if asked => {
            let what = format!("{path}: {name} not supported in this context");
            let fix = format!("remove {name} here; it works in cluster.tls and gateway.tls");
            Some(Finding::new(Code::OptionRefused, what, fix))
        }
        Effect::Ignored(reason) if asked => ignored(map, key, reason),
        Effect::Works if key.option == Some(TlsOption::Insecure) && asked => {
            let what = format!(
                "{path}: insecure: whoever answers is taken for the server that is dialled, \
                 without a look at its chain, name, dates and usage"
            );
            Some(Finding::new(
                Code::Insecure,
                what,
                "remove insecure; for a private CA ca_file: \"…/ca.pem\" is enough",
            ))
        }
        _ => None,
    }
}

fn ignored(map: &TlsMap, key: &Key, reason: &str) -> Option<Finding> {
    let option = key.option;
    // Of pins and of mqtt's ocsp_peer there is more to say elsewhere.
    if option == Some(TlsOption::PinnedCerts)
        || (key.holds == Holds::OcspPeer && map.context() == Some(Context::Mqtt))
    {
        return None;
    }
    let (path, name) = (&map.path, key.name);
    let mut finding = Finding::new(
        Code::OptionIgnored,
        format!("{path}: {name} does nothing here: {reason}"),
        format!("remove {name}"),
    );
    // What they ask for is done anyway, or there is nothing that it could be done to.
    let harmless = [TlsOption::Verify, TlsOption::VerifyAndMap, TlsOption::HandshakeFirst];
    if option.is_some_and(|option| harmless.contains(&option)) {
        finding.severity = Severity::Note;
    }
    if option == Some(TlsOption::Timeout) && map.context() == Some(Context::Websocket) {
        "write websocket { handshake_timeout: … } instead".clone_into(&mut finding.fix);
    }
    Some(finding)
}

/// Options that exclude each other, or the system.
fn together(server: &Server, map: &TlsMap, desk: &mut Desk) {
    let is_text = |name: &str| {
        let entry = crate::lint::conf::entry(&map.map, &[name])?;
        crate::lint::conf::text_of(&entry.node).map(|_| entry)
    };
    let path = &map.path;
    if let Some(store) = is_text("cert_store").filter(|_| !cfg!(windows)) {
        let what =
            format!("{path}: cert_store not compatible with current operating system: it is for Windows");
        let fix = "name the files instead: cert_file: \"…/cert.pem\", key_file: \"…/key.pem\"";
        desk.add(server, store.key_span, Finding::new(Code::OptionRefused, what, fix));
    }
    let Some(file) = is_text("cert_file") else { return };
    let certs = crate::lint::conf::array(&map.map, &["certs", "certificates"]);
    if !certs.is_empty() {
        let what = format!("{path}: cannot combine 'cert_file' option with 'certs' option");
        let fix = "move the pair into certs: [ { cert_file: \"…\", key_file: \"…\" } ]";
        desk.add(server, file.key_span, Finding::new(Code::OptionRefused, what, fix));
    }
    if is_text("cert_store").is_some() && cfg!(windows) {
        let what = format!("{path}: 'cert_file' and 'cert_store' may not both be configured");
        desk.add(server, file.key_span, Finding::new(Code::OptionRefused, what, "remove one of them"));
    }
}

/// A proxy is spoken to by TLS if its URL says so.
fn proxy(server: &Server, sections: &[Section<'_>], map: &TlsMap, desk: &mut Desk) {
    if map.spot != Spot::Proxy {
        return;
    }
    let path = map.path.strip_suffix(".tls");
    let holder = sections.iter().find(|section| path == Some(&*section.path));
    let Some(url) = holder.and_then(|section| crate::lint::conf::text(section.map, &["url"])) else { return };
    if Url::parse(&url.value).is_some_and(|url| url.scheme == "http") {
        let what = format!("{}: proxy TLS configuration requires an https proxy URL, got: http", map.path);
        desk.add(
            server,
            url.span,
            Finding::new(Code::OptionRefused, what, "write https:// in its url, or remove tls"),
        );
    }
}

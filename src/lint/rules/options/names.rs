//! Cipher suites and curves: whether there are such, and whether one is left that works.

use crate::finding::{Code, Finding};
use crate::fit;
use crate::lint::conf::{Server, TlsMap};
use crate::lint::{Desk, System};
use crate::nats::suites::{self, Kind};
use crate::nats::{Support, TlsOption, Version};
use crate::natsconf::{Entry, Node, Value};

pub(super) fn check(system: &System<'_>, server: &Server, map: &TlsMap, desk: &mut Desk) {
    let version = system.settings.version;
    for (option, kind) in
        [(TlsOption::CipherSuites, Kind::CipherSuite), (TlsOption::CurvePreferences, Kind::Curve)]
    {
        let Some(entry) = map.entry(option) else { continue };
        let Value::Array(list) = &entry.node.value else { continue };
        if list.items().is_empty() {
            let what = format!("{}: '{option}' cannot be empty", map.path);
            let fix = format!("name some, or remove {option} for the server's own list");
            desk.add(server, entry.node.span, Finding::new(Code::UnknownSuite, what, fix));
        }
        for (name, node) in texts(list.items()) {
            if let Err(why) = suites::find(kind, &name, version) {
                let what = format!("{}: {why}", map.path);
                desk.add(server, node.span, Finding::new(Code::UnknownSuite, what, why.hint()));
            }
        }
    }
    let Some(entry) = map.entry(TlsOption::CipherSuites) else { return };
    let names: Vec<_> = texts(entry.node.value.as_array().unwrap_or_default()).collect();
    let allowed = insecure(version, server, map, &names, desk);
    if allowed {
        usable(system, server, map, entry, &names, desk);
    }
}

fn texts(nodes: &[Node]) -> impl Iterator<Item = (String, &Node)> {
    nodes.iter().filter_map(|node| Some((node.value.as_text()?.to_str_lossy().into_owned(), node)))
}

/// Whether all of them are allowed.
fn insecure(
    version: Version,
    server: &Server,
    map: &TlsMap,
    names: &[(String, &Node)],
    desk: &mut Desk,
) -> bool {
    let option = TlsOption::AllowInsecureCipherSuites;
    let needed = option.since().is_some_and(|since| version.supports(since) == Support::Yes);
    if !needed || map.flag(option) {
        return true;
    }
    let mut allowed = true;
    for (name, node) in names {
        if suites::find(Kind::CipherSuite, name, version).is_ok_and(|suite| suite.insecure) {
            let what = format!(
                "{}: insecure cipher suites configured without '{option}' option set: {name}",
                map.path
            );
            let fix = format!("remove it, or write {option}: true if an old client knows no other");
            desk.add(server, node.span, Finding::new(Code::UnknownSuite, what, fix));
            allowed = false;
        }
    }
    allowed
}

/// Whether TLS 1.2 is on, and has a suite that the certificate's key can be used with.
fn usable(
    system: &System<'_>,
    server: &Server,
    map: &TlsMap,
    entry: &Entry,
    names: &[(String, &Node)],
    desk: &mut Desk,
) {
    let path = &map.path;
    let lowest = map.entry(TlsOption::MinVersion).and_then(|entry| entry.node.value.as_text());
    if lowest.is_some_and(|version| version.as_bytes() == b"1.3") {
        let what =
            format!("{path}: cipher_suites are those of TLS 1.2, and min_version 1.3 switches that off");
        desk.add(
            server,
            entry.key_span,
            Finding::new(Code::SuitesWithTls13, what, "remove cipher_suites, or min_version"),
        );
        return;
    }
    let suites: Vec<String> = names.iter().map(|(name, _)| name.clone()).collect();
    let leaves = system.leaves(map);
    let fits = leaves.iter().any(|leaf| !fit::suites_miss_key(&leaf.facts, &suites));
    if !map.spot.listens() || leaves.is_empty() || fits {
        return;
    }
    let key = leaves.iter().map(|leaf| leaf.facts.key.to_string()).collect::<Vec<_>>().join(", ");
    let what =
        format!("{path}: no cipher suite is for the certificate's key ({key}): peers without TLS 1.3 fail");
    let other = if key.starts_with("RSA") { "TLS_ECDHE_RSA" } else { "TLS_ECDHE_ECDSA" };
    let fix = format!("add suites that begin with {other}_WITH_, or write min_version: \"1.3\" instead");
    desk.add(server, entry.key_span, Finding::new(Code::UnusableSuites, what, fix));
}

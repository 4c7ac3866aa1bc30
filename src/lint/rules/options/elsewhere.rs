//! `tls` and its relatives in maps that take none of them: nats-server refuses them, mostly without saying where they belong.

use super::section::Section;
use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Server, map};
use crate::natsconf::Map;

pub(super) fn check(server: &Server, sections: &[Section<'_>], desk: &mut Desk) {
    for section in sections {
        let known = section.kind.names();
        look(server, &section.path, section.map, known, desk);
        for name in ["authorization", "authentication"] {
            if let Some((_, inner)) = map(section.map, &[name]) {
                let path = if section.path.starts_with("the ") {
                    name.to_owned()
                } else {
                    format!("{}.{name}", section.path)
                };
                look(server, &path, inner, &[], desk);
            }
        }
    }
    let root = server.config.root();
    if let Some((_, jetstream)) = map(root, &["jetstream"]) {
        look(server, "jetstream", jetstream, &[], desk);
    }
    let accounts = map(root, &["accounts"]).into_iter().flat_map(|(_, accounts)| accounts.iter());
    for account in accounts {
        if let Some(inner) = account.node.value.as_map() {
            look(server, &format!("accounts.{}", account.key), inner, &[], desk);
        }
    }
}

fn look(server: &Server, path: &str, map: &Map, known: &[&str], desk: &mut Desk) {
    for entry in map.iter() {
        let key = entry.key.to_str_lossy().to_lowercase();
        let is_meant = ["tls", "ssl", "no_tls"].contains(&&*key) || key.starts_with("tls_");
        // A variable may be called anything.
        if !is_meant || entry.used || known.contains(&&*key) {
            continue;
        }
        let what = format!("{path}: unknown field {:?}", entry.key.to_str_lossy());
        let fix = match &*key {
            "tls" => {
                "move it to the listener that it is for: the top level, cluster, gateway, leafnodes, an entry of remotes, websocket or mqtt"
            }
            "ssl" => "call it tls",
            "tls_timeout" => "write tls { timeout: … }",
            "no_tls" => "leave it out: without a tls map there is no TLS; only websocket has no_tls",
            _ => "options of TLS stand in a tls map: tls { … }",
        };
        desk.add(server, entry.key_span, Finding::new(Code::UnknownOption, what, fix));
    }
}

//! Mapping to nobody: listeners that let everybody in or nobody, and users that anybody can take over.

use super::table::{Table, doors, map_span, maps, plain_doors};
use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Listener, Server, TlsMap, User};
use crate::lint::{Desk, System, place};
use crate::nats::{Context, Support, TlsOption, Version};
use crate::natsconf::Span;

pub(super) fn check(system: &System<'_>, server: &Server, desk: &mut Desk) {
    for (context, listener) in server.listeners().filter(|(_, listener)| listener.port.is_some()) {
        let Some(map) = server.map_of(listener).filter(|map| maps(map)) else { continue };
        match Table::of(server, context, listener) {
            Table::Nothing => open(server, map, desk),
            Table::Credentials(span) => skipped(server, listener, (map, span), desk),
            Table::One(None) if !map.flag(TlsOption::CheckKnownUrls) => closed(server, context, map, desk),
            _ => {}
        }
    }
    takeover(system, server, desk);
}

fn open(server: &Server, map: &TlsMap, desk: &mut Desk) {
    let what = format!(
        "{} has verify_and_map, and there are no users: every certificate of its CA is let in",
        map.path
    );
    let block = if map.context() == Some(Context::Leaf) {
        "leafnodes { authorization { … } }"
    } else {
        "authorization"
    };
    let fix = format!(
        "name who may connect in {block}: users: [ {{ user: \"CN=alice\" }} ]; natscert inspect CERT prints the user of \
         a certificate"
    );
    desk.add(server, map_span(map), Finding::new(Code::MapOpen, what, fix));
}

/// A single user, a token, nkeys or JWTs: they have to be sent, whatever the certificate says.
fn skipped(server: &Server, listener: &Listener, (map, span): (&TlsMap, Option<Span>), desk: &mut Desk) {
    let own = &listener.users;
    let single = own.single.as_ref().or(server.client.users.single.as_ref());
    // A user who looks like a certificate's was meant to be mapped to.
    let is_meant = single.is_some_and(|user| user.value.contains(['=', '@']) || user.value.contains("://"));
    let severity = if is_meant {
        Severity::Error
    } else if single.is_some() {
        Severity::Warning
    } else {
        Severity::Note
    };
    let what = format!(
        "verify_and_map of {} maps nobody: there is no list of users, and the credentials that are configured have to \
         be sent",
        map.path
    );
    let fix = match single {
        Some(user) => format!("write a list: users: [ {{ user: \"{}\" }} ]; or verify instead", user.value),
        None => "write verify instead of verify_and_map, or a list of users".to_owned(),
    };
    let mut finding = Finding { severity, ..Finding::new(Code::MapOpen, what, fix) };
    if let Some(span) = span {
        finding = finding.beside("these count", place(server.config.sources(), span));
    }
    desk.add(server, map_span(map), finding);
}

fn closed(server: &Server, context: Context, map: &TlsMap, desk: &mut Desk) {
    let (section, who) =
        if context == Context::Cluster { ("cluster", "route") } else { ("gateway", "gateway connection") };
    let what = format!("{} has verify_and_map, and {section} has no user: every {who} is refused", map.path);
    let fix = format!(
        "take verify_and_map out: certificates are demanded there anyway; or give {section} a user that all of its \
         peers' certificates have, such as a DNS name: authorization {{ user: \"{section}.example.com\" }}"
    );
    desk.add(server, map_span(map), Finding::new(Code::MapClosed, what, fix));
}

/// Before 2.14.4 a user without a password could be named by anybody on a listener that does not map.
fn takeover(system: &System<'_>, server: &Server, desk: &mut Desk) {
    let version = system.settings.version;
    if version.supports(Version::new(2, 14, 4)) == Support::Yes {
        return;
    }
    let Some((plain, _)) = plain_doors(server).next() else { return };
    let mut mapping: Vec<&[User]> = doors(server)
        .filter_map(|door| match door.table? {
            Table::Users(users) => Some(users),
            _ => None,
        })
        .collect();
    mapping.truncate(1);
    let bare = |user: &&User| !user.has_password && !user.is_restricted && is_certificates(&user.name.value);
    let mut open = mapping.into_iter().flatten().filter(bare);
    let Some(first) = open.next() else { return };
    let others = match open.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!(
        "user {}{others} has no password: before nats-server 2.14.4 anybody can take that name at the {plain} listener, \
         which does not map",
        first.name.value
    );
    let fix = "set verify_and_map on every listener, or run nats-server 2.14.4 or later";
    desk.add(server, first.name.span, Finding::new(Code::MapTakeover, what, fix));
}

/// Whether a user is one that certificates are mapped to, by its looks: others may be meant to go without a password.
fn is_certificates(user: &str) -> bool {
    user.contains(['=', '@', '.']) || user.contains("://")
}

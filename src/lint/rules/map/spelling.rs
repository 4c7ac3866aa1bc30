//! Users that no certificate can ever map to, by their text alone.

use super::table::{Table, doors, has_plain_door, maps};
use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spanned, User};
use crate::lint::{Desk, System};
use crate::nats::dn::is_as_go_prints;
use crate::nats::{Context, UserDn};

pub(super) fn check(system: &System<'_>, server: &Server, desk: &mut Desk) {
    let mut tables: Vec<_> = doors(server).filter_map(|door| door.table).collect();
    // All of these have the same list.
    tables.truncate(1);
    let own = server.listeners().filter(|(context, listener)| {
        matches!(context, Context::Leaf | Context::Cluster | Context::Gateway)
            && listener.port.is_some()
            && server.map_of(listener).is_some_and(maps)
    });
    tables.extend(own.map(|(context, listener)| Table::of(server, context, listener)));
    for table in tables {
        if let Table::One(Some(user)) = table {
            name(server, user, true, desk);
        }
        let Some((users, literal)) = table.users() else { continue };
        for user in users {
            name(server, &user.name, literal, desk);
        }
        if !literal && system.clients.is_empty() && !has_plain_door(server) {
            for user in users {
                bare(server, user, desk);
            }
        }
    }
}

/// A distinguished name that is none, or none that a certificate can have.
fn name(server: &Server, user: &Spanned<String>, literal: bool, desk: &mut Desk) {
    let text = user.value.as_str();
    if !looks_like_dn(text) || is_as_go_prints(text) {
        return;
    }
    let dn = UserDn::parse(text);
    let is_known = dn.as_ref().is_some_and(UserDn::is_of_known_types);
    if is_known && !literal {
        return;
    }
    let what = if let Some((kind, _)) = text.strip_prefix('/').and_then(|rest| rest.split_once('=')) {
        format!("user {text} is written as openssl does, from /{kind}=: no certificate maps to it")
    } else if dn.is_none() {
        format!(
            "user {text} is no distinguished name to nats-server: a part of it lacks its type, or a comma its backslash"
        )
    } else if is_known {
        format!("user {text} is compared letter by letter there, and no certificate is printed so")
    } else {
        format!("user {text} has an attribute type that nats-server does not know: no certificate maps to it")
    };
    let fix = mended(text, literal).map_or_else(
        || "natscert inspect CERT prints the users that a certificate maps to".to_owned(),
        |name| format!("write \"{name}\""),
    );
    desk.add(server, user.span, Finding::new(Code::DnSpelling, what, fix));
}

/// The types that people write in distinguished names, known to nats-server or not.
const TYPES: [&str; 21] = [
    "CN",
    "O",
    "OU",
    "C",
    "ST",
    "S",
    "L",
    "STREET",
    "DC",
    "UID",
    "USERID",
    "E",
    "EMAIL",
    "EMAILADDRESS",
    "SERIALNUMBER",
    "POSTALCODE",
    "SN",
    "GN",
    "TITLE",
    "GIVENNAME",
    "SUBJECT",
];

/// Whether somebody meant a distinguished name.
pub(super) fn looks_like_dn(user: &str) -> bool {
    let Some((first, _)) = user.split_once('=') else { return false };
    let first = first.trim().trim_start_matches('/');
    TYPES.iter().any(|kind| kind.eq_ignore_ascii_case(first))
}

/// The name as it would work, if that can be said without its certificate.
fn mended(text: &str, literal: bool) -> Option<String> {
    let dn = match text.strip_prefix('/') {
        // From the root down, and most specific last.
        Some(rest) => {
            let mut parts: Vec<_> = rest.split('/').collect();
            parts.reverse();
            UserDn::parse(&parts.join(","))
        }
        None => UserDn::parse(text),
    };
    let dn = dn.filter(UserDn::is_of_known_types)?;
    let name = if literal { dn.as_go_prints() } else { dn.to_string() };
    (name != text).then_some(name)
}

/// A name without a type: only a DNS name, an email address or a URI of a certificate is compared so.
fn bare(server: &Server, user: &User, desk: &mut Desk) {
    let name = user.name.value.as_str();
    // Who has a password is no certificate's; nobody's name is for lists that must not be empty.
    if user.is_restricted || user.has_password || name.contains(['=', '@', ':', '.', '*']) || name == "nobody"
    {
        return;
    }
    // No name in a certificate has such characters.
    let is_certain = name.contains(' ') || !name.is_ascii();
    let (severity, what) = if is_certain {
        (
            Severity::Error,
            format!("user {name} matches no certificate: a common name is compared as CN={name}"),
        )
    } else {
        let what = format!(
            "user {name} matches certificates with the DNS name {name} alone: a common name is compared as CN={name}"
        );
        (Severity::Note, what)
    };
    let fix = format!(
        "if CN={name} is the whole subject, write \"CN={name}\"; natscert inspect CERT prints the users"
    );
    let finding = Finding { severity, ..Finding::new(Code::BareCommonName, what, fix) };
    desk.add(server, user.name.span, finding);
}

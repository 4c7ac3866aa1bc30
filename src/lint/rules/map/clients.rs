//! Clients that are given, against the users that certificates are mapped to.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::spelling::looks_like_dn;
use super::table::{Door, Table, dn_of, doors, map_span};
use crate::finding::{Code, Finding};
use crate::fit::map_users;
use crate::lint::conf::{Server, User};
use crate::lint::{Certificate, Client, Desk, File, System, element};
use crate::nats::{Context, Identity, IdentityKind, Support, UserDn, Version};
use crate::pki::San;

/// A server that knows clients by certificate.
struct Known<'a> {
    server: &'a Server,
    doors: Vec<Door<'a>>,
    names: OnceCell<HashSet<&'a str>>,
}

impl<'a> Known<'a> {
    fn users(&self) -> &'a [User] {
        let table = self.doors.iter().find_map(|door| door.table.and_then(Table::users));
        table.map_or(&[], |(users, _)| users)
    }

    fn names(&self) -> &HashSet<&'a str> {
        self.names.get_or_init(|| self.users().iter().map(|user| user.name.value.as_str()).collect())
    }

    /// Whether somebody may come in by something else than a mapped certificate.
    fn lets_others_in(&self) -> bool {
        let not_mapping = |door: &Door<'_>| !matches!(door.table, Some(Table::Users(_)));
        self.server.client.users.has_others || self.doors.iter().any(not_mapping)
    }
}

/// A client is wanted somewhere, not everywhere: it is found where no server takes it.
pub(super) fn check(system: &System<'_>, desk: &mut Desk) {
    if system.clients.is_empty() {
        return;
    }
    let known = |server| Known { server, doors: doors(server).collect(), names: OnceCell::new() };
    let servers: Vec<_> = system.servers.iter().map(known).filter(|known| !known.doors.is_empty()).collect();
    let Some(first) = servers.first() else { return };
    let is_open = servers.iter().any(Known::lets_others_in);
    for client in &system.clients {
        let Some(leaf) = client.file.leaf() else { continue };
        let identities = map_users(&leaf.facts, Context::Server);
        let by_text = servers.iter().find(|known| has_text(known, &identities));
        if let Some(at) = by_text.or_else(|| servers.iter().find(|known| has_dn(known, &identities))) {
            if !is_open {
                empty_subject(system, at, (client, leaf), desk);
            }
        } else if !is_open {
            refused(&servers, first, (&client.file, leaf), &identities, desk);
        }
    }
}

fn has_text(known: &Known<'_>, identities: &[Identity]) -> bool {
    identities.iter().any(|identity| known.names().contains(identity.user.as_str()))
}

/// The same for distinguished names in another order.
fn has_dn(known: &Known<'_>, identities: &[Identity]) -> bool {
    let Some(dn) = dn_of(identities) else { return false };
    // Reading all names of all servers takes long: only those that can be it.
    let value = dn
        .attributes()
        .map(|(_, value)| value)
        .find(|value| value.bytes().all(|b| b.is_ascii_alphanumeric()));
    let is_near = |name: &str| looks_like_dn(name) && value.is_none_or(|value| name.contains(value));
    let is_it = |name: &str| is_near(name) && UserDn::parse(name).is_some_and(|user| user.matches(&dn));
    known.users().iter().any(|user| is_it(&user.name.value))
}

/// Before 2.14.1 nats-server looked for a user only if there was a subject, an email address or a URI.
fn empty_subject(
    system: &System<'_>,
    at: &Known<'_>,
    (client, leaf): (&Client, &Certificate),
    desk: &mut Desk,
) {
    if !is_refused_as_empty(system.settings.version, leaf) {
        return;
    }
    let Some(door) = at.doors.first() else { return };
    let what = format!(
        "{} has an empty subject and DNS names alone: before nats-server 2.14.1 it maps to no user",
        client.file.name
    );
    let fix =
        "issue it with a common name: natscert issue client --cn NAME …; or run nats-server 2.14.1 or later";
    let finding = Finding::new(Code::EmptySubject, what, fix).of(element(&client.file, leaf));
    desk.add(at.server, map_span(door.map), finding);
}

/// Whether servers of this version look at DNS names where there is no subject.
pub(super) fn counts_empty_subjects(version: Version) -> bool {
    version.supports(Version::new(2, 14, 1)) == Support::Yes
}

/// Whether a certificate is refused for its empty subject wherever users or known URLs are compared.
pub(super) fn is_refused_as_empty(version: Version, leaf: &Certificate) -> bool {
    let is_name = |san: &San| matches!(san, San::Email(_) | San::Uri(_));
    !counts_empty_subjects(version) && leaf.facts.subject.is_empty() && !leaf.facts.sans.iter().any(is_name)
}

fn refused(
    servers: &[Known<'_>],
    first: &Known<'_>,
    (file, leaf): (&File, &Certificate),
    identities: &[Identity],
    desk: &mut Desk,
) {
    // Servers of one cluster have the same users: those of a few are enough to say what was meant.
    for known in servers.iter().take(20) {
        for user in known.users() {
            let Some(finding) = almost(user, (file, leaf), identities) else { continue };
            desk.add(known.server, user.name.span, finding.of(element(file, leaf)));
            return;
        }
    }
    let Some(door) = first.doors.first() else { return };
    let (what, fix) = match best(identities) {
        Some(best) => (
            format!("client {} maps to no user: it would be {}", file.name, shown(identities)),
            format!("add {{ user: \"{}\" }} to the users", written(best)),
        ),
        None => (
            format!(
                "client {} maps to no user: it has neither a subject nor names that are compared",
                file.name
            ),
            "issue it with a common name: natscert issue client --cn NAME …".to_owned(),
        ),
    };
    let finding = Finding::new(Code::NoUserMatches, what, fix).of(element(file, leaf));
    desk.add(first.server, map_span(door.map), finding);
}

/// A user that this certificate was meant to be.
fn almost(user: &User, (file, leaf): (&File, &Certificate), identities: &[Identity]) -> Option<Finding> {
    let name = user.name.value.as_str();
    let best = best(identities)?;
    let fix = format!("write \"{}\"", written(best));
    let (code, resembles) = meant(user, leaf, identities)?;
    if code == Code::BareCommonName {
        let what = format!(
            "user {name} is the bare common name of client {}, which maps to {}",
            file.name,
            shown(identities)
        );
        return Some(Finding::new(code, what, fix));
    }
    let what = if resembles {
        format!(
            "user {name} is spelled otherwise than the subject of client {}: {}",
            file.name,
            written(best)
        )
    } else {
        format!("user {name} is not the whole subject of client {}: {}", file.name, written(best))
    };
    Some(Finding::new(code, what, fix))
}

/// What is wrong with a user that was meant for this certificate, and whether it is the whole subject but for its spelling; none
/// for other users.
pub(super) fn meant(user: &User, leaf: &Certificate, identities: &[Identity]) -> Option<(Code, bool)> {
    let name = user.name.value.as_str();
    let cn = leaf.facts.subject.last_common_name()?;
    if !looks_like_dn(name) {
        return name.eq_ignore_ascii_case(cn).then_some((Code::BareCommonName, false));
    }
    let own = UserDn::parse(name)?;
    let is_meant = own.common_name().is_some_and(|own| own.eq_ignore_ascii_case(cn));
    let subject = identities
        .iter()
        .find(|identity| matches!(identity.kind, IdentityKind::Dn | IdentityKind::Subject))
        .and_then(|identity| UserDn::parse(&identity.user));
    let resembles = subject.is_some_and(|dn| own.resembles(&dn));
    (is_meant || resembles).then_some((Code::DnSpelling, resembles))
}

/// The user to propose: a name that was chosen for it rather than a host name.
pub(super) fn best(identities: &[Identity]) -> Option<&Identity> {
    let of = |kind| identities.iter().find(move |identity| identity.kind == kind);
    of(IdentityKind::Email)
        .or_else(|| of(IdentityKind::Uri))
        .or_else(|| of(IdentityKind::Dn))
        .or_else(|| of(IdentityKind::Subject))
        .or_else(|| identities.first())
}

/// As it stands in a configuration between double quotes.
pub(super) fn written(identity: &Identity) -> String {
    identity.user.replace('\\', "\\\\").replace('"', "\\\"")
}

/// All users that a certificate maps to.
pub(super) fn shown(identities: &[Identity]) -> String {
    let users: Vec<_> = identities.iter().map(|identity| identity.user.as_str()).collect();
    users.join(" or ")
}

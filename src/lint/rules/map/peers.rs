//! Servers that connect to each other, against the users that they are mapped to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::clients::{best, counts_empty_subjects, is_refused_as_empty, meant, shown, written};
use super::spelling::looks_like_dn;
use super::table::{Table, is_user, map_span, maps};
use crate::finding::{Code, Finding};
use crate::fit::map_users;
use crate::lint::conf::{Server, TlsMap, User};
use crate::lint::peers::{Peers, listener_in};
use crate::lint::rules::links::{Link, links};
use crate::lint::{Certificate, Desk, System, element};
use crate::nats::{Context, Identity, TlsOption};
use crate::natsconf::Span;

/// A certificate that a server dials with, and who it is.
struct Caller {
    leaf: Rc<Certificate>,
    identities: Vec<Identity>,
    texts: HashSet<String>,
}

/// Those of each map that is dialled from.
#[derive(Default)]
struct Callers(HashMap<(usize, Span, bool), Rc<Vec<Caller>>>);

impl Callers {
    fn of(&mut self, system: &System<'_>, link: &Link<'_>, context: Context) -> Rc<Vec<Caller>> {
        let Some(map) = link.from_tls else { return Rc::default() };
        let key = (link.from, map.key, context == Context::Server);
        let caller = |leaf: Rc<Certificate>| {
            let identities = map_users(&leaf.facts, context);
            let texts = identities.iter().map(|identity| identity.user.clone()).collect();
            Caller { leaf, identities, texts }
        };
        let all = || Rc::new(system.leaves(map).into_iter().map(caller).collect());
        Rc::clone(self.0.entry(key).or_insert_with(all))
    }
}

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    let old = !counts_empty_subjects(system.settings.version);
    let known = |map: &TlsMap| old && map.flag(TlsOption::CheckKnownUrls);
    let among_servers =
        |map: &TlsMap| matches!(map.context(), Some(Context::Cluster | Context::Gateway | Context::Leaf));
    let is_mapping = |map: &TlsMap| among_servers(map) && (maps(map) || known(map));
    if system.servers.len() < 2 || !system.servers.iter().any(|server| server.tls.iter().any(is_mapping)) {
        return;
    }
    let mut callers = Callers::default();
    let mut refused: BTreeMap<(usize, Span), BTreeSet<usize>> = BTreeMap::new();
    for link in links(system, peers) {
        let Some(to_tls) = link.to_tls.filter(|map| is_mapping(map)) else { continue };
        let server = &system.servers[link.to];
        let Some(listener) = listener_in(server, link.context) else { continue };
        if known(to_tls) {
            empty(system, &link, &callers.of(system, &link, link.context), to_tls, desk);
            continue;
        }
        match Table::of(server, link.context, listener) {
            Table::One(Some(user)) if !to_tls.flag(TlsOption::CheckKnownUrls) => {
                let all = callers.of(system, &link, link.context);
                if !all.is_empty() && all.iter().all(|caller| !caller.texts.contains(&user.value)) {
                    refused.entry((link.to, user.span)).or_default().insert(link.from);
                } else {
                    empty(system, &link, &all, to_tls, desk);
                }
            }
            Table::Users(users) if link.context == Context::Leaf && !server.client.users.has_others => {
                let all = callers.of(system, &link, Context::Server);
                leaf(system, &link, &all, (users, to_tls, false), desk);
            }
            Table::Literal(users) if link.context == Context::Leaf => {
                let all = callers.of(system, &link, link.context);
                leaf(system, &link, &all, (users, to_tls, true), desk);
            }
            _ => {}
        }
    }
    for ((to, span), from) in refused {
        unmapped(system, &system.servers[to], span, &from, desk);
    }
}

fn unmapped(system: &System<'_>, server: &Server, span: Span, from: &BTreeSet<usize>, desk: &mut Desk) {
    let names: Vec<_> = from.iter().map(|index| system.servers[*index].file.as_str()).collect();
    let more = names.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown = names.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let what =
        format!("the certificates of {shown}{more} do not map to this user: these servers are refused");
    let fix = "name a user that all peers' certificates have, or take verify_and_map out: certificates are demanded \
               there anyway";
    desk.add(server, span, Finding::new(Code::MapClosed, what, fix));
}

fn leaf(
    system: &System<'_>,
    link: &Link<'_>,
    callers: &[Caller],
    (users, map, literal): (&[User], &TlsMap, bool),
    desk: &mut Desk,
) {
    let knows = |caller: &Caller| {
        users.iter().any(|user| {
            caller.texts.contains(&user.name.value)
                || (!literal
                    && looks_like_dn(&user.name.value)
                    && is_user(&caller.identities, &user.name.value, false))
        })
    };
    let Some(caller) = callers.first() else { return };
    if callers.iter().any(knows) {
        empty(system, link, callers, map, desk);
        return;
    }
    let (from, hub) = (&system.servers[link.from], &system.servers[link.to]);
    let file = link.from_tls.and_then(|map| map.pairs.first()).and_then(|pair| system.cert_file(pair));
    let almost = users.iter().find_map(|user| Some((user, meant(user, &caller.leaf, &caller.identities)?.0)));
    let (span, code) =
        almost.map_or((map_span(map), Code::NoUserMatches), |(user, code)| (user.name.span, code));
    let what = match almost {
        Some((user, _)) => format!(
            "user {} is not what the certificate of {} maps to: {}",
            user.name.value,
            from.file,
            shown(&caller.identities)
        ),
        None if caller.identities.is_empty() => {
            format!(
                "the certificate of {} maps to no user: it has neither a subject nor names that are compared",
                from.file
            )
        }
        None => format!(
            "the leafnode of {} maps to no user: its certificate would be {}",
            from.file,
            shown(&caller.identities)
        ),
    };
    let fix = match best(&caller.identities) {
        Some(best) if almost.is_some() => format!("write \"{}\"", written(best)),
        Some(best) => format!("add {{ user: \"{}\" }} to the users", written(best)),
        None => "issue its certificate with a common name: natscert issue leaf --cn NAME …".to_owned(),
    };
    let finding = Finding::new(code, what, fix);
    let finding = match file {
        Some(file) => finding.of(element(&file, &caller.leaf)),
        None => finding,
    };
    desk.add(hub, span, finding);
}

/// A certificate that maps only from 2.14.1 on.
fn empty(system: &System<'_>, link: &Link<'_>, callers: &[Caller], map: &TlsMap, desk: &mut Desk) {
    let is_empty = |caller: &Caller| is_refused_as_empty(system.settings.version, &caller.leaf);
    if callers.is_empty() || !callers.iter().all(is_empty) {
        return;
    }
    let mapped = if maps(map) { "it maps to no user" } else { "its DNS names are not looked at" };
    let what = format!(
        "the certificate of {} has an empty subject and DNS names alone: before nats-server 2.14.1 {mapped}",
        system.servers[link.from].file
    );
    let fix = "issue it with a common name: natscert issue … --cn NAME; or run nats-server 2.14.1 or later";
    let options = [TlsOption::VerifyAndMap, TlsOption::CheckKnownUrls];
    let span = options.into_iter().find(|option| map.flag(*option)).and_then(|option| map.entry(option));
    let span = span.map_or(map.key, |entry| entry.key_span);
    desk.add(&system.servers[link.to], span, Finding::new(Code::EmptySubject, what, fix));
}

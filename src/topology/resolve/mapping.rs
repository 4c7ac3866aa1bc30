//! Whom nats-server takes a certificate for: nobody may be somebody else.

use std::collections::HashMap;

use super::admits;
use super::identity::{candidates, unordered};
use crate::nats::{Context, IdentityKind};
use crate::topology::error::{Fault, Loc};
use crate::topology::model::{Identity, Place, System};
use crate::topology::wanted;

/// Somebody who is known by a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Client(usize),
    Leafnode(usize),
}

/// The configured users of one kind of listener, as nats-server compares them.
#[derive(Default)]
struct Users {
    exact: HashMap<String, Who>,
    /// Distinguished names whose order does not count.
    unordered: HashMap<String, Who>,
}

struct Check<'a> {
    system: &'a System,
    clients: &'a [Loc],
    leafnodes: &'a [Loc],
}

pub(super) fn check(system: &System, clients: &[Loc], leafnodes: &[Loc]) -> Result<(), Fault> {
    let check = Check { system, clients, leafnodes };
    let client_users = check.client_users()?;
    let leafnode_users = check.leafnode_users()?;
    for index in 0..system.clients.len() {
        check.certificate(Who::Client(index), &client_users, Context::Server)?;
        check.certificate(Who::Client(index), &leafnode_users, Context::Leaf)?;
    }
    for index in 0..system.leafnodes.len() {
        check.certificate(Who::Leafnode(index), &leafnode_users, Context::Leaf)?;
        check.certificate(Who::Leafnode(index), &client_users, Context::Server)?;
    }
    Ok(())
}

impl Check<'_> {
    fn client_users(&self) -> Result<Users, Fault> {
        let mut users = Users::default();
        for (index, client) in self.system.clients.iter().enumerate() {
            let who = Who::Client(index);
            if let Some(other) = users.exact.insert(client.user.clone(), who) {
                return Err(self.twice(who, other, &client.user));
            }
            if let Identity::Dn(subject) = &client.identity
                && let Some(other) = users.unordered.insert(unordered(subject), who)
            {
                return Err(self.twice(who, other, &client.user));
            }
        }
        Ok(users)
    }

    fn leafnode_users(&self) -> Result<Users, Fault> {
        let mut users = Users::default();
        for (index, leafnode) in self.system.leafnodes.iter().enumerate() {
            let who = Who::Leafnode(index);
            if let Some(other) = users.exact.insert(leafnode.user.clone(), who) {
                return Err(self.twice(who, other, &leafnode.user));
            }
        }
        Ok(users)
    }

    fn name(&self, who: Who) -> &str {
        match who {
            Who::Client(index) => self.system.clients[index].name.as_str(),
            Who::Leafnode(index) => {
                let node = self.system.leafnodes[index].node;
                self.system.nodes[node].name.as_str()
            }
        }
    }

    fn at(&self, who: Who) -> Loc {
        match who {
            Who::Client(index) => self.clients[index],
            Who::Leafnode(index) => self.leafnodes[index],
        }
    }

    fn twice(&self, who: Who, other: Who, user: &str) -> Fault {
        Fault::new(
            self.at(who),
            format!("{} and {} are the same user to nats-server: {user}", self.name(other), self.name(who)),
            "give one of them another identity",
        )
    }

    /// Refuses a certificate that is somebody else's user before its own, or where it is none.
    fn certificate(&self, who: Who, users: &Users, context: Context) -> Result<(), Fault> {
        let wanted = match who {
            Who::Client(index) => wanted::of_client(&self.system.clients[index]),
            Who::Leafnode(index) => wanted::of_remote(self.system, index),
        };
        for candidate in candidates(&wanted.names, wanted.subject.as_ref(), context) {
            let mut found = users.exact.get(&candidate.user).copied();
            if let (None, IdentityKind::Dn, Some(subject)) = (found, candidate.kind, &wanted.subject) {
                found = users.unordered.get(&unordered(subject)).copied();
            }
            match found {
                None => {}
                Some(other) if other == who => return self.covers(who, users, context, &wanted),
                Some(other) => {
                    return Err(self.mistaken(who, other, &candidate.user));
                }
            }
        }
        Ok(())
    }

    /// Behind its own user nothing counts, unless it comes to a listener that does not know it.
    fn covers(
        &self,
        who: Who,
        users: &Users,
        context: Context,
        wanted: &wanted::Wanted,
    ) -> Result<(), Fault> {
        for candidate in candidates(&wanted.names, wanted.subject.as_ref(), context) {
            let other = users.exact.get(&candidate.user).copied().filter(|other| *other != who);
            if let Some(other) = other
                && !self.known_wherever(who, other)
            {
                return Err(self.mistaken(who, other, &candidate.user));
            }
        }
        Ok(())
    }

    fn known_wherever(&self, who: Who, other: Who) -> bool {
        match (who, other) {
            (Who::Client(one), Who::Client(other)) => {
                let (one, other) = (&self.system.clients[one], &self.system.clients[other]);
                one.connects_to.is_empty()
                    || (!other.connects_to.is_empty()
                        && other.connects_to.iter().all(|place| admits(one, *place)))
            }
            (Who::Leafnode(one), Who::Leafnode(other)) => {
                self.system.leafnodes[one].hub == self.system.leafnodes[other].hub
            }
            _ => false,
        }
    }

    fn mistaken(&self, who: Who, other: Who, user: &str) -> Fault {
        let kind = |who: Who| match who {
            Who::Client(_) => "client",
            Who::Leafnode(_) => "leafnode",
        };
        Fault::new(
            self.at(who),
            format!(
                "nats-server would take {} {} for {} {}: its certificate has {user} too",
                kind(who),
                self.name(who),
                kind(other),
                self.name(other)
            ),
            "give one of them another name or identity",
        )
    }
}

/// Places that no client may connect to: perhaps one was forgotten.
pub(super) fn warn_of_lonely_places(system: &mut System) {
    let clusters =
        system.clusters.iter().enumerate().map(|(i, cluster)| (Place::Cluster(i), cluster.name.as_str()));
    let leafnodes = system.leafnodes.iter().enumerate();
    let leafnodes =
        leafnodes.map(|(i, leafnode)| (Place::Leafnode(i), system.nodes[leafnode.node].name.as_str()));
    let everywhere = system.clients.iter().any(|client| client.connects_to.is_empty());
    if everywhere {
        return;
    }
    let known: std::collections::HashSet<Place> =
        system.clients.iter().flat_map(|client| client.connects_to.iter().copied()).collect();
    let open: Vec<&str> =
        clusters.chain(leafnodes).filter(|(place, _)| !known.contains(place)).map(|(_, name)| name).collect();
    let (what, hint) = match open.as_slice() {
        [] => return,
        _ if system.clients.is_empty() => {
            ("there are no clients: nobody can connect".to_owned(), "name them: [clients.alice]".to_owned())
        }
        names => (
            format!(
                "no client may connect to {}{}",
                names[..names.len().min(5)].join(", "),
                if names.len() > 5 { ", …" } else { "" }
            ),
            "name it in the connects_to of a client".to_owned(),
        ),
    };
    system.warnings.push((what, hint));
}

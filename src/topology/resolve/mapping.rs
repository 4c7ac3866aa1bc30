//! Whom nats-server takes a certificate for: nobody may be somebody else.

use std::collections::{HashMap, HashSet};

use super::admits;
use super::identity::{candidates, unordered};
use crate::nats::{Context, IdentityKind};
use crate::topology::error::{Fault, Loc};
use crate::topology::model::{Identity, Node, Place, System, Verification};
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

/// Says where no client may connect: nobody can, or everybody where certificates do not decide.
pub(super) fn warn_of_lonely_places(system: &mut System) {
    if system.clients.iter().any(|client| client.connects_to.is_empty()) {
        return;
    }
    let known: HashSet<Place> =
        system.clients.iter().flat_map(|client| client.connects_to.iter().copied()).collect();
    let lonely = |node: &&Node| !known.contains(&node.place);
    let client = |node: &Node| node.settings.listeners.client.as_ref().map(|client| client.verification);
    let places = |verification| {
        let nodes = system.nodes.iter().filter(lonely).filter(|node| client(node) == Some(verification));
        let mut names: Vec<&str> = nodes.map(|node| place_name(system, node)).collect();
        names.dedup();
        let shown = names[..names.len().min(5)].join(", ");
        (!names.is_empty()).then(|| format!("{shown}{}", if names.len() > 5 { ", …" } else { "" }))
    };
    let all = system.clients.is_empty();
    let hint = if all { "name them: [clients.alice]" } else { "name it in the connects_to of a client" };
    let found = [Verification::Map, Verification::Require, Verification::None].into_iter().filter_map(|who| {
        let places = places(who)?;
        let what = match (who, all) {
            (Verification::Map, true) => "there are no clients: nobody can connect".to_owned(),
            (Verification::Map, false) => format!("no client may connect to {places}"),
            (Verification::Require, _) => {
                format!("whoever has a certificate of this CA may do everything at {places}: it knows no client")
            }
            (Verification::None, _) => format!("everybody may do everything at {places}: it knows no client"),
        };
        Some((what, hint.to_owned()))
    });
    let found: Vec<_> = found.collect();
    system.warnings.extend(found);
}

fn place_name<'a>(system: &'a System, node: &'a Node) -> &'a str {
    match node.place {
        Place::Cluster(cluster) => &system.clusters[cluster].name,
        Place::Leafnode(_) => node.name.as_str(),
    }
}

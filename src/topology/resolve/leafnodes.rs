//! `[leafnodes.NAME]`

use std::sync::Arc;

use super::listeners::{Need, Needs};
use super::nodes::Group;
use super::settings::Inherited;
use super::tls::in_manifest;
use super::{Scope, clients, identity, ports};
use crate::nats::{Checked, Context};
use crate::topology::error::Fault;
use crate::topology::manifest::{Given, LeafnodeTable, Table};
use crate::topology::model::{Cluster, Leafnode, Node, Place, Settings};

/// The ports of local leafnodes begin behind those of the clusters.
const LOCAL_OFFSET: u16 = 100;

pub(super) fn resolve(scope: &mut Scope, clusters: &[Cluster]) -> Result<Vec<Leafnode>, Fault> {
    let manifest = scope.manifest;
    let mut leafnodes = Vec::with_capacity(scope.names.leafnode_list.len());
    for (name, table) in &manifest.leafnodes.0 {
        entry(scope, clusters, &mut leafnodes, name, table)?;
    }
    Ok(leafnodes)
}

fn entry(
    scope: &mut Scope,
    clusters: &[Cluster],
    leafnodes: &mut Vec<Leafnode>,
    name: &Given<String>,
    table: &LeafnodeTable,
) -> Result<(), Fault> {
    let hub = scope.names.cluster(&table.cluster)?;
    let account = table.account.as_ref().map(|account| scope.names.account(account)).transpose()?;
    let level = table.level();
    only_for_clusters(&level)?;
    let own_offset = level.port_offset.clone();
    let inherited = scope.system.with(level);
    let group = Group::new(
        name,
        table.hosts.as_ref(),
        table.advertise.as_ref(),
        inherited.listen.as_ref(),
        scope.local,
    )?;
    let mut shared: Option<(Arc<Settings>, Checked)> = None;
    for index in 0..group.len() {
        let place = leafnodes.len();
        let (settings, tls) = match &shared {
            // Only who may connect differs between the leafnodes of one entry, and only for what depends on it.
            Some((settings, tls)) if !depends_on_users(&inherited) => (Arc::clone(settings), tls.clone()),
            _ => {
                let settings = settings(scope, &inherited, place)?;
                let tls = remote(scope, &clusters[hub], &settings, name)?;
                (Arc::new(settings), tls)
            }
        };
        shared = Some((Arc::clone(&settings), tls.clone()));
        let (base, step) = offset(scope, own_offset.as_ref(), index, place);
        let (folder, ..) = scope.names.leafnode_list[place].clone();
        let identity_given = clients::item(table.identity.as_ref(), name, index)?;
        let identity_at = identity_given.as_ref().map_or(name.at, |(_, at)| *at);
        let identity = identity::resolve(identity_given, "leafnode", folder.as_str(), name.at)?;
        let user = identity::user(&identity, Context::Leaf).ok_or_else(|| identity::unmapped(identity_at))?;
        let reach = group.reach(index)?;
        leafnodes.push(Leafnode { node: scope.nodes.len(), hub, account, identity, user, tls });
        scope.nodes.push(Node {
            name: folder,
            place: Place::Leafnode(place),
            hosts: reach.hosts,
            advertise: reach.advertise,
            listen: reach.listen,
            port_offset: ports::offset(base, step, &inherited, &settings, name.at)?,
            settings,
        });
    }
    scope.origins.push((scope.nodes.len(), name.at));
    Ok(())
}

/// What is added to the ports: what is said, and on one machine the place in the row.
fn offset(scope: &Scope, own: Option<&Given<u16>>, index: usize, place: usize) -> (u16, usize) {
    let system = scope.system.port_offset.as_ref().map_or(0, |given| given.value);
    match (own, scope.local) {
        (Some(own), true) => (own.value, index),
        (Some(own), false) => (own.value, 0),
        (None, true) => (system.saturating_add(LOCAL_OFFSET), place),
        (None, false) => (system, 0),
    }
}

fn settings(scope: &mut Scope, inherited: &Inherited, place: usize) -> Result<Settings, Fault> {
    let mut warnings = std::mem::take(&mut scope.warnings);
    let needs = Needs {
        place: Place::Leafnode(place),
        cluster: Need::Never,
        gateway: Need::Never,
        leafnodes: Need::Never,
        accounts_differ: false,
        clients: &scope.clients,
        neighbours: scope.local,
        alone: true,
    };
    let settings = inherited.settings(&needs, &mut warnings);
    scope.warnings = warnings;
    settings
}

/// Whether what a leafnode listens for depends on who may connect there.
fn depends_on_users(inherited: &Inherited) -> bool {
    inherited.listeners.iter().any(|wish| wish.table.no_auth_user.is_some() || wish.table.verify.is_some())
}

fn only_for_clusters(level: &crate::topology::manifest::Level) -> Result<(), Fault> {
    let Some(Table(listeners)) = &level.listeners else { return Ok(()) };
    let given = [
        ("cluster", &listeners.cluster),
        ("gateway", &listeners.gateway),
        ("leafnodes", &listeners.leafnodes),
    ];
    match given.into_iter().find_map(|(name, given)| given.as_ref().map(|given| (name, given.at))) {
        Some((name, at)) => Err(Fault::new(
            at,
            format!("a leafnode has no listener {name}"),
            "it connects to a cluster and listens for clients: client, websocket, mqtt and monitor",
        )),
        None => Ok(()),
    }
}

/// The options of the remote: those of the hub, as far as they concern who dials.
fn remote(scope: &Scope, hub: &Cluster, own: &Settings, name: &Given<String>) -> Result<Checked, Fault> {
    let mut found: Option<Checked> = None;
    let mut last: Option<&Arc<Settings>> = None;
    for node in &scope.nodes[hub.nodes.clone()] {
        if last.is_some_and(|last| Arc::ptr_eq(last, &node.settings)) {
            continue;
        }
        last = Some(&node.settings);
        let Some(listener) = &node.settings.listeners.leafnodes else { continue };
        let remote = listener.tls.for_context(Context::Remote);
        match &found {
            None => found = Some(remote),
            Some(first) if first.options().handshake_first == remote.options().handshake_first => {}
            Some(_) => {
                return Err(Fault::new(
                    name.at,
                    format!(
                        "the nodes of {} differ in handshake_first of their listener leafnodes",
                        hub.name
                    ),
                    "a leafnode has one way to connect to all of them: give them the same handshake_first",
                ));
            }
        }
    }
    let wanted = found.map(|remote| remote.options().clone()).unwrap_or_default();
    wanted.check(Context::Remote, own.version).map_err(|why| {
        Fault::new(
            name.at,
            format!("{} cannot connect to {} as its listener leafnodes asks: {why}", name.value, hub.name),
            in_manifest(&why.hint()),
        )
    })
}

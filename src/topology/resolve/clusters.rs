//! `[clusters.NAME]`

use std::sync::Arc;

use super::Scope;
use super::gateways::Gateways;
use super::listeners::{Need, Needs};
use super::names::{Taken, folder};
use super::nodes::Group;
use super::ports;
use super::settings::Inherited;
use crate::pki::{Name, NameError};
use crate::topology::error::Fault;
use crate::topology::manifest::{ClusterTable, Given, Level, NodeEntry};
use crate::topology::model::{Cluster, Node, Place, Settings};

/// The ports of one local cluster and of the next.
const LOCAL_STEP: u16 = 10;

pub(super) fn resolve(scope: &mut Scope, gateways: &Gateways) -> Result<Vec<Cluster>, Fault> {
    let manifest = scope.manifest;
    if manifest.clusters.0.is_empty() {
        return Err(Fault {
            what: "there is no cluster".to_owned(),
            hint: "write [clusters.east], and below it nodes = [\"n1.example.com\"]".to_owned(),
            at: None,
        });
    }
    // Leafnodes lie beside the nodes.
    let mut taken = Taken::default();
    for ((name, ..), at) in scope.names.leafnode_list.iter().zip(&scope.names.leafnode_places) {
        taken.take("leafnode", name.as_str(), *at)?;
    }
    let mut clusters = Vec::with_capacity(manifest.clusters.0.len());
    for (index, (name, table)) in manifest.clusters.0.iter().enumerate() {
        let first = scope.nodes.len();
        Members::new(scope, index, name, table, gateways)?.resolve(scope, &mut taken)?;
        clusters.push(Cluster {
            name: name.value.clone(),
            nodes: first..scope.nodes.len(),
            gateways: gateways.of[index].clone(),
            wildcards: wildcards(table)?,
        });
    }
    Ok(clusters)
}

/// The nodes of a cluster in the making.
struct Members<'a> {
    index: usize,
    inherited: Inherited,
    entries: Vec<(&'a Given<NodeEntry>, Group)>,
    cluster: Need,
    gateway: Need,
    leafnodes: Need,
    accounts_differ: bool,
    /// Added to the ports of the first node.
    offset: u16,
}

impl<'a> Members<'a> {
    fn new(
        scope: &Scope<'a>,
        index: usize,
        name: &Given<String>,
        table: &'a ClusterTable,
        gateways: &Gateways,
    ) -> Result<Self, Fault> {
        let level = table.level();
        let own_offset = level.port_offset.as_ref().map(|given| given.value);
        let inherited = scope.system.with(level);
        let mut entries = Vec::with_capacity(table.nodes.value.len());
        for entry in &table.nodes.value {
            entries.push((entry, group(entry, &inherited, scope.local)?));
        }
        let count: usize = entries.iter().map(|(_, group)| group.len()).sum();
        if count == 0 {
            return Err(Fault::new(
                table.nodes.at,
                format!("cluster {} has no nodes", name.value),
                "list them: nodes = [\"n1.example.com\", \"n2.example.com\"]",
            ));
        }
        let always = |needed: bool, why: String| if needed { Need::Always(why) } else { Need::Asked };
        let leafs: Vec<_> = scope
            .manifest
            .leafnodes
            .0
            .iter()
            .filter(|(_, leafnode)| leafnode.cluster.value == name.value)
            .map(|(_, leafnode)| leafnode.account.as_ref().map(|given| given.value.as_str()))
            .collect();
        let system_offset = scope.system.port_offset.as_ref().map_or(0, |given| given.value);
        // Far more clusters than ports are told so when their ports are compared.
        let step = u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(LOCAL_STEP);
        let local_offset = own_offset.unwrap_or(system_offset.saturating_add(step));
        Ok(Self {
            index,
            cluster: always(count > 1, format!("cluster {} has {count} nodes", name.value)),
            gateway: always(!gateways.of[index].is_empty(), format!("cluster {} has gateways", name.value)),
            leafnodes: always(!leafs.is_empty(), format!("leafnodes connect to cluster {}", name.value)),
            accounts_differ: leafs.iter().any(|account| *account != leafs[0]),
            offset: if scope.local { local_offset } else { own_offset.unwrap_or(system_offset) },
            inherited,
            entries,
        })
    }

    fn needs<'s>(&self, scope: &'s Scope) -> Needs<'s> {
        let count: usize = self.entries.iter().map(|(_, group)| group.len()).sum();
        let others = scope.manifest.clusters.0.len() + scope.names.leafnode_list.len() > 1;
        Needs {
            place: Place::Cluster(self.index),
            cluster: self.cluster.clone(),
            gateway: self.gateway.clone(),
            leafnodes: self.leafnodes.clone(),
            accounts_differ: self.accounts_differ,
            clients: &scope.clients,
            neighbours: scope.local && (count > 1 || others),
            alone: count == 1,
        }
    }

    fn resolve(&self, scope: &mut Scope, taken: &mut Taken) -> Result<(), Fault> {
        let mut warnings = std::mem::take(&mut scope.warnings);
        let needs = self.needs(scope);
        let shared: Arc<Settings> = Arc::new(self.inherited.settings(&needs, &mut warnings)?);
        let mut settings = Vec::with_capacity(self.entries.len());
        for (entry, _) in &self.entries {
            settings.push(match own_level(&entry.value) {
                None => (self.inherited.clone(), Arc::clone(&shared)),
                Some(level) => {
                    let inherited = self.inherited.with(level);
                    let own = Arc::new(inherited.settings(&needs, &mut warnings)?);
                    (inherited, own)
                }
            });
        }
        scope.warnings = warnings;
        let mut position = 0;
        for ((entry, group), (inherited, settings)) in self.entries.iter().zip(settings) {
            let own_offset = match &entry.value {
                NodeEntry::Table(table) => table.level().port_offset,
                NodeEntry::Name(_) => None,
            };
            for index in 0..group.len() {
                let step = if own_offset.is_some() { index } else { position };
                let base = own_offset.as_ref().map_or(self.offset, |given| given.value);
                let step = if scope.local { step } else { 0 };
                let port_offset = ports::offset(base, step, &inherited, &settings, group.name.at)?;
                let name = group.name.value.get(index);
                taken.take("node", &name, group.name.at)?;
                let name = folder("node", &name, group.name.at)?;
                let reach = group.reach(index)?;
                scope.nodes.push(Node {
                    name,
                    place: Place::Cluster(self.index),
                    hosts: reach.hosts,
                    advertise: reach.advertise,
                    listen: reach.listen,
                    port_offset,
                    settings: Arc::clone(&settings),
                });
                position += 1;
            }
            scope.origins.push((scope.nodes.len(), group.name.at));
        }
        Ok(())
    }
}

fn group(entry: &Given<NodeEntry>, inherited: &Inherited, local: bool) -> Result<Group, Fault> {
    match &entry.value {
        NodeEntry::Name(name) => {
            let name = Given { value: name.clone(), at: entry.at };
            Group::new(&name, None, None, inherited.listen.as_ref(), local)
        }
        NodeEntry::Table(table) => {
            let listen = table.level().listen.or_else(|| inherited.listen.clone());
            Group::new(&table.name, table.hosts.as_ref(), table.advertise.as_ref(), listen.as_ref(), local)
        }
    }
}

/// What a node sets itself; none: nothing that settings are made of.
fn own_level(entry: &NodeEntry) -> Option<Level> {
    let NodeEntry::Table(table) = entry else { return None };
    let level = table.level();
    let Level {
        key_type,
        validity,
        renew_before,
        ocsp,
        must_staple,
        config_dir,
        server_version,
        listen: _,
        port_offset,
        jetstream,
        listeners,
    } = &level;
    let any = key_type.is_some()
        || validity.is_some()
        || renew_before.is_some()
        || ocsp.is_some()
        || must_staple.is_some()
        || config_dir.is_some()
        || server_version.is_some()
        || port_offset.is_some()
        || jetstream.is_some()
        || listeners.is_some();
    any.then_some(level)
}

fn wildcards(table: &ClusterTable) -> Result<Vec<Name>, Fault> {
    let given = table.wildcards.iter().flat_map(|given| &given.value);
    let wildcard = |given: &Given<String>| {
        let name: Name = given
            .value
            .parse()
            .map_err(|why: NameError| Fault::new(given.at, why.to_string(), why.hint()))?;
        match &name {
            Name::Dns(dns) if dns.is_wildcard() => Ok(name),
            _ => Err(Fault::new(
                given.at,
                format!("{} is no wildcard", crate::pki::shown(&given.value)),
                "write *. and the domain: \"*.east.example.com\"; other names belong in the hosts of a node",
            )),
        }
    };
    given.map(wildcard).collect()
}

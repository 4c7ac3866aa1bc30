//! Every name of a manifest: valid, unique, and known by its index.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::accounts;
use crate::bundle::{BundleName, BundleNameError};
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{Given, Manifest};
use crate::topology::model::{Account, Place};
use crate::topology::pattern::{Pattern, Problem};

/// The names of a manifest.
pub(super) struct Names<'a> {
    clusters: HashMap<&'a str, usize>,
    leafnodes: HashMap<String, usize>,
    accounts_by_name: HashMap<&'a str, usize>,
    pub(super) accounts: Vec<Account>,
    /// The leafnodes: name, place, index of the entry and index in its pattern.
    pub(super) leafnode_list: Vec<(BundleName, usize, usize)>,
    pub(super) leafnode_places: Vec<Loc>,
    pub(super) client_list: Vec<(BundleName, usize, usize)>,
    pub(super) client_places: Vec<Loc>,
}

impl<'a> Names<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Result<Self, Fault> {
        let mut taken = Taken::default();
        let mut clusters = HashMap::new();
        for (index, (name, _)) in manifest.clusters.0.iter().enumerate() {
            folder("cluster", &name.value, name.at)?;
            taken.take("cluster", &name.value, name.at)?;
            clusters.insert(name.value.as_str(), index);
        }
        let accounts = accounts::resolve(manifest)?;
        let accounts_by_name =
            manifest.accounts.0.iter().enumerate().map(|(i, (name, _))| (name.value.as_str(), i)).collect();
        let leafnode_entries = manifest.leafnodes.0.iter().map(|(name, _)| name);
        // A leafnode shares the namespace of clusters in connects_to, and that of nodes on the disk.
        let (leafnode_list, leafnode_places) = expand("leafnode", leafnode_entries, &mut taken)?;
        let client_entries = manifest.clients.0.iter().map(|(name, _)| name);
        let (client_list, client_places) = expand("client", client_entries, &mut Taken::default())?;
        let leafnodes =
            leafnode_list.iter().enumerate().map(|(i, (name, ..))| (name.as_str().to_owned(), i)).collect();
        Ok(Self {
            clusters,
            leafnodes,
            accounts_by_name,
            accounts,
            leafnode_list,
            leafnode_places,
            client_list,
            client_places,
        })
    }

    /// The index of a cluster.
    pub(super) fn cluster(&self, name: &Given<String>) -> Result<usize, Fault> {
        let known = self.clusters.get(name.value.as_str()).copied();
        known.ok_or_else(|| unknown("cluster", name, self.clusters.keys().copied()))
    }

    /// The index of an account.
    pub(super) fn account(&self, name: &Given<String>) -> Result<usize, Fault> {
        let known = self.accounts_by_name.get(name.value.as_str()).copied();
        known.ok_or_else(|| unknown("account", name, self.accounts_by_name.keys().copied()))
    }

    /// A cluster or a leafnode.
    pub(super) fn place(&self, name: &Given<String>) -> Result<Place, Fault> {
        let cluster = self.clusters.get(name.value.as_str()).copied().map(Place::Cluster);
        let leafnode = self.leafnodes.get(&name.value).copied().map(Place::Leafnode);
        cluster.or(leafnode).ok_or_else(|| {
            let all = self.clusters.keys().copied().chain(self.leafnodes.keys().map(String::as_str));
            unknown("cluster or leafnode", name, all)
        })
    }
}

/// Names that are there already; case does not count: not every file system knows it.
#[derive(Default)]
pub(super) struct Taken(HashMap<String, &'static str>);

impl Taken {
    pub(super) fn take(&mut self, kind: &'static str, name: &str, at: Loc) -> Result<(), Fault> {
        match self.0.entry(name.to_ascii_lowercase()) {
            Entry::Vacant(free) => {
                free.insert(kind);
                Ok(())
            }
            Entry::Occupied(other) => {
                let other = *other.get();
                let article = if other == kind { "another" } else { "a" };
                Err(Fault::new(
                    at,
                    format!("{article} {other} is called {name}"),
                    format!("give this {kind} another name; case does not count"),
                ))
            }
        }
    }
}

type Expanded = (Vec<(BundleName, usize, usize)>, Vec<Loc>);

fn expand<'a>(
    kind: &'static str,
    entries: impl Iterator<Item = &'a Given<String>>,
    taken: &mut Taken,
) -> Result<Expanded, Fault> {
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for (entry, name) in entries.enumerate() {
        let pattern = pattern(name)?;
        for index in 0..pattern.len() {
            let text = pattern.get(index);
            taken.take(kind, &text, name.at)?;
            names.push((folder(kind, &text, name.at)?, entry, index));
            places.push(name.at);
        }
    }
    Ok((names, places))
}

/// The pattern that a text is.
pub(super) fn pattern(text: &Given<String>) -> Result<Pattern, Fault> {
    Pattern::parse(&text.value).map_err(|problem| at(text.at, problem))
}

pub(super) fn at(at: Loc, (what, hint): Problem) -> Fault {
    Fault::new(at, what, hint)
}

/// A name that a folder can have.
pub(super) fn folder(kind: &str, name: &str, at: Loc) -> Result<BundleName, Fault> {
    name.parse().map_err(|why: BundleNameError| {
        let what = why.to_string().replacen("bundle name", &format!("{kind} name"), 1);
        Fault::new(at, what, "use letters, digits and . _ - @ + = with a letter, digit or _ first")
    })
}

fn unknown<'n>(kind: &str, name: &Given<String>, known: impl Iterator<Item = &'n str>) -> Fault {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let hint = match crate::nats::nearest(&name.value, known.iter().copied(), 1).first() {
        Some(nearest) => format!("did you mean {nearest}?"),
        None if known.is_empty() => format!("there is no {kind} in this manifest"),
        None => {
            let more = if known.len() > 8 { ", …" } else { "" };
            format!("this manifest has {}{more}", known[..known.len().min(8)].join(", "))
        }
    };
    Fault::new(name.at, format!("there is no {kind} {}", crate::pki::shown(&name.value)), hint)
}

//! `[gateways]`: which clusters know each other.

use super::names::Names;
use crate::topology::MAX_MESH;
use crate::topology::error::Fault;
use crate::topology::manifest::{GatewaysTable, Manifest, Switch, Texts};

/// The gateways of every cluster.
pub(super) struct Gateways {
    /// By cluster, ascending.
    pub(super) of: Vec<Vec<usize>>,
    pub(super) outgoing_certificate: bool,
    pub(super) named: bool,
}

pub(super) fn resolve(manifest: &Manifest, names: &Names) -> Result<Gateways, Fault> {
    let count = manifest.clusters.0.len();
    let all = || (0..count).map(|one| (0..count).filter(|other| *other != one).collect()).collect();
    let (of, table) = match manifest.gateways.as_ref().map(|given| &given.value) {
        None | Some(Switch::On) => (all(), None),
        Some(Switch::Off) => (vec![Vec::new(); count], None),
        Some(Switch::Table(table)) => match &table.pairs {
            Some(pairs) => (named(&pairs.value, names, count)?, Some(table)),
            None => (all(), Some(table)),
        },
    };
    if table.is_none_or(|table| table.pairs.is_none()) {
        not_too_many(manifest, &of)?;
    }
    let outgoing = table.and_then(|table: &GatewaysTable| table.outgoing_certificate.as_ref());
    Ok(Gateways {
        of,
        outgoing_certificate: outgoing.is_some_and(|given| given.value),
        named: table.is_some_and(|table| table.pairs.is_some()),
    })
}

/// Gateways of each with each grow with the square.
fn not_too_many(manifest: &Manifest, of: &[Vec<usize>]) -> Result<(), Fault> {
    match manifest.clusters.0.get(MAX_MESH) {
        Some((name, _)) if of.iter().any(|peers| !peers.is_empty()) => Err(Fault::new(
            name.at,
            format!("{} clusters, and gateways between all of them: {MAX_MESH} are the most", of.len()),
            "name those that are needed: gateways.pairs = [[\"east\", \"west\"]]; or gateways = false",
        )),
        _ => Ok(()),
    }
}

fn named(pairs: &[Texts], names: &Names, count: usize) -> Result<Vec<Vec<usize>>, Fault> {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); count];
    for pair in pairs {
        let [one, other] = pair.value.as_slice() else {
            return Err(Fault::new(
                pair.at,
                format!("a pair has two clusters, not {}", pair.value.len()),
                "name two: pairs = [[\"east\", \"west\"]]",
            ));
        };
        let (a, b) = (names.cluster(one)?, names.cluster(other)?);
        if a == b {
            return Err(Fault::new(
                other.at,
                format!("a gateway from {} to itself", one.value),
                "name two different clusters",
            ));
        }
        if of[a].contains(&b) {
            return Err(Fault::new(
                pair.at,
                format!("{} and {} are a pair already", one.value, other.value),
                "name each pair once, in either order",
            ));
        }
        of[a].push(b);
        of[b].push(a);
    }
    for peers in &mut of {
        peers.sort_unstable();
    }
    Ok(of)
}

//! Lines that join several boxes.

use super::cell::{self, CLIENT_LINE, Home};
use crate::topology::Place;
use crate::topology::graph::picture::Picture;

/// More lines than this cannot be followed by eye: then the boxes say it in words.
const MAX_PAIRS: usize = 16;
const MAX_CLIENTS: usize = 6;

/// So that neighbouring lines can be told apart.
const COLORS: [&str; 6] = ["#6d28d9", "#2563eb", "#be185d", "#0f766e", "#a16207", "#475569"];

/// One line with many ends.
pub(super) struct Net {
    /// Clusters, then what is drawn below them, by number.
    pub(super) ends: Vec<usize>,
    /// How many of the numbers are clusters.
    pub(super) clusters: usize,
    pub(super) color: &'static str,
    pub(super) dashed: bool,
    /// What the legend says; clients share an entry.
    pub(super) legend: Option<String>,
}

impl Net {
    pub(super) fn touches(&self, slots: &std::ops::Range<usize>) -> bool {
        self.ends.iter().any(|end| slots.contains(end))
    }
}

/// Gateways, and clients of several places.
pub(super) fn nets(picture: &Picture) -> Vec<Net> {
    let mut nets = gateways(picture);
    let clusters = picture.clusters.len();
    let bottom =
        picture.clients.iter().filter(|clients| matches!(cell::home(picture, clients), Home::Bottom));
    let mut of_clients = Vec::new();
    for (index, clients) in bottom.enumerate() {
        let in_clusters = clients.to.iter().filter_map(|place| match place {
            Place::Cluster(index) => Some(*index),
            Place::Leafnode(_) => None,
        });
        let mut ends: Vec<_> = in_clusters.collect();
        if !ends.is_empty() {
            ends.push(clusters + index);
            of_clients.push(Net { ends, clusters, color: CLIENT_LINE, dashed: true, legend: None });
        }
    }
    if of_clients.len() <= MAX_CLIENTS {
        nets.extend(of_clients);
    }
    nets
}

fn gateways(picture: &Picture) -> Vec<Net> {
    let clusters = picture.clusters.len();
    let net = |index: usize, ends: Vec<usize>, legend: String| Net {
        ends,
        clusters,
        color: COLORS[index % COLORS.len()],
        dashed: false,
        legend: Some(legend),
    };
    if let Some(label) = &picture.mesh {
        let who = if clusters == 2 { "gateways" } else { "gateways of all with all" };
        return vec![net(0, (0..clusters).collect(), format!("{who}: {label}"))];
    }
    if picture.pairs.len() > MAX_PAIRS {
        return Vec::new();
    }
    let name = |index: usize| &picture.clusters[index].title;
    let pairs = picture.pairs.iter().enumerate().map(|(index, pair)| {
        let (from, to) = pair.between;
        net(index, vec![from, to], format!("gateways {} and {}: {}", name(from), name(to), pair.label))
    });
    pairs.collect()
}

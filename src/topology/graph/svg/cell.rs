//! A cluster with all that connects to it alone, as a tree below it.

use super::group::{group, title_at};
use super::scene::{Look, Piece};
use crate::topology::Place;
use crate::topology::graph::picture::{Found, Group, Picture};

pub(super) const LEAFNODE_LINE: &str = "#15803d";
pub(super) const CLIENT_LINE: &str = "#c2410c";

const STEP: i32 = 34;
const BETWEEN: i32 = 16;

/// Where a group of clients is drawn.
pub(super) enum Home {
    /// Below a cluster.
    Cluster(usize),
    /// Below the leafnodes of a cluster.
    Leafnodes(usize),
    /// Below all clusters.
    Bottom,
}

pub(super) fn home(picture: &Picture, clients: &Group) -> Home {
    let [place] = clients.to[..] else { return Home::Bottom };
    match picture.box_of(place) {
        Found::Cluster(index) => Home::Cluster(index),
        Found::Leafnode(group, _) | Found::Leafnodes(group) => {
            Home::Leafnodes(hub(&picture.leafnodes[group]))
        }
    }
}

/// The cluster that a group of leafnodes connects to.
fn hub(leafnodes: &Group) -> usize {
    match leafnodes.to[..] {
        [Place::Cluster(hub)] => hub,
        _ => 0,
    }
}

/// What is drawn below the cluster boxes, by cluster.
#[derive(Clone, Default)]
pub(super) struct Below<'a> {
    leafnodes: Option<&'a Group>,
    of_leafnodes: Vec<&'a Group>,
    clients: Vec<&'a Group>,
}

pub(super) fn below(picture: &Picture) -> Vec<Below<'_>> {
    let mut below = vec![Below::default(); picture.clusters.len()];
    for leafnodes in &picture.leafnodes {
        below[hub(leafnodes)].leafnodes = Some(leafnodes);
    }
    for clients in &picture.clients {
        match home(picture, clients) {
            Home::Cluster(index) => below[index].clients.push(clients),
            Home::Leafnodes(hub) => below[hub].of_leafnodes.push(clients),
            Home::Bottom => {}
        }
    }
    below
}

/// The cluster's box, and how wide it is, are at the upper left.
pub(super) fn cell(cluster: &Group, below: &Below<'_>, member_width: i32) -> (Piece, i32) {
    let mut piece = Piece::default();
    let top = group(cluster, Look::Cluster, member_width);
    let (width, bottom) = (top.w, top.h);
    piece.put(top, 0, 0);
    if let Some(leafnodes) = below.leafnodes {
        let branch = Branch { trunk: 10, from: bottom, color: LEAFNODE_LINE, dashed: false };
        let end = branch.grow(&mut piece, group(leafnodes, Look::Leafnodes, member_width));
        for clients in &below.of_leafnodes {
            let branch = Branch { trunk: STEP + 10, from: end, color: CLIENT_LINE, dashed: true };
            branch.grow(&mut piece, group(clients, Look::Clients, member_width));
        }
    }
    for clients in &below.clients {
        let branch = Branch { trunk: 20, from: bottom, color: CLIENT_LINE, dashed: true };
        branch.grow(&mut piece, group(clients, Look::Clients, member_width));
    }
    (piece, width)
}

/// A line from below a box to another one, further down and to the right.
struct Branch {
    trunk: i32,
    from: i32,
    color: &'static str,
    dashed: bool,
}

impl Branch {
    /// Puts the box there; says where it ends.
    fn grow(&self, piece: &mut Piece, end: Piece) -> i32 {
        let left = self.trunk / STEP * STEP + STEP;
        let top = piece.h + BETWEEN;
        let bottom = top + end.h;
        piece.put(end, left, top);
        let at = top + title_at();
        let points = vec![(left, at), (self.trunk, at), (self.trunk, self.from)];
        piece.draw(points, self.color, self.dashed, true);
        bottom
    }
}

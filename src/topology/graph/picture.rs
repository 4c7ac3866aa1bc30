//! What a picture shows, whatever it is written in.

use crate::topology::Place;

/// What is drawn one by one; the rest is counted.
#[derive(Clone, Copy)]
pub(super) struct Detail {
    pub(super) nodes: bool,
    pub(super) clients: bool,
}

/// Boxes, what is written in them, and the lines between them.
pub(super) struct Picture {
    /// The system's name.
    pub(super) name: String,
    /// How much of what there is.
    pub(super) summary: String,
    pub(super) clusters: Vec<Group>,
    /// What is written at gateways between all clusters, if they are.
    pub(super) mesh: Option<String>,
    /// The gateways, unless there are too many.
    pub(super) pairs: Vec<Pair>,
    /// The leafnodes, by hub.
    pub(super) leafnodes: Vec<Group>,
    /// The clients, by where they connect.
    pub(super) clients: Vec<Group>,
    /// The box of each leafnode of the system.
    pub(super) boxes: Vec<Found>,
}

/// Gateways between two clusters, as indices into [`Picture::clusters`].
pub(super) struct Pair {
    pub(super) between: (usize, usize),
    pub(super) label: String,
}

/// A box with members.
pub(super) struct Group {
    pub(super) title: String,
    /// Lines about all of them.
    pub(super) facts: Vec<String>,
    /// Where they connect to. Of a cluster: nowhere.
    pub(super) to: Vec<Place>,
    /// What is written at the line to there; of a cluster, at its routes, if it has any.
    pub(super) label: Option<String>,
    /// None where they are counted only.
    pub(super) members: Vec<Member>,
}

/// A node or a client.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) facts: Vec<String>,
}

/// The box that a place has in a picture.
#[derive(Clone, Copy)]
pub(super) enum Found {
    /// A cluster, as index into [`Picture::clusters`].
    Cluster(usize),
    /// All leafnodes of a hub, as index into [`Picture::leafnodes`].
    Leafnodes(usize),
    /// One of them, and its index in the group.
    Leafnode(usize, usize),
}

impl Picture {
    /// The box of a place.
    pub(super) fn box_of(&self, place: Place) -> Found {
        match place {
            Place::Cluster(index) => Found::Cluster(index),
            Place::Leafnode(index) => self.boxes[index],
        }
    }
}

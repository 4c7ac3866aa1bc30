//! A whole NATS system from one manifest: what it says, what has to be there, and its picture. Writes nothing.

mod error;
mod graph;
mod links;
mod manifest;
mod model;
mod pattern;
mod resolve;
mod starter;
mod wanted;

pub use error::{Error, Location};
pub use graph::{Format, MAX_DRAWN, draw};
pub use links::Links;
pub use manifest::fields;
pub use model::{
    Account, AllowResponses, CaSettings, CertificateSettings, Client, Cluster, Identity, JetStream, Leafnode,
    Listener, Listeners, Node, Permissions, Pins, Place, Settings, Subjects, System, Verification,
};
pub use starter::Starter;
pub use wanted::{NODE_FOLDERS, Owner, Wanted};

/// The most peers whose pins, and the most servers whose URLs, one listener lists by default: lists of everybody for
/// everybody grow with the square.
pub const MAX_PEERS: usize = 250;
/// The nodes of a larger cluster whose URLs every one of its nodes has as routes; they tell it of the others.
pub const ROUTE_SEEDS: usize = 8;
/// The nodes of a cluster whose URLs the gateways of other clusters have.
pub const GATEWAY_SEEDS: usize = 3;
/// The most clusters that have gateways of all to all.
pub const MAX_MESH: usize = 64;

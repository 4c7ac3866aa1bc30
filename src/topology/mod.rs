//! A whole NATS system from one manifest: what it says, what has to be there, and its picture. Writes nothing.

mod error;
mod graph;
mod manifest;
mod model;
mod pattern;
mod resolve;
mod starter;
mod wanted;

pub use error::{Error, Location};
pub use graph::{Format, MAX_DRAWN, draw};
pub use manifest::fields;
pub use model::{
    Account, AllowResponses, CertificateSettings, Client, Cluster, Identity, JetStream, Leafnode, Listener,
    Listeners, Node, Permissions, Pins, Place, Settings, Subjects, System, Verification,
};
pub use starter::Starter;
pub use wanted::{NODE_FOLDERS, Owner, Wanted};

/// The most peers whose pins, and the most servers whose URLs, one listener lists by default: lists of everybody for
/// everybody grow with the square.
pub const MAX_PEERS: usize = 250;

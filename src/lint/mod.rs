//! What will not work, or not as it says, in nats-server configurations: found before a server starts.
//!
//! Pure but for the files that `tls` maps name, which come from a function that is given. Configurations that are given together
//! are one system: peers are checked against each other.

mod certificate;
pub mod conf;
mod desk;
mod material;
pub(crate) mod peers;
mod rules;
mod system;
#[cfg(test)]
mod testing;

pub(crate) use certificate::{Bundle, When, findings as of_certificates};
pub use desk::{Desk, element, place};
pub use material::{Certificate, File, Hidden, Key, Material, Open, Raw, Shape};
pub use peers::{Crowd, Dial, Outgoing, Peers, listener_in};
pub use system::{Client, Settings, System};

use crate::finding::Finding;

/// Everything that the rules find.
#[must_use]
pub fn lint(system: &System<'_>) -> Vec<Finding> {
    let mut desk = Desk::default();
    let peers = Peers::of(system);
    for rule in rules::ALL {
        rule(system, &peers, &mut desk);
    }
    desk.into_findings(system)
}

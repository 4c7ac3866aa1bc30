//! Names: whether certificates have those by which servers are dialled.

mod cover;
mod gossip;
mod known;
mod own;
mod permitted;
#[cfg(test)]
mod tests;
mod urls;

use crate::lint::{Desk, Peers, System};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    own::check(system, desk);
    urls::check(system, peers, desk);
    gossip::check(system, peers, desk);
    known::check(system, peers, desk);
    permitted::check(system, desk);
}

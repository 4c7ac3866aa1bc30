//! Certificates that are demanded, and users that are taken from them.

mod clients;
mod flags;
mod open;
mod peers;
mod spelling;
mod table;

use crate::lint::{Desk, Peers, System};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    for server in &system.servers {
        flags::check(server, desk);
        open::check(system, server, desk);
        spelling::check(system, server, desk);
    }
    clients::check(system, desk);
    peers::check(system, peers, desk);
}

#[cfg(test)]
mod tests;

//! Trust: whether certificates lead to what they are checked against.

mod own_ca;
mod pools;
mod private;
mod relation;
mod system_roots;
#[cfg(test)]
mod tests;
mod untrusted;

use crate::lint::{Desk, Peers, System};

pub(super) fn check(system: &System<'_>, peers: &Peers<'_>, desk: &mut Desk) {
    system_roots::check(system, peers, desk);
    untrusted::check(system, peers, desk);
    pools::check(system, desk);
    own_ca::check(system, peers, desk);
}

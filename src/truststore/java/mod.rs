//! The `cacerts` file of each Java installation.

use super::machine::Machine;
use super::place::Candidate;

pub(super) fn candidates(machine: &Machine) -> Vec<Candidate> {
    todo!()
}

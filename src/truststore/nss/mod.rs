//! NSS databases: Chromium's, and one in each Firefox profile.

use super::machine::Machine;
use super::place::Candidate;

pub(super) fn candidates(machine: &Machine, explicit: bool) -> Vec<Candidate> {
    todo!()
}

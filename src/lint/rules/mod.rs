//! The rules, a family in each file.

use super::{Desk, Peers, System};

mod across;
mod files;
mod links;
mod map;
mod matter;
mod names;
mod once;
mod options;
mod pins;
mod plaintext;
mod time;
mod trust;
mod usage;

/// A rule looks at everything and adds what it finds.
pub(super) type Rule = fn(&System<'_>, &Peers<'_>, &mut Desk);

/// All of them.
pub(super) const ALL: &[Rule] = &[
    files::check,
    time::check,
    usage::check,
    names::check,
    trust::check,
    map::check,
    pins::check,
    across::check,
    plaintext::check,
    options::check,
];

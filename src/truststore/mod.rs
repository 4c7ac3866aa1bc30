//! Trust stores: where this machine keeps the roots that its programs trust. One trait, [`Place`], and one folder or
//! file for each kind of store. The only part of natscert that runs helper programs and that asks for privilege.
//!
//! A root is known by the SHA-256 of its DER, never by a nickname, an alias or a file name, and whatever was done is
//! looked at again before it is said to be done.

mod hand;
mod invoker;
mod java;
mod ledger;
mod machine;
mod merged;
#[cfg(not(any(target_os = "macos", windows)))]
mod nss;
#[cfg(any(target_os = "macos", windows))]
#[path = "nss_elsewhere.rs"]
mod nss;
mod place;
mod program;
mod root;
mod run;
mod step;
mod system;

pub use hand::{Hand, Privilege};
pub use invoker::{Answer, Invoker};
pub use ledger::{Entry, Ledger};
pub use machine::{Ask, Machine};
pub use merged::merged;
pub use place::{Candidate, Found, Kind, Other, Place, State, Trouble};
pub use root::{Root, Wanted, Which};
pub use run::{Line, Outcome, Stores, Task, View, carry_out, status};
pub use step::Step;
pub(crate) use system::holds;
pub use system::is_trusted;

/// All places of one kind that there are for `machine`'s user. `explicit`: the kind was asked for by name, so that what
/// is missing may be made.
#[must_use]
pub fn candidates(kind: Kind, machine: &Machine, explicit: bool) -> Vec<Candidate> {
    match kind {
        Kind::System => system::candidates(machine),
        Kind::Nss => nss::candidates(machine, explicit),
        Kind::Java => java::candidates(machine),
    }
}

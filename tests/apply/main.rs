//! `natscert plan` and `natscert apply` on the disk: what is right stays, what is not is mended, whatever happened.
#![allow(clippy::unwrap_used)]

mod desk;
mod idempotence;
mod intermediates;
mod kills;
mod mending;
mod obstacles;
mod prune;
mod renew;
mod renew_kills;

#[path = "../support/mod.rs"]
mod support;

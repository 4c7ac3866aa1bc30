//! `natscert plan` and `natscert apply` on the disk: what is right stays, what is not is mended, whatever happened.
#![allow(clippy::unwrap_used)]

mod desk;
mod idempotence;
mod kills;
mod mending;
mod obstacles;
mod prune;

#[path = "../support/mod.rs"]
mod support;

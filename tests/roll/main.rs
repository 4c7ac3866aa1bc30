//! `natscert ca roll` on the disk: what each step changes, what it refuses, and that no moment of it, killed or not, is one
//! in which peers refuse each other.
#![allow(clippy::unwrap_used)]

mod changes;
mod fleet;
mod found;
mod kills;
mod refusals;
mod steps;

#[path = "../support/mod.rs"]
mod support;

//! `natscert trust` where it counts: programs that read trust stores decide, each in a root file system of its own.
#![allow(clippy::unwrap_used)]

mod again;
mod chromium;
mod distributions;
mod environment;
mod examples;
mod firefox;
mod house;
mod java;
mod judge;
mod lost;
mod mkcert;
mod nss;
mod odd;
mod privilege;
mod refused;
mod said;
mod sealed;
mod server;
mod stores;
mod system;
mod theirs;

#[path = "../support/mod.rs"]
mod support;

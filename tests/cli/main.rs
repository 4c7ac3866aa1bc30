//! The program as a whole: what it prints, with which exit code, and what it leaves on the disk.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod bundle;
mod cases;
mod concurrency;
mod disk;
mod full;
mod json;
mod kills;
mod modes;
mod redact;
mod revocation;
mod streams;
mod support;
mod turns;

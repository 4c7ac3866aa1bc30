//! Configurations read by natscert, judged by real servers: values by their digest, errors by their text.
#![allow(clippy::unwrap_used)]

mod cases;
mod errors;
mod limits;
mod program;
#[cfg(unix)] // servers are asked by signal
mod servers;

#[path = "../support/mod.rs"]
mod support;

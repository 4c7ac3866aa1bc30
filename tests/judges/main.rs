//! What natscert writes, judged by others: nats-server with async-nats, openssl, rustls-webpki and pkilint.
#![allow(clippy::unwrap_used)]

mod constraints;
mod explain;
mod graphviz;
mod intermediates;
mod nats_server;
mod openssl;
mod pins;
mod pkilint;
mod quoting;
mod readme;
#[cfg(target_os = "linux")]
mod renewal;
mod requests;
mod revocation;
#[cfg(target_os = "linux")]
mod roll;
mod samples;
mod sarif;
#[cfg(target_os = "linux")]
mod topology;
mod webpki;

#[path = "../support/mod.rs"]
mod support;

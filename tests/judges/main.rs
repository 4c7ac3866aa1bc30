//! What natscert writes, judged by others: nats-server with async-nats, openssl, rustls-webpki and pkilint.
#![allow(clippy::unwrap_used)]

mod nats_server;

#[path = "../support/mod.rs"]
mod support;

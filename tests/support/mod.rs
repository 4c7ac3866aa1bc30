//! What the integration tests stand on: the judges, real servers, a client, and the program under test.
//!
//! Each test crate takes what it needs with `#[path = "../support/mod.rs"] mod support;`.
#![allow(dead_code)] // no crate uses all of it

pub(crate) mod cli;
pub(crate) mod monitor;
pub(crate) mod mqtt;
pub(crate) mod nats;
pub(crate) mod server;
pub(crate) mod tools;

use std::time::{Duration, Instant};

/// How long something that will surely happen may take on a busy machine. Nothing is ever asserted about time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer; `None` after [`PATIENCE`].
pub(crate) fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if start.elapsed() > PATIENCE {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

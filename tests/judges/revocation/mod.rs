//! Lists of revoked certificates and OCSP responses: openssl and pkilint read them, nats-server staples and asks.

mod document;
mod intermediates;
mod lists;
mod peers;
mod responses;
mod stapling;

use crate::support::cli::Home;
use serde_json::Value;
use std::process::{Child, Stdio};

/// A running `natscert ocsp` on a port of its own. It ends with this value.
pub(crate) struct Responder {
    child: Child,
    pub(crate) url: String,
}

impl Responder {
    pub(crate) fn start(home: &Home) -> Responder {
        let mut command = home.command();
        command.args(["ocsp", "--listen", "0", "--json"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        // It prints this once it listens, and goes on.
        let stdout = child.stdout.as_mut().unwrap();
        let said = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>().next();
        let url = said.unwrap().unwrap()["url"].as_str().unwrap().to_owned();
        Responder { child, url }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A CA of this kind.
fn home_with(key_type: &str) -> Home {
    let home = Home::new();
    home.run(["ca", "init", "--key-type", key_type]).done();
    home
}

/// Kinds of keys that CAs sign with, each its own algorithm.
const KEY_TYPES: [&str; 4] = ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048"];

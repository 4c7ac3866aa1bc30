//! docs/revocation.md: its commands are run and its configurations are tried, in its order.

use super::{Responder, home_with};
use crate::support::cli::{Bundle, Home};
use crate::support::nats::connect;
use crate::support::server::{Listener, Server, Version};
use crate::support::tools::ask;
use std::process::Command;

/// The fenced blocks: their language and their lines.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').unwrap()).collect()
}

/// `natscert` is this build, the responder and the server are where they really listen.
fn shell(home: &Home, line: &str) {
    let natscert = std::path::Path::new(env!("CARGO_BIN_EXE_natscert")).parent().unwrap().display();
    let mut command = Command::new("bash");
    command
        .args(["-euo", "pipefail", "-c", line])
        .current_dir(home.path())
        .env("PATH", format!("{natscert}:{}", std::env::var("PATH").unwrap()))
        .env("NATSCERT_CA_DIR", home.ca_dir());
    let verdict = ask(&mut command, &[]);
    assert!(verdict.accepted, "{line}\n{}", verdict.said);
}

/// `nats … --tlscert DIR/cert.pem …`: whether the client is let in.
fn client(home: &Home, server: &Server, line: &str) -> bool {
    let word = line.split_once("--tlscert ").unwrap().1.split(' ').next().unwrap();
    let dir = home.path().join(word).parent().unwrap().to_owned();
    let bundle = Bundle { dir, block: String::new() };
    connect(server, &home.ca_dir().join("root.pem"), Some(&bundle)).is_ok()
}

#[test]
fn does_what_it_says() {
    let text = include_str!("../../../docs/revocation.md");
    for version in [Version::V2_10_25, Version::V2_15_1] {
        let home = home_with("ecdsa-p256");
        let responder = Responder::start(&home);
        let (mut config, mut server, mut seen) = (String::new(), None, (0, 0, 0));
        for (language, block) in blocks(text) {
            if language == "conf" {
                config = block.replace("\"natscert/", &format!("\"{}/natscert/", home.path().display()));
                continue;
            }
            for line in block.lines() {
                let line = line.replace("http://127.0.0.1:8888", &responder.url);
                if line == "natscert ocsp" {
                    seen.0 += 1;
                } else if line == "nats-server -c nats.conf" {
                    server = Some(Server::start(version, "n1", &config));
                    seen.1 += 1;
                } else if line.starts_with("nats ") {
                    let taken = client(&home, server.as_ref().unwrap(), &line);
                    assert_eq!(taken, !line.ends_with("# refused"), "{line}");
                    seen.2 += 1;
                } else {
                    let address = server.as_ref().map(|server| server.address(Listener::Client));
                    shell(&home, &line.replace("127.0.0.1:4222", address.as_deref().unwrap_or("nowhere")));
                }
            }
        }
        assert_eq!(seen, (1, 2, 2));
    }
}

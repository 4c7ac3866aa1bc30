//! `revoke` by many at once and killed at any moment; `ocsp` while it runs, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::support::Sandbox;

/// A CA, and clients `c0`, `c1` … that it issued.
fn with_clients(count: usize) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_ca();
    let names: Vec<_> = (0..count).map(|n| format!("c{n}")).collect();
    for name in &names {
        sandbox.ok(&["issue", "client", name, "-q"]);
    }
    (sandbox, names.iter().map(|name| format!("natscert/client/{name}")).collect())
}

/// How many are revoked, by the list that openssl and others get.
fn revoked(sandbox: &Sandbox) -> u64 {
    let lists: Value = serde_json::from_str(&sandbox.ok(&["crl", "--json"]).stdout).unwrap();
    lists[0]["revoked"].as_u64().unwrap()
}

#[test]
fn eight_at_once_lose_none() {
    let (sandbox, bundles) = with_clients(8);
    let revoke = |bundle: &String| sandbox.command(&["revoke", bundle, "-q"]).spawn().unwrap();
    let running: Vec<Child> = bundles.iter().map(revoke).collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(revoked(&sandbox), 8);
}

#[test]
fn forty_kills_leave_the_old_list_or_the_new_one() {
    let (sandbox, bundles) = with_clients(1);
    let (revoke, undo) = (["revoke", &bundles[0], "-q"], ["revoke", &bundles[0], "-q", "--undo"]);
    let start = Instant::now();
    sandbox.ok(&revoke);
    let typical = start.elapsed();
    let mut killed = 0;
    for round in 0..40_u32 {
        let args: &[&str] = if round % 2 == 0 { &undo } else { &revoke };
        let before = revoked(&sandbox);
        let mut child = sandbox.command(args).spawn().unwrap();
        std::thread::sleep(typical.mul_f64(1.2) * ((round * 23) % 40) / 40);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let after = revoked(&sandbox);
        assert!(after == before || after == u64::from(round % 2), "{before} became {after}");
        sandbox.ok(args);
        assert_eq!(revoked(&sandbox), u64::from(round % 2));
        assert!(!sandbox.path("ca/.revoked.json.new").exists());
    }
    assert!(killed > 10, "only {killed} were hit: this shows nothing");
}

/// A responder that listens, and its address.
fn listening(sandbox: &Sandbox) -> (Child, String) {
    let mut command = sandbox.command(&["ocsp", "--listen", "0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    // Else it waits for somebody to read the rest.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    (child, address)
}

#[test]
fn it_ends_in_good_order_when_it_is_told_to() {
    let sandbox = Sandbox::with_ca();
    for signal in [Signal::TERM, Signal::INT] {
        let (mut child, address) = listening(&sandbox);
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal:?}");
        TcpStream::connect(&address).unwrap_err();
    }
}

#[test]
fn a_port_is_taken_once() {
    let sandbox = Sandbox::with_ca();
    let (mut child, address) = listening(&sandbox);
    sandbox.run(&["ocsp", "--listen", &address]).fails(1, "address already in use");
    child.kill().unwrap();
    child.wait().unwrap();
}

//! Renewed certificates on servers that run: after the reload they are served, and nobody lost a connection.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::cli::text;
use crate::support::poll;
use crate::support::server::Version;
use crate::support::tools::openssl;
use crate::topology::world::World;

/// Two nodes with a route between them, a client, everything pinned.
const SYSTEM: &str = r#"
server_version = "VERSION"
listeners.monitor = true
[clusters.east]
nodes = [{ name = "n1", hosts = ["n1.east.example.com", "NET.1"], listen = "NET.1" }, { name = "n2", hosts = ["n2.east.example.com", "NET.2"], listen = "NET.2" }]
[clients.alice]
"#;

/// The serial number of a certificate, PEM, by openssl.
fn serial(pem: &[u8]) -> Vec<u8> {
    openssl(["x509", "-noout", "-serial"], pem)
}

/// That of the certificate that the listener for routes shows, which speaks TLS from the first octet.
fn served(address: &str, bundle: &Path) -> Vec<u8> {
    let shown = Command::new("openssl")
        .args(["s_client", "-connect", address, "-cert"])
        .arg(bundle.join("cert.pem"))
        .arg("-key")
        .arg(bundle.join("key.pem"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    serial(&shown.stdout)
}

/// Connections of clients and routes by their ids.
fn connections(world: &World) -> BTreeSet<String> {
    let ids = |page: &Value, list: &str, id: &str| -> Vec<String> {
        let all = page[list].as_array().into_iter().flatten();
        all.map(|one| format!("{list} {} since {}", one[id], one["start"])).collect()
    };
    let of = |name: &str| {
        let node = world.node(name);
        let routes = ids(&node.get("/routez"), "routes", "rid");
        let clients = ids(&node.get("/connz"), "connections", "cid");
        routes.into_iter().chain(clients).map(|one| format!("{name} {one}")).collect::<Vec<_>>()
    };
    ["n1", "n2"].into_iter().flat_map(of).collect()
}

fn after_the_reload_it_is_served(version: Version) {
    let mut world = World::new(version);
    world.apply(SYSTEM);
    world.start_all();
    let _client = world.connect("alice", "n1");
    let routed = || {
        let all = |name: &str| world.node(name).get("/routez")["num_routes"].as_u64().unwrap_or_default();
        (all("n1") > 0 && all("n1") == all("n2")).then_some(())
    };
    assert!(poll(routed).is_some(), "no route");
    // A pool of routes grows for a moment.
    let settled = poll(|| {
        let before = connections(&world);
        std::thread::sleep(std::time::Duration::from_millis(500));
        (connections(&world) == before).then_some(before)
    });
    let before = settled.unwrap();

    let nodes = world.out().join("nodes");
    let on_disk = || serial(&fs::read(nodes.join("n1/cluster/cert.pem")).unwrap());
    let address = world.node("n1").address("cluster");
    let served = || served(&address, &nodes.join("n2/cluster"));
    let old = on_disk();
    assert_eq!(served(), old);
    let pids = ["n1", "n2"].map(|name| world.node(name).pid().to_string());
    let out = world.out();
    let run = world.home.run(["renew", text(&out), "--all", "--reload", &pids[0], "--reload", &pids[1]]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("signalled process {}", pids[0])), "{}", run.stderr);
    world.node("n1").wait_for_log(&["Reloaded server configuration"]);
    world.node("n2").wait_for_log(&["Reloaded server configuration"]);

    assert_ne!(on_disk(), old);
    assert_eq!(served(), on_disk());
    assert_eq!(connections(&world), before, "somebody had to connect anew");
    // With the renewed certificate alice gets in.
    drop(world.connect("alice", "n2"));
}

#[test]
fn a_reload_serves_what_was_renewed_2_10_25() {
    after_the_reload_it_is_served(Version::V2_10_25);
}

#[test]
fn a_reload_serves_what_was_renewed_2_15_1() {
    after_the_reload_it_is_served(Version::V2_15_1);
}

//! What is no longer in the manifest is reported, and removed when asked.

use super::desk::{Desk, SYSTEM};
use std::fs;

/// Without one node, one leafnode and one client.
fn smaller() -> String {
    let text = SYSTEM
        .replace("n{1..3}.east", "n{1..2}.east")
        .replace("[clients.bob]\nidentity = \"bob.example.com\"\n", "");
    let (before, rest) = text.split_once("[leafnodes.edge]").unwrap();
    let (_, after) = rest.split_once("[clients").unwrap();
    format!("{before}[clients{after}")
}

const GONE: [&str; 5] = [
    "clients/bob",
    "nodes/edge",
    "nodes/n1.east.example.com/leaf",
    "nodes/n2.east.example.com/leaf",
    "nodes/n3.east.example.com",
];

#[test]
fn reported_and_kept_removed_when_asked() {
    let desk = Desk::applied(SYSTEM);
    desk.write(&smaller());
    let plan = desk.plan().stdout;
    assert!(plan.contains("no longer in the manifest"), "{plan}");
    let done = desk.apply();
    for path in GONE {
        assert!(plan.contains(path), "{plan}");
        assert!(done.stderr.contains(&format!("{path} is no longer in the manifest")), "{}", done.stderr);
        assert!(desk.path(path).exists());
    }
    assert_eq!(desk.plan().code, Some(0), "what is left over is no pending change");
    let pruned = desk.home.run(["apply", "demo.toml", "--prune"]);
    assert_eq!(pruned.code, Some(0), "{}", pruned.stderr);
    for path in GONE {
        assert!(!desk.path(path).exists(), "{path}");
        assert!(pruned.stderr.contains(path), "{}", pruned.stderr);
    }
    desk.is_right();
}

#[test]
fn what_others_put_there_stays() {
    let desk = Desk::applied(SYSTEM);
    fs::create_dir_all(desk.path("nodes/edge/jetstream")).unwrap();
    fs::write(desk.path("nodes/edge/jetstream/data"), "precious").unwrap();
    fs::create_dir(desk.path("nodes/notes")).unwrap();
    fs::write(desk.path("nodes/notes/todo.txt"), "x").unwrap();
    desk.write(&smaller());
    let pruned = desk.home.run(["apply", "demo.toml", "--prune"]);
    assert!(
        pruned.stderr.contains("nodes/edge holds files that natscert did not write"),
        "{}",
        pruned.stderr
    );
    assert!(!pruned.stderr.contains("notes"), "{}", pruned.stderr);
    assert_eq!(fs::read(desk.path("nodes/edge/jetstream/data")).unwrap(), b"precious");
    assert!(!desk.path("nodes/edge/nats.conf").exists());
    assert!(desk.path("nodes/notes/todo.txt").exists());
}

#[test]
fn what_a_link_leads_to_stays() {
    let desk = Desk::applied(SYSTEM);
    let vault = desk.home.path().join("vault");
    fs::create_dir_all(vault.join("server")).unwrap();
    for file in ["nats.conf", "server/key.pem", "server/cert.pem"] {
        fs::write(vault.join(file), "# made by natscert from elsewhere\n").unwrap();
    }
    std::os::unix::fs::symlink(&vault, desk.path("nodes/gone")).unwrap();
    std::os::unix::fs::symlink(&vault, desk.path("nodes/edge/gateway")).unwrap();
    let pruned = desk.home.run(["apply", "demo.toml", "--prune"]);
    assert_eq!(pruned.code, Some(0), "{}", pruned.stderr);
    for file in ["nats.conf", "server/key.pem", "server/cert.pem"] {
        assert!(vault.join(file).exists(), "{file}");
    }
    // Nor is the hidden folder cleared through a link.
    fs::create_dir_all(vault.join("0/1")).unwrap();
    fs::write(vault.join("0/1/key.pem"), "secret").unwrap();
    std::os::unix::fs::symlink(&vault, desk.path(".natscert-apply")).unwrap();
    let refused = desk.apply();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains(".natscert-apply is a symbolic link"), "{}", refused.stderr);
    assert!(vault.join("0/1/key.pem").exists());
}

#[test]
fn what_natscert_did_not_make_is_neither_removed_nor_replaced() {
    let desk = Desk::new(SYSTEM);
    fs::create_dir_all(desk.path("clients/legacy")).unwrap();
    fs::write(desk.path("clients/legacy/key.pem"), "mine").unwrap();
    fs::create_dir_all(desk.path("nodes/db")).unwrap();
    fs::write(desk.path("nodes/db/nats.conf"), "port: 4222\n").unwrap();
    fs::create_dir_all(desk.path("nodes/empty/server")).unwrap();
    fs::write(desk.path("nodes/empty/nats.conf"), "").unwrap();
    fs::write(desk.path("nodes/empty/server/key.pem"), "mine").unwrap();
    let pruned = desk.home.run(["apply", "demo.toml", "--prune"]);
    assert_eq!(pruned.code, Some(0), "{}", pruned.stderr);
    assert!(desk.path("clients/legacy/key.pem").exists() && desk.path("nodes/db/nats.conf").exists());
    assert!(desk.path("nodes/empty/server/key.pem").exists());
    let conf = desk.path("nodes/edge/nats.conf");
    fs::write(&conf, "port: 4222\n").unwrap();
    for refused in [desk.apply(), desk.home.run(["apply", "demo.toml", "--prune"])] {
        assert_eq!(refused.code, Some(2));
        assert!(
            refused.stderr.contains("nats.conf is there, and natscert did not make it"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(fs::read(&conf).unwrap(), b"port: 4222\n");
}

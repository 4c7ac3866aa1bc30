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

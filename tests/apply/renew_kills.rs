//! Renewals that are killed at any moment: every bundle is whole, old or new, and the next renewal completes what was begun.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use natscert::pki::{Facts, KeyPair};
use rustix::process::{Pid, Signal, kill_process_group};

use super::desk::Desk;

const KILLS: u32 = 200;
/// As many desks at the same time.
const DESKS: u32 = 2;
/// 16 nodes that pin each other.
const SYSTEM: &str = "[clusters.east]\nnodes = [\"n{1..16}.example.com\"]\n[clients.alice]\n";

/// What the servers have: what they read at their last reload.
const RELOAD: [&str; 2] =
    ["--reload-command", "cat demo/nodes/*/*/cert.pem | sha256sum > loaded.$$ && mv loaded.$$ loaded"];

/// What the folder looks like, and how it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// Nothing is to be done: as before, or renewed as a whole.
    Right,
    /// Bundles are renewed whose servers were not named yet; every pin is that of a key.
    Untold,
    /// Bundles have new keys that configurations do not name yet; what the killed run noted says so.
    Stale,
}

/// Every bundle is whole; the state that the folder is in.
fn state(desk: &Desk) -> Named {
    let (mut keys, mut pinned) = (BTreeSet::new(), BTreeSet::new());
    for (path, entry) in desk.tree() {
        let hidden = path.components().any(|c| c.as_os_str().to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.ends_with("cert.pem") {
            let bundle = desk.path(&path.parent().unwrap().to_string_lossy());
            let facts = Facts::all_in(&entry.bytes).unwrap();
            let key = KeyPair::read(&fs::read(bundle.join("key.pem")).unwrap()).unwrap();
            assert_eq!(key.spki(), facts[0].spki, "{}", path.display());
            assert_eq!(Facts::all_in(&fs::read(bundle.join("ca.pem")).unwrap()).unwrap().len(), 1);
            keys.insert(facts[0].pin.to_string());
        } else if path.ends_with("nats.conf") {
            let text = String::from_utf8(entry.bytes).unwrap();
            assert!(text.ends_with("}\n"), "{}", path.display());
            pinned.extend(text.split('"').filter(|word| word.len() == 64).map(str::to_owned));
        } else {
            let names = ["key.pem", "ca.pem", "nats.sh", "nodes", "clients"];
            let is_folder = desk.path(&path.to_string_lossy()).is_dir();
            assert!(is_folder || names.iter().any(|name| path.ends_with(name)), "{}", path.display());
        }
    }
    if !pinned.is_subset(&keys) {
        assert!(desk.path(".natscert-apply/pins").exists(), "pins of no key, and nobody knows");
        Named::Stale
    } else if desk.plan().code == Some(0) {
        Named::Right
    } else {
        Named::Untold
    }
}

fn typical(desk: &Desk, key: &str) -> Duration {
    let mut times: Vec<_> = (0..3)
        .map(|_| {
            let start = Instant::now();
            desk.renew(&[&["--all", "-q", key], &RELOAD[..]].concat()).done();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[1]
}

/// Whether servers have what is there.
fn is_loaded(desk: &Desk) -> bool {
    let check = ["-c", "cat demo/nodes/*/*/cert.pem | sha256sum | cmp -s - loaded"];
    Command::new("sh").args(check).current_dir(desk.home.path()).status().unwrap().success()
}

#[test]
fn the_next_renewal_completes_what_a_kill_interrupted() {
    let (mut interrupted, mut seen) = (0, BTreeSet::new());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..DESKS).map(|desk| scope.spawn(move || kills_at(desk))).collect();
        for thread in threads {
            let (more, states) = thread.join().unwrap();
            interrupted += more;
            seen.extend(states);
        }
    });
    assert!(interrupted > KILLS / 3, "only {interrupted} of {KILLS} kills came in time");
    println!("{interrupted} interrupted, states {seen:?}");
    assert!(seen.contains(&Named::Untold), "{seen:?}");
}

/// Every second kill, or as many as there are desks: how many came in time, and what they left.
fn kills_at(number: u32) -> (u32, BTreeSet<Named>) {
    let desk = Desk::applied(SYSTEM);
    let keys = ["--same-key", "--new-key"];
    let typical = keys.map(|key| typical(&desk, key));
    let (mut interrupted, mut seen) = (0, BTreeSet::new());
    for kill in (number..KILLS).step_by(DESKS as usize) {
        let which = usize::from(kill % 4 != 0);
        let mut command = desk.home.command();
        let mut child = command
            .args(["renew", "demo", "--all", "-q", keys[which]])
            .args(RELOAD)
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        std::thread::sleep(typical[which].mul_f64(1.05) * ((kill * 73) % KILLS) / KILLS);
        // With its reload command, which would go on beside that of the next run.
        kill_process_group(Pid::from_child(&child), Signal::KILL).unwrap();
        interrupted += u32::from(child.wait().unwrap().signal().is_some());
        let found = state(&desk);
        seen.insert(found);
        // Nothing is due by itself: what is told, and done, is what was begun.
        let check = desk.renew(&["--check"]);
        assert!(check.code == Some(1) || found != Named::Stale, "{found:?}: {}", check.stderr);
        desk.renew(&RELOAD).done();
        assert!(is_loaded(&desk), "after kill {kill}, which left {found:?}, servers have old files");
        assert_eq!(state(&desk), Named::Right, "after kill {kill}, which left {found:?}");
        assert!(!desk.path(".natscert-apply").exists());
    }
    desk.is_right();
    (interrupted, seen)
}

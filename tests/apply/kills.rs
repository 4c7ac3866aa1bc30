//! Killed at any moment: what is there is whole, and the next apply completes it.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use natscert::pki::{Facts, KeyPair};

use super::desk::{Desk, SYSTEM, pair_matches};

const KILLS: u32 = 500;

/// How long an apply takes here and now.
fn typical() -> Duration {
    let mut times: Vec<_> = (0..5)
        .map(|_| {
            let desk = Desk::new(SYSTEM);
            let start = Instant::now();
            desk.apply().done();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[2]
}

/// What is there is whole: every certificate has its key and its CA, every configuration its end.
fn is_whole(desk: &Desk) {
    if !desk.path("").exists() {
        return;
    }
    for (path, entry) in desk.tree() {
        let hidden =
            path.components().next().is_some_and(|c| c.as_os_str().to_string_lossy().starts_with('.'));
        let shown = path.display();
        if path.ends_with("cert.pem") && !hidden {
            let bundle = desk.path(&path.parent().unwrap().to_string_lossy());
            let facts = Facts::all_in(&entry.bytes).unwrap();
            let key = KeyPair::read(&fs::read(bundle.join("key.pem")).unwrap()).unwrap();
            assert_eq!(key.spki(), facts[0].spki, "{shown}");
            assert_eq!(Facts::all_in(&fs::read(bundle.join("ca.pem")).unwrap()).unwrap().len(), 1);
        } else if path.ends_with("nats.conf") {
            assert!(entry.bytes.ends_with(b"}\n"), "{shown}");
        } else if path.ends_with("nats.sh") && !hidden {
            assert!(entry.bytes.ends_with(b"\"$@\"\n"), "{shown}");
        }
    }
}

#[test]
fn the_next_apply_completes_what_a_kill_interrupted() {
    let typical = typical();
    let changed = format!("validity = \"90d\"\n{SYSTEM}");
    let mut interrupted = 0;
    let mut desk = Desk::new(SYSTEM);
    for kill in 0..KILLS {
        // One in four begins with nothing, the others renew everything that is there.
        if kill % 4 == 0 {
            desk = Desk::new(SYSTEM);
        }
        desk.write(if kill % 2 == 0 { SYSTEM } else { &changed });
        let mut command = desk.home.command();
        let mut child = command.args(["apply", "-q", "demo.toml"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(typical.mul_f64(1.1) * ((kill * 73) % KILLS) / KILLS);
        child.kill().unwrap();
        interrupted += u32::from(child.wait().unwrap().signal().is_some());
        is_whole(&desk);
        desk.apply().done();
        let plan = desk.plan();
        assert_eq!(plan.code, Some(0), "after kill {kill}: {}{}", plan.stdout, plan.stderr);
        assert!(!desk.path(".natscert-apply").exists());
        if kill % 50 == 0 {
            desk.is_right();
            pair_matches(&desk.path("clients/alice"));
        }
    }
    assert!(interrupted > KILLS / 4, "only {interrupted} of {KILLS} kills came in time");
}

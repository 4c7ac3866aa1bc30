//! Killed at any moment: what is there is whole, and the next apply completes it.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

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

/// Bundles that are there are whole: both files, and they match.
fn bundles_are_whole(desk: &Desk) {
    if !desk.path("").exists() {
        return;
    }
    for (path, _) in desk.tree() {
        let hidden =
            path.components().next().is_some_and(|c| c.as_os_str().to_string_lossy().starts_with('.'));
        if path.ends_with("cert.pem") && !hidden {
            let bundle = desk.path(&path.parent().unwrap().to_string_lossy());
            for file in ["key.pem", "ca.pem"] {
                assert!(fs::metadata(bundle.join(file)).unwrap().len() > 100, "{}", bundle.display());
            }
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
        bundles_are_whole(&desk);
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

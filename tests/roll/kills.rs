//! Killed at any moment: the state is one of those that have a name, everybody still accepts everybody, and the same
//! command completes the step.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fleet::{Fleet, Snapshot};

/// A way through all steps, on and back, that ends where it began or one roll on.
const WAY: [(&str, Option<&str>); 9] = [
    ("start", Some("started")),
    ("switch", Some("switched")),
    ("back switch", Some("started")),
    ("switch", Some("switched")),
    ("finish", Some("finished")),
    ("back finish", Some("switched")),
    ("finish", Some("finished")),
    ("start", Some("started")),
    ("back start", None),
];

/// The words of a step: a start names its folders, and the intermediate that follows, which is another one each time.
fn words(step: &str, number: usize, is_root: bool) -> String {
    match step {
        "start" if is_root => "start demo natscert".to_owned(),
        "start" => format!("start --intermediate i{number} demo natscert"),
        other => other.to_owned(),
    }
}

/// How far the state says that the roll is. While the files of a root are on the move it is at the end of that step.
fn phase(fleet: &Fleet) -> Option<&'static str> {
    let state = fs::read(fleet.home.ca_dir().join("authority.json")).unwrap_or_else(|_| b"{}".to_vec());
    let state: Value = serde_json::from_slice(&state).unwrap();
    match state["roll"]["step"].as_str()? {
        "started" => Some("started"),
        "switched" | "reopening" => Some("switched"),
        "finishing" | "finished" => Some("finished"),
        other => panic!("{other}"),
    }
}

/// The step is there to its end: nothing is left to do, and plan has nothing to do either.
#[track_caller]
fn is_complete(fleet: &Fleet, expected: Option<&str>) {
    let status = fleet.status();
    assert_eq!(status["phase"], json!(expected), "{status}");
    assert_eq!(status["complete"], json!(true), "{status}");
    assert!(!fleet.path("demo/.natscert-apply").exists() && !fleet.path("natscert/.natscert-apply").exists());
}

/// After a kill, or what was meant for one: looks, takes the same step, looks again.
fn recovers(
    fleet: &Fleet,
    before: &Snapshot,
    words: &str,
    (from, expected): (Option<&str>, Option<&str>),
) -> Snapshot {
    let found = phase(fleet);
    assert!([from, expected].contains(&found), "{words}: {found:?}");
    before.trusts(&fleet.snapshot());
    fleet.roll(words).done();
    let after = fleet.snapshot();
    before.trusts(&after);
    is_complete(fleet, expected);
    let both = matches!(expected, Some("started" | "switched"));
    assert_eq!(after.anchors(), if both { 2 } else { 1 }, "{words}");
    after
}

fn command(fleet: &Fleet, words: &str) -> Command {
    let mut command = fleet.home.command();
    command.args(["ca", "roll"]).args(words.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// How long each step of the way takes here and now.
fn typical(fleet: &Fleet, is_root: bool) -> Vec<Duration> {
    let time = |(at, (step, _)): (usize, &(&str, Option<&str>))| {
        let begun = Instant::now();
        fleet.roll(&words(step, 900 + at, is_root)).done();
        begun.elapsed()
    };
    WAY.iter().enumerate().map(time).collect()
}

fn kill(fleet: &Fleet, is_root: bool, kills: usize) {
    let typical = typical(fleet, is_root);
    let (mut before, mut from) = (fleet.snapshot(), None);
    let mut interrupted = 0;
    for kill in 0..kills {
        let (step, expected) = WAY[kill % WAY.len()];
        let words = words(step, kill, is_root);
        let mut child = command(fleet, &words).spawn().unwrap();
        // Most of a run is reading: those parts of its time in which it writes come as often as the others.
        let part = 0.2
            + 0.9 * f64::from(u32::try_from((kill * 73) % kills).unwrap())
                / f64::from(u32::try_from(kills).unwrap());
        std::thread::sleep(typical[kill % WAY.len()].mul_f64(part));
        child.kill().unwrap();
        interrupted += usize::from(child.wait().unwrap().signal().is_some());
        before = recovers(fleet, &before, &words, (from, expected));
        from = expected;
    }
    assert!(interrupted > kills / 4, "only {interrupted} of {kills} kills came in time");
    eprintln!("{interrupted} of {kills} kills came in time");
}

#[test]
fn a_hundred_kills_while_a_root_is_rolled() {
    let add = |name| ["ca", "intermediate", "add", name, "-q"];
    // `c` signs, `b` is on standby, `a` is retired.
    let retire = ["ca", "intermediate", "retire", "a", "-q"];
    kill(&Fleet::after(&[&add("a"), &add("b"), &add("c"), &retire]), true, 100);
}

#[test]
fn a_hundred_kills_while_an_intermediate_is_rolled() {
    kill(&Fleet::with_intermediates(), false, 100);
}

/// strace kills at each rename and each removal of a step in turn: every change of the disk is one of them.
fn kill_at_every_change(fleet: &Fleet, is_root: bool) -> usize {
    let (mut before, mut kills) = (fleet.snapshot(), 0);
    for (at, (step, expected)) in WAY.into_iter().enumerate() {
        let words = words(step, at, is_root);
        let from = phase(fleet);
        if WAY[..at].iter().any(|(known, _)| *known == step) {
            fleet.roll(&words).done();
            before = fleet.snapshot();
            continue;
        }
        for call in ["rename,renameat,renameat2", "unlink,unlinkat,rmdir"] {
            for n in 1.. {
                if n > 1 || call.starts_with("unlink") {
                    undo(fleet, step, from, is_root);
                    before = fleet.snapshot();
                }
                let mut strace = Command::new("strace");
                let inner = command(fleet, &words);
                let calls = call.split(',').map(|call| format!("?{call}")).collect::<Vec<_>>().join(",");
                strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
                strace.args(["-e", &format!("inject={calls}:signal=KILL:when={n}"), "--"]);
                strace.arg(inner.get_program()).args(inner.get_args()).current_dir(fleet.home.path());
                strace
                    .env_clear()
                    .env("PATH", std::env::var_os("PATH").unwrap())
                    .env("HOME", fleet.home.path());
                strace.env("NATSCERT_CA_DIR", fleet.home.ca_dir()).env("RAYON_NUM_THREADS", "1");
                let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
                let status = status.expect("this test needs strace");
                before = recovers(fleet, &before, &words, (from, expected));
                if status.success() {
                    break;
                }
                assert_eq!(status.signal(), Some(9), "{words}, {call} {n}: {status:?}");
                kills += 1;
            }
        }
    }
    kills
}

/// Takes a step back, or again, so that it can be taken once more.
fn undo(fleet: &Fleet, step: &str, from: Option<&str>, is_root: bool) {
    let undo: &[&str] = match (step, from) {
        ("start", None) => &["back start"],
        // The roll before is over: another one is.
        ("start", _) => &["switch", "finish"],
        ("switch", _) => &["back switch"],
        ("finish", _) => &["back finish"],
        ("back switch", _) => &["switch"],
        ("back finish", _) => &["finish"],
        _ => &["start"],
    };
    for step in undo {
        fleet.roll(&words(step, 500, is_root)).done();
    }
}

#[test]
fn a_kill_at_every_change_of_a_roots_roll() {
    let kills = kill_at_every_change(&Fleet::new(), true);
    assert!(kills > 100, "{kills}");
}

/// Where intermediates are trusted; the roll of a root moves those, too.
#[test]
fn a_kill_at_every_change_of_an_intermediates_roll() {
    let kills = kill_at_every_change(&Fleet::with_intermediates(), false);
    assert!(kills > 80, "{kills}");
}

#[test]
fn a_kill_at_every_change_of_a_roots_roll_with_intermediates() {
    let kills = kill_at_every_change(&Fleet::with_intermediates(), true);
    assert!(kills > 100, "{kills}");
}

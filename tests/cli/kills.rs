//! Killed at any moment: on the disk there is the old state or the new one, whole, and the next run succeeds.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::bundle::{Bundle, ca_is_whole};
use super::support::{PROGRAM, Sandbox};

const FIRST: [&str; 4] = ["issue", "server", "localhost", "-q"];
const FORCE: [&str; 5] = ["issue", "server", "localhost", "-q", "--force"];
const BUNDLE: &str = "natscert/server/localhost";

/// Hidden things that a killed run left.
fn litter(sandbox: &Sandbox) -> usize {
    let hidden = |line: &String| line.split(' ').next().unwrap().split('/').any(|part| part.starts_with('.'));
    sandbox.tree().into_iter().filter(hidden).count()
}

/// The hidden folders that a run holds, in the folder for bundles. One that it has only just made is not locked yet: another
/// run may take it away, and its maker makes another. To be asked while the run stands still: asking locks.
fn held(sandbox: &Sandbox) -> Vec<PathBuf> {
    let entries = fs::read_dir(sandbox.path("natscert/server")).into_iter().flatten().flatten();
    let hidden = entries.map(|entry| entry.path()).filter(|path| is_hidden(path));
    hidden
        .filter(|path| {
            let busy = |file: File| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock));
            File::open(path).is_ok_and(busy)
        })
        .collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// What is on the disk after a kill: the bundle, if there is one, matches; a CA, if there is one, has its key.
#[track_caller]
fn is_whole(sandbox: &Sandbox, had_bundle: bool) {
    let has_ca = ca_is_whole(&sandbox.path("ca"));
    match Bundle::read(&sandbox.path(BUNDLE)) {
        Ok(bundle) => {
            bundle.matches();
            assert!(has_ca, "a bundle without its CA");
            assert!(bundle.ca == fs::read(sandbox.path("ca/root.pem")).unwrap(), "another CA's bundle");
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound && !had_bundle => {
            assert!(!sandbox.path(BUNDLE).exists(), "half a bundle");
        }
        Err(why) => panic!("the bundle is gone or broken: {why}"),
    }
}

/// The next run succeeds and leaves nothing hidden behind.
#[track_caller]
fn recovers(sandbox: &Sandbox) {
    let done = sandbox.run(&FORCE);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{:#?}", sandbox.tree());
    is_whole(sandbox, true);
    assert_eq!(litter(sandbox), 0, "{:#?}", sandbox.tree());
}

/// How long a run takes here and now.
fn typical(args: &[&str], sandbox: impl Fn() -> Sandbox) -> Duration {
    let mut times: Vec<_> = (0..7)
        .map(|_| {
            let sandbox = sandbox();
            let start = Instant::now();
            sandbox.ok(args);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[3]
}

#[derive(Default, Debug)]
struct Count {
    killed: usize,
    while_writing: usize,
}

/// Starts a run, kills it after a part of its usual time, and looks at what is left.
fn kill_once(sandbox: &Sandbox, args: &[&str], delay: Duration, count: &mut Count) {
    let had_bundle = sandbox.path(BUNDLE).exists();
    let mut child = sandbox.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    if status.signal().is_some() {
        count.killed += 1;
        count.while_writing += usize::from(litter(sandbox) > 0);
    } else {
        assert_eq!(status.code(), Some(0));
    }
    is_whole(sandbox, had_bundle);
    recovers(sandbox);
}

/// `n` delays spread over a little more than `typical`, in no order and the same each time.
fn delays(n: u32, typical: Duration) -> impl Iterator<Item = Duration> {
    (0..n).map(move |i| typical.mul_f64(1.2) * ((i * 73) % n) / n)
}

#[test]
fn two_hundred_kills_leave_old_or_new() {
    let (mut forced, mut first) = (Count::default(), Count::default());
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&FIRST);
    for delay in delays(120, typical(&FORCE, Sandbox::with_ca)) {
        kill_once(&sandbox, &FORCE, delay, &mut forced);
    }
    for delay in delays(80, typical(&FIRST, Sandbox::new)) {
        kill_once(&Sandbox::new(), &FIRST, delay, &mut first);
    }
    eprintln!("killed: {forced:?} of 120 forced, {first:?} of 80 first runs");
    for (count, of) in [(&forced, 120), (&first, 80)] {
        assert!(count.killed > of / 4, "only {count:?} of {of} were hit: this shows nothing");
        assert!(count.while_writing > 0, "{count:?}: none was hit while it wrote");
    }
}

/// The system calls that change the disk, or stand before a change; a machine may lack some of them.
const CALLS: [&str; 11] = [
    "mkdir",
    "mkdirat",
    "openat",
    "write",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "rmdir",
    "flock",
];

/// strace kills at the first call of a kind, at the second, and so on until the run gets through. How many kills
/// there were.
fn kill_at_every_step(args: &[&str], prepare: impl Fn(&Sandbox)) -> usize {
    let mut kills = 0;
    for call in CALLS {
        for n in 1.. {
            let sandbox = Sandbox::new();
            prepare(&sandbox);
            let had_bundle = sandbox.path(BUNDLE).exists();
            let mut command = sandbox.tool("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace=?{call}")]);
            command.args(["-e", &format!("inject=?{call}:signal=KILL:when={n}"), "--", PROGRAM]).args(args);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            let status = status.expect("this test needs strace");
            is_whole(&sandbox, had_bundle);
            recovers(&sandbox);
            if status.success() {
                break;
            }
            assert_eq!(status.signal(), Some(9), "{call} {n}: {status:?}");
            kills += 1;
        }
    }
    kills
}

#[test]
fn a_kill_at_any_step_of_a_first_run() {
    let kills = kill_at_every_step(&FIRST, |_| ());
    assert!(kills > 40, "{kills}");
}

#[test]
fn a_kill_at_any_step_of_a_first_run_in_a_ca_folder_that_stays() {
    let kills = kill_at_every_step(&FIRST, |sandbox| {
        fs::create_dir(sandbox.path("ca")).unwrap();
        fs::write(sandbox.path("ca/notes"), "mine").unwrap();
    });
    assert!(kills > 50, "{kills}");
}

#[test]
fn a_kill_at_any_step_of_a_replacement() {
    let kills = kill_at_every_step(&FORCE, |sandbox| _ = sandbox.ok(&FIRST));
    assert!(kills > 30, "{kills}");
}

/// Where folders cannot be exchanged, the old bundle is out of sight for a moment: the next run puts it back.
#[test]
fn a_kill_where_folders_cannot_be_exchanged() {
    let mut kills = 0;
    for n in 1.. {
        let sandbox = Sandbox::with_ca();
        sandbox.ok(&FIRST);
        let mut command = sandbox.tool("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=?rename,?renameat,renameat2"]);
        command.args(["-e", "inject=renameat2:error=EINVAL"]);
        command.args(["-e", &format!("inject=?rename,?renameat:signal=KILL:when={n}"), "--", PROGRAM]);
        let status = command.args(FORCE).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let status = status.expect("this test needs strace");
        sandbox.run(&FIRST).fails(2, "is there already");
        is_whole(&sandbox, true);
        assert_eq!(litter(&sandbox), 0, "{:#?}", sandbox.tree());
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(9), "{n}: {status:?}");
        kills += 1;
    }
    assert_eq!(kills, 3, "one before each step");
}

#[test]
fn a_run_that_stands_still_holds_nobody_up() {
    for _ in 0..100 {
        let sandbox = Sandbox::new();
        let mut child = sandbox.command(&FIRST).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while litter(&sandbox) == 0 && child.try_wait().unwrap().is_none() {}
        let pid = Pid::from_child(&child);
        kill_process(pid, Signal::STOP).unwrap();
        let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let stopped = waitid(WaitId::Pid(pid), options).unwrap().is_some_and(|status| status.stopped());
        let held = held(&sandbox);
        if stopped && !held.is_empty() {
            // Others go on beside it, and do not touch what it is making.
            let other = sandbox.run(&["issue", "server", "other", "-q"]);
            let stay = held.iter().all(|path| path.exists());
            kill_process(pid, Signal::CONT).unwrap();
            let end = child.wait().unwrap();
            assert_eq!(other.code, Some(0), "{other:?}");
            assert!(stay, "somebody else's unfinished work was taken away");
            assert!(end.success());
            is_whole(&sandbox, true);
            assert_eq!(litter(&sandbox), 0);
            return;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    panic!("no run could be stopped while it wrote");
}

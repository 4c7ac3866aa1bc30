//! Runs that write to the same bundles take turns, whatever folder they were given; and who waited sees what the other did.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use natscert::pki::Facts;

use super::bundle::Bundle;
use super::support::{Done, Sandbox};

/// A run that has said that another one is at work; what it says behind that.
struct Waiting {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Waiting {
    /// Starts a run that has to wait for `folder`, which is held.
    #[track_caller]
    fn start(sandbox: &Sandbox, args: &[&str], folder: &str) -> Self {
        let mut child = sandbox.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let wait = format!("     wait another natscert works in {}\n", sandbox.path(folder).display());
        assert_eq!(line, wait, "natscert {args:?}");
        waits(&mut child);
        Self { child, said }
    }

    fn end(mut self) -> Done {
        let mut stderr = String::new();
        self.said.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code();
        Done { code, stdout: String::new(), stderr }
    }
}

/// Returns once the kernel has the process wait for a lock; fails if it ends, or never does.
#[track_caller]
fn waits(child: &mut Child) {
    let id = child.id().to_string();
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        // 1: -> FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF
        let locks = fs::read_to_string("/proc/locks").unwrap();
        let words = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        if words.into_iter().any(|words| words[1] == "->" && words.get(5) == Some(&id.as_str())) {
            return;
        }
        assert_eq!(child.try_wait().unwrap(), None, "it said that it waits, and did not");
        assert!(Instant::now() < deadline, "it does not wait:\n{locks}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn held(sandbox: &Sandbox, folder: &str) -> File {
    let file = File::open(sandbox.path(folder)).unwrap();
    file.lock().unwrap();
    file
}

fn certificates(sandbox: &Sandbox, bundle: &str) -> Vec<Facts> {
    Facts::all_in(&fs::read(sandbox.path(bundle).join("cert.pem")).unwrap()).unwrap()
}

#[test]
fn who_writes_a_bundle_waits_for_who_holds_the_folder_above() {
    let sandbox = Sandbox::with_ca();
    for name in ["a", "b"] {
        sandbox.ok(&["issue", "server", name, "-q"]);
    }
    let done = sandbox.bash("openssl req -new -newkey ed25519 -nodes -keyout c.key -subj /CN=c -out c.csr");
    assert_eq!(done.code, Some(0), "{done:?}");
    let runs: [&[&str]; 9] = [
        &["renew", "natscert", "--all"],
        &["renew", "natscert/server", "--all", "--new-key"],
        &["renew", "natscert/server/a", "--all"],
        &["renew", "natscert/server/a", "natscert/server/b", "--all", "--new-key"],
        &["issue", "server", "a", "--force"],
        &["issue", "server", "new"],
        &["sign", "c.csr", "server", "c"],
        &["sign", "c.csr", "server", "c", "--force"],
        &["ca", "roll", "start", "natscert"],
    ];
    for args in runs {
        let before = certificates(&sandbox, "natscert/server/a")[0].serial.clone();
        let lock = held(&sandbox, "natscert/server");
        let waiting = Waiting::start(&sandbox, args, "natscert/server");
        assert_eq!(certificates(&sandbox, "natscert/server/a")[0].serial, before, "{args:?}");
        drop(lock);
        let done = waiting.end();
        assert_eq!(done.code, Some(0), "{args:?}: {done:?}");
        for name in ["a", "b"] {
            Bundle::read(&sandbox.path("natscert/server").join(name)).unwrap().key_matches();
        }
    }
}

/// Of an output folder of apply the folder itself is held, as apply does, whatever part of it is named.
#[test]
fn in_a_folder_of_apply_that_folder_is_held() {
    let sandbox = Sandbox::with_ca();
    fs::write(sandbox.path("nats.toml"), "[clusters.east]\nnodes = [\"n1\"]\n[clients.alice]\n").unwrap();
    sandbox.ok(&["apply", "nats.toml", "-q"]);
    let runs: [&[&str]; 3] = [
        &["renew", "nats/nodes/n1/server", "--all"],
        &["renew", "nats/clients", "--all", "--new-key"],
        &["ca", "roll", "start", "nats/nodes/n1"],
    ];
    for args in runs {
        let lock = held(&sandbox, "nats");
        let waiting = Waiting::start(&sandbox, args, "nats");
        drop(lock);
        let done = waiting.end();
        assert_eq!(done.code, Some(0), "{args:?}: {done:?}");
    }
}

/// Runs that begin at different folders and hold several of them never wait for each other in a circle, and never leave a
/// certificate beside another one's key.
#[test]
fn many_at_once_leave_bundles_that_match() {
    const ROUNDS: usize = 12;
    let sandbox = Sandbox::with_ca();
    for name in ["a", "b"] {
        sandbox.ok(&["issue", "server", name, "-q"]);
        sandbox.ok(&["issue", "client", name, "-q"]);
    }
    let runs: [&[&str]; 6] = [
        &["issue", "server", "a", "--force", "-q"],
        &["renew", "natscert/server/a", "--all", "-q"],
        &["renew", "natscert/server/b", "natscert/client", "--all", "--new-key", "-q"],
        &["renew", "natscert/client/a", "natscert/server/a", "--all", "--new-key", "-q"],
        &["renew", "natscert", "--all", "-q"],
        &["issue", "client", "a", "--force", "-q"],
    ];
    let steps = ["start natscert", "switch", "back switch", "back start"];
    let roll = |step: &str| {
        let words: Vec<_> = ["ca", "roll"].into_iter().chain(step.split(' ')).collect();
        sandbox.run(&words)
    };
    let mut taken = 0;
    thread::scope(|scope| {
        for args in runs {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let done = sandbox.run(args);
                    // In a roll, a renewal may have to leave what a peer would refuse.
                    let is_left = done.code == Some(1) && done.stderr.contains("ca.pem does not trust");
                    assert!(done.code == Some(0) || is_left, "{args:?}: {done:?}");
                    assert!(!done.stderr.contains("holds another key"), "{args:?}: {done:?}");
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..ROUNDS / 3 {
                for step in steps {
                    // A certificate that was issued meanwhile may be one that it must not go on with.
                    let done = roll(step);
                    assert!(matches!(done.code, Some(0..=2)), "{step}: {done:?}");
                    taken += usize::from(done.code == Some(0));
                }
            }
        });
    });
    assert!(taken > 0, "no step was ever taken");
    // Undisturbed, a roll that was left somewhere goes back, and another one there and back.
    let status = sandbox.ok(&["ca", "roll", "status", "--json"]).stdout;
    if status.contains("\"switched\"") {
        sandbox.ok(&["ca", "roll", "back", "switch"]);
    }
    for step in ["back start"].into_iter().chain(steps) {
        let done = roll(step);
        assert_eq!(done.code, Some(0), "{step}: {done:?}");
    }
    for bundle in ["server/a", "server/b", "client/a", "client/b"] {
        Bundle::read(&sandbox.path("natscert").join(bundle)).unwrap().key_matches();
    }
    let litter = sandbox.bash("find natscert -name '.*'");
    assert_eq!(litter.stdout, "");
}

#[test]
fn a_renewal_that_waited_signs_with_the_ca_that_there_is_then() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["issue", "server", "a", "-q"]);
    let lock = held(&sandbox, "natscert/server");
    let waiting = Waiting::start(&sandbox, &["renew", "natscert", "--all"], "natscert/server");
    sandbox.ok(&["ca", "intermediate", "add", "east", "-q"]);
    drop(lock);
    assert_eq!(waiting.end().code, Some(0));
    assert_eq!(certificates(&sandbox, "natscert/server/a").len(), 2, "with the intermediate");

    fs::copy(sandbox.path("natscert/server/a/cert.pem"), sandbox.path("a.pem")).unwrap();
    let lock = held(&sandbox, "natscert/server");
    let waiting = Waiting::start(&sandbox, &["renew", "natscert", "--all"], "natscert/server");
    sandbox.ok(&["revoke", "a.pem", "-q"]);
    drop(lock);
    let done = waiting.end();
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("its certificate is revoked"), "{done:?}");
}

/// Else a roll could have gone on meanwhile, and the new bundle would refuse those that were switched.
#[test]
fn what_is_issued_is_by_the_ca_that_there_is_when_it_is_put_in_its_place() {
    let runs: [&[&str]; 2] = [&["issue", "server", "a", "--force"], &["issue", "server", "b"]];
    for args in runs {
        let sandbox = Sandbox::with_ca();
        sandbox.ok(&["issue", "server", "a", "-q"]);
        let lock = held(&sandbox, "natscert/server");
        let waiting = Waiting::start(&sandbox, args, "natscert/server");
        sandbox.ok(&["ca", "intermediate", "add", "east", "-q"]);
        drop(lock);
        assert_eq!(waiting.end().code, Some(0));
        let bundle = format!("natscert/server/{}", args[2]);
        assert_eq!(certificates(&sandbox, &bundle).len(), 2, "with the intermediate");
        Bundle::read(&sandbox.path(&bundle)).unwrap().key_matches();
    }
}

/// A bundle that went while the run waited is none of its business.
#[test]
fn what_went_meanwhile_is_not_missed() {
    let sandbox = Sandbox::with_ca();
    for name in ["a", "b"] {
        sandbox.ok(&["issue", "server", name, "-q"]);
    }
    let lock = held(&sandbox, "natscert/server");
    let waiting = Waiting::start(&sandbox, &["renew", "natscert", "--all"], "natscert/server");
    fs::remove_dir_all(sandbox.path("natscert/server/b")).unwrap();
    drop(lock);
    let done = waiting.end();
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// Each folder that is held is an open file: a run that may open too few says so before it begins.
#[test]
fn many_folders_are_held_at_once() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["issue", "server", "a", "-q"]);
    let made = sandbox.bash("for n in {1..400}; do mkdir -p many/$n; cp -r natscert/server/a many/$n/; done");
    assert_eq!(made.code, Some(0), "{made:?}");
    let before = sandbox.tree();
    let done = sandbox.bash("ulimit -n 256; natscert renew many --all -q");
    done.fails(1, "401 folders have to be locked at once, and this process may open 256 files");
    assert_eq!(sandbox.tree(), before);
    let done = sandbox.bash("ulimit -Sn 256; natscert renew many --all -q");
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "the soft limit is raised");
}

/// `apply` reads what was revoked when nobody else works there any more, too.
#[test]
fn an_apply_that_waited_makes_anew_what_was_revoked() {
    let sandbox = Sandbox::with_ca();
    let manifest = "[clusters.east]\nnodes = [\"n1\"]\n[clients.alice]\n";
    fs::write(sandbox.path("nats.toml"), manifest).unwrap();
    sandbox.ok(&["apply", "nats.toml", "-q"]);
    let serial = || certificates(&sandbox, "nats/nodes/n1/server")[0].serial.clone();
    let mut before = serial();
    let lock = held(&sandbox, "nats");
    let waiting = Waiting::start(&sandbox, &["apply", "nats.toml"], "nats");
    sandbox.ok(&["revoke", "nats/nodes/n1/server", "-q"]);
    drop(lock);
    let done = waiting.end();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_ne!(serial(), before);

    // The same where the CA has to be changed, and its directory is held from then on.
    before = serial();
    fs::write(sandbox.path("nats.toml"), format!("[ca]\nintermediates = [\"a\"]\n{manifest}")).unwrap();
    let ca_dir = sandbox.path("ca");
    let list = ca_dir.join("revoked.json");
    let old = fs::read(&list).unwrap();
    sandbox.ok(&["revoke", "nats/nodes/n1/server", "-q"]);
    let new = fs::read(&list).unwrap();
    fs::write(&list, old).unwrap();
    let lock = held(&sandbox, "ca");
    let waiting = Waiting::start(&sandbox, &["apply", "nats.toml"], "ca");
    fs::write(&list, new).unwrap();
    drop(lock);
    let pin = || certificates(&sandbox, "nats/nodes/n1/server")[0].pin;
    let key = pin();
    let done = waiting.end();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_ne!(serial(), before);
    assert_ne!(pin(), key, "one that was revoked gets another key");
}

/// What another run did to the CA meanwhile is not done again.
#[test]
fn an_apply_that_waited_leaves_a_ca_that_is_right() {
    let sandbox = Sandbox::with_ca();
    let ca_dir = sandbox.path("ca");
    fs::write(
        sandbox.path("nats.toml"),
        "[ca]\nintermediates = [\"a\"]\n[clusters.east]\nnodes = [\"n1\"]\n[clients.alice]\n",
    )
    .unwrap();
    let other = sandbox.path("other");
    let copied = sandbox.bash("cp -r ca other && chmod 700 other");
    assert_eq!(copied.code, Some(0), "{copied:?}");
    sandbox.ok(&["ca", "intermediate", "add", "a", "-q", "--ca-dir", other.to_str().unwrap()]);
    let lock = held(&sandbox, "ca");
    let waiting = Waiting::start(&sandbox, &["apply", "nats.toml"], "ca");
    let copied = sandbox.bash("cp -r other/intermediates other/authority.json ca/");
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let state = ca_dir.join("authority.json");
    let before = fs::metadata(&state).unwrap().ino();
    drop(lock);
    let done = waiting.end();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(fs::metadata(&state).unwrap().ino(), before, "not written again");
    assert!(!done.stderr.contains("intermediate CA a"), "{done:?}");
    assert_eq!(certificates(&sandbox, "nats/nodes/n1/server").len(), 2, "with the intermediate");
}

/// Who rolls a whole output folder holds it alone where no bundle of that role is yet.
#[test]
fn who_issues_waits_for_who_holds_the_output_folder() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["issue", "server", "a", "-q"]);
    let lock = held(&sandbox, "natscert");
    let waiting = Waiting::start(&sandbox, &["issue", "client", "x"], "natscert");
    assert!(!sandbox.path("natscert/client/x").exists());
    drop(lock);
    assert_eq!(waiting.end().code, Some(0));
}

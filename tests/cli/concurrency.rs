//! Many at once: one CA, only good certificates, and bundles that are whole at any moment.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::bundle::Bundle;
use super::support::{Done, Sandbox};

const ROUNDS: usize = 50;
const AT_ONCE: usize = 8;

/// What the CA directory is before the first run.
fn prepare(sandbox: &Sandbox, round: usize) {
    match round % 5 {
        1 => fs::create_dir(sandbox.path("ca")).unwrap(),
        2 => {
            fs::create_dir(sandbox.path("ca")).unwrap();
            fs::write(sandbox.path("ca/notes"), "mine").unwrap();
        }
        3 => {
            fs::create_dir(sandbox.path("elsewhere")).unwrap();
            symlink("elsewhere", sandbox.path("ca")).unwrap();
        }
        _ => {}
    }
}

fn start(sandbox: &Sandbox, args: &[&str]) -> Child {
    sandbox.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn first_runs_at_the_same_time_make_one_ca() {
    for round in 0..ROUNDS {
        let sandbox = Sandbox::new();
        prepare(&sandbox, round);
        let names: Vec<_> = (0..AT_ONCE).map(|n| format!("n{n}.example")).collect();
        let children: Vec<_> =
            names.iter().map(|name| start(&sandbox, &["issue", "server", name, "--json"])).collect();
        let mut created = 0;
        for child in children {
            let done = Done::from(child.wait_with_output().unwrap());
            assert_eq!(done.code, Some(0), "round {round}: {done:?}");
            assert_eq!(done.stderr, "", "round {round}");
            let value: Value = serde_json::from_str(&done.stdout).unwrap();
            created += usize::from(value["ca"]["created"] == true);
        }
        assert_eq!(created, 1, "round {round}: how many say that they made the CA");
        let root = fs::read(sandbox.path("ca/root.pem")).unwrap();
        for name in &names {
            let bundle = Bundle::read(&sandbox.path(&format!("natscert/server/{name}"))).unwrap();
            bundle.matches();
            assert!(bundle.ca == root, "round {round}: {name} was issued by another CA");
        }
        no_litter(&sandbox);
    }
}

/// That nothing hidden is left in the folders of the test.
#[track_caller]
fn no_litter(sandbox: &Sandbox) {
    let hidden = |line: &String| line.split(' ').next().unwrap().split('/').any(|part| part.starts_with('.'));
    let litter: Vec<_> = sandbox.tree().into_iter().filter(hidden).collect();
    assert!(litter.is_empty(), "{litter:#?}");
}

#[test]
fn the_same_bundle_is_issued_once() {
    for _ in 0..10 {
        let sandbox = Sandbox::with_ca();
        let children: Vec<_> =
            (0..AT_ONCE).map(|_| start(&sandbox, &["issue", "server", "localhost", "-q"])).collect();
        let mut made = 0;
        for child in children {
            let done = Done::from(child.wait_with_output().unwrap());
            if done.code == Some(0) {
                made += 1;
            } else {
                done.fails(2, "is there already; its certificate expires in 824 days");
            }
        }
        assert_eq!(made, 1);
        Bundle::read(&sandbox.path("natscert/server/localhost")).unwrap().matches();
        no_litter(&sandbox);
    }
}

#[test]
fn who_reads_while_a_bundle_is_replaced_finds_one_that_matches() {
    let sandbox = Sandbox::with_ca();
    let dir = sandbox.path("natscert/server/localhost");
    let (ready, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut whole, mut gone) = (0, 0);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..12 {
                        // The first one of each is a race for a place that is still free.
                        sandbox.ok(&["issue", "server", "localhost", "--force", "-q"]);
                        ready.store(true, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                if ready.load(Ordering::SeqCst) {
                    assert!(dir.is_dir(), "for a moment there was no bundle");
                }
                match Bundle::read(&dir) {
                    Ok(bundle) => {
                        bundle.matches();
                        whole += 1;
                    }
                    // The folder that was opened has been replaced and its files removed.
                    Err(why) if why.kind() == io::ErrorKind::NotFound => gone += 1,
                    Err(why) => panic!("{why}"),
                }
            }
        });
        let failed = writers.into_iter().filter_map(|writer| writer.join().err()).count();
        over.store(true, Ordering::SeqCst);
        reader.join().unwrap();
        assert_eq!(failed, 0, "writers that failed");
    });
    assert!(whole > 20, "read {whole} whole bundles and {gone} that had gone");
    no_litter(&sandbox);
}

#[test]
fn init_is_won_by_one() {
    for round in 0..10 {
        let sandbox = Sandbox::new();
        prepare(&sandbox, round);
        let children: Vec<_> = (0..AT_ONCE).map(|_| start(&sandbox, &["ca", "init", "-q"])).collect();
        let done: Vec<_> = children.into_iter().map(|c| Done::from(c.wait_with_output().unwrap())).collect();
        let (won, lost): (Vec<_>, Vec<_>) = done.iter().partition(|done| done.code == Some(0));
        assert_eq!(won.len(), 1, "round {round}: {done:?}");
        for done in lost {
            done.fails(2, "there is a CA in");
        }
        sandbox.ok(&["ca", "show"]);
        no_litter(&sandbox);
    }
}

#[test]
fn intermediates_that_are_added_at_once_are_all_there() {
    for standby in [false, true] {
        let sandbox = Sandbox::new();
        let names: Vec<_> = (0..AT_ONCE).map(|n| format!("i{n}")).collect();
        let add = |name: &String| {
            let args = ["ca", "intermediate", "add", name, "-q", "--standby"];
            start(&sandbox, &args[..if standby { 6 } else { 5 }])
        };
        for child in names.iter().map(add).collect::<Vec<_>>() {
            let done = Done::from(child.wait_with_output().unwrap());
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
        }
        let done = sandbox.ok(&["ca", "intermediate", "list", "--json"]);
        let value: Value = serde_json::from_str(&done.stdout).unwrap();
        let all = value["intermediates"].as_array().unwrap();
        assert_eq!(all.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
        let active = all.iter().filter(|one| one["standing"] == "active").count();
        assert_eq!(active, usize::from(!standby));
        no_litter(&sandbox);
    }
}

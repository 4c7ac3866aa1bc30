//! What is in the way on the disk: a two-line error, the right exit code, and nothing left behind.
//!
//! Root may do everything, so root gives its rights up for these tests (setpriv), and takes mount namespaces
//! (unshare) for full and read-only file systems. Where a tool is missing, the test fails and says so.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
use std::path::Path;

use super::support::{Done, PROGRAM, Sandbox};

const NOBODY: u32 = 65534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The program as somebody without rights, who perhaps may not enter the folder in which it lies: bash opens it.
fn nobody(sandbox: &Sandbox, args: &[&str]) -> Done {
    if !is_root() {
        return sandbox.run(args);
    }
    let script = format!(
        "exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups -- /proc/self/fd/9 \"$@\" 9< \"$0\""
    );
    Done::of(sandbox.tool("bash").args(["-c", &script, PROGRAM]).args(args))
}

fn give_to_nobody(path: &Path) {
    if is_root() {
        lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    if fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_to_nobody(&entry.unwrap().path());
        }
    }
}

fn folder(sandbox: &Sandbox, name: &str, mode: u32) {
    let path = sandbox.path(name);
    fs::create_dir_all(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// That the run fails as it should and changes nothing.
#[track_caller]
fn refused(sandbox: &Sandbox, args: &[&str], code: i32, what: &str) {
    let before = sandbox.tree();
    nobody(sandbox, args).fails(code, what);
    assert_eq!(sandbox.tree(), before, "something was left behind");
}

const ISSUE: [&str; 3] = ["issue", "server", "localhost"];
const FORCE: [&str; 4] = ["issue", "server", "localhost", "--force"];

#[test]
fn read_only_folders() {
    for place in ["natscert", "natscert/server"] {
        let sandbox = Sandbox::new();
        folder(&sandbox, place, 0o555);
        folder(&sandbox, "natscert", 0o555);
        refused(&sandbox, &ISSUE, 1, "permission denied");
    }
    let sandbox = Sandbox::new();
    folder(&sandbox, "natscert/server/localhost", 0o000);
    refused(&sandbox, &ISSUE, 1, "permission denied");
    refused(&sandbox, &FORCE, 1, "permission denied");
}

#[test]
fn a_ca_directory_that_cannot_be_written() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "home/empty", 0o555);
    folder(&sandbox, "home", 0o555);
    refused(&sandbox, &["ca", "init", "--ca-dir", "home/empty"], 1, "permission denied");
    refused(&sandbox, &["issue", "server", "localhost", "--ca-dir", "home/empty"], 1, "permission denied");
    refused(&sandbox, &["issue", "server", "localhost", "--ca-dir", "home/ca"], 1, "permission denied");
    refused(&sandbox, &["issue", "server", "localhost", "--ca-dir", "home/a/b/ca"], 1, "permission denied");
}

#[test]
fn a_ca_that_cannot_be_read() {
    for (closed, what) in
        [("ca/root-key.pem", "root-key.pem"), ("ca/root.pem", "root.pem"), ("ca", "ca/root.pem")]
    {
        let sandbox = Sandbox::new();
        nobody(&sandbox, &["ca", "init", "-q"]);
        fs::set_permissions(sandbox.path(closed), fs::Permissions::from_mode(0o000)).unwrap();
        refused(&sandbox, &ISSUE, 1, what);
        refused(&sandbox, &["ca", "show"], 1, "permission denied");
        refused(&sandbox, &["ca", "init"], 1, "permission denied");
        fs::set_permissions(sandbox.path("ca"), fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn a_ca_directory_in_a_read_only_parent() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "home/ca", 0o700);
    give_to_nobody(&sandbox.path("home/ca"));
    folder(&sandbox, "home", 0o555);
    let done = nobody(&sandbox, &["issue", "server", "localhost", "--ca-dir", "home/ca", "-q"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let modes = ["home/ca", "home/ca/root.pem", "home/ca/root-key.pem"].map(|name| sandbox.mode(name));
    assert_eq!(modes, [0o700, 0o644, 0o600]);
    assert_eq!(fs::read_dir(sandbox.path("home/ca")).unwrap().count(), 2);
}

#[test]
fn a_loose_key_of_somebody_else_is_warned_about() {
    if !is_root() {
        return; // Nobody else's files can be made.
    }
    let sandbox = Sandbox::with_ca();
    fs::set_permissions(sandbox.path("ca"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(sandbox.path("ca/root-key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    let done = nobody(&sandbox, &["issue", "server", "localhost", "-q"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("root-key.pem is too open"), "{done:?}");
    assert_eq!(sandbox.mode("ca/root-key.pem"), 0o644);
}

#[test]
fn a_bundle_that_cannot_be_removed_is_not_replaced() {
    let sandbox = Sandbox::new();
    nobody(&sandbox, &["issue", "server", "localhost", "-q"]);
    fs::set_permissions(sandbox.path("natscert/server/localhost"), fs::Permissions::from_mode(0o555))
        .unwrap();
    refused(&sandbox, &FORCE, 1, "permission denied");
}

#[test]
fn a_file_where_a_folder_should_be() {
    for place in ["natscert", "natscert/server", "natscert/server/localhost"] {
        let sandbox = Sandbox::new();
        let path = sandbox.path(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        give_to_nobody(&sandbox.path("natscert"));
        refused(&sandbox, &ISSUE, 2, &format!("{place} is not a folder"));
        refused(&sandbox, &FORCE, 2, &format!("{place} is not a folder"));
    }
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("ca"), "mine").unwrap();
    refused(&sandbox, &ISSUE, 2, "ca");
    refused(&sandbox, &["ca", "init"], 2, "ca");
    refused(&sandbox, &["ca", "show"], 2, "ca");
    refused(&sandbox, &["issue", "server", "localhost", "--ca-dir", "ca/deep/down"], 2, "ca");
    folder(&sandbox, "pit/root.pem", 0o755);
    folder(&sandbox, "pit/root-key.pem", 0o700);
    give_to_nobody(&sandbox.path("pit"));
    refused(&sandbox, &["issue", "server", "localhost", "--ca-dir", "pit"], 2, "is a directory");
}

#[test]
fn links_below_the_output_folder_are_not_followed() {
    for place in ["natscert/server", "natscert/server/localhost"] {
        for target in ["elsewhere", "nowhere", "file"] {
            let sandbox = Sandbox::new();
            folder(&sandbox, "elsewhere", 0o777);
            fs::write(sandbox.path("file"), "mine").unwrap();
            let link = sandbox.path(place);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(sandbox.path(target), &link).unwrap();
            give_to_nobody(&sandbox.path("natscert"));
            refused(&sandbox, &ISSUE, 2, &format!("{place} is a symbolic link"));
            refused(&sandbox, &FORCE, 2, &format!("{place} is a symbolic link"));
        }
    }
}

#[test]
fn the_output_folder_itself_may_be_a_link() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "elsewhere", 0o777);
    symlink("elsewhere", sandbox.path("natscert")).unwrap();
    let done = nobody(&sandbox, &ISSUE);
    assert_eq!(done.code, Some(0), "{done:?}");
    let real = sandbox.path("elsewhere/server/localhost/cert.pem");
    assert!(
        real.exists() && done.stdout.contains(&*real.to_string_lossy()),
        "the block names the file: {done:?}"
    );
    fs::remove_file(sandbox.path("natscert")).unwrap();
    symlink("nowhere", sandbox.path("natscert")).unwrap();
    refused(&sandbox, &ISSUE, 1, "natscert");
}

#[test]
fn links_in_a_bundle_are_replaced_and_not_written_through() {
    let sandbox = Sandbox::new();
    nobody(&sandbox, &["issue", "server", "localhost", "-q"]);
    fs::write(sandbox.path("precious"), "mine").unwrap();
    let key = sandbox.path("natscert/server/localhost/key.pem");
    fs::remove_file(&key).unwrap();
    symlink(sandbox.path("precious"), &key).unwrap();
    let done = nobody(&sandbox, &FORCE);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(fs::read_to_string(sandbox.path("precious")).unwrap(), "mine");
    assert!(fs::symlink_metadata(&key).unwrap().is_file());
}

#[test]
fn a_ca_directory_that_is_a_link() {
    let sandbox = Sandbox::new();
    folder(&sandbox, "elsewhere", 0o700);
    give_to_nobody(&sandbox.path("elsewhere"));
    symlink("elsewhere", sandbox.path("ca")).unwrap();
    let done = nobody(&sandbox, &ISSUE);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(fs::symlink_metadata(sandbox.path("ca")).unwrap().is_symlink());
    assert!(sandbox.path("elsewhere/root-key.pem").exists());
    let sandbox = Sandbox::new();
    symlink("nowhere", sandbox.path("ca")).unwrap();
    refused(&sandbox, &ISSUE, 2, "ca");
}

#[test]
fn what_is_not_ours_stays() {
    let sandbox = Sandbox::new();
    let done = nobody(&sandbox, &ISSUE);
    assert_eq!(done.code, Some(0), "{done:?}");
    // A file with our prefix, a folder of ours with somebody's file in it, and one left over from a killed run.
    fs::write(sandbox.path("natscert/server/.natscert-file"), "mine").unwrap();
    folder(&sandbox, "natscert/server/.natscert-0000000000000011", 0o777);
    fs::write(sandbox.path("natscert/server/.natscert-0000000000000011/notes"), "mine").unwrap();
    folder(&sandbox, "natscert/server/.natscert-0000000000000022", 0o777);
    fs::write(sandbox.path("natscert/server/.natscert-0000000000000022/key.pem"), "old").unwrap();
    assert_eq!(nobody(&sandbox, &FORCE).code, Some(0));
    assert!(sandbox.path("natscert/server/.natscert-file").exists());
    assert!(sandbox.path("natscert/server/.natscert-0000000000000011/notes").exists());
    assert!(!sandbox.path("natscert/server/.natscert-0000000000000022").exists());
    // Nor does --force take away a foreign file.
    fs::write(sandbox.path("natscert/server/localhost/notes"), "mine").unwrap();
    refused(&sandbox, &FORCE, 2, "holds notes, which natscert did not write");
}

#[test]
fn a_system_that_cannot_be_written() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["new", "-q"]);
    folder(&sandbox, "shut", 0o555);
    folder(&sandbox, "nats", 0o755);
    for name in ["ca", "shut", "nats", "nats.toml"] {
        give_to_nobody(&sandbox.path(name));
    }
    refused(&sandbox, &["apply", "nats.toml", "-o", "shut"], 1, "permission denied");
    refused(&sandbox, &["apply", "nats.toml", "-o", "shut/below"], 1, "permission denied");
    // A system that is there, and may be read alone.
    assert_eq!(nobody(&sandbox, &["apply", "nats.toml", "-q"]).code, Some(0));
    for path in ["nats/nodes", "nats"] {
        folder(&sandbox, path, 0o555);
    }
    assert_eq!(nobody(&sandbox, &["plan", "nats.toml", "-q"]).code, Some(0));
    let right = nobody(&sandbox, &["apply", "nats.toml"]);
    assert_eq!(right.code, Some(0), "nothing has to be written: {right:?}");
    fs::write(sandbox.path("nats.toml"), "clusters.east.nodes = [\"n9.example.com\"]\nclients = [\"a\"]")
        .unwrap();
    refused(&sandbox, &["apply", "nats.toml"], 1, "permission denied");
}

/// A renewal goes on past what it may not write, which stays as it is; so do its pins.
#[test]
fn a_bundle_that_cannot_be_written_is_not_renewed_alone() {
    let sandbox = Sandbox::with_ca();
    give_to_nobody(&sandbox.path("ca"));
    for name in ["a", "b", "c"] {
        assert_eq!(nobody(&sandbox, &["issue", "server", name, "-q"]).code, Some(0));
    }
    folder(&sandbox, "natscert/server/b", 0o555);
    fs::write(sandbox.path("natscert/server/c/notes"), "mine").unwrap();
    let cert = |name: &str| fs::read(sandbox.path("natscert/server").join(name).join("cert.pem")).unwrap();
    let all = || ["a", "b", "c"].map(cert);
    for (key, renewed, foreign) in
        [("--same-key", [true, false, true], 0), ("--new-key", [true, false, false], 1)]
    {
        let before = all();
        let done = nobody(&sandbox, &["renew", "natscert", "--all", key]);
        assert_eq!(done.code, Some(1), "{done:?}");
        let after = all();
        assert_eq!([0, 1, 2].map(|at| before[at] != after[at]), renewed, "{key}");
        assert_eq!(done.stderr.matches("  refused natscert/server/b: cannot ").count(), 1, "{done:?}");
        assert!(
            done.stderr.contains("server/b: permission denied")
                || done.stderr.contains("cert.pem: permission denied")
        );
        assert_eq!(
            done.stderr.matches("c holds notes, which natscert did not write").count(),
            foreign,
            "{done:?}"
        );
        assert!(
            done.stderr
                .contains(&format!("error: {} not renewed", ["1 bundle was", "2 bundles were"][foreign]))
        );
        let litter = sandbox.bash("find natscert -name '.*'");
        assert_eq!(litter.stdout, "");
        for name in ["a", "b", "c"] {
            let bundle = sandbox.path("natscert/server").join(name);
            super::bundle::Bundle::read(&bundle).unwrap().key_matches();
        }
    }
}

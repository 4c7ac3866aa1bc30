//! Modes: secrets are never readable by others, not for a moment.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

use super::support::Sandbox;

const FILES: [(&str, u32); 7] = [
    ("natscert/server/localhost", 0o755),
    ("natscert/server/localhost/cert.pem", 0o644),
    ("natscert/server/localhost/ca.pem", 0o644),
    ("natscert/server/localhost/tls.conf", 0o644),
    ("natscert/server/localhost/key.pem", 0o600),
    ("ca/root.pem", 0o644),
    ("ca/root-key.pem", 0o600),
];

#[test]
fn the_umask_takes_away_and_never_gives() {
    for umask in [0o000, 0o002, 0o022, 0o027, 0o077] {
        let sandbox = Sandbox::new();
        let run = |words: &str| {
            let done = sandbox.bash(&format!("umask {umask:03o}; natscert issue server localhost {words}"));
            assert_eq!(done.code, Some(0), "{done:?}");
            for (name, mode) in FILES {
                let found = sandbox.mode(name);
                assert_eq!(found, mode & !umask, "{name} is {found:o} under umask {umask:03o}");
            }
            assert_eq!(sandbox.mode("ca"), 0o700);
        };
        run("");
        run("--force");
    }
}

/// Who could read the old key can read the new one: what is replaced leaves its owners, groups and modes behind.
#[test]
fn what_is_issued_again_keeps_its_rights() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["issue", "server", "localhost", "-q"]);
    let done = sandbox.bash("openssl req -new -newkey ed25519 -nodes -keyout c.key -subj /CN=c -out c.csr");
    assert_eq!(done.code, Some(0), "{done:?}");
    sandbox.ok(&["sign", "c.csr", "server", "c", "-q"]);
    let root = rustix::process::geteuid().is_root();
    for (name, again) in [
        ("localhost", &["issue", "server", "localhost", "--force"][..]),
        ("c", &["sign", "c.csr", "server", "c", "--force"]),
    ] {
        let bundle = sandbox.path("natscert/server").join(name);
        if name == "c" {
            fs::copy(sandbox.path("c.key"), bundle.join("key.pem")).unwrap();
        }
        let files =
            [("", 0o750), ("key.pem", 0o640), ("cert.pem", 0o640), ("ca.pem", 0o444), ("tls.conf", 0o600)];
        for (file, mode) in files {
            let path = if file.is_empty() { bundle.clone() } else { bundle.join(file) };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            if root {
                chown(&path, Some(65534), Some(1234)).unwrap();
            }
        }
        sandbox.ok(again);
        for (file, mode) in files {
            let found =
                fs::metadata(if file.is_empty() { bundle.clone() } else { bundle.join(file) }).unwrap();
            assert_eq!(found.mode() & 0o7777, mode, "{name}/{file}");
            if root {
                assert_eq!((found.uid(), found.gid()), (65534, 1234), "{name}/{file}");
            }
        }
    }
}

#[test]
fn an_imported_root_gets_the_same_modes() {
    let sandbox = Sandbox::with_ca();
    let done = sandbox.bash(
        "umask 0; chmod 666 ca/root-key.pem; natscert ca init --ca-dir b/ca --import ca/root.pem ca/root-key.pem",
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(
        ["b/ca", "b/ca/root.pem", "b/ca/root-key.pem"].map(|name| sandbox.mode(name)),
        [0o700, 0o644, 0o600]
    );
}

/// Watches the system calls: what is created, is created with its mode, exclusively, and never changed.
#[test]
fn secrets_are_created_with_their_mode() {
    let direct = Sandbox::new();
    let inside = Sandbox::new();
    fs::create_dir(inside.path("ca")).unwrap();
    fs::write(inside.path("ca/notes"), "a folder that is not empty is not replaced").unwrap();
    for sandbox in [direct, inside] {
        for words in ["", "--force"] {
            let done = sandbox.bash(&format!(
                "umask 0; strace -f -o trace -e trace=%file,fchmod natscert issue server localhost {words}"
            ));
            assert_eq!(done.code, Some(0), "needs strace: {done:?}");
            let trace = fs::read_to_string(sandbox.path("trace")).unwrap();
            let created: Vec<_> = trace.lines().filter(|line| line.contains("O_CREAT")).collect();
            assert!(created.len() >= 4, "{trace}");
            for line in &created {
                let mode = if line.contains("key.pem") { ", 0600)" } else { ", 0644)" };
                assert!(line.contains(mode) && line.contains("O_EXCL"), "{line}");
            }
            let keys = created.iter().filter(|line| line.contains("key.pem")).count();
            assert!(keys >= if words.is_empty() { 2 } else { 1 }, "{trace}");
            let changed: Vec<_> = trace.lines().filter(|line| line.contains("chmod")).collect();
            assert!(changed.is_empty(), "{changed:?}");
        }
    }
}

/// The files and their folder are on the disk before the folder gets its name, and that name is before the end.
#[test]
fn everything_is_synced_before_it_is_said() {
    let sandbox = Sandbox::with_ca();
    for words in ["", "--force"] {
        let done = sandbox.bash(&format!(
            "strace -f -y -o trace -e trace=fsync,rename,renameat,renameat2 natscert issue server localhost {words}"
        ));
        assert_eq!(done.code, Some(0), "needs strace: {done:?}");
        let trace = fs::read_to_string(sandbox.path("trace")).unwrap();
        let line = |text: &str| trace.lines().position(|line| line.contains(text));
        let renamed = line("rename").unwrap();
        for file in ["/cert.pem>", "/key.pem>", "/ca.pem>", "/tls.conf>"] {
            let synced = trace.lines().position(|line| line.contains("fsync(") && line.contains(file));
            assert!(synced.is_some_and(|at| at < renamed), "{file} is not synced first:\n{trace}");
        }
        let hidden = trace.lines().position(|l| l.contains("fsync(") && hidden_folder(l));
        assert!(hidden.is_some_and(|at| at < renamed), "the hidden folder is not synced first:\n{trace}");
        let named =
            trace.lines().skip(renamed).any(|l| l.contains("fsync(") && l.contains("natscert/server>"));
        assert!(named, "the new name is not synced:\n{trace}");
    }
}

/// `fsync(7</…/.natscert-0123456789abcdef>)`
fn hidden_folder(line: &str) -> bool {
    line.split_once("/.natscert-")
        .is_some_and(|(_, rest)| rest.split('>').next().is_some_and(|name| name.len() == 16))
}

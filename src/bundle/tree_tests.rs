#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

fn open(dir: &TempDir) -> Tree {
    Tree::open(&dir.path().join("out"), |_| panic!("nobody else is here")).unwrap()
}

fn put(tree: &Tree, target: &Path, text: &str) -> Result<(), Error> {
    tree.put_bundle(
        target,
        &[(FileKind::Certificate, text.as_bytes()), (FileKind::PrivateKey, text.as_bytes())],
    )
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_bundle_is_put_and_replaced_as_a_whole() {
    let dir = TempDir::new().unwrap();
    let tree = open(&dir);
    let target = tree.root().join("nodes/n1/server");
    put(&tree, &target, "old").unwrap();
    fs::write(target.join("ca.pem"), "ours, of an older run").unwrap();
    put(&tree, &target, "new").unwrap();
    assert_eq!(names(&target), ["cert.pem", "key.pem"]);
    assert_eq!(fs::read(target.join("key.pem")).unwrap(), b"new");
    assert_eq!(fs::metadata(target.join("key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    let root = tree.root().to_owned();
    tree.finish().unwrap();
    assert_eq!(names(&root), ["nodes"]);
}

#[test]
fn files_of_others_and_links_are_not_replaced() {
    let dir = TempDir::new().unwrap();
    let tree = open(&dir);
    let target = tree.root().join("nodes/n1/server");
    put(&tree, &target, "old").unwrap();
    fs::write(target.join("notes.txt"), "mine").unwrap();
    assert!(matches!(put(&tree, &target, "new"), Err(Error::Foreign { .. })));
    assert!(check_replaceable(&target).is_err());
    assert_eq!(fs::read(target.join("cert.pem")).unwrap(), b"old");
    let link = tree.root().join("link");
    symlink(&target, &link).unwrap();
    assert!(put(&tree, &link, "new").is_err());
    assert!(tree.remove(&link).is_err());
    assert_eq!(fs::read(target.join("cert.pem")).unwrap(), b"old");
    drop(tree);
    assert_eq!(names(&dir.path().join("out")), ["link", "nodes"], "nothing is left of what was refused");
}

#[test]
fn what_a_killed_run_left_is_cleared_and_nothing_else() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    let staging = out.join(STAGING);
    fs::create_dir_all(staging.join("0/0/server")).unwrap();
    fs::write(staging.join("0/0/server/key.pem"), "a key").unwrap();
    fs::create_dir_all(staging.join("3/1")).unwrap();
    fs::write(staging.join("3/1/key.pem"), "a key").unwrap();
    fs::write(staging.join("3/2"), "a configuration").unwrap();
    drop(open(&dir));
    assert_eq!(names(&out), [""; 0]);
    fs::create_dir_all(staging.join("0/999")).unwrap();
    fs::write(staging.join("0/999/notes.txt"), "mine").unwrap();
    fs::write(staging.join("notes"), "mine").unwrap();
    let tree = open(&dir);
    tree.put_file(&out.join("a"), FileKind::NatsConf, b"x").unwrap();
    put(&tree, &out.join("b"), "x").unwrap();
    tree.finish().unwrap();
    assert_eq!(names(&staging), ["0", "notes"]);
    assert_eq!(fs::read(staging.join("0/999/notes.txt")).unwrap(), b"mine");
}

/// Where others may write, too, they could have made it to see what lies there.
#[test]
fn nothing_is_staged_in_a_folder_of_somebody_else() {
    let dir = TempDir::new().unwrap();
    let (out, elsewhere) = (dir.path().join("out"), dir.path().join("elsewhere"));
    let staging = out.join(STAGING);
    let thread = staging.join(THREAD.with(usize::to_string));
    fs::create_dir_all(&staging).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, &thread).unwrap();
    let tree = open(&dir);
    assert!(
        matches!(put(&tree, &out.join("b"), "x"), Err(Error::Symlink(path)) if path.ends_with(thread.file_name().unwrap()))
    );
    assert!(matches!(tree.put_file(&out.join("a"), FileKind::NatsConf, b"x"), Err(Error::Symlink(_))));
    drop(tree);
    fs::remove_file(&thread).unwrap();
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Somebody else's, and not to be had: at once, and when it came meanwhile.
    let give = |path: &Path| std::os::unix::fs::chown(path, Some(4242), None).unwrap();
    let is_others = |done: Result<(), Error>| matches!(done, Err(Error::OthersFolder { uid: 4242, .. }));
    fs::create_dir_all(thread.join("notes")).unwrap();
    give(&staging);
    assert!(is_others(Tree::open(&out, |_| ()).map(drop)));
    fs::remove_dir_all(&staging).unwrap();
    let tree = open(&dir);
    fs::create_dir_all(thread.join("notes")).unwrap();
    give(&thread);
    assert!(is_others(put(&tree, &out.join("b"), "x")));
    assert!(is_others(tree.put_file(&out.join("a"), FileKind::NatsConf, b"x")));
    drop(tree);
    fs::remove_dir_all(&staging).unwrap();
    // An empty one gives way to our own.
    for is_meanwhile in [false, true] {
        let before = (!is_meanwhile).then(|| (fs::create_dir(&staging).unwrap(), give(&staging)));
        let tree = open(&dir);
        if before.is_none() {
            fs::create_dir(&staging).unwrap();
            give(&staging);
        }
        let staged = tree.stage().unwrap();
        let owner = |path: &Path| std::os::unix::fs::MetadataExt::uid(&fs::metadata(path).unwrap());
        assert_eq!((owner(&staging), owner(&thread), owner(&staged.path)), (0, 0, 0));
    }
}

#[test]
fn a_file_is_put_replaced_and_not_put_over_a_folder() {
    let dir = TempDir::new().unwrap();
    let tree = open(&dir);
    let target = tree.root().join("nodes/n1/nats.conf");
    tree.put_file(&target, FileKind::NatsConf, b"old").unwrap();
    tree.put_file(&target, FileKind::NatsConf, b"new").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
    let folder = tree.root().join("nodes");
    assert!(tree.put_file(&folder, FileKind::NatsConf, b"x").is_err());
    // A link is replaced itself, not what it leads to.
    let link = tree.root().join("link");
    symlink(&target, &link).unwrap();
    tree.put_file(&link, FileKind::CaBundle, b"x").unwrap();
    assert!(link.symlink_metadata().unwrap().is_file());
    assert_eq!(fs::read(&target).unwrap(), b"new");
    let staging = tree.root().join(STAGING);
    let left: Vec<_> = names(&staging).iter().flat_map(|thread| names(&staging.join(thread))).collect();
    assert_eq!(left, [""; 0], "what was refused is gone");
    drop(tree);
    assert_eq!(names(&dir.path().join("out")), ["link", "nodes"]);
}

#[test]
fn a_folder_in_the_making_appears_whole_or_not_at_all() {
    let dir = TempDir::new().unwrap();
    let tree = open(&dir);
    let make = |text: &str| {
        let staged = tree.stage().unwrap();
        for folder in ["server", "cluster"] {
            staged.bundle(folder, &[(FileKind::PrivateKey, text.as_bytes())]).unwrap();
        }
        staged
    };
    drop(make("given up"));
    let target = tree.root().join("nodes/n1");
    make("first").place(&target).unwrap();
    assert!(make("second").place(&target).is_err());
    assert_eq!(names(&target), ["cluster", "server"]);
    assert_eq!(fs::read(target.join("server/key.pem")).unwrap(), b"first");
    drop(tree);
    assert_eq!(names(&dir.path().join("out")), ["nodes"]);
}

#[test]
fn removal_leaves_what_is_not_ours() {
    let dir = TempDir::new().unwrap();
    let tree = open(&dir);
    let target = tree.root().join("nodes/n1/server");
    put(&tree, &target, "old").unwrap();
    fs::write(target.join("notes.txt"), "mine").unwrap();
    assert!(!tree.remove(&target).unwrap());
    assert_eq!(names(&target), ["notes.txt"]);
    fs::remove_file(target.join("notes.txt")).unwrap();
    assert!(tree.remove(&target).unwrap());
    assert!(tree.remove(&target).unwrap(), "what is gone is removed");
}

#[test]
fn a_second_run_waits_for_the_first() {
    let dir = TempDir::new().unwrap();
    let first = open(&dir);
    let out = dir.path().join("out");
    let (say, heard) = mpsc::channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let tree = Tree::open(&out, |_| say.send("waits").unwrap());
            say.send("works").unwrap();
            tree.map(drop)
        });
        assert_eq!(heard.recv(), Ok("waits"));
        assert_eq!(heard.recv_timeout(Duration::from_millis(50)), Err(mpsc::RecvTimeoutError::Timeout));
        drop(first);
        assert_eq!(heard.recv(), Ok("works"));
        second.join().unwrap().unwrap();
    });
}

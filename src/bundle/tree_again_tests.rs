#![allow(clippy::unwrap_used)]

use super::*;

const KINDS: [FileKind; 3] = [FileKind::Certificate, FileKind::PrivateKey, FileKind::TlsConf];

fn bundle(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    for kind in KINDS {
        fs::write(dir.join(kind.file_name()), "old").unwrap();
    }
}

fn text(dir: &Path, kind: FileKind) -> String {
    fs::read_to_string(dir.join(kind.file_name())).unwrap()
}

#[test]
fn a_bundle_is_replaced_as_a_whole_and_keeps_what_is_not_given() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    bundle(&dir);
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    let new = [(FileKind::Certificate, &b"new"[..]), (FileKind::PrivateKey, b"new")];
    tree.replace_bundle(&dir, &new).unwrap();
    assert_eq!(KINDS.map(|kind| text(&dir, kind)), ["new", "new", "old"]);
    tree.finish().unwrap();
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn files_of_others_are_not_replaced() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    bundle(&dir);
    fs::write(dir.join("notes.txt"), "").unwrap();
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    assert!(matches!(tree.replace_bundle(&dir, &[]), Err(Error::Foreign { .. })));
}

#[test]
fn what_somebody_adds_meanwhile_is_not_lost() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    bundle(&dir);
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    let staged = tree.stage().unwrap();
    staged.bundle("", &[(FileKind::Certificate, b"former")]).unwrap();
    fs::write(staged.path.join("notes.txt"), "mine").unwrap();
    staged.empty(&[FileKind::Certificate], &dir);
    drop(staged);
    assert_eq!(fs::read_to_string(dir.join("notes.txt")).unwrap(), "mine");
    assert_eq!(text(&dir, FileKind::Certificate), "old");
}

#[cfg(unix)]
#[test]
fn whoever_could_read_the_old_key_can_read_the_new_one() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    bundle(&dir);
    let key = dir.join(FileKind::PrivateKey.file_name());
    // Root gives files away; anybody else keeps them.
    let group = if rustix::process::geteuid().is_root() { 4242 } else { rustix::process::getegid().as_raw() };
    rustix::fs::chown(&key, None, Some(rustix::fs::Gid::from_raw(group))).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o646)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o750)).unwrap();
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    let found = || {
        let found = fs::metadata(&key).unwrap();
        (found.gid(), found.mode() & 0o777, text(&dir, FileKind::PrivateKey))
    };
    tree.replace_file(&key, FileKind::PrivateKey, b"first").unwrap();
    assert_eq!(found(), (group, 0o640, "first".to_owned()), "the world reads no key");
    tree.replace_bundle(&dir, &[(FileKind::PrivateKey, b"second")]).unwrap();
    assert_eq!(found(), (group, 0o640, "second".to_owned()));
    assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o777, 0o750);
}

/// A link has a target that is not ours.
#[cfg(unix)]
#[test]
fn no_link_is_replaced() {
    let root = tempfile::tempdir().unwrap();
    let link = root.path().join("cert.pem");
    std::os::unix::fs::symlink("elsewhere", &link).unwrap();
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    assert!(matches!(tree.replace_file(&link, FileKind::Certificate, b""), Err(Error::Symlink(_))));
}

/// Whoever owns the folder can put anything there; what we may read and he may not is none of his.
#[cfg(unix)]
#[test]
fn nothing_is_kept_but_plain_files() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    let secret = root.path().join("secret");
    fs::write(&secret, "of root").unwrap();
    let odd = dir.join(FileKind::TlsConf.file_name());
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    let replace = || tree.replace_bundle(&dir, &[(FileKind::Certificate, b"new")]);
    bundle(&dir);
    fs::remove_file(&odd).unwrap();
    std::os::unix::fs::symlink(&secret, &odd).unwrap();
    assert!(matches!(replace(), Err(Error::Symlink(path)) if path == odd));
    fs::remove_file(&odd).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &odd, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let done = std::thread::scope(|scope| {
        // Who would read it is not kept waiting: he gets an end.
        let writer = scope.spawn(|| fs::OpenOptions::new().write(true).open(&odd).map(drop));
        let done = replace();
        // Nor is who writes, however late he comes.
        let _reader = fs::OpenOptions::new().read(true).write(true).open(&odd).unwrap();
        writer.join().unwrap().unwrap();
        done
    });
    assert!(matches!(done, Err(Error::Io { action: "read", .. })));
    assert_eq!(text(&dir, FileKind::Certificate), "old");
}

/// What was looked at and what is linked are two moments.
#[cfg(unix)]
#[test]
fn a_link_that_takes_the_place_of_a_file_is_not_kept() {
    let root = tempfile::tempdir().unwrap();
    let (a, b, new) = (root.path().join("a"), root.path().join("b"), root.path().join("new"));
    fs::write(&a, "a").unwrap();
    std::os::unix::fs::symlink(&a, &b).unwrap();
    let seen = fs::symlink_metadata(&a).unwrap();
    assert!(matches!(link(&b, &new, &seen), Err(Error::Symlink(_))));
    assert!(fs::symlink_metadata(&new).is_err());
    assert!(link(&a, &new, &seen).unwrap());
    assert_eq!(fs::read_to_string(&new).unwrap(), "a");
}

/// A link's mode is 0777.
#[cfg(unix)]
#[test]
fn no_mode_is_taken_over_from_a_link() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("n1");
    let tree = Tree::open(root.path(), |_| ()).unwrap();
    for kind in [FileKind::Certificate, FileKind::PrivateKey] {
        let _ = fs::remove_dir_all(&dir);
        bundle(&dir);
        let odd = dir.join(kind.file_name());
        fs::remove_file(&odd).unwrap();
        std::os::unix::fs::symlink("elsewhere", &odd).unwrap();
        assert!(
            matches!(tree.replace_bundle(&dir, &[(kind, b"new")]), Err(Error::Symlink(path)) if path == odd)
        );
        assert!(fs::symlink_metadata(&odd).unwrap().is_symlink());
    }
    let link = root.path().join("folder");
    std::os::unix::fs::symlink(&dir, &link).unwrap();
    let staged = tree.stage().unwrap();
    keep_folder(&staged.path, &link).unwrap_err();
}

#[cfg(unix)]
#[test]
fn files_are_staged_on_their_own_file_system() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("a/n1");
    fs::create_dir_all(&dir).unwrap();
    assert_eq!(staging_place(&dir, root.path()), root.path());
    // /proc is another one, and nobody's to write.
    assert_eq!(staging_place(&dir, Path::new("/proc")), dir);
}

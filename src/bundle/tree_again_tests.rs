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
    let replacement = tree.replacement(&dir, &new).unwrap();
    assert_eq!(KINDS.map(|kind| text(&dir, kind)), ["old", "old", "old"]);
    replacement.put().unwrap();
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
    assert!(matches!(tree.replacement(&dir, &[]), Err(Error::Foreign { .. })));
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
    tree.replacement(&dir, &[(FileKind::PrivateKey, b"second")]).unwrap().put().unwrap();
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

#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;
use crate::bundle::dirs::MadeDirs;
use crate::bundle::hidden::{PREFIX, aside_path};
use crate::bundle::rename::{exchange_in_steps, rename_checked};

const OLD: [(FileKind, &[u8]); 2] =
    [(FileKind::Certificate, b"old cert"), (FileKind::PrivateKey, b"old key")];
const NEW: [(FileKind, &[u8]); 2] =
    [(FileKind::Certificate, b"new cert"), (FileKind::PrivateKey, b"new key")];

fn put(parent: &Path, name: &str, files: &[(FileKind, &[u8])]) -> PathBuf {
    let target = parent.join(name);
    let staging = Staging::new(parent, 0o755).unwrap();
    staging.write(files).unwrap();
    assert!(staging.publish(&target).unwrap());
    target
}

fn cert(dir: &Path) -> String {
    fs::read_to_string(dir.join("cert.pem")).unwrap_or_default()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_is_published_is_whole_and_hides_nothing() {
    let dir = TempDir::new().unwrap();
    let target = put(dir.path(), "a", &NEW);
    assert_eq!(names(dir.path()), ["a"]);
    assert_eq!(names(&target), ["cert.pem", "key.pem"]);
    let staging = Staging::new(dir.path(), 0o755).unwrap();
    staging.write(&OLD).unwrap();
    assert!(!staging.publish(&target).unwrap(), "somebody else's");
    drop(staging);
    assert_eq!((cert(&target).as_str(), names(dir.path())), ("new cert", vec!["a".to_owned()]));
}

#[test]
fn what_is_not_published_goes_away() {
    let dir = TempDir::new().unwrap();
    let staging = Staging::new(dir.path(), 0o755).unwrap();
    staging.write(&NEW).unwrap();
    assert_eq!(names(dir.path()).len(), 1);
    drop(staging);
    assert!(names(dir.path()).is_empty());
}

#[test]
fn a_replacement_takes_the_old_one_away() {
    let dir = TempDir::new().unwrap();
    let target = put(dir.path(), "a", &OLD);
    let staging = Staging::new(dir.path(), 0o755).unwrap();
    staging.write(&NEW).unwrap();
    assert!(!staging.replace(&dir.path().join("nothing")).unwrap(), "there is nothing to replace");
    assert!(staging.replace(&target).unwrap());
    drop(staging);
    assert_eq!((cert(&target).as_str(), names(dir.path())), ("new cert", vec!["a".to_owned()]));
}

#[test]
fn what_was_written_is_compared() {
    let dir = TempDir::new().unwrap();
    let staging = Staging::new(dir.path(), 0o755).unwrap();
    staging.write(&NEW).unwrap();
    staging.verify(&NEW).unwrap();
    fs::write(staging.path.join("key.pem"), "new kez").unwrap();
    assert!(matches!(staging.verify(&NEW), Err(Error::Verify(path)) if path.ends_with("key.pem")));
}

#[test]
fn steps_end_as_an_exchange_does() {
    let dir = TempDir::new().unwrap();
    let (a, b) = (put(dir.path(), "a", &NEW), put(dir.path(), "b", &OLD));
    exchange_in_steps(&a, &b).unwrap();
    assert_eq!((cert(&a).as_str(), cert(&b).as_str()), ("old cert", "new cert"));
    assert_eq!(names(dir.path()), ["a", "b"]);
}

#[test]
fn steps_that_fail_leave_the_old_one() {
    let dir = TempDir::new().unwrap();
    let b = put(dir.path(), "b", &OLD);
    exchange_in_steps(&dir.path().join("missing"), &b).unwrap_err();
    assert_eq!((cert(&b).as_str(), names(dir.path())), ("old cert", vec!["b".to_owned()]));
}

/// A run that was killed between the steps: the old one is aside, the new one hidden.
#[test]
fn the_next_run_puts_back_what_was_aside() {
    let dir = TempDir::new().unwrap();
    let name = format!("n-1.{}", "x".repeat(190));
    let target = put(dir.path(), &name, &OLD);
    let aside = aside_path(&target).unwrap();
    fs::rename(&target, &aside).unwrap();
    put(dir.path(), &format!("{PREFIX}0123456789abcdef"), &NEW);
    sweep(dir.path());
    assert_eq!((cert(&target).as_str(), names(dir.path())), ("old cert", vec![name]));
}

/// A run that was killed before its last step: the new one is there, the old one aside.
#[test]
fn the_next_run_removes_what_was_replaced() {
    let dir = TempDir::new().unwrap();
    let old = put(dir.path(), "a", &OLD);
    fs::rename(&old, aside_path(&old).unwrap()).unwrap();
    let target = put(dir.path(), "a", &NEW);
    sweep(dir.path());
    assert_eq!((cert(&target).as_str(), names(dir.path())), ("new cert", vec!["a".to_owned()]));
}

/// What somebody works on, and what is not ours, stays.
#[test]
fn a_sweep_takes_left_overs_only() {
    let dir = TempDir::new().unwrap();
    let busy = Staging::new(dir.path(), 0o755).unwrap();
    busy.write(&NEW).unwrap();
    let foreign = dir.path().join(format!("{PREFIX}00000000000000ff"));
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("notes"), "mine").unwrap();
    fs::write(dir.path().join(format!("{PREFIX}file")), "mine").unwrap();
    let left_over = put(dir.path(), &format!("{PREFIX}0000000000000011"), &OLD);
    sweep(dir.path());
    assert!(!left_over.exists());
    assert_eq!(cert(&busy.path), "new cert");
    assert!(foreign.join("notes").exists());
    assert_eq!(names(dir.path()).len(), 3);
}

/// Folders of a user whose names begin like hidden ones are nobody's litter, whatever is in them.
#[test]
fn a_sweep_knows_its_own_names() {
    let dir = TempDir::new().unwrap();
    let digits = "0123456789abcdef";
    let theirs = [
        "ca",
        "certs",
        "backup-2026",
        "0123",
        "0123456789ABCDEF",
        "0123456789abcdeg",
        "0123456789abcdef-",
        "0123456789abcdef0",
        "é123456789abcdef",
    ];
    for name in theirs {
        put(dir.path(), &format!("{PREFIX}{name}"), &OLD);
    }
    sweep(dir.path());
    let mut expected = theirs.map(|name| format!("{PREFIX}{name}"));
    expected.sort_unstable();
    assert_eq!(names(dir.path()), expected);
    assert_eq!(parse_hidden(&format!("{PREFIX}{digits}")), Some(""));
    assert_eq!(parse_hidden(&format!("{PREFIX}{digits}-a-b")), Some("a-b"));
}

/// A folder that is there keeps its owner and mode, and who works in it.
#[test]
fn nothing_is_published_over_an_empty_folder() {
    let dir = TempDir::new().unwrap();
    let target = dir.path().join("a");
    fs::create_dir(&target).unwrap();
    let staging = Staging::new(dir.path(), 0o755).unwrap();
    staging.write(&NEW).unwrap();
    assert!(!staging.publish(&target).unwrap());
    assert_eq!(rename_checked(&staging.path, &target).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
}

#[test]
fn nothing_is_removed_through_a_link() {
    let dir = TempDir::new().unwrap();
    let target = put(dir.path(), "a", &OLD);
    let link = dir.path().join("link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&target, &link).unwrap();
    remove_ours(&link);
    assert_eq!(cert(&target), "old cert");
}

#[test]
fn folders_on_the_way_go_again_unless_kept() {
    let dir = TempDir::new().unwrap();
    let deep = dir.path().join("a/b/c");
    let mut made = MadeDirs::default();
    made.make(&deep, 0o755).unwrap();
    assert!(deep.is_dir());
    drop(made);
    assert!(names(dir.path()).is_empty());
    let mut made = MadeDirs::default();
    made.make(&deep, 0o755).unwrap();
    fs::write(dir.path().join("a/b/notes"), "mine").unwrap();
    drop(made);
    assert_eq!(names(&dir.path().join("a/b")), ["notes"]);
    let mut made = MadeDirs::default();
    made.make(&deep, 0o755).unwrap();
    made.keep();
    drop(made);
    assert!(deep.is_dir());
    let file = dir.path().join("a/b/notes");
    assert!(
        matches!(MadeDirs::default().make(&file, 0o755), Err(Error::NotADirectory(path)) if path == file)
    );
    let below = MadeDirs::default().make(&file.join("x/y"), 0o755);
    assert!(matches!(below, Err(Error::NotADirectory(path)) if path == file));
}

#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;

const NOW: OffsetDateTime = time::macros::datetime!(2027-01-01 0:00 UTC);

fn contents(text: &str) -> Contents {
    let text = |file: &str| format!("{text} {file}");
    Contents { cert: text("cert"), key: Zeroizing::new(text("key")), ca: text("ca"), tls_conf: text("conf") }
}

fn prepare(out: &Path, replace: bool) -> Result<Slot, Error> {
    Slot::prepare(out, "server", &"a".parse().unwrap(), replace, NOW)
}

fn cert(out: &Path) -> String {
    fs::read_to_string(out.join("server/a/cert.pem")).unwrap()
}

#[test]
fn a_bundle_is_written_once_and_replaced_when_asked() {
    let out = TempDir::new().unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("old")).unwrap();
    assert_eq!(cert(out.path()), "old cert");
    assert!(matches!(prepare(out.path(), false), Err(Error::Exists { .. })));
    prepare(out.path(), true).unwrap().commit(&contents("new")).unwrap();
    assert_eq!(cert(out.path()), "new cert");
    assert_eq!(fs::read_dir(out.path().join("server")).unwrap().count(), 1);
}

#[test]
fn an_empty_folder_is_a_place_too() {
    let out = TempDir::new().unwrap();
    fs::create_dir_all(out.path().join("server/a")).unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("new")).unwrap();
    assert_eq!(cert(out.path()), "new cert");
    assert_eq!(fs::read_dir(out.path().join("server")).unwrap().count(), 1);
}

/// A key takes its time: what comes into the folder meanwhile is not lost.
#[test]
fn what_comes_in_between_stays() {
    let out = TempDir::new().unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("old")).unwrap();
    let slot = prepare(out.path(), true).unwrap();
    fs::write(out.path().join("server/a/notes"), "mine").unwrap();
    assert!(matches!(slot.commit(&contents("new")), Err(Error::Foreign { file, .. }) if file == "notes"));
    assert_eq!(cert(out.path()), "old cert");
    assert!(out.path().join("server/a/notes").exists());

    let out = TempDir::new().unwrap();
    let slot = prepare(out.path(), false).unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("faster")).unwrap();
    assert!(matches!(slot.commit(&contents("slower")), Err(Error::Exists { .. })));
    assert_eq!(cert(out.path()), "faster cert");
}

#[cfg(unix)]
#[test]
fn a_link_that_comes_in_between_is_not_followed() {
    let (out, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    prepare(out.path(), false).unwrap().commit(&contents("old")).unwrap();
    prepare(other.path(), false).unwrap().commit(&contents("other")).unwrap();
    let slot = prepare(out.path(), true).unwrap();
    let place = out.path().join("server/a");
    fs::remove_dir_all(&place).unwrap();
    std::os::unix::fs::symlink(other.path().join("server/a"), &place).unwrap();
    assert!(matches!(slot.commit(&contents("new")), Err(Error::Symlink(_))));
    assert_eq!(cert(other.path()), "other cert");
}

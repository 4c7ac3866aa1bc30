#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);

fn ca() -> Ca {
    Ca::generate().unwrap()
}

fn dir() -> (TempDir, CaDir) {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("ca"));
    fs::create_dir(dir.path()).unwrap();
    (temp, dir)
}

fn names(dir: &CaDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// The files as a run leaves them that is killed after `steps` of: hidden key, hidden root, key renamed.
fn killed_after(steps: usize, dir: &CaDir, ca: &Ca) {
    let write = |kind: FileKind, text: &str| write_new(&dir.hidden(kind), kind, text.as_bytes()).unwrap();
    if steps > 0 {
        write(FileKind::RootKey, &ca.key().to_pem());
    }
    if steps > 1 {
        write(FileKind::Root, &ca.pem());
    }
    if steps > 2 {
        dir.rename_hidden(FileKind::RootKey).unwrap();
    }
}

#[test]
fn before_its_key_is_there_a_killed_run_made_nothing() {
    for steps in 0..3 {
        let (_temp, dir) = dir();
        killed_after(steps, &dir, &ca());
        assert!(dir.open(NOW).unwrap().is_none(), "{steps}");
        let next = ca();
        dir.create_inside(&next.pem(), &next.key().to_pem()).unwrap();
        assert_eq!(dir.open(NOW).unwrap().unwrap().root().der(), next.der(), "{steps}");
        assert_eq!(names(&dir), ["root-key.pem", "root.pem"], "{steps}");
    }
}

#[test]
fn once_its_key_is_there_the_next_run_completes_it() {
    let first = ca();
    let (_temp, dir) = dir();
    killed_after(3, &dir, &first);
    assert_eq!(dir.open(NOW).unwrap().unwrap().root().der(), first.der());
    assert_eq!(names(&dir), ["root-key.pem", "root.pem"]);
    // Nor does another first run take its place.
    let (_temp, dir) = self::dir();
    killed_after(3, &dir, &first);
    let other = ca();
    assert!(matches!(dir.create_inside(&other.pem(), &other.key().to_pem()), Err(Error::CaExists(_))));
    assert_eq!(dir.open_or_create(NOW, || Ok(other)).unwrap().root().der(), first.der());
}

#[test]
fn another_roots_left_over_completes_nothing() {
    let (_temp, dir) = dir();
    killed_after(3, &dir, &ca());
    fs::write(dir.hidden(FileKind::Root), ca().pem()).unwrap();
    assert!(matches!(dir.open(NOW), Err(Error::Incomplete { missing: "root.pem", .. })));
}

#[test]
fn a_half_that_somebody_removed_is_an_error() {
    for (kind, name) in [(FileKind::Root, "root.pem"), (FileKind::RootKey, "root-key.pem")] {
        let (_temp, dir) = dir();
        dir.create(&ca()).unwrap();
        fs::remove_file(dir.file(kind)).unwrap();
        assert!(matches!(dir.open(NOW), Err(Error::Incomplete { missing, .. }) if missing == name));
        let made = dir.open_or_create(NOW, || Ok(ca()));
        assert!(matches!(made, Err(Error::Incomplete { .. })), "never made anew beside half of it");
        assert!(matches!(dir.create(&ca()), Err(Error::CaExists(_))));
    }
}

#[test]
fn one_is_made_and_the_rest_open_it() {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("deep/down/ca"));
    assert!(dir.open(NOW).unwrap().is_none());
    let first = dir.open_or_create(NOW, || Ok(ca())).unwrap();
    assert!(first.created);
    let second = dir.open_or_create(NOW, || unreachable!("there is one")).unwrap();
    assert!(!second.created);
    assert_eq!(first.root().der(), second.root().der());
    assert!(matches!(dir.create(&ca()), Err(Error::CaExists(_))));
}

#[test]
fn who_comes_second_gets_the_first_ones() {
    let (_temp, dir) = dir();
    let first = ca();
    let opened = dir.open_or_create(NOW, || {
        dir.create(&first).unwrap();
        Ok(ca())
    });
    let opened = opened.unwrap();
    assert!(!opened.created);
    assert_eq!(opened.root().der(), first.der());
}

#[test]
fn a_root_that_cannot_be_made_leaves_nothing() {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("deep/ca"));
    dir.open_or_create(NOW, || Err(pki::Error::RsaKeygen)).unwrap_err();
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

#[path = "ca_lives_tests.rs"]
mod lives;

/// As with a folder that is mounted at two places: no path says so.
#[cfg(unix)]
#[test]
fn the_same_folder_under_another_path_is_inside() {
    let (temp, dir) = dir();
    let again = temp.path().join("again");
    std::os::unix::fs::symlink(dir.path(), &again).unwrap();
    for (inside, is_inside) in
        [("again", true), ("again/none/yet", true), ("ca/a", true), ("beside", false), ("ca2", false)]
    {
        assert_eq!(lies_in(&temp.path().join(inside), dir.path()), is_inside, "{inside}");
    }
    assert!(!lies_in(&temp.path().join("none"), &temp.path().join("nothing")));
}

#![allow(clippy::unwrap_used)]

use std::sync::mpsc;

use super::*;

fn folders(root: &Path) -> BTreeSet<PathBuf> {
    let dirs: BTreeSet<_> = ["a", "b", "c"].iter().map(|name| root.join(name)).collect();
    for dir in &dirs {
        fs::create_dir(dir).unwrap();
    }
    dirs
}

/// Whether somebody holds it.
fn is_held(dir: &Path) -> bool {
    matches!(File::open(dir).unwrap().try_lock(), Err(fs::TryLockError::WouldBlock))
}

#[test]
fn who_comes_second_says_so_and_waits() {
    let root = tempfile::tempdir().unwrap();
    let all = folders(root.path());
    let one = &root.path().join("b");
    for is_moment in [false, true] {
        let first = Locks::take(&all, |_| panic!("nobody else is here")).unwrap();
        assert!(all.iter().all(|dir| is_held(dir)));
        let (say, hear) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let wait = |dir: &Path| say.send(dir.to_owned()).unwrap();
                let _held = if is_moment {
                    Locks::take_for_a_moment(one, wait)
                } else {
                    Locks::take(&BTreeSet::from([one.clone()]), wait).unwrap()
                };
                say.send("has it".into()).unwrap();
                let _ = may_go.recv();
            });
            assert_eq!(hear.recv().unwrap(), *one);
            drop(first);
            assert_eq!(hear.recv().unwrap(), Path::new("has it"));
            // The system gives it to one at a time: who has it now has waited. Who did not wait does not have it.
            let is_held = is_held(one);
            drop(go);
            assert!(is_held);
        });
        assert!(!all.iter().any(|dir| is_held(dir)));
    }
}

/// As with a folder that is mounted at two places.
#[cfg(unix)]
#[test]
fn who_comes_to_a_folder_twice_does_not_wait_for_himself() {
    let root = tempfile::tempdir().unwrap();
    let mut all = folders(root.path());
    let again = root.path().join("again");
    std::os::unix::fs::symlink(root.path().join("b"), &again).unwrap();
    all.insert(again);
    let held = Locks::take(&all, |dir| panic!("{} is held", dir.display())).unwrap();
    assert!(all.iter().all(|dir| is_held(dir)));
    drop(held);
    assert!(!all.iter().any(|dir| is_held(dir)));
}

/// What is opened besides counts, too, however few the folders are.
#[cfg(unix)]
#[test]
fn the_limit_of_open_files_is_raised_where_it_is_needed() {
    assert_eq!(limit_for(110, Some(128), Some(4096)), Ok(Some(110 + OTHERS)));
    assert_eq!(limit_for(150, Some(128), None), Ok(Some(150 + OTHERS)));
    assert_eq!(limit_for(150, Some(150 + OTHERS), Some(4096)), Ok(None));
    assert_eq!(limit_for(150, None, None), Ok(None));
    assert_eq!(limit_for(150, Some(128), Some(150)), Err(150));
    // One folder is one file.
    assert_eq!(limit_for(1, Some(64), Some(100)), Ok(Some(100)));
}

/// What was held while somebody waited may have been exchanged: the folder that is there now is what counts.
#[test]
fn a_folder_that_took_the_place_is_held() {
    let root = tempfile::tempdir().unwrap();
    let all = folders(root.path());
    let (old, new) = (root.path().join("a"), root.path().join("b"));
    let place = BTreeSet::from([old.clone()]);
    let first = Locks::take(&all, |_| ()).unwrap();
    std::thread::scope(|scope| {
        let (say, hear) = mpsc::channel();
        let place = &place;
        let second = scope.spawn(move || Locks::take(place, |_| say.send(()).unwrap()).unwrap());
        hear.recv().unwrap();
        fs::rename(&old, root.path().join("gone")).unwrap();
        fs::rename(&new, &old).unwrap();
        drop(first);
        let _held = second.join().unwrap();
        assert!(is_held(&old));
        assert!(!is_held(&root.path().join("gone")));
    });
}

#[test]
fn what_is_not_there_is_passed_over() {
    let root = tempfile::tempdir().unwrap();
    Locks::take(&BTreeSet::from([root.path().join("none")]), |_| panic!("nobody is here")).unwrap();
}

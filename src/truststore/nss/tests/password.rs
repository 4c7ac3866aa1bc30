//! Databases with a Primary Password.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use zeroize::Zeroizing;

use super::super::native;
use super::super::tool::Fault;
use super::*;
use crate::truststore::State;

fn says(answers: &'static [&'static str], asked: &Arc<AtomicUsize>) -> Ask {
    let asked = Arc::clone(asked);
    Ask::new(move |of| {
        assert_eq!(of, "Primary Password of database");
        let turn = asked.fetch_add(1, Ordering::Relaxed);
        answers.get(turn).map(|answer| Zeroizing::new((*answer).to_owned()))
    })
}

#[test]
fn it_is_skipped_before_anything_is_written() {
    for tool in both() {
        let dir = folder();
        database(dir.path(), Some("secret"));
        let before = std::fs::read(dir.path().join("cert9.db")).unwrap();
        let trouble = place(&tool, dir.path()).install(&root(), &hand()).unwrap_err();
        assert!(trouble.is_skip && trouble.reason.contains("Primary Password"), "{tool:?} {trouble:?}");
        assert_eq!(std::fs::read(dir.path().join("cert9.db")).unwrap(), before, "{tool:?}");
    }
}

#[test]
fn whoever_knows_it_is_served() {
    let (dir, root, asked) = (folder(), root(), Arc::default());
    database(dir.path(), Some("secret"));
    let place = asking(&native(), dir.path(), says(&["wrong", "secret"], &asked));
    install(&place, &root);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(table(dir.path()), [format!("{} C,,", root.file_stem())]);
    assert_eq!(place.look(&root.wanted()).unwrap().state, State::Trusted);
    // The password seals the trust: with it, certutil checks that seal.
    let password = dir.path().join("password");
    let valid = run(dir.path(), &["-V", "-n", &root.file_stem(), "-u", "L"], Some(&password));
    assert_eq!(valid.trim(), "certutil: certificate is valid");
}

#[test]
fn a_wrong_one_is_asked_for_three_times_and_writes_nothing() {
    let (dir, asked) = (folder(), Arc::default());
    database(dir.path(), Some("secret"));
    let place = asking(&native(), dir.path(), says(&["a", "", "nul\0", "secret"], &asked));
    let trouble = place.install(&root(), &hand()).unwrap_err();
    assert!(trouble.is_skip && trouble.reason.contains("wrong"), "{trouble:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(table(dir.path()), [""; 0]);
}

#[test]
fn looking_and_removing_need_no_password() {
    for tool in both() {
        let (dir, root, asked) = (folder(), root(), Arc::default());
        database(dir.path(), Some("secret"));
        install(&asking(&native(), dir.path(), says(&["secret"], &asked)), &root);
        let place = place(&tool, dir.path());
        assert_eq!(place.look(&root.wanted()).unwrap().state, State::Trusted, "{tool:?}");
        remove(&place, &root);
        assert_eq!(table(dir.path()), [""; 0], "{tool:?}");
    }
}

/// Without the password an import works and setting the trust does not.
#[test]
fn a_root_that_cannot_be_trusted_is_taken_out_again() {
    let (dir, root) = (folder(), root());
    database(dir.path(), Some("secret"));
    let locked = library().open(dir.path(), true).unwrap();
    assert_eq!(native::put(&locked, root.der(), "x"), Err(Fault::Password));
    assert_eq!(locked.entries(&|_| true).unwrap(), []);
    drop(locked);
    assert_eq!(table(dir.path()), [""; 0]);
}

/// certutil leaves it there in this case.
#[test]
fn what_certutil_could_not_have_trusted_is_taken_out_again() {
    let (dir, root) = (folder(), root());
    database(dir.path(), Some("secret"));
    assert!(Certutil::find().unwrap().add(dir.path(), root.der(), "x").is_err());
    assert_eq!(table(dir.path()), [""; 0]);
}

/// One that somebody else added stays as it was.
#[test]
fn a_root_that_was_there_before_stays_when_it_cannot_be_trusted() {
    let (dir, root) = (folder(), root());
    database(dir.path(), None);
    put(dir.path(), &root, "mine", ",,");
    let new = dir.path().join("new");
    std::fs::write(&new, "secret\n").unwrap();
    let old = dir.path().join("password");
    run(dir.path(), &["-W", "-f", old.to_str().unwrap(), "-@", new.to_str().unwrap()], None);
    let locked = library().open(dir.path(), true).unwrap();
    assert_eq!(native::put(&locked, root.der(), "x"), Err(Fault::Password));
    drop(locked);
    assert_eq!(table(dir.path()), ["mine ,,"]);
}

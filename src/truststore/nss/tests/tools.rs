//! Both tools do the same.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::pki::{CaRequest, Constraints, KeyType, Validity};
use crate::truststore::State;

fn look(place: &Database, root: &Root) -> (State, Vec<String>) {
    let found = place.look(&root.wanted()).unwrap();
    (found.state, found.names)
}

#[test]
fn a_root_is_installed_found_and_removed() {
    for tool in both() {
        let dir = folder();
        database(dir.path(), None);
        let (place, root) = (place(&tool, dir.path()), root());
        assert_eq!(look(&place, &root), (State::Absent, vec![]), "{tool:?}");
        install(&place, &root);
        assert_eq!(table(dir.path()), [format!("{} C,,", root.file_stem())], "{tool:?}");
        for reader in both() {
            let place = super::place(&reader, dir.path());
            assert_eq!(look(&place, &root), (State::Trusted, vec![root.file_stem()]), "{tool:?} {reader:?}");
        }
        remove(&place, &root);
        assert_eq!(table(dir.path()), [""; 0], "{tool:?}");
        assert_eq!(look(&place, &root), (State::Absent, vec![]), "{tool:?}");
    }
}

#[test]
fn what_one_tool_installed_the_other_removes() {
    for (writer, remover) in both().into_iter().zip(both().into_iter().rev()) {
        let dir = folder();
        database(dir.path(), None);
        let root = root();
        install(&place(&writer, dir.path()), &root);
        remove(&place(&remover, dir.path()), &root);
        assert_eq!(table(dir.path()), [""; 0], "{writer:?}");
    }
}

#[test]
fn a_database_is_made_where_there_is_none_for_its_user_alone() {
    for tool in both() {
        let home = folder();
        let dir = home.path().join("a b'c\"d/ü/nssdb");
        let (place, root) = (place(&tool, &dir), root());
        assert_eq!(look(&place, &root), (State::Absent, vec![]));
        assert!(!dir.exists(), "looking makes nothing");
        install(&place, &root);
        for path in [dir.parent().unwrap(), &dir, &dir.join("cert9.db"), &dir.join("key4.db")] {
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} {mode:o}", path.display());
        }
        assert_eq!(look(&place, &root).0, State::Trusted, "{tool:?}");
        assert_eq!(table(&dir), [format!("{} C,,", root.file_stem())]);
    }
}

#[test]
fn under_another_nickname_only_the_trust_is_set_and_removal_finds_it() {
    for tool in both() {
        for (name, flags, after) in [
            ("mine", "C,,", "mine C,,"),
            ("mine", ",,", "mine C,,"),
            ("mine", "p,p,", "mine C,p,"),
            ("my own: CA", "p,C,", "NSS Certificate DB:my own: CA C,C,"),
        ] {
            let dir = folder();
            database(dir.path(), None);
            let root = root();
            put(dir.path(), &root, name, flags);
            let place = place(&tool, dir.path());
            let (state, names) = look(&place, &root);
            assert_eq!(state == State::Trusted, flags == "C,,", "{tool:?} {flags}");
            assert!(names.len() == 1 && names[0].ends_with(name), "{names:?}");
            install(&place, &root);
            assert_eq!(table(dir.path()), [after], "{tool:?} {flags}");
            remove(&place, &root);
            assert_eq!(table(dir.path()), [""; 0], "{tool:?} {flags}");
        }
    }
}

#[test]
fn there_without_trust_is_partly() {
    let dir = folder();
    database(dir.path(), None);
    let root = root();
    put(dir.path(), &root, "x", ",,");
    for tool in both() {
        let expected = State::Partly("it is there, but not trusted".to_owned());
        assert_eq!(look(&place(&tool, dir.path()), &root).0, expected, "{tool:?}");
    }
}

#[test]
fn other_roots_of_natscert_are_named_and_stay() {
    for tool in both() {
        let dir = folder();
        database(dir.path(), None);
        let (ours, other) = (root(), root());
        put(dir.path(), &other, "old", "C,,");
        let place = place(&tool, dir.path());
        install(&place, &ours);
        let found = place.look(&ours.wanted()).unwrap();
        let others: Vec<_> = found.others.iter().map(|o| (&*o.fingerprint, &*o.title, &*o.name)).collect();
        assert_eq!(others, [(other.fingerprint(), other.title(), "old")], "{tool:?}");
        remove(&place, &ours);
        assert_eq!(table(dir.path()), ["old C,,"], "{tool:?}");
    }
}

/// Certificates of one subject share nicknames, by which alone certutil tells them apart.
#[test]
fn of_two_roots_with_one_subject_only_the_one_that_is_meant_changes() {
    let [one, two] = [(); 2].map(|()| {
        let now = time::OffsetDateTime::now_utc();
        let ca = Ca::create(&CaRequest {
            subject: "CN=one name".parse().unwrap(),
            key_type: KeyType::EcdsaP256,
            validity: Validity::new(now, now + time::Duration::days(9)).unwrap(),
            constraints: Constraints::default(),
        });
        Root::of(ca.unwrap().der()).unwrap()
    });
    let dir = folder();
    database(dir.path(), None);
    put(dir.path(), &one, "foreign", ",,");
    let library = place(&native(), dir.path());
    install(&library, &two);
    assert_eq!((look(&library, &one).0 == State::Trusted, look(&library, &two).0), (false, State::Trusted));
    let trouble = place(&certutil(), dir.path()).remove(&two.wanted(), &hand()).unwrap_err();
    assert!(trouble.reason.contains("several certificates"), "{trouble:?}");
    remove(&library, &two);
    assert_eq!(table(dir.path()), ["foreign ,,"]);
    assert_eq!(look(&library, &one).1, ["foreign"]);
}

#[test]
fn many_databases_one_after_the_other() {
    let dirs = [(); 12].map(|()| folder());
    let (tool, root) = (native(), root());
    for dir in &dirs {
        database(dir.path(), None);
        install(&place(&tool, dir.path()), &root);
    }
    for dir in &dirs {
        assert_eq!(look(&place(&tool, dir.path()), &root).0, State::Trusted);
        remove(&place(&tool, dir.path()), &root);
        assert_eq!(table(dir.path()), [""; 0]);
    }
}

#[test]
fn threads_wait_for_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (dir, root) = (folder(), root());
                let place = place(&native(), dir.path());
                install(&place, &root);
                assert_eq!(look(&place, &root).0, State::Trusted);
                assert_eq!(table(dir.path()).len(), 1);
            });
        }
    });
}

#[test]
fn a_dry_run_notes_and_changes_nothing() {
    let dir = folder();
    let place = place(&native(), &dir.path().join("new"));
    let hand = Hand::new(Privilege::Root, true, &|_| ());
    let root = root();
    place.install(&root, &hand).unwrap();
    assert!(!place.path().exists());
    assert_eq!(hand.take_notes(), [format!("add {} to {}", root.file_stem(), place.path().display())]);
}

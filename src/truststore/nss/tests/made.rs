//! A database that natscert made goes with the last root, unless somebody else uses it.

use super::*;
use crate::pki::{CaRequest, Constraints, KeyType};
use crate::truststore::State;

/// No root of natscert's.
fn stranger() -> Root {
    let ca = Ca::create(&CaRequest {
        subject: "CN=somebody".parse().unwrap(),
        key_type: KeyType::default(),
        validity: Ca::generate().unwrap().validity(),
        constraints: Constraints::default(),
    });
    Root::of(ca.unwrap().der()).unwrap()
}

fn tree(dir: &Path) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}

#[test]
fn what_natscert_made_goes_with_the_last_root() {
    let home = folder();
    let dir = home.path().join("share/pki/nssdb");
    let (one, two) = (root(), root());
    let place = place(&native(), &dir);
    place.install(&one, &hand()).unwrap();
    place.install(&two, &hand()).unwrap();
    place.remove(&one.wanted(), &hand()).unwrap();
    assert_eq!(place.look(&two.wanted()).unwrap().state, State::Trusted);
    place.remove(&two.wanted(), &hand()).unwrap();
    assert_eq!(tree(&home.path().join("share")), 0, "the database and its folder are gone");
}

#[test]
fn what_others_use_stays() {
    let home = folder();
    let dir = home.path().join("pki/nssdb");
    let root = root();
    let place = place(&native(), &dir);
    place.install(&root, &hand()).unwrap();
    put(&dir, &stranger(), "somebodys", "C,,");
    place.remove(&root.wanted(), &hand()).unwrap();
    let found = place.look(&root.wanted()).unwrap();
    assert_eq!((found.state, found.leftovers.len()), (State::Absent, 0));
    assert_eq!(table(&dir), ["somebodys C,,"]);
    assert!(!dir.join(".made-by-natscert").exists());
}

#[test]
fn a_key_of_somebody_keeps_it() {
    let home = folder();
    let dir = home.path().join("pki/nssdb");
    let root = root();
    let place = place(&native(), &dir);
    place.install(&root, &hand()).unwrap();
    let noise = home.path().join("noise");
    std::fs::write(&noise, [7; 64]).unwrap();
    run(&dir, &["-G", "-z", noise.to_str().unwrap()], Some(Path::new("/dev/null")));
    place.remove(&root.wanted(), &hand()).unwrap();
    assert!(dir.join("key4.db").exists());
}

#[test]
fn where_its_root_was_taken_out_by_hand_it_is_left_over() {
    let home = folder();
    let dir = home.path().join("pki/nssdb");
    let root = root();
    let place = place(&native(), &dir);
    place.install(&root, &hand()).unwrap();
    place.tool.remove(&dir, &|_| true).unwrap();
    let found = place.look(&root.wanted()).unwrap();
    assert_eq!(found.leftovers.len(), 1, "{found:?}");
    place.remove(&root.wanted(), &hand()).unwrap();
    assert_eq!(tree(home.path()), 0);
}

#[test]
fn a_database_that_was_there_stays() {
    let home = folder();
    database(home.path(), None);
    let root = root();
    let place = place(&native(), home.path());
    place.install(&root, &hand()).unwrap();
    place.remove(&root.wanted(), &hand()).unwrap();
    assert!(home.path().join("cert9.db").exists());
}

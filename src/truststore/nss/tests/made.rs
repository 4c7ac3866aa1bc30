//! A database that natscert made goes with the last root, unless somebody else uses it.

use super::super::tool::{Entry, Fault, Question};
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
    assert_eq!(tree(home.path()), 0, "the database and its folder are gone");
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

/// Imported by name, with a subject that says nothing of natscert.
#[test]
fn while_a_root_of_another_make_is_in_use_the_mark_stays() {
    let home = folder();
    let dir = home.path().join("pki/nssdb");
    let (imported, ours) = (stranger(), root());
    let place = place(&native(), &dir);
    place.install(&imported, &hand()).unwrap();
    place.install(&ours, &hand()).unwrap();
    place.remove(&ours.wanted(), &hand()).unwrap();
    assert_eq!(place.look(&ours.wanted()).unwrap().leftovers, [""; 0]);
    assert!(dir.join(".made-by-natscert").exists());
    place.remove(&imported.wanted(), &hand()).unwrap();
    assert_eq!(tree(home.path()), 0);
}

/// A browser that runs would go on writing into files that are no longer there.
#[test]
fn what_somebody_has_open_stays() {
    for file in ["cert9.db", "key4.db"] {
        let home = folder();
        let dir = home.path().join("pki/nssdb");
        let root = root();
        let place = place(&native(), &dir);
        place.install(&root, &hand()).unwrap();
        let open = std::fs::File::open(dir.join(file)).unwrap();
        place.remove(&root.wanted(), &hand()).unwrap();
        drop(open);
        assert_eq!(table(&dir), [""; 0]);
        let found = place.look(&root.wanted()).unwrap();
        assert_eq!((found.state, found.leftovers.len()), (State::Absent, 0), "{file}");
        assert!(dir.join("key4.db").exists() && !dir.join(".made-by-natscert").exists(), "{file}");
    }
}

#[test]
fn folders_that_were_there_stay() {
    for there in ["", "share", "share/pki", "share/pki/nssdb"] {
        let home = folder();
        std::fs::create_dir_all(home.path().join(there)).unwrap();
        let dir = home.path().join("share/pki/nssdb");
        let root = root();
        let place = place(&native(), &dir);
        place.install(&root, &hand()).unwrap();
        place.remove(&root.wanted(), &hand()).unwrap();
        assert!(home.path().join(there).exists(), "{there}");
        assert_eq!(tree(&home.path().join(there)), 0, "{there}");
    }
}

/// Fails when the database is made already.
#[derive(Debug)]
struct Failing(Rc<dyn Tool>);

impl Tool for Failing {
    fn entries(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, Fault> {
        self.0.entries(dir, is_meant)
    }

    fn install(&self, dir: &Path, der: &[u8], nickname: &str, ask: Question<'_>) -> Result<(), Fault> {
        self.0.install(dir, der, nickname, ask)?;
        Err(Fault::Said("no".to_owned()))
    }

    fn is_empty(&self, dir: &Path) -> Result<bool, Fault> {
        self.0.is_empty(dir)
    }

    fn remove(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Fault> {
        self.0.remove(dir, is_meant)
    }
}

#[test]
fn nothing_half_made_stays() {
    for tool in both() {
        let tool: Rc<dyn Tool> = Rc::new(Failing(tool));
        let home = folder();
        for there in ["", "pki/nssdb"] {
            std::fs::create_dir_all(home.path().join(there)).unwrap();
            let dir = home.path().join("pki/nssdb");
            place(&tool, &dir).install(&root(), &hand()).unwrap_err();
            assert_eq!(tree(&home.path().join(there)), 0, "{there} {tool:?}");
        }
        // Somebody's keys are not ours to delete.
        let keys = home.path().join("pki/nssdb/key4.db");
        std::fs::write(&keys, "").unwrap();
        place(&tool, &home.path().join("pki/nssdb")).install(&root(), &hand()).unwrap_err();
        assert!(keys.exists(), "{tool:?}");
    }
}

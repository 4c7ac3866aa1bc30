#![allow(clippy::unwrap_used)]

use super::*;
use crate::Ca;

fn entry() -> Entry {
    let root = Root::of(Ca::generate().unwrap().der()).unwrap();
    Entry { root, places: vec![(Kind::Nss, "/home/ann/.pki/nssdb".into()), (Kind::Java, "/opt/jdk".into())] }
}

#[test]
fn what_is_put_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path().join("a/b"));
    let (one, two) = (entry(), entry());
    assert_eq!(ledger.entries(), (vec![], vec![]));
    ledger.put(&one).unwrap();
    ledger.put(&two).unwrap();
    assert_eq!(ledger.entry(&one.root.wanted()).as_ref(), Some(&one));
    let (entries, unread) = ledger.entries();
    assert_eq!((entries.len(), unread.len()), (2, 0));
    assert_eq!(fs::read_dir(ledger.dir()).unwrap().count(), 2, "no file beside them");
    ledger.forget(&one.root.wanted()).unwrap();
    ledger.forget(&one.root.wanted()).unwrap();
    assert_eq!(ledger.entries().0, std::slice::from_ref(&two));
    ledger.forget(&two.root.wanted()).unwrap();
    assert!(!ledger.dir().exists());
}

#[test]
fn what_is_no_state_file_is_named_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path().to_owned());
    let entry = entry();
    ledger.put(&entry).unwrap();
    let path = ledger.path(&entry.root.wanted());
    let whole = fs::read_to_string(&path).unwrap();
    for broken in ["", "{}", "[]", &whole[..whole.len() / 2], &whole.replace("MII", "AAA")] {
        fs::write(&path, broken).unwrap();
        assert_eq!(ledger.entries(), (vec![], vec![path.clone()]), "{broken}");
        assert_eq!(ledger.entry(&entry.root.wanted()), None);
    }
    // One under the name of another is neither.
    let other = entry_of_another(&whole);
    fs::write(&path, other).unwrap();
    assert_eq!(ledger.entry(&entry.root.wanted()), None);
}

fn entry_of_another(text: &str) -> String {
    let other = Root::of(Ca::generate().unwrap().der()).unwrap();
    let mut written: Written = serde_json::from_str(text).unwrap();
    written.root = other.pem();
    serde_json::to_string(&written).unwrap()
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let why = Ledger::new(file.join("trust")).put(&entry()).unwrap_err().to_string();
    assert!(why.contains("file"), "{why}");
}

#[test]
fn whoever_waited_for_a_folder_that_went_locks_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path().join("trust"));
    let first = ledger.lock(true, || ()).unwrap().unwrap();
    let (started, waits) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| ledger.lock(true, || started.send(()).unwrap()).unwrap().unwrap());
        waits.recv().unwrap();
        fs::remove_dir(ledger.dir()).unwrap();
        drop(first);
        let second = second.join().unwrap();
        assert!(File::open(ledger.dir()).unwrap().try_lock().is_err(), "the new folder is locked");
        drop(second);
    });
}

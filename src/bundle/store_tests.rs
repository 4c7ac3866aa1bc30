#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;
use crate::pki::{KeyPair, KeyType};

const NOW: OffsetDateTime = time::macros::datetime!(2027-01-01 0:00 UTC);

fn contents(text: &str) -> Contents {
    let text = |file: &str| format!("{text} {file}");
    Contents {
        cert: text("cert"),
        key: Some(Zeroizing::new(text("key"))),
        ca: text("ca"),
        tls_conf: text("conf"),
    }
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
    prepare(out.path(), false).unwrap().commit(&contents("old"), |_| (), || Ok(true)).unwrap();
    assert_eq!(cert(out.path()), "old cert");
    assert!(matches!(prepare(out.path(), false), Err(Error::Exists { .. })));
    prepare(out.path(), true).unwrap().commit(&contents("new"), |_| (), || Ok(true)).unwrap();
    assert_eq!(cert(out.path()), "new cert");
    assert_eq!(fs::read_dir(out.path().join("server")).unwrap().count(), 1);
}

#[test]
fn an_empty_folder_is_a_place_too() {
    let out = TempDir::new().unwrap();
    fs::create_dir_all(out.path().join("server/a")).unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("new"), |_| (), || Ok(true)).unwrap();
    assert_eq!(cert(out.path()), "new cert");
    assert_eq!(fs::read_dir(out.path().join("server")).unwrap().count(), 1);
}

/// A key takes its time: what comes into the folder meanwhile is not lost.
#[test]
fn what_comes_in_between_stays() {
    let out = TempDir::new().unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("old"), |_| (), || Ok(true)).unwrap();
    let slot = prepare(out.path(), true).unwrap();
    fs::write(out.path().join("server/a/notes"), "mine").unwrap();
    assert!(
        matches!(slot.commit(&contents("new"), |_| (), || Ok(true)), Err(Error::Foreign { file, .. }) if file == "notes")
    );
    assert_eq!(cert(out.path()), "old cert");
    assert!(out.path().join("server/a/notes").exists());

    let out = TempDir::new().unwrap();
    let slot = prepare(out.path(), false).unwrap();
    prepare(out.path(), false).unwrap().commit(&contents("faster"), |_| (), || Ok(true)).unwrap();
    assert!(matches!(slot.commit(&contents("slower"), |_| (), || Ok(true)), Err(Error::Exists { .. })));
    assert_eq!(cert(out.path()), "faster cert");
}

#[cfg(unix)]
#[test]
fn a_link_that_comes_in_between_is_not_followed() {
    let (out, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    prepare(out.path(), false).unwrap().commit(&contents("old"), |_| (), || Ok(true)).unwrap();
    prepare(other.path(), false).unwrap().commit(&contents("other"), |_| (), || Ok(true)).unwrap();
    let slot = prepare(out.path(), true).unwrap();
    let place = out.path().join("server/a");
    fs::remove_dir_all(&place).unwrap();
    std::os::unix::fs::symlink(other.path().join("server/a"), &place).unwrap();
    assert!(matches!(slot.commit(&contents("new"), |_| (), || Ok(true)), Err(Error::Symlink(_))));
    assert_eq!(cert(other.path()), "other cert");
}

/// A bundle whose key is made elsewhere.
fn without_key(text: &str) -> Contents {
    Contents { key: None, ..contents(text) }
}

#[test]
fn a_key_that_is_there_stays_and_no_other_is_replaced() {
    let out = TempDir::new().unwrap();
    let place = out.path().join("server/a");
    let [own, other] = [(); 2].map(|()| KeyPair::generate(KeyType::EcdsaP256).unwrap());
    let pin = Pin::of_spki(&own.spki());

    let mut slot = prepare(out.path(), false).unwrap();
    assert!(!slot.keep_key(pin).unwrap());
    slot.commit(&without_key("old"), |_| (), || Ok(true)).unwrap();
    assert_eq!(fs::read_dir(&place).unwrap().count(), 3);

    fs::write(place.join("key.pem"), own.to_pem().as_bytes()).unwrap();
    let mut slot = prepare(out.path(), true).unwrap();
    assert!(slot.keep_key(pin).unwrap());
    slot.commit(&without_key("new"), |_| (), || Ok(true)).unwrap();
    assert_eq!(cert(out.path()), "new cert");
    assert_eq!(fs::read_to_string(place.join("key.pem")).unwrap(), *own.to_pem());

    for text in [other.to_pem().as_str(), "garbage", ""] {
        fs::write(place.join("key.pem"), text).unwrap();
        let refused = prepare(out.path(), true).unwrap().keep_key(pin);
        assert!(matches!(refused, Err(Error::OtherKey(path)) if path.ends_with("server/a/key.pem")));
        assert_eq!(fs::read_to_string(place.join("key.pem")).unwrap(), text);
    }
}

#[test]
fn a_key_that_comes_in_between_stays() {
    let out = TempDir::new().unwrap();
    let key = KeyPair::generate(KeyType::EcdsaP256).unwrap();
    prepare(out.path(), false).unwrap().commit(&without_key("old"), |_| (), || Ok(true)).unwrap();
    let mut slot = prepare(out.path(), true).unwrap();
    slot.keep_key(Pin::of_spki(&key.spki())).unwrap();
    // The right one, but after the others were written.
    fs::write(out.path().join("server/a/key.pem"), key.to_pem().as_bytes()).unwrap();
    assert!(matches!(slot.put_in_place(None), Err(Error::OtherKey(_))));
    fs::write(out.path().join("server/a/key.pem"), "of somebody").unwrap();
    assert!(matches!(slot.commit(&without_key("new"), |_| (), || Ok(true)), Err(Error::OtherKey(_))));
    assert_eq!(fs::read_to_string(out.path().join("server/a/key.pem")).unwrap(), "of somebody");
    assert_eq!(cert(out.path()), "old cert");
}

#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::pki::{Item, items};

fn root() -> Root {
    Root::of(crate::Ca::generate().unwrap().der()).unwrap()
}

#[test]
fn the_systems_roots_come_first_and_ours_once() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, one, two) = (root(), root(), root());
    let bundle = dir.path().join("bundle.crt");
    let files = [dir.path().join("missing"), bundle.clone()];
    let damaged = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
    for text in [
        format!("# one é\n{}\n{damaged}{}", one.pem(), two.pem()),
        format!("{}{}{}{}", ours.pem(), one.pem(), two.pem(), ours.pem().replace('\n', "\r\n")),
    ] {
        fs::write(&bundle, text).unwrap();
        let merged = merged_of(&files, &ours).unwrap();
        let found: Vec<_> = items(merged.as_bytes()).unwrap();
        let ders = found.iter().map(|item| match item {
            Item::Certificate(der) => der.as_slice(),
            _ => unreachable!(),
        });
        assert_eq!(ders.collect::<Vec<_>>(), [one.der(), two.der(), ours.der()]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_bundle() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("bundle.crt");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(read(&pipe).unwrap_err().reason.ends_with("it is no ordinary file"));
    assert!(merged_of(&[pipe], &root()).unwrap_err().reason.starts_with("no file with the system's roots"));
}

#[test]
fn without_the_systems_roots_there_is_no_bundle() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.crt");
    fs::write(&empty, "nothing").unwrap();
    let why = merged_of(&[dir.path().join("missing")], &root()).unwrap_err();
    assert!(why.reason.starts_with("no file with the system's roots"), "{why:?}");
    let why = merged_of(&[empty], &root()).unwrap_err();
    assert!(why.reason.ends_with("empty.crt holds no certificate"), "{why:?}");
}

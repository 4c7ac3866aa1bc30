#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::lifecycle::Folders;
use crate::lifecycle::testing::{Quiet, bundle, folder};
use crate::pki::{Authority, Ca, Trust};

#[test]
fn a_bundle_says_what_it_is_and_whose() {
    let (_guard, root) = folder();
    let (ca, other) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    for (name, ca) in [("a", &ca), ("b", &ca), ("c", &ca), ("d", &other), ("e", &ca), ("f", &ca)] {
        bundle(ca, &root.join(name));
    }
    fs::remove_file(root.join("b/key.pem")).unwrap();
    fs::copy(root.join("a/key.pem"), root.join("c/key.pem")).unwrap();
    fs::write(root.join("e/cert.pem"), "-----BEGIN CERTIFICATE-----\n").unwrap();
    fs::write(root.join("f/cert.pem"), ca.pem()).unwrap();
    let found = Folders::find(std::slice::from_ref(&root)).unwrap();
    let reader = Reader::default();
    let (bundles, problems) = reader.read(&found.places[0], &Quiet);
    let keys: Vec<Key> = bundles.iter().map(|bundle| bundle.key).collect();
    assert_eq!(keys, [Key::Matches, Key::Missing, Key::Differs, Key::Matches]);
    assert_eq!(reader.anchors.lock().unwrap().len(), 2, "parsed once each");
    let told: Vec<_> = problems.iter().map(|problem| problem.path.file_name().unwrap()).collect();
    assert_eq!(told, ["e", "f"]);
    assert!(matches!(problems[1].error, Error::IsCa(_)));

    let der = ca.der().clone();
    let authority = Authority::of_root(ca);
    let issuer = |at: usize| bundles[at].issuer(&authority).map(|ca| ca.der().clone());
    assert_eq!((issuer(0), issuer(3)), (Some(der), None));
    let anchors = |at: usize| bundles[at].anchors.clone().unwrap();
    assert_eq!((anchors(0).trust(&authority), anchors(3).trust(&authority)), (Some(Trust::Roots), None));
    assert_eq!(
        (bundles[0].accepts(authority.signer()), bundles[3].accepts(authority.signer())),
        (Some(true), Some(false))
    );
}

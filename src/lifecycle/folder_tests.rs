#![allow(clippy::unwrap_used)]

use super::*;
use crate::lifecycle::testing::{bundle, folder};
use crate::pki::Ca;

fn below(root: &Path, found: &Folders) -> Vec<String> {
    let dirs = found.places.iter().flat_map(|place| &place.dirs);
    dirs.map(|dir| dir.strip_prefix(root).unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn bundles_are_found_wherever_they_lie_and_each_once() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    for dir in
        ["out/server/n2", "out/server/n1", "nats/nodes/n1/cluster", "nats/nodes/n1/server", "nats/clients/a"]
    {
        bundle(&ca, &root.join(dir));
    }
    fs::write(root.join("nats/ca.pem"), ca.pem()).unwrap();
    // Not to be found: hidden, a CA's, behind a link.
    bundle(&ca, &root.join("out/.natscert-0123456789abcdef"));
    bundle(&ca, &root.join("ca/intermediates/east"));
    fs::write(root.join("ca/root-key.pem"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("out"), root.join("nats/link")).unwrap();

    let dirs = [root.clone(), root.join("out/server"), root.join("nats/nodes/n1/cluster")];
    let found = Folders::find(&dirs).unwrap();
    let all =
        ["nats/clients/a", "nats/nodes/n1/cluster", "nats/nodes/n1/server", "out/server/n1", "out/server/n2"];
    assert!(found.problems.is_empty());
    assert_eq!(found.count(), all.len());
    let mut names = below(&root, &found);
    names.sort();
    assert_eq!(names, all);
    let places: Vec<_> = found.places.iter().map(|place| (place.root.clone(), place.is_applied)).collect();
    assert_eq!(places, [(root.clone(), false), (root.join("nats"), true)]);
}

#[test]
fn one_bundle_is_locked_where_others_lock_it_too() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    for dir in ["server/n1", "nats/nodes/n1/cluster", "nodes/n1/cluster"] {
        bundle(&ca, &root.join(dir));
    }
    fs::write(root.join("nats/ca.pem"), ca.pem()).unwrap();
    let place = |dir: &str| Folders::find(&[root.join(dir)]).unwrap().places.remove(0);
    assert_eq!(place("server/n1").root, root.join("server"), "beside the bundle, not in it");
    assert_eq!(place("nats/nodes/n1/cluster").root, root.join("nats"));
    let owner = place("nats/nodes/n1").owner(&root.join("nats/nodes/n1/cluster")).unwrap();
    assert_eq!((owner.kind, owner.name.as_str()), (OwnerKind::Node, "n1"));
    assert_eq!(owner.text(), root.join("nats/nodes/n1/nats.conf"));
    let other = place("nodes");
    assert!(!other.is_applied && other.owner(&other.dirs[0]).is_none(), "only apply puts a ca.pem above");
}

#[test]
fn what_cannot_be_a_bundle_is_told_and_the_others_are_found() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    for dir in ["good", "linked", "lost"] {
        bundle(&ca, &root.join(dir));
    }
    fs::remove_file(root.join("lost/cert.pem")).unwrap();
    fs::rename(root.join("linked/cert.pem"), root.join("elsewhere.pem")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("elsewhere.pem"), root.join("linked/cert.pem")).unwrap();
    let found = Folders::find(std::slice::from_ref(&root)).unwrap();
    assert_eq!(below(&root, &found), ["good"]);
    let told: Vec<String> = found.problems.iter().map(|problem| problem.error.to_string()).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].ends_with("linked/cert.pem is a symbolic link"), "{told:?}");
    assert!(told[1].ends_with("lost has a key.pem, and no cert.pem"), "{told:?}");
}

#[test]
fn nothing_is_an_error() {
    let (_guard, root) = folder();
    assert!(matches!(Folders::find(std::slice::from_ref(&root)), Err(Error::NothingFound(_))));
    assert!(Folders::find(&[root.join("none")]).unwrap_err().is_input());
    fs::write(root.join("file"), "").unwrap();
    assert!(matches!(Folders::find(&[root.join("file")]), Err(Error::File(_))));
}

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
    // Not to be found: natscert's own, a CA's; and behind a link what is found anyway.
    bundle(&ca, &root.join("out/.natscert-0123456789abcdef"));
    bundle(&ca, &root.join("ca/intermediates/east"));
    fs::write(root.join("ca/root-key.pem"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("out"), root.join("nats/link")).unwrap();

    let dirs = [root.clone(), root.join("out/server"), root.join("nats/nodes/n1/cluster")];
    let found = Folders::find(&dirs).unwrap();
    let all =
        ["nats/clients/a", "nats/nodes/n1/cluster", "nats/nodes/n1/server", "out/server/n1", "out/server/n2"];
    assert!(found.problems.is_empty() && found.passed.is_empty(), "{found:?}");
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

/// Whoever is given another folder with the same bundle in it holds one that is the same.
#[test]
fn the_folder_above_each_bundle_is_held() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    for dir in ["a/server/n1", "a/client/c", "nats/nodes/n1/cluster", "nats/extra/server/n1"] {
        bundle(&ca, &root.join(dir));
    }
    fs::write(root.join("nats/ca.pem"), ca.pem()).unwrap();
    let held = |dir: &str| {
        let held = Folders::find(&[root.join(dir)]).unwrap().held();
        let below = |dir: &PathBuf| dir.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        held.iter().map(below).collect::<Vec<_>>()
    };
    assert_eq!(held("a"), ["a", "a/client", "a/server"]);
    assert_eq!(held("a/server/n1"), ["a/server"]);
    assert_eq!(held("nats"), ["nats", "nats/extra/server"]);
    assert_eq!(held("nats/nodes/n1/cluster"), ["nats"]);
    assert_eq!(held("nats/extra/server/n1"), ["nats/extra/server"]);
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

/// What is passed over is told, where bundles are in it that nobody has named.
#[cfg(unix)]
#[test]
fn links_and_hidden_folders_with_bundles_are_told() {
    use std::os::unix::fs::symlink;
    let (_guard, all) = folder();
    let (root, other) = (all.join("nats"), all.join("other"));
    let ca = Ca::generate().unwrap();
    for dir in ["nats/n1", "nats/.backup/deep/n2", "other/n3", "other/.hidden/n4", "behind/n5"] {
        bundle(&ca, &all.join(dir));
    }
    fs::create_dir_all(root.join(".git/objects")).unwrap();
    fs::create_dir_all(all.join("empty")).unwrap();
    for (target, link) in [
        (other.clone(), "n3"),
        (all.join("empty"), "nothing"),
        (root.join("n1"), "current"),
        (all.clone(), "up"),
        (all.join("nowhere"), "broken"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    symlink(all.join("behind"), other.join("on")).unwrap();
    let passed = |dirs: &[PathBuf]| {
        let found = Folders::find(dirs).unwrap();
        assert!(found.problems.is_empty());
        found.passed
    };
    let hidden =
        Passed { path: root.join(".backup"), target: None, bundles: vec![root.join(".backup/deep/n2")] };
    let linked = Passed {
        path: root.join("n3"),
        target: Some(other.clone()),
        bundles: ["behind/n5", "other/.hidden/n4", "other/n3"].map(|dir| all.join(dir)).to_vec(),
    };
    // A link upwards leads to all that is beside it as well.
    let upwards = Passed {
        path: root.join("up"),
        target: Some(all.clone()),
        bundles: ["behind/n5", "nats/.backup/deep/n2", "other/.hidden/n4", "other/n3"]
            .map(|dir| all.join(dir))
            .to_vec(),
    };
    assert_eq!(passed(std::slice::from_ref(&root)), [hidden, linked, upwards]);
    // Whoever names one is not told of it.
    let rest = vec![all.join("behind/n5"), other.join(".hidden/n4")];
    let named = passed(&[root.clone(), other.clone()]);
    assert_eq!(named.iter().find(|one| one.path == root.join("n3")).unwrap().bundles, rest);
    assert_eq!(
        passed(&[
            root.clone(),
            other.clone(),
            other.join(".hidden"),
            all.join("behind"),
            root.join(".backup")
        ]),
        []
    );
}

/// As Kubernetes mounts a secret: the links are told, and not once more what they lead to.
#[cfg(unix)]
#[test]
fn files_that_are_links_are_told_once() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    bundle(&ca, &root.join("..2026_01_01"));
    std::os::unix::fs::symlink("..2026_01_01", root.join("..data")).unwrap();
    for file in ["cert.pem", "key.pem", "ca.pem"] {
        std::os::unix::fs::symlink(Path::new("..data").join(file), root.join(file)).unwrap();
    }
    let found = Folders::find(std::slice::from_ref(&root)).unwrap();
    assert_eq!(found.passed, []);
    assert!(matches!(&found.problems[..], [Problem { error: Error::Bundle(bundle::Error::Symlink(_)), .. }]));
}

#[test]
fn a_folder_of_apply_is_known_without_its_ca_file() {
    let (_guard, root) = folder();
    bundle(&Ca::generate().unwrap(), &root.join("nats/nodes/n1/cluster"));
    let place = || Folders::find(&[root.join("nats")]).unwrap().places.remove(0);
    assert!(!place().is_applied);
    fs::write(root.join("nats/nodes/n1/nats.conf"), "# made by natscert from nats.toml\n").unwrap();
    assert!(place().is_applied);
}

/// Without its `ca.pem`, the text of any node or client says whose folder it is, and of all that is in it.
#[test]
fn an_output_folder_is_one_by_any_of_its_texts() {
    let (_guard, root) = folder();
    let ca = Ca::generate().unwrap();
    for dir in ["clients/alice", "clients/bob", "nodes/n1/cluster", "nodes/n2/cluster"] {
        bundle(&ca, &root.join(dir));
    }
    let places = || {
        let found = Folders::find(std::slice::from_ref(&root)).unwrap();
        found.places.iter().map(|one| (one.root.clone(), one.is_applied, one.dirs.len())).collect::<Vec<_>>()
    };
    assert_eq!(places(), [(root.clone(), false, 4)]);
    for text in ["nodes/n1/nats.conf", "nodes/n2/nats.conf", "clients/bob/nats.sh", "clients/alice/nats.sh"] {
        let text = root.join(text);
        fs::write(&text, "# made by natscert from nats.toml\n").unwrap();
        assert_eq!(places(), [(root.clone(), true, 4)], "{}", text.display());
        fs::remove_file(&text).unwrap();
    }
}

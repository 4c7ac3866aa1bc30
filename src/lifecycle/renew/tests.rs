#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::lifecycle::testing::{Quiet, bundle, folder};
use crate::pki::{
    Ca, CaRequest, Constraints, Facts, Family, KeyType, Phase, Roll, Rolled, Span, Subject, Validity,
};

fn ca(name: &str, days: u32) -> Ca {
    let now = OffsetDateTime::now_utc();
    Ca::create(&CaRequest {
        subject: Subject::common_name(name),
        key_type: KeyType::default(),
        validity: Validity::asked(now, None, None, Some(Span::days(days))).unwrap(),
        constraints: Constraints::default(),
    })
    .unwrap()
}

/// A roll of the root that has been switched: the new one signs.
fn switched(old: Ca, new: Ca) -> Authority {
    Authority {
        other: Some(Family::of_root(new)),
        roll: Some(Roll { rolled: Rolled::Root, phase: Phase::Switched }),
        ..Authority::of_root(old)
    }
}

fn order(dirs: &[PathBuf]) -> Order<'_> {
    Order {
        dirs,
        now: OffsetDateTime::now_utc(),
        within: None,
        all: true,
        new_key: false,
        configs: &[],
        revoked: Box::leak(Box::default()),
        reload: None,
    }
}

fn run(order: &Order<'_>, authority: &Authority) -> Outcome {
    renew(order, authority, &Quiet, |_| (), || Ok(true)).unwrap().unwrap()
}

/// What became of each bundle, and how many servers are told, of a run on everything.
fn states(authority: &Authority, dirs: &[PathBuf], new_key: bool) -> (Vec<&'static str>, usize) {
    let outcome = run(&Order { new_key, ..order(dirs) }, authority);
    let state = |member: &Member| match &member.state {
        State::Refused(why) => why.code(),
        _ => "renewed",
    };
    (outcome.members.iter().map(state).collect(), outcome.servers.len())
}

fn issuer(dir: &Path) -> String {
    let facts = Facts::all_in(&fs::read(dir.join("cert.pem")).unwrap()).unwrap();
    facts[0].issuer.to_string()
}

#[test]
fn in_a_roll_nobody_gets_a_certificate_that_a_peer_refuses() {
    let (_guard, root) = folder();
    let (old, new) = (ca("old", 900), ca("new", 900));
    let (a, b) = (root.join("a"), root.join("b"));
    for dir in [&a, &b] {
        bundle(&old, dir);
    }
    let both = old.pem() + &new.pem();
    let (old_alone, new_alone) = (old.pem(), new.pem());
    let authority = switched(old, new);
    let dirs = [root.clone()];
    let put = |dir: &Path, text: &str| fs::write(dir.join("ca.pem"), text).unwrap();

    // One peer does not know the new one yet.
    put(&a, &both);
    let outcome = run(&order(&dirs), &authority);
    let former = |state: &State| matches!(state, State::Renewed { is_former_ca: true, .. });
    assert_eq!((outcome.count(former), issuer(&a), issuer(&b)), (2, "CN=old".into(), "CN=old".into()));
    assert_eq!(fs::read_to_string(a.join("ca.pem")).unwrap(), both, "what is trusted stays");

    // All know it.
    put(&b, &both);
    run(&order(&dirs), &authority);
    assert_eq!((issuer(&a), issuer(&b)), ("CN=new".into(), "CN=new".into()));

    // Nobody is trusted by all: nothing is written, whatever part of the folder is named.
    put(&a, &old_alone);
    put(&b, &new_alone);
    let before = fs::read(a.join("cert.pem")).unwrap();
    let outcome = run(&order(&dirs), &authority);
    assert_eq!(outcome.count(|state| matches!(state, State::Refused(Refusal::Untrusted { .. }))), 2);
    assert_eq!(fs::read(a.join("cert.pem")).unwrap(), before);
}

/// Of an output folder of apply, a part alone is named: the others are its peers all the same.
#[test]
fn peers_are_all_of_an_output_folder() {
    let (_guard, root) = folder();
    let (old, new) = (ca("old", 900), ca("new", 900));
    let both = old.pem() + &new.pem();
    for node in ["n1", "n2"] {
        bundle(&old, &root.join("nodes").join(node).join("cluster"));
    }
    fs::write(root.join("ca.pem"), &both).unwrap();
    let mine = root.join("nodes/n1/cluster");
    fs::write(mine.join("ca.pem"), &both).unwrap();
    let authority = switched(old, new);
    let dirs = [mine.clone()];
    run(&order(&dirs), &authority);
    assert_eq!(issuer(&mine), "CN=old", "n2 does not know the new one");
    fs::write(root.join("nodes/n2/cluster/ca.pem"), &both).unwrap();
    run(&order(&dirs), &authority);
    assert_eq!(issuer(&mine), "CN=new");
}

#[test]
fn each_is_refused_for_its_own_reason_and_the_others_are_renewed() {
    let (_guard, root) = folder();
    let (ours, other) = (ca("ours", 900), ca("other", 900));
    for (name, ca) in [("good", &ours), ("foreign", &other), ("lost", &ours), ("mixed", &ours)] {
        bundle(ca, &root.join(name));
    }
    fs::remove_file(root.join("lost/key.pem")).unwrap();
    fs::copy(root.join("good/key.pem"), root.join("mixed/key.pem")).unwrap();
    let authority = Authority::of_root(ours);
    let dirs = [root.clone()];
    let states = |new_key| states(&authority, &dirs, new_key).0;
    // In the order of the names: foreign, good, lost, mixed.
    assert_eq!(states(false), ["foreign", "renewed", "renewed", "key-mismatch"]);
    assert_eq!(states(true), ["foreign", "renewed", "no-key", "renewed"]);
}

/// Of a node whose configuration says that it was looked at, a certificate with another signature is told all the same,
/// now and when the configuration has been written anew for a pin of its peer.
#[test]
fn a_damaged_certificate_is_refused_until_it_is_mended() {
    let (_guard, root) = folder();
    let ca = ca("ours", 900);
    let (n1, n2) = (root.join("nodes/n1"), root.join("nodes/n2"));
    let bundles = [&n1, &n2].map(|node| node.join("cluster"));
    fs::create_dir_all(&n1).unwrap();
    for dir in &bundles {
        bundle(&ca, dir);
    }
    fs::write(root.join("ca.pem"), ca.pem()).unwrap();
    let facts = |dir: &Path| Facts::all_in(&fs::read(dir.join("cert.pem")).unwrap()).unwrap().remove(0);
    for (node, peer) in [(&n1, &bundles[1]), (&n2, &bundles[0])] {
        let text = format!("# made by natscert from x.toml\n\"{}\"\n", facts(peer).pin);
        fs::write(node.join("nats.conf"), text).unwrap();
    }
    let authority = Authority::of_root(ca);
    let path = bundles[0].join("cert.pem");
    let good = fs::read(&path).unwrap();
    let conf = fs::metadata(n1.join("nats.conf")).unwrap().modified().unwrap();
    // The clock of a file system may tick once in some milliseconds.
    while fs::metadata(&path).unwrap().modified().unwrap() <= conf {
        let mut der = crate::pki::certificates(&good).unwrap().remove(0);
        *der.last_mut().unwrap() ^= 1;
        fs::write(&path, crate::pki::pem_block(&der)).unwrap();
    }
    let dirs = [root.clone()];
    let states = |new_key| states(&authority, &dirs, new_key);
    assert_eq!(states(false), (vec!["foreign", "renewed"], 1));
    // Both are told, and both configurations are written: that of the first names the pin of the second.
    assert_eq!(states(true), (vec!["foreign", "renewed"], 2));
    assert!(fs::read_to_string(n1.join("nats.conf")).unwrap().contains(&facts(&bundles[1]).pin.to_string()));
    assert_eq!(states(false), (vec!["foreign", "renewed"], 1));
    fs::write(&path, good).unwrap();
    assert_eq!(states(false), (vec!["renewed", "renewed"], 2));
}

/// The others are rewritten, and the next run does what is left.
#[cfg(unix)]
#[test]
fn a_configuration_that_cannot_be_written_waits_for_the_next_run() {
    let (_guard, root) = folder();
    let ca = ca("ours", 900);
    let nodes = ["n1", "n2"].map(|node| root.join("nodes").join(node));
    for node in &nodes {
        bundle(&ca, &node.join("cluster"));
    }
    fs::write(root.join("ca.pem"), ca.pem()).unwrap();
    let pin = |node: &Path| Facts::all_in(&fs::read(node.join("cluster/cert.pem")).unwrap()).unwrap()[0].pin;
    let text = format!("# made by natscert from x.toml\n\"{}\"\n\"{}\"\n", pin(&nodes[0]), pin(&nodes[1]));
    let confs = [nodes[0].join("nats.conf"), nodes[1].join("nats.conf")];
    fs::write(&confs[0], &text).unwrap();
    fs::write(root.join("elsewhere"), &text).unwrap();
    std::os::unix::fs::symlink(root.join("elsewhere"), &confs[1]).unwrap();
    let authority = Authority::of_root(ca);
    let dirs = [root.clone()];
    let outcome = run(&Order { new_key: true, ..order(&dirs) }, &authority);
    assert_eq!(outcome.problems.iter().map(|one| &one.path).collect::<Vec<_>>(), [&confs[1]]);
    let rewritten = outcome.named.iter().map(|named| (&named.file, named.is_rewritten)).collect::<Vec<_>>();
    assert_eq!(rewritten, [(&confs[0], true), (&confs[0], true), (&confs[1], false), (&confs[1], false)]);
    let has_new = |conf: &Path| {
        let text = fs::read_to_string(conf).unwrap();
        nodes.iter().all(|node| text.contains(&pin(node).to_string()))
    };
    assert!(has_new(&confs[0]) && !has_new(&confs[1]));
    assert_eq!(states(&authority, &dirs, false).0, ["renewed"; 2]);
    fs::rename(root.join("elsewhere"), &confs[1]).unwrap();
    assert!(run(&Order { all: false, ..order(&dirs) }, &authority).problems.is_empty());
    assert!(has_new(&confs[1]));
    assert!(!root.join(".natscert-apply").exists());
}

/// Where configurations have pins, one cannot become two.
#[test]
fn bundles_that_share_a_key_keep_it() {
    let (_guard, root) = folder();
    let ca = ca("ours", 900);
    let bundles = ["nodes/n1/cluster", "nodes/n2/cluster", "nodes/n3/cluster"].map(|dir| root.join(dir));
    for dir in &bundles {
        bundle(&ca, dir);
    }
    for file in ["cert.pem", "key.pem"] {
        fs::copy(bundles[0].join(file), bundles[2].join(file)).unwrap();
    }
    let dirs = [root.clone()];
    let pem = ca.pem();
    let authority = Authority::of_root(ca);
    assert_eq!(states(&authority, &dirs, true).0, ["renewed"; 3], "no output folder of apply");
    for file in ["cert.pem", "key.pem"] {
        fs::copy(bundles[0].join(file), bundles[2].join(file)).unwrap();
    }
    fs::write(root.join("ca.pem"), pem).unwrap();
    assert_eq!(states(&authority, &dirs, true).0, ["shared-key", "renewed", "shared-key"]);
    assert_eq!(states(&authority, &dirs, false).0, ["renewed"; 3]);
}

#[test]
fn what_ends_with_its_ca_is_not_renewed_to_no_effect() {
    let (_guard, root) = folder();
    let ca = ca("short", 20);
    bundle(&ca, &root.join("a"));
    let authority = Authority::of_root(ca);
    let dirs = [root];
    let within = Some(Duration::days(90));
    let outcome = run(&Order { all: false, within, ..order(&dirs) }, &authority);
    assert_eq!(outcome.count(|state| matches!(state, State::Refused(Refusal::CaEnds(_)))), 1);
}

#[test]
fn a_third_of_its_length_is_near_enough_to_the_end() {
    let (_guard, root) = folder();
    let ca = ca("ours", 9);
    bundle(&ca, &root.join("a"));
    let dirs = [root];
    let due = |days: i64| {
        let now = OffsetDateTime::now_utc() + Duration::days(days);
        let outcome = check(&Order { all: false, now, ..order(&dirs) }, None, &Quiet).unwrap();
        outcome.count(|state| matches!(state, State::Due))
    };
    assert_eq!([5, 7, 20].map(due), [0, 1, 1], "of nine days; one that has expired is due");
}

/// Whoever changed the CA while the run waited is heeded: nothing is done with the one that was read.
#[test]
fn nothing_is_written_with_a_ca_that_changed() {
    let (_guard, root) = folder();
    let ca = ca("ours", 900);
    bundle(&ca, &root.join("a"));
    let before = fs::read(root.join("a/cert.pem")).unwrap();
    let authority = Authority::of_root(ca);
    let dirs = [root.clone()];
    let outcome = renew(&order(&dirs), &authority, &Quiet, |_| (), || Ok(false)).unwrap();
    assert!(outcome.is_none());
    assert_eq!(fs::read(root.join("a/cert.pem")).unwrap(), before);
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
}

/// Another run may put a bundle there after the folders were found, and be gone before they are locked.
#[test]
fn what_came_before_the_lock_is_seen() {
    let (_guard, root) = folder();
    let ca = ca("root", 100);
    bundle(&ca, &root.join("a/one"));
    let dirs = [root.clone()];
    let mut count = 0;
    let find = || {
        let found = Folders::find(&dirs);
        count += 1;
        if count == 1 {
            bundle(&ca, &root.join("b/two"));
        }
        found
    };
    let (folders, _changes) = hold(find, |_| panic!("nobody is there")).unwrap();
    assert_eq!(folders.places[0].dirs, [root.join("a/one"), root.join("b/two")]);
    assert!(folders.held().contains(&root.join("b")));
}

#[path = "reload_tests.rs"]
mod reload;

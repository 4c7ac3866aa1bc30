#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);

fn ca() -> Ca {
    Ca::generate().unwrap()
}

fn dir() -> (TempDir, CaDir) {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("ca"));
    fs::create_dir(dir.path()).unwrap();
    (temp, dir)
}

fn names(dir: &CaDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// The files as a run leaves them that is killed after `steps` of: hidden key, hidden root, key renamed.
fn killed_after(steps: usize, dir: &CaDir, ca: &Ca) {
    let write = |kind: FileKind, text: &str| write_new(&dir.hidden(kind), kind, text.as_bytes()).unwrap();
    if steps > 0 {
        write(FileKind::RootKey, &ca.key().to_pem());
    }
    if steps > 1 {
        write(FileKind::Root, &ca.pem());
    }
    if steps > 2 {
        dir.rename_hidden(FileKind::RootKey).unwrap();
    }
}

#[test]
fn before_its_key_is_there_a_killed_run_made_nothing() {
    for steps in 0..3 {
        let (_temp, dir) = dir();
        killed_after(steps, &dir, &ca());
        assert!(dir.open(NOW).unwrap().is_none(), "{steps}");
        let next = ca();
        dir.create_inside(&next.pem(), &next.key().to_pem()).unwrap();
        assert_eq!(dir.open(NOW).unwrap().unwrap().root().der(), next.der(), "{steps}");
        assert_eq!(names(&dir), ["root-key.pem", "root.pem"], "{steps}");
    }
}

#[test]
fn once_its_key_is_there_the_next_run_completes_it() {
    let first = ca();
    let (_temp, dir) = dir();
    killed_after(3, &dir, &first);
    assert_eq!(dir.open(NOW).unwrap().unwrap().root().der(), first.der());
    assert_eq!(names(&dir), ["root-key.pem", "root.pem"]);
    // Nor does another first run take its place.
    let (_temp, dir) = self::dir();
    killed_after(3, &dir, &first);
    let other = ca();
    assert!(matches!(dir.create_inside(&other.pem(), &other.key().to_pem()), Err(Error::CaExists(_))));
    assert_eq!(dir.open_or_create(NOW, || Ok(other)).unwrap().root().der(), first.der());
}

#[test]
fn another_roots_left_over_completes_nothing() {
    let (_temp, dir) = dir();
    killed_after(3, &dir, &ca());
    fs::write(dir.hidden(FileKind::Root), ca().pem()).unwrap();
    assert!(matches!(dir.open(NOW), Err(Error::Incomplete { missing: "root.pem", .. })));
}

#[test]
fn a_half_that_somebody_removed_is_an_error() {
    for (kind, name) in [(FileKind::Root, "root.pem"), (FileKind::RootKey, "root-key.pem")] {
        let (_temp, dir) = dir();
        dir.create(&ca()).unwrap();
        fs::remove_file(dir.file(kind)).unwrap();
        assert!(matches!(dir.open(NOW), Err(Error::Incomplete { missing, .. }) if missing == name));
        let made = dir.open_or_create(NOW, || Ok(ca()));
        assert!(matches!(made, Err(Error::Incomplete { .. })), "never made anew beside half of it");
        assert!(matches!(dir.create(&ca()), Err(Error::CaExists(_))));
    }
}

#[test]
fn one_is_made_and_the_rest_open_it() {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("deep/down/ca"));
    assert!(dir.open(NOW).unwrap().is_none());
    let first = dir.open_or_create(NOW, || Ok(ca())).unwrap();
    assert!(first.created);
    let second = dir.open_or_create(NOW, || unreachable!("there is one")).unwrap();
    assert!(!second.created);
    assert_eq!(first.root().der(), second.root().der());
    assert!(matches!(dir.create(&ca()), Err(Error::CaExists(_))));
}

#[test]
fn who_comes_second_gets_the_first_ones() {
    let (_temp, dir) = dir();
    let first = ca();
    let opened = dir.open_or_create(NOW, || {
        dir.create(&first).unwrap();
        Ok(ca())
    });
    let opened = opened.unwrap();
    assert!(!opened.created);
    assert_eq!(opened.root().der(), first.der());
}

#[test]
fn a_root_that_cannot_be_made_leaves_nothing() {
    let temp = TempDir::new().unwrap();
    let dir = CaDir::new(temp.path().join("deep/ca"));
    dir.open_or_create(NOW, || Err(pki::Error::RsaKeygen)).unwrap_err();
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

mod lives {
    use super::*;
    use crate::bundle::{RollState, Step};
    use crate::pki::{CaRequest, IntermediateRequest, Phase, Rolled, Standing, Trust};

    fn below(root: &Ca, name: &str) -> Ca {
        let ca = CaRequest {
            subject: pki::Subject::common_name(name),
            key_type: pki::KeyType::EcdsaP256,
            validity: root.validity(),
            constraints: pki::Constraints::default(),
        };
        root.intermediate(&IntermediateRequest { ca, usage: pki::Usage::Both, path_length: 0 }).unwrap()
    }

    fn made() -> (TempDir, CaDir, Ca) {
        let temp = TempDir::new().unwrap();
        let dir = CaDir::new(temp.path().join("ca"));
        let root = ca();
        dir.create(&root).unwrap();
        (temp, dir, root)
    }

    fn prints<'a>(cas: impl IntoIterator<Item = &'a Ca>) -> Vec<String> {
        cas.into_iter().map(|ca| ca.facts().fingerprint.clone()).collect()
    }

    #[test]
    fn the_active_intermediate_signs_and_both_are_trusted_if_asked() {
        let (_temp, dir, root) = made();
        let (one, two) = (below(&root, "one"), below(&root, "two"));
        let mut held = dir.hold().unwrap();
        held.add(&"one".parse().unwrap(), &one, Standing::Active).unwrap();
        held.add(&"two".parse().unwrap(), &two, Standing::Standby).unwrap();
        drop(held);
        let opened = dir.open(NOW).unwrap().unwrap();
        assert_eq!(prints([opened.signer(), opened.root()]), prints([&one, &root]));
        let authority = &opened.authority;
        assert_eq!(prints(authority.anchors(Trust::Roots)), prints([&root]));
        assert_eq!(prints(authority.anchors(Trust::Intermediates)), prints([&one, &two]));
        let mut held = dir.hold().unwrap();
        held.state.set_standing("two", Standing::Active);
        held.state.set_standing("one", Standing::Retired);
        held.state.trust = Trust::Intermediates;
        held.write().unwrap();
        let opened = dir.open(NOW).unwrap().unwrap();
        assert_eq!(opened.ca_pem(), two.pem());
        assert_eq!(prints(opened.authority.all()), prints([&root, &one, &two]));
    }

    /// A run that adds one and is killed before the state names it: nothing changed, and the next one takes its place.
    #[test]
    fn an_intermediate_that_no_state_names_is_not_there() {
        let (_temp, dir, root) = made();
        let (one, lost, again) = (below(&root, "one"), below(&root, "lost"), below(&root, "again"));
        dir.hold().unwrap().add(&"one".parse().unwrap(), &one, Standing::Active).unwrap();
        dir.hold().unwrap().put("two", &lost).unwrap();
        let opened = dir.open(NOW).unwrap().unwrap();
        assert_eq!(prints(opened.authority.all()), prints([&root, &one]));
        assert_eq!(prints([opened.signer()]), prints([&one]));
        let mut held = dir.hold().unwrap();
        assert_eq!(held.state.standing("two"), None);
        held.add(&"two".parse().unwrap(), &again, Standing::Active).unwrap();
        let opened = dir.open(NOW).unwrap().unwrap();
        assert_eq!(prints([opened.signer()]), prints([&again]));
    }

    /// What signs, and what is trusted, at each step; a killed move is completed whenever it was killed.
    #[test]
    fn a_root_is_rolled_there_and_back() {
        let (_temp, dir, old) = made();
        let old_below = below(&old, "a");
        let (new, new_below) = (ca(), self::below(&old, "unused"));
        drop(new_below);
        let new_below = below(&new, "a");
        let mut held = dir.hold().unwrap();
        held.add(&"a".parse().unwrap(), &old_below, Standing::Active).unwrap();
        held.start_root(&new, &[("a", &new_below)]).unwrap();
        drop(held);
        let look = || {
            let opened = dir.open(NOW).unwrap().unwrap();
            let phase = opened.authority.roll.as_ref().map(|roll| roll.phase);
            let trusted = prints(opened.authority.anchors(Trust::Roots));
            (phase, prints([opened.signer()]), trusted)
        };
        let started = (Some(Phase::Started), prints([&old_below]), prints([&old, &new]));
        let switched = (Some(Phase::Switched), prints([&new_below]), prints([&old, &new]));
        let finished = (Some(Phase::Finished), prints([&new_below]), prints([&new]));
        assert_eq!(look(), started);
        dir.hold().unwrap().step(Step::Switched).unwrap();
        assert_eq!(look(), switched);
        dir.hold().unwrap().finish_root().unwrap();
        assert_eq!(look(), finished);
        assert_eq!(fs::read_to_string(dir.path().join("root.pem")).unwrap(), new.pem());
        dir.hold().unwrap().reopen_root().unwrap();
        assert_eq!(look(), switched);
        assert_eq!(fs::read_to_string(dir.path().join("root.pem")).unwrap(), old.pem());
        dir.hold().unwrap().step(Step::Started).unwrap();
        dir.hold().unwrap().drop_next().unwrap();
        assert_eq!(look(), (None, prints([&old_below]), prints([&old])));
        assert_eq!(names(&dir), ["authority.json", "intermediates", "root-key.pem", "root.pem"]);
    }

    #[test]
    fn moves_that_were_killed_go_on() {
        // Each rename that finishing takes, undone from the end: the state says that they are under way.
        for done in 0..=6 {
            let (_temp, dir, old) = made();
            let (new, old_below) = (ca(), below(&old, "a"));
            let new_below = below(&new, "a");
            let mut held = dir.hold().unwrap();
            held.add(&"a".parse().unwrap(), &old_below, Standing::Active).unwrap();
            held.start_root(&new, &[("a", &new_below)]).unwrap();
            held.state.roll = Some(RollState {
                rolled: Rolled::Root,
                step: Step::Finishing,
                made: false,
                aside: Vec::new(),
            });
            held.write().unwrap();
            drop(held);
            let path = |part: &str| dir.path().join(part);
            fs::create_dir(path("previous")).unwrap();
            let steps = ["root-key.pem", "root.pem", "intermediates"].map(|name| {
                [(path(name), path("previous").join(name)), (path("next").join(name), path(name))]
            });
            for (from, to) in steps.iter().flatten().take(done) {
                fs::rename(from, to).unwrap();
            }
            let opened = dir.open(NOW).unwrap().unwrap();
            assert_eq!(prints([opened.root(), opened.signer()]), prints([&new, &new_below]), "{done}");
            assert_eq!(
                prints(opened.authority.all()),
                prints([&new, &new_below, &old, &old_below]),
                "{done}"
            );
            assert!(!path("next").exists());
        }
    }

    /// A run that has looked at the state before a move began, and reads the files amid it.
    #[test]
    fn nobody_reads_two_families() {
        let (_temp, dir, old) = made();
        let new = ca();
        let mut held = dir.hold().unwrap();
        held.start_root(&new, &[]).unwrap();
        held.step(Step::Finishing).unwrap();
        drop(held);
        fs::create_dir(dir.path().join("previous")).unwrap();
        fs::rename(dir.file(FileKind::RootKey), dir.path().join("previous/root-key.pem")).unwrap();
        let opened = dir.load(NOW).unwrap();
        assert_eq!(prints(opened.authority.all()), prints([&new, &old]));
    }

    #[test]
    fn an_intermediate_that_has_expired_is_told_by_name() {
        let (_temp, dir, root) = made();
        let validity =
            pki::Validity::new(NOW - time::Duration::days(3), NOW - time::Duration::days(2)).unwrap();
        let ca = CaRequest {
            subject: pki::Subject::common_name("short"),
            key_type: pki::KeyType::EcdsaP256,
            validity,
            constraints: pki::Constraints::default(),
        };
        let short =
            root.intermediate(&IntermediateRequest { ca, usage: pki::Usage::Both, path_length: 0 }).unwrap();
        let name = "short".parse().unwrap();
        dir.hold().unwrap().add(&name, &short, Standing::Standby).unwrap();
        assert!(dir.open(NOW).unwrap().is_some(), "on standby it does no harm");
        let mut held = dir.hold().unwrap();
        held.state.set_standing("short", Standing::Active);
        held.write().unwrap();
        let why = dir.open(NOW).unwrap_err().to_string();
        assert!(why.contains("intermediates/short/cert.pem: the active intermediate expired"), "{why}");
    }
}

use super::*;
use crate::bundle::{Change, Held, Refused, Revoked, RollState, Step};
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

fn add(held: &mut Held<'_>, name: &str, ca: &Ca, standing: Standing) {
    held.put(name, ca).unwrap();
    held.state.set_standing(name, standing);
    held.write().unwrap();
}

fn prints<'a>(cas: impl IntoIterator<Item = &'a Ca>) -> Vec<String> {
    cas.into_iter().map(|ca| ca.facts().fingerprint.clone()).collect()
}

#[test]
fn the_active_intermediate_signs_and_both_are_trusted_if_asked() {
    let (_temp, dir, root) = made();
    let (one, two) = (below(&root, "one"), below(&root, "two"));
    let mut held = dir.hold(|_| {}).unwrap();
    add(&mut held, "one", &one, Standing::Active);
    add(&mut held, "two", &two, Standing::Standby);
    drop(held);
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(prints([opened.signer(), opened.root()]), prints([&one, &root]));
    let authority = &opened.authority;
    assert_eq!(prints(authority.anchors(Trust::Roots)), prints([&root]));
    assert_eq!(prints(authority.anchors(Trust::Intermediates)), prints([&one, &two]));
    let mut held = dir.hold(|_| {}).unwrap();
    held.state.set_standing("two", Standing::Active);
    held.state.set_standing("one", Standing::Retired);
    held.state.trust = Trust::Intermediates;
    held.write().unwrap();
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(opened.ca_pem(), two.pem());
    assert_eq!(prints(opened.authority.all()), prints([&root, &one, &two]));
}

#[test]
fn who_has_to_wait_is_told_so() {
    let (_temp, dir, _root) = made();
    let mut first = Some(dir.hold(|_| panic!("nobody else is there")).unwrap());
    let mut told = None;
    dir.hold(|path| {
        told = Some(path.to_owned());
        first.take();
    })
    .unwrap();
    assert_eq!(told.as_deref(), Some(dir.path()));
    let nowhere = CaDir::new(dir.path().join("nowhere"));
    assert!(matches!(nowhere.hold(|_| panic!("there is nobody")), Err(Error::NoCa(_))));
}

/// A run that adds one and is killed before the state names it: nothing changed, and the next one takes its place.
#[test]
fn an_intermediate_that_no_state_names_is_not_there() {
    let (_temp, dir, root) = made();
    let (one, lost, again) = (below(&root, "one"), below(&root, "lost"), below(&root, "again"));
    add(&mut dir.hold(|_| {}).unwrap(), "one", &one, Standing::Active);
    dir.hold(|_| {}).unwrap().put("two", &lost).unwrap();
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(prints(opened.authority.all()), prints([&root, &one]));
    assert_eq!(prints([opened.signer()]), prints([&one]));
    let mut held = dir.hold(|_| {}).unwrap();
    assert_eq!(held.state.standing("two"), None);
    add(&mut held, "two", &again, Standing::Active);
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(prints([opened.signer()]), prints([&again]));
}

/// The state is the same, the CAs are not.
#[test]
fn a_roll_that_was_begun_anew_is_another_one() {
    let (_temp, dir, root) = made();
    let add = || {
        let mut held = dir.hold(|_| {}).unwrap();
        held.put("a", &below(&root, "a")).unwrap();
        held.state.set_standing("a", Standing::Standby);
        held.write().unwrap();
    };
    let start = || dir.hold(|_| {}).unwrap().start_root(&ca(), &[]).unwrap();
    for (begin, take_back) in [(&add as &dyn Fn(), false), (&start, true)] {
        begin();
        let opened = dir.open(NOW).unwrap().unwrap();
        assert!(dir.is_still(&opened, &Revoked::default()).unwrap());
        if take_back {
            dir.hold(|_| {}).unwrap().drop_next().unwrap();
        }
        begin();
        assert!(!dir.is_still(&opened, &Revoked::default()).unwrap());
    }
}

/// What signs, and what is trusted, at each step; a killed move is completed whenever it was killed.
#[test]
fn a_root_is_rolled_there_and_back() {
    let (_temp, dir, old) = made();
    let old_below = below(&old, "a");
    let (new, new_below) = (ca(), self::below(&old, "unused"));
    drop(new_below);
    let new_below = below(&new, "a");
    let mut held = dir.hold(|_| {}).unwrap();
    add(&mut held, "a", &old_below, Standing::Active);
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
    dir.hold(|_| {}).unwrap().step(Step::Switched).unwrap();
    assert_eq!(look(), switched);
    dir.hold(|_| {}).unwrap().finish_root().unwrap();
    assert_eq!(look(), finished);
    assert_eq!(fs::read_to_string(dir.path().join("root.pem")).unwrap(), new.pem());
    dir.hold(|_| {}).unwrap().reopen_root().unwrap();
    assert_eq!(look(), switched);
    assert_eq!(fs::read_to_string(dir.path().join("root.pem")).unwrap(), old.pem());
    dir.hold(|_| {}).unwrap().step(Step::Started).unwrap();
    dir.hold(|_| {}).unwrap().drop_next().unwrap();
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
        let mut held = dir.hold(|_| {}).unwrap();
        add(&mut held, "a", &old_below, Standing::Active);
        held.start_root(&new, &[("a", &new_below)]).unwrap();
        held.state.roll =
            Some(RollState { rolled: Rolled::Root, step: Step::Finishing, made: false, aside: Vec::new() });
        held.write().unwrap();
        drop(held);
        let path = |part: &str| dir.path().join(part);
        fs::create_dir(path("previous")).unwrap();
        let steps = ["root-key.pem", "root.pem", "intermediates"]
            .map(|name| [(path(name), path("previous").join(name)), (path("next").join(name), path(name))]);
        for (from, to) in steps.iter().flatten().take(done) {
            fs::rename(from, to).unwrap();
        }
        let opened = dir.open(NOW).unwrap().unwrap();
        assert_eq!(prints([opened.root(), opened.signer()]), prints([&new, &new_below]), "{done}");
        assert_eq!(prints(opened.authority.all()), prints([&new, &new_below, &old, &old_below]), "{done}");
        assert!(!path("next").exists());
    }
}

/// What cannot be read because a step moved it is not what it was.
#[test]
fn what_was_moved_meanwhile_is_not_still_there() {
    let (_temp, dir, _old) = made();
    dir.hold(|_| {}).unwrap().start_root(&ca(), &[]).unwrap();
    dir.hold(|_| {}).unwrap().step(Step::Switched).unwrap();
    let (opened, before) = (dir.open(NOW).unwrap().unwrap(), dir.state().unwrap());
    assert!(dir.is_as(&opened, &before).unwrap());
    dir.hold(|_| {}).unwrap().finish_root().unwrap();
    assert!(!dir.is_as(&opened, &before).unwrap(), "next/root.pem is gone");
    let (opened, now) = (dir.open(NOW).unwrap().unwrap(), dir.state().unwrap());
    fs::remove_file(dir.file(FileKind::Root)).unwrap();
    dir.is_as(&opened, &now).unwrap_err();
}

/// One that was added while the old root lay aside keeps its name when that comes back.
#[test]
fn who_comes_back_takes_nobodys_name() {
    let (_temp, dir, old) = made();
    let new = ca();
    let (mut held, a, b) = (dir.hold(|_| {}).unwrap(), below(&old, "a"), below(&old, "b"));
    add(&mut held, "a", &a, Standing::Retired);
    add(&mut held, "b", &b, Standing::Retired);
    held.start_root(&new, &[]).unwrap();
    held.step(Step::Switched).unwrap();
    held.finish_root().unwrap();
    add(&mut held, "a", &below(&new, "a"), Standing::Standby);
    held.reopen_root().unwrap();
    assert_eq!(
        (held.state.standby.as_slice(), held.state.retired.as_slice()),
        (&["a".into()][..], &["b".into()][..])
    );
    let text = fs::read_to_string(dir.path().join("authority.json")).unwrap();
    assert_eq!(text.matches("\"a\"").count(), 1, "{text}");
}

/// A run that has looked at the state before a move began, and reads the files amid it.
#[test]
fn nobody_reads_two_families() {
    let (_temp, dir, old) = made();
    let new = ca();
    let mut held = dir.hold(|_| {}).unwrap();
    held.start_root(&new, &[]).unwrap();
    held.step(Step::Finishing).unwrap();
    drop(held);
    fs::create_dir(dir.path().join("previous")).unwrap();
    fs::rename(dir.file(FileKind::RootKey), dir.path().join("previous/root-key.pem")).unwrap();
    let opened = dir.load(NOW).unwrap();
    assert_eq!(prints(opened.authority.all()), prints([&new, &old]));
}

/// Nothing signs whose files are gone, and the directory goes on as it was.
#[test]
fn one_whose_files_are_gone_is_not_activated() {
    let (_temp, dir, root) = made();
    let mut held = dir.hold(|_| {}).unwrap();
    add(&mut held, "one", &below(&root, "one"), Standing::Active);
    add(&mut held, "two", &below(&root, "two"), Standing::Retired);
    fs::remove_dir_all(dir.path().join("intermediates/two")).unwrap();
    let mut held = {
        drop(held);
        dir.hold(|_| {}).unwrap()
    };
    let before = held.state.clone();
    let lost = Err(Refused::Lost("two".into()));
    assert_eq!(held.change(Change::Stand("two", Standing::Active)), lost);
    assert_eq!(held.change(Change::Stand("two", Standing::Standby)), lost);
    assert_eq!(held.change(Change::Add("two", Standing::Active)), lost);
    assert_eq!(held.state, before);
    drop(held);
    assert!(dir.open(NOW).is_ok());
    fs::remove_file(dir.path().join("intermediates/one/key.pem")).unwrap();
    let why = dir.open(NOW).unwrap_err();
    assert!(why.to_string().contains("authority.json names the intermediate one as active"), "{why}");
}

#[test]
fn one_that_was_revoked_is_not_activated() {
    let (_temp, dir, root) = made();
    let mut held = dir.hold(|_| {}).unwrap();
    let (one, two) = (below(&root, "one"), below(&root, "two"));
    add(&mut held, "one", &one, Standing::Active);
    add(&mut held, "two", &two, Standing::Standby);
    drop(held);
    let revoke = |ca: &Ca| {
        let add = |list: &mut Revoked| list.add(&root.facts().pin, ca.facts(), NOW, pki::Reason::Unspecified);
        Revoked::change(&dir, |_| {}, add).unwrap()
    };
    let list = revoke(&two);
    assert!(list.signer(&dir.open(NOW).unwrap().unwrap().authority).is_none());
    let list = revoke(&one);
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(list.signer(&opened.authority).map(|(one, _)| one.name.as_str()), Some("one"));
    let mut held = dir.hold(|_| {}).unwrap();
    assert_eq!(held.change(Change::Stand("two", Standing::Active)), Err(Refused::Revoked("two".into())));
    // It is, and so it stays.
    assert_eq!(held.change(Change::Stand("one", Standing::Active)), Ok(None));
}

/// What the old root revoked is asked for as long as its files lie there, whatever is rolled afterwards.
#[test]
fn the_old_root_is_known_after_another_roll() {
    let (_temp, dir, old) = made();
    let new = ca();
    let (old_a, old_gone, new_a) = (below(&old, "a"), below(&old, "gone"), below(&new, "a"));
    let mut held = dir.hold(|_| {}).unwrap();
    add(&mut held, "a", &old_a, Standing::Active);
    add(&mut held, "gone", &old_gone, Standing::Retired);
    held.start_root(&new, &[("a", &new_a)]).unwrap();
    held.step(Step::Switched).unwrap();
    held.finish_root().unwrap();
    let opened = dir.open(NOW).unwrap().unwrap();
    assert_eq!(prints(opened.authority.other.as_ref().unwrap().all()), prints([&old, &old_a, &old_gone]));
    let new_b = below(&new, "b");
    add(&mut held, "b", &new_b, Standing::Standby);
    for step in [Step::Started, Step::Switched, Step::Finished] {
        let rolled = Rolled::Intermediate { from: Some("a".into()), to: "b".into() };
        held.state.roll = Some(RollState { rolled, step, made: false, aside: Vec::new() });
        held.write().unwrap();
        let authority = dir.open(NOW).unwrap().unwrap().authority;
        assert_eq!(prints(authority.before.as_ref().unwrap().all()), prints([&old, &old_a, &old_gone]));
        assert_eq!(prints(authority.all()), prints([&new, &new_a, &new_b]));
        assert_eq!(prints(authority.anchors(Trust::Roots)), prints([&new]));
    }
}

#[test]
fn an_intermediate_that_has_expired_is_told_by_name() {
    let (_temp, dir, root) = made();
    let validity = pki::Validity::new(NOW - time::Duration::days(3), NOW - time::Duration::days(2)).unwrap();
    let ca = CaRequest {
        subject: pki::Subject::common_name("short"),
        key_type: pki::KeyType::EcdsaP256,
        validity,
        constraints: pki::Constraints::default(),
    };
    let short =
        root.intermediate(&IntermediateRequest { ca, usage: pki::Usage::Both, path_length: 0 }).unwrap();
    add(&mut dir.hold(|_| {}).unwrap(), "short", &short, Standing::Standby);
    assert!(dir.open(NOW).unwrap().is_some(), "on standby it does no harm");
    let mut held = dir.hold(|_| {}).unwrap();
    held.state.set_standing("short", Standing::Active);
    held.write().unwrap();
    let why = dir.open(NOW).unwrap_err().to_string();
    assert!(why.contains("intermediates/short/cert.pem: the active intermediate expired"), "{why}");
}

use super::*;

/// What is noted of a reload stays until it is done, and names the run that has to do it.
#[test]
fn a_reload_is_noted_where_something_was_written() {
    let (_guard, root) = folder();
    let (ours, other) = (ca("ours", 900), ca("other", 900));
    bundle(&other, &root.join("a"));
    let authority = Authority::of_root(ours);
    let dirs = [root.clone()];
    let asked = |mark, all| run(&Order { reload: Some(mark), all, ..order(&dirs) }, &authority);
    assert!(asked("1", true).noted.is_empty(), "all were refused");
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
    bundle(&authority.family.root, &root.join("a"));
    let outcome = asked("2", true);
    let here = BTreeSet::from([root.clone()]);
    assert_eq!((&outcome.noted, &outcome.awaiting_reload), (&here, &vec![]));
    // The reload failed; the next run finds nothing due.
    let outcome = asked("3", false);
    assert_eq!(
        (&outcome.noted, &outcome.awaiting_reload, outcome.has_changes()),
        (&here, &vec![root.clone()], false)
    );
    assert_eq!(check(&order(&dirs), None, &Quiet).unwrap().awaiting_reload, dirs);
    assert!(outcome.reloaded("3", |_| ()).unwrap().is_empty());
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
}

/// One that is noted of a part is seen from above; one that is noted of all is not done by a run on a part.
#[test]
fn a_reload_is_noted_of_the_folders_that_were_named() {
    let (_guard, root) = folder();
    let ours = ca("ours", 900);
    let names = ["server/a", "server/b", "client/c"].map(|name| root.join(name));
    for dir in &names {
        bundle(&ours, dir);
    }
    let authority = Authority::of_root(ours);
    let all = [root.clone()];
    let asked = |dirs, mark, all| run(&Order { reload: Some(mark), all, ..order(dirs) }, &authority);
    let awaiting = |dirs: &[PathBuf]| check(&order(dirs), None, &Quiet).unwrap().awaiting_reload;

    asked(&names[..1], "part", true);
    assert_eq!(awaiting(&all), names[..1]);
    assert!(awaiting(&names[1..]).is_empty(), "it is of another bundle in the same folder");
    asked(&names[1..2], "other", true).reloaded("other", |_| ()).unwrap();
    assert_eq!(awaiting(&all), names[..1]);
    let outcome = asked(&all, "all", false);
    assert!(!outcome.has_changes() && outcome.reloaded("all", |_| ()).unwrap().is_empty());
    assert!(awaiting(&all).is_empty());

    asked(&all, "all", true);
    let role = [root.join("server")];
    let rest = asked(&role, "part", true).reloaded("part", |_| ()).unwrap();
    assert_eq!((rest.len(), awaiting(&all)), (0, all.to_vec()));
    asked(&all, "all", false).reloaded("all", |_| ()).unwrap();
    assert_eq!(fs::read_dir(&root).unwrap().count(), 2);
}

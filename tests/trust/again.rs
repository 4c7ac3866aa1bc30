//! Twice is once.

use super::house::{House, Person};
use super::said::assert_same;
use super::stores::{SYSTEM, aliases, dangling, database, own_cacerts};

/// A system, three databases and two keystores.
fn furnish(person: &Person<'_>) -> Vec<String> {
    let house = person.house();
    for dir in [".mozilla/firefox/a.default", ".config/mozilla/firefox/b.default", ".local/share/pki/nssdb"] {
        database(person, dir);
    }
    let mut stores = vec![own_cacerts(house)];
    house.bash(&format!("cp {} /opt/before", stores[0]));
    stores.extend(SYSTEM.map(str::to_owned));
    stores.extend([".mozilla", ".config", ".local/share/pki"].map(|dir| format!("{}/{dir}", person.home())));
    stores
}

#[test]
fn a_second_run_changes_nothing() {
    let house = House::new();
    let root = house.root();
    let stores = furnish(&root);
    let stores: Vec<&str> = stores.iter().map(String::as_str).collect();
    root.natscert(&["ca", "init", "-q"]).ok();

    // What is not installed is not uninstalled.
    let before = house.picture(&stores);
    let none = root.trust(&["uninstall"]).ends(0);
    assert_same(&before, &house.picture(&stores));
    let (before, home) = (house.contents(&stores), house.contents(&["/root"]));
    none.all("system", "absent").all("nss", "absent").all("java", "absent");

    root.trust(&["install"])
        .ends(0)
        .all("system", "installed")
        .all("nss", "installed")
        .all("java", "installed");
    let (picture, everything) = (house.picture(&stores), house.contents(&["/root"]));
    root.trust(&["install"]).ends(0).all("system", "already").all("nss", "already").all("java", "already");
    root.trust(&["status"]).ends(0).all("system", "trusted").all("nss", "trusted").all("java", "trusted");
    assert_same(&picture, &house.picture(&stores));
    assert_same(&everything, &house.contents(&["/root"]));

    root.trust(&["uninstall"]).ends(0);
    let picture = house.picture(&stores);
    let again = root.trust(&["uninstall"]).ends(0);
    again.all("system", "absent").all("nss", "absent").all("java", "absent");
    assert_same(&picture, &house.picture(&stores));

    // Databases and keystores keep what was deleted in free pages; files and links are as before.
    let names = |contents: &str| {
        contents
            .lines()
            .filter(|line| line.contains(" f ") || line.contains(" l "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&house.contents(&stores)), names(&before));
    assert_eq!(names(&house.contents(&["/root"])), names(&home));
}

/// What would be done is said, and nothing is done.
#[test]
fn a_dry_run_changes_nothing() {
    let house = House::new();
    let root = house.root();
    let stores = furnish(&root);
    let stores: Vec<&str> = stores.iter().map(String::as_str).chain(["/root"]).collect();
    root.natscert(&["ca", "init", "-q"]).ok();
    let before = house.picture(&stores);
    let said = root.natscert(&["trust", "install", "--dry-run"]).ok().said();
    for command in
        ["update-ca-certificates", "keytool", "nssdb", "/usr/local/share/ca-certificates/natscert-"]
    {
        assert!(said.contains(command), "no {command} in\n{said}");
    }
    assert_same(&before, &house.picture(&stores));
    root.natscert(&["trust", "install"]).ok();
    let before = house.picture(&stores);
    let said = root.natscert(&["trust", "uninstall", "--dry-run"]).ok().said();
    assert!(said.contains("update-ca-certificates") && said.contains("keytool"), "{said}");
    assert_same(&before, &house.picture(&stores));
    root.trust(&["status"]).ends(0);
}

/// Two runs wait for each other: one installs, one finds it.
#[test]
fn two_at_once() {
    let house = House::new();
    let root = house.root();
    let stores = furnish(&root);
    root.natscert(&["ca", "init", "-q"]).ok();
    let together = |verb: &str| {
        let children: Vec<_> =
            (0..3).map(|_| root.command(["natscert", "trust", verb, "-q"]).spawn().unwrap()).collect();
        for child in children {
            assert!(child.wait_with_output().unwrap().status.success(), "{verb}");
        }
    };
    together("install");
    root.trust(&["status"]).ends(0);
    assert_eq!(
        aliases(&house, &stores[0], "changeit").len(),
        aliases(&house, "/opt/before", "changeit").len() + 1
    );
    together("uninstall");
    assert_eq!(aliases(&house, &stores[0], "changeit"), aliases(&house, "/opt/before", "changeit"));
    assert_eq!(dangling(&house), "");
}

//! Files that are something else than they should be.

use super::house::House;
use super::stores::BUNDLE;

#[test]
fn a_bundle_into_a_device_leaves_it_one() {
    let house = House::new();
    let root = house.root();
    root.natscert(&["ca", "init", "-q"]).ok();
    let done = root.natscert(&["trust", "bundle", "-o", "/dev/full", "--force"]);
    assert!(done.code.is_some_and(|code| code != 0), "{done:?}");
    assert_eq!(
        house.bash("stat -c '%F %t %T' /dev/full; ls -A /dev | grep full"),
        "character special file 1 7\nfull\n"
    );
}

#[test]
fn a_bundle_into_a_link_goes_where_it_leads() {
    let house = House::new();
    let root = house.root();
    root.natscert(&["ca", "init", "-q"]).ok();
    house.bash("mkdir /srv/there; echo old >/srv/there/roots.pem; ln -s /srv/there/roots.pem /root/link.pem");
    root.natscert(&["trust", "bundle", "-o", "/root/link.pem"]).ends(2);
    assert_eq!(house.read("/srv/there/roots.pem"), b"old\n");
    root.natscert(&["trust", "bundle", "-o", "/root/link.pem", "--force"]).ok();
    assert_eq!(house.bash("readlink /root/link.pem"), "/srv/there/roots.pem\n");
    let printed = root.natscert(&["trust", "bundle"]).ok().stdout;
    assert_eq!(String::from_utf8_lossy(&house.read("/srv/there/roots.pem")), printed);
}

/// Who opens a pipe that nobody writes into waits for ever.
#[test]
fn a_pipe_instead_of_the_systems_roots() {
    let house = House::new();
    let root = house.root();
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    house.bash(&format!("rm {BUNDLE}; mkfifo {BUNDLE}"));
    let ends = |words: &[&str]| root.run([&["timeout", "20", "natscert"], words].concat()).code;
    assert_eq!(ends(&["issue", "server", "localhost", "-q"]), Some(0));
    assert_eq!(ends(&["trust", "status"]), Some(1));
    assert!(matches!(ends(&["trust", "bundle"]), Some(1 | 2)));
    assert!(matches!(ends(&["trust", "uninstall"]), Some(0 | 1)));
}

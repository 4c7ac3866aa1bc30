//! Uninstall where it cannot look, or cannot act: it never says that all is well.

use super::house::{House, USER};
use super::stores::{ANCHORS, database, fingerprint, natscert_root, nss_trusts};

const PROFILE: &str = ".mozilla/firefox/p.default";

#[test]
fn without_the_systems_tool() {
    let house = House::new();
    let root = house.root();
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    house.bash("mv /usr/sbin/update-ca-certificates /opt/");
    for store in ["system", "system,nss,java"] {
        let said = root.trust(&["uninstall", "--store", store]).ends(1).trouble("system");
        assert!(said.contains("ca-certificates"), "{said}");
    }
    let said = root.trust(&["uninstall"]).ends(1).trouble("system");
    assert!(said.contains("ca-certificates"), "{said}");
    house.bash("mv /opt/update-ca-certificates /usr/sbin/");
    root.natscert(&["trust", "uninstall"]).ok();
    assert_eq!(house.bash(&format!("ls {ANCHORS}")), "");
}

#[test]
fn without_the_library_and_certutil() {
    let house = House::new();
    let root = house.root();
    let dir = database(&root, PROFILE);
    root.natscert(&["trust", "install", "--store", "nss"]).ok();
    let fingerprint = fingerprint(&house, &natscert_root(&root));
    house.bash(
        "rm -rf /usr/lib/firefox*; mkdir /opt/nss; mv /usr/lib/*/libnss3.so /usr/bin/certutil /opt/nss/",
    );
    for words in [&["uninstall"][..], &["uninstall", "--store", "nss"]] {
        let said = root.trust(words).ends(1).trouble("nss");
        assert!(said.contains(&dir) && said.contains("libnss3"), "{said}");
    }
    house.bash("mv /opt/nss/libnss3.so /usr/lib/*-linux-gnu/; mv /opt/nss/certutil /usr/bin/");
    assert!(nss_trusts(&house, &dir, &fingerprint));
    root.natscert(&["trust", "uninstall", "--store", "nss"]).ok();
    assert!(!nss_trusts(&house, &dir, &fingerprint));
}

#[test]
fn where_profiles_cannot_be_read() {
    let house = House::new();
    let user = house.user();
    database(&user, PROFILE);
    user.natscert(&["trust", "install", "--store", "nss"]).ok();
    for owner in [USER, "root"] {
        house.bash(&format!(
            "chown {owner}: /home/alice/.mozilla/firefox; chmod 0 /home/alice/.mozilla/firefox"
        ));
        for words in [&["uninstall"][..], &["uninstall", "--store", "nss"]] {
            let said = user.trust(words).ends(1).trouble("nss");
            assert!(said.contains("/home/alice/.mozilla/firefox"), "{said}");
        }
    }
    house.bash("chown alice: /home/alice/.mozilla/firefox; chmod 700 /home/alice/.mozilla/firefox");
    user.natscert(&["trust", "uninstall", "--store", "nss"]).ok();
}

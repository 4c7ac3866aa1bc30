//! The databases of browsers, apart from browsers: which library or tool writes them, and what may be wrong with them.

use super::house::House;
use super::said::assert_same;
use super::stores::{Lock, database, fingerprint, locked_database, natscert_root, nicknames, nss_trusts};

const PROFILES: [&str; 3] =
    [".mozilla/firefox/a.default", ".mozilla/firefox/b.default", ".local/share/pki/nssdb"];

#[track_caller]
fn without(what: &str) {
    let house = House::new();
    let user = house.user();
    let dirs = PROFILES.map(|dir| database(&user, dir));
    // certutil is kept for the test, where natscert does not look.
    house.bash(&format!("cp /usr/bin/certutil /opt/certutil; {what}"));
    user.trust(&["install", "--store", "nss"]).ends(0).all("nss", "installed");
    let wanted = fingerprint(&house, &natscert_root(&user));
    house.bash("cp /opt/certutil /usr/bin/certutil");
    let trusts = |dir: &String| nss_trusts(&house, dir, &wanted);
    assert!(dirs.iter().all(trusts), "{:?}", dirs.each_ref().map(|dir| nicknames(&house, dir)));
    house.bash(what);
    user.trust(&["status", "--store", "nss"]).ends(0).all("nss", "trusted");
    user.trust(&["install", "--store", "nss"]).ends(0).all("nss", "already");
    user.trust(&["uninstall", "--store", "nss"]).ends(0).all("nss", "removed");
    user.trust(&["uninstall", "--store", "nss"]).ends(0).all("nss", "absent");
    house.bash("cp /opt/certutil /usr/bin/certutil");
    assert!(dirs.iter().all(|dir| nicknames(&house, dir).is_empty()));
}

#[test]
fn without_certutil() {
    without("rm -f /usr/bin/certutil");
}

/// certutil needs the library as well: it finds it where its wrapper says.
#[test]
fn without_the_library_where_it_is_looked_for() {
    without(
        "[ -e /opt/nss ] || { mkdir /opt/nss; rm -rf /usr/lib/firefox*; mv /usr/lib/*/libnss3.so /opt/nss/; \
         mv /usr/bin/certutil /opt/certutil.real; \
         printf '#!/bin/sh\\nLD_LIBRARY_PATH=/opt/nss exec /opt/certutil.real \"$@\"\\n' >/opt/certutil; \
         chmod 755 /opt/certutil; cp /opt/certutil /usr/bin/certutil; }",
    );
}

/// Looking changes nothing and waits for nobody.
#[test]
fn status_changes_nothing() {
    let house = House::new();
    let user = house.user();
    let dirs = PROFILES.map(|dir| database(&user, dir));
    user.natscert(&["trust", "install", "--store", "nss"]).ok();
    let before = house.picture(&["/home/alice"]);
    user.trust(&["status", "--store", "nss"]).ends(0).all("nss", "trusted");
    assert_same(&before, &house.picture(&["/home/alice"]));
    house.write(&format!("{}/cert9.db", dirs[1]), "garbage", 0o600);
    let _lock = Lock::on(&house.root(), &format!("{}/cert9.db", dirs[0]));
    let before = house.picture(&["/home/alice"]);
    let status = user.trust(&["status", "--store", "nss"]).ends(1);
    status.came_to(&dirs[1], "unknown");
    status.came_to(&dirs[2], "trusted");
    assert_same(&before, &house.picture(&["/home/alice"]));
}

/// What is trusted for mail alone is not trusted.
#[test]
fn a_root_without_trust_is_given_it() {
    let house = House::new();
    let user = house.user();
    let dir = database(&user, PROFILES[0]);
    user.natscert(&["ca", "init", "-q"]).ok();
    let pem = natscert_root(&user);
    user.bash(&format!("certutil -A -d sql:{dir} -t ,C, -n mail -i {pem}")).ok();
    let wanted = fingerprint(&house, &pem);
    user.trust(&["status", "--store", "nss"]).ends(1).came_to(&dir, "partly");
    user.trust(&["install", "--store", "nss"]).ends(0).came_to(&dir, "installed");
    assert!(nss_trusts(&house, &dir, &wanted));
    user.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(&dir, "removed");
    assert_eq!(nicknames(&house, &dir), []);
}

/// Of a database with a Primary Password nothing is changed without asking for it, and nobody is asked here.
#[test]
fn a_primary_password_without_a_terminal() {
    let house = House::new();
    let user = house.user();
    let dir = locked_database(&user, PROFILES[0]);
    let before = house.contents(&[&dir]);
    let trust = user.trust(&["install", "--store", "nss"]).ends(1);
    let said = trust.came_to(&dir, "skipped");
    assert!(said.to_lowercase().contains("password"), "{said}");
    assert_same(&before, &house.contents(&[&dir]));
    user.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(&dir, "absent");
}

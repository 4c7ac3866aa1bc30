//! Browsers.

use super::super::house::House;
use super::super::judge::{self, Verdict::*};
use super::super::server::Server;
use super::super::stores::{
    Lock, bundle_holds, database, fingerprint, locked_database, natscert_root, nicknames, nss_trusts,
};
use super::{ROOT, with_mkcert};

/// Where today's browsers keep their profiles in a fresh home, and flatpak's and snap's always did.
const MISSED: [&str; 5] = [
    ".config/mozilla/firefox/p.default",
    ".local/share/pki/nssdb",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/p.default",
    ".var/app/org.chromium.Chromium/data/pki/nssdb",
    "snap/chromium/current/.pki/nssdb",
];

const OLD: [&str; 2] = [".mozilla/firefox/a.default", ".mozilla/firefox/b.default"];

#[test]
fn an_expired_ca_stays_in_nss() {
    let house = with_mkcert();
    let root = house.root();
    let dir = database(&root, OLD[0]);
    root.with("TRUST_STORES", "nss").mkcert(&["-install"]).ok();
    root.run(["faketime", "2040-01-01", "env", "TRUST_STORES=nss", "mkcert", "-uninstall"])
        .ok()
        .says("is now uninstalled");
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, ROOT)), "mkcert's fault");

    let house = House::new();
    let root = house.root();
    let dir = database(&root, OLD[0]);
    root.trust(&["install", "--store", "nss"]).ends(0).all("nss", "installed");
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&root))));
    root.run(["faketime", "2040-01-01", "natscert", "trust", "uninstall", "--store", "nss"])
        .ok()
        .says("removed");
    assert_eq!(nicknames(&house, &dir), []);
}

#[test]
fn profiles_in_todays_places_are_missed() {
    let house = with_mkcert();
    let root = house.root();
    let dirs = MISSED.map(|dir| database(&root, dir));
    root.with("TRUST_STORES", "nss").mkcert(&["-install"]).ok();
    for dir in &dirs[..4] {
        assert_eq!(nicknames(&house, dir), [], "mkcert's fault");
    }

    let house = House::new();
    let root = house.root();
    let dirs = MISSED.map(|dir| database(&root, dir));
    let server = Server::of_natscert(&root);
    root.trust(&["install", "--store", "nss"]).ends(0).all("nss", "installed");
    let wanted = fingerprint(&house, &natscert_root(&root));
    for dir in &dirs {
        assert!(nss_trusts(&house, dir, &wanted), "{dir}: {:?}", nicknames(&house, dir));
    }
    assert_eq!(judge::firefox(&root, &server, &dirs[0]), Trusted);
    assert_eq!(judge::chromium(&root, &server), Trusted);
    root.trust(&["uninstall", "--store", "nss"]).ends(0).all("nss", "removed");
    for dir in &dirs {
        assert_eq!(nicknames(&house, dir), [], "{dir}");
    }
}

/// What is done to the first of two profiles, and undone before it is looked into.
fn with_one_bad_profile(bad: &str) {
    let spoil = |house: &House| {
        let root = house.root();
        let [first, second] = if bad == "password" {
            [locked_database(&root, OLD[0]), database(&root, OLD[1])]
        } else {
            OLD.map(|dir| database(&root, dir))
        };
        if bad == "garbage" {
            house.write(&format!("{first}/cert9.db"), "this is no database", 0o600);
        }
        let lock = (bad == "lock").then(|| Lock::on(&root, &format!("{first}/cert9.db")));
        (first, second, lock)
    };

    let house = with_mkcert();
    let (first, second, lock) = spoil(&house);
    let failed = house.root().with("TRUST_STORES", "nss").mkcert(&["-install"]);
    assert_ne!(failed.code, Some(0), "{failed:?}");
    drop(lock);
    assert_eq!(nicknames(&house, &second), [], "mkcert's fault: the second profile");
    if bad == "password" {
        let trust: Vec<_> = nicknames(&house, &first).into_iter().map(|entry| entry.trust).collect();
        assert_eq!(trust, [",,"], "mkcert's fault: it is in the first without trust");
    }

    let house = House::new();
    let (first, second, lock) = spoil(&house);
    let trust = house.root().trust(&["install"]).ends(1).all("system", "installed");
    let place = trust.place(&first);
    assert!(matches!(place["outcome"].as_str(), Some("failed" | "skipped")), "{place:#}");
    assert!(
        !place["reason"].as_str().unwrap().is_empty() && !place["hint"].as_str().unwrap().is_empty(),
        "{place:#}"
    );
    trust.came_to(&second, "installed");
    drop(lock);
    let wanted = fingerprint(&house, &natscert_root(&house.root()));
    assert!(nss_trusts(&house, &second, &wanted));
    if bad != "garbage" {
        assert_eq!(nicknames(&house, &first), []);
    }
    assert!(!trust.outcomes("java").is_empty());
    assert!(trust.outcomes("java").iter().all(|(_, outcome)| matches!(*outcome, "installed" | "already")));
}

#[test]
fn one_corrupt_profile_stops_all() {
    with_one_bad_profile("garbage");
}

#[test]
fn one_locked_profile_stops_all() {
    with_one_bad_profile("lock");
}

#[test]
fn a_primary_password_stops_all_and_leaves_the_ca_without_trust() {
    with_one_bad_profile("password");
}

#[test]
fn uninstall_claims_success_over_an_unreadable_database() {
    let house = with_mkcert();
    let root = house.root();
    let [first, second] = OLD.map(|dir| database(&root, dir));
    root.with("TRUST_STORES", "nss").mkcert(&["-install"]).ok();
    house.bash(&format!("mv {first}/cert9.db /root/kept; echo garbage >{first}/cert9.db"));
    root.with("TRUST_STORES", "nss").mkcert(&["-uninstall"]).ok().says("is now uninstalled");
    house.bash(&format!("mv /root/kept {first}/cert9.db"));
    assert!(nss_trusts(&house, &first, &fingerprint(&house, ROOT)), "mkcert's fault");
    assert_eq!(nicknames(&house, &second), []);

    let house = House::new();
    let root = house.root();
    let [first, second] = OLD.map(|dir| database(&root, dir));
    root.trust(&["install", "--store", "nss"]).ends(0);
    house.bash(&format!("mv {first}/cert9.db /root/kept; echo garbage >{first}/cert9.db"));
    let trust = root.trust(&["uninstall", "--store", "nss"]).ends(1);
    trust.came_to(&first, "failed");
    trust.came_to(&second, "removed");
    // Nothing is forgotten: mended, the same command removes it.
    house.bash(&format!("mv /root/kept {first}/cert9.db"));
    root.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(&first, "removed");
    assert_eq!(nicknames(&house, &first), []);
}

#[test]
fn another_nickname_is_neither_installed_nor_removed() {
    let import = |house: &House, dir: &str, pem: &str| {
        house.bash(&format!("certutil -A -d sql:{dir} -t C,, -n somebody -i {pem}"));
    };
    let house = with_mkcert();
    let root = house.root();
    let dir = database(&root, OLD[0]);
    import(&house, &dir, ROOT);
    root.with("TRUST_STORES", "nss").mkcert(&["-install"]).ok().says("failed");
    root.with("TRUST_STORES", "nss").mkcert(&["-uninstall"]).ok().says("is now uninstalled");
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, ROOT)), "mkcert's fault");

    let house = House::new();
    let root = house.root();
    let dir = database(&root, OLD[0]);
    root.natscert(&["ca", "init", "-q"]).ok();
    import(&house, &dir, &natscert_root(&root));
    root.trust(&["status", "--store", "nss"]).came_to(&dir, "trusted");
    root.trust(&["install", "--store", "nss"]).ends(0).came_to(&dir, "already");
    root.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(&dir, "removed");
    assert_eq!(nicknames(&house, &dir), []);
}

/// No tool for the databases, no database, no Java, no store of the system's that is known.
#[test]
fn exit_code_0_where_nothing_was_installed() {
    const NO_NSS: &str = "rm -f /usr/bin/certutil /usr/lib/libnss3.so /usr/lib/*/libnss3.so";
    const NO_STORE: &str = "rm -r /usr/sbin/update-ca-certificates /usr/local/share/ca-certificates";
    let theirs = |spoil: &str, with_database: bool, name: &str, value: &str| {
        let house = with_mkcert();
        let root = house.root();
        if with_database {
            database(&root, OLD[0]);
        }
        house.bash(spoil);
        root.with(name, value).mkcert(&["-install"]).ok();
        house
    };
    theirs(NO_NSS, true, "TRUST_STORES", "nss");
    theirs("true", false, "TRUST_STORES", "nss");
    theirs("true", false, "JAVA_HOME", "/nonexistent");
    let house = theirs(NO_STORE, false, "TRUST_STORES", "system");
    assert!(!bundle_holds(&house, &fingerprint(&house, ROOT)));

    let ours = |spoil: &str, store: &str, java_home: Option<&str>, wanted: &[&str]| {
        let house = House::new();
        let root = java_home.map_or(house.root(), |path| house.root().with("JAVA_HOME", path));
        database(&root, OLD[0]);
        house.bash(spoil);
        let trust = root.trust(&["install", "--store", store]).ends(1);
        let said = trust.value["places"].to_string();
        for text in wanted {
            assert!(said.contains(text), "no {text:?} in {:#}", trust.value);
        }
    };
    ours(NO_NSS, "nss", None, &["libnss3", "apt"]);
    ours("true", "java", Some("/nonexistent"), &["/nonexistent", "JAVA_HOME"]);
    ours("rm -r /usr/lib/jvm /usr/bin/java", "java", None, &["no Java found"]);
    ours(NO_STORE, "system", None, &["ca-certificates"]);
}

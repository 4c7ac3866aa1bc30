//! Debian's store: what reads it trusts the root until it is taken out, and then all is as before.

use super::house::House;
use super::judge::{self, Judge, Verdict, Verdict::*};
use super::said::assert_same;
use super::server::Server;
use super::stores::{ANCHORS, BUNDLE, DEBIANS_CACERTS, SYSTEM, dangling, fingerprint, natscert_root};

const READERS: [(&str, Judge); 3] =
    [("curl", judge::curl), ("openssl", judge::openssl), ("python", judge::python)];

#[track_caller]
fn everybody(house: &House, server: &Server, wanted: Verdict) {
    for person in [house.root(), house.user()] {
        for (name, judge) in READERS {
            assert_eq!(judge(&person, server), wanted, "{name}");
        }
    }
}

/// Without Java's keystore, whose bytes tell when and in which order entries came.
fn stores(house: &House) -> String {
    let all = house.contents(&SYSTEM);
    all.lines().filter(|line| !line.contains(DEBIANS_CACERTS)).collect::<Vec<_>>().join("\n")
}

#[test]
fn curl_openssl_and_python_trust_it_until_uninstall() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let (before, bundle) = (stores(&house), house.read(BUNDLE));
    everybody(&house, &server, Refused);

    let trust = root.trust(&["install", "--store", "system"]).ends(0).all("system", "installed");
    everybody(&house, &server, Trusted);
    let fingerprint = fingerprint(&house, &natscert_root(&root));
    assert_eq!(trust.fingerprint(), fingerprint);
    let anchor = format!("{ANCHORS}/natscert-{}.crt", &fingerprint[..16]);
    assert_eq!(house.bash(&format!("stat -c '%a %U' {anchor}")), "644 root\n");
    assert!(root.natscert(&["trust", "status", "--store", "system"]).ok().stdout.contains(&fingerprint));

    root.trust(&["uninstall", "--store", "system"]).ends(0).all("system", "removed");
    everybody(&house, &server, Refused);
    assert_eq!(dangling(&house), "");
    assert_same(&before, &stores(&house));
    assert_eq!(house.read(BUNDLE), bundle);
}

/// What the system's tool told Java goes as well.
#[test]
fn uninstall_of_the_system_alone_leaves_nothing_in_debians_java() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    assert_eq!(judge::java(&root, &server), Trusted);
    root.natscert(&["trust", "uninstall", "--store", "system"]).ok();
    assert_eq!(judge::java(&root, &server), Refused);
}

/// Two roots of natscert's have one subject hash if their names are the same: one goes, the other stays.
#[test]
fn one_of_two_roots_of_the_same_name_goes() {
    let house = House::new();
    let root = house.root();
    let servers = ["/root/one", "/root/other"].map(|dir| {
        let person = root.with("NATSCERT_CA_DIR", dir);
        person.natscert(&["ca", "init", "-q", "--name", "twins"]).ok();
        person.natscert(&["trust", "install", "--store", "system"]).ok();
        Server::of_natscert(&person)
    });
    let verdicts = || [0, 1].map(|at| judge::openssl(&root, &servers[at]));
    assert_eq!(verdicts(), [Trusted, Trusted]);
    let first = root.with("NATSCERT_CA_DIR", "/root/one");
    first.trust(&["uninstall", "--store", "system"]).ends(0);
    assert_eq!(verdicts(), [Refused, Trusted]);
    assert_eq!(dangling(&house), "");
    root.with("NATSCERT_CA_DIR", "/root/other").trust(&["uninstall", "--store", "system"]).ends(0);
    assert_eq!(verdicts(), [Refused, Refused]);
}

/// Links that lead nowhere, as somebody leaves them who only deletes the file, are named and removed.
#[test]
fn links_that_lead_nowhere_are_found_and_removed() {
    let house = House::new();
    let root = house.root();
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    house.bash(&format!("rm {ANCHORS}/natscert*; update-ca-certificates"));
    let left = dangling(&house);
    assert_ne!(left, "");
    let status = root.natscert(&["trust", "status", "--store", "system"]).ends(1);
    for link in left.lines() {
        assert!(status.stdout.contains(link), "{link} is not in\n{}", status.stdout);
    }
    root.natscert(&["trust", "uninstall", "--store", "system"]).ok();
    assert_eq!(dangling(&house), "");
}

/// The root stands under a name that somebody else gave it.
#[test]
fn an_anchor_under_another_name_counts_and_goes() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    house.bash(&format!("cp {} {ANCHORS}/mine.crt; update-ca-certificates", natscert_root(&root)));
    root.trust(&["status", "--store", "system"]).ends(0).all("system", "trusted");
    root.natscert(&["trust", "status", "--store", "system"]).ok().says("mine.crt");
    root.trust(&["install", "--store", "system"]).ends(0).all("system", "already");
    root.trust(&["uninstall", "--store", "system"]).ends(0).all("system", "removed");
    assert_eq!(judge::curl(&root, &server), Refused);
    assert_eq!(dangling(&house), "");
}

/// On a fresh Debian that nobody added to, there is no folder for it.
#[test]
fn a_folder_that_is_not_there_is_made() {
    let house = House::new();
    let root = house.root();
    house.bash(&format!("rmdir {ANCHORS}"));
    let server = Server::of_natscert(&root);
    root.bash("umask 077; natscert trust install --store system").ok();
    for reader in [root.clone(), house.user()] {
        assert_eq!(judge::curl(&reader, &server), Trusted);
    }
    root.trust(&["uninstall", "--store", "system"]).ends(0).all("system", "removed");
}

/// One line, and never a failure.
#[test]
fn issue_says_when_the_system_does_not_trust_the_root() {
    let house = House::new();
    let root = house.root();
    let issue = ["issue", "server", "localhost", "--force"];
    root.natscert(&issue).ok().says("natscert trust install");
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    let said = root.natscert(&issue).ok().said();
    assert!(!said.contains("trust install"), "{said}");
    house.bash("rm -r /etc/ssl/certs; mkdir -m 0 /etc/ssl/certs");
    root.natscert(&issue).ok();
    house.user().natscert(&issue).ok();
}

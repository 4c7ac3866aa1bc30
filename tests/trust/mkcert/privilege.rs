//! Rights: root's, sudo's, nobody's.

use super::super::house::{House, USER};
use super::super::judge::{self, Verdict::*};
use super::super::server::Server;
use super::super::stores::{ANCHORS, database, fingerprint, natscert_root, nicknames, nss_trusts};
use super::{give_mkcert, with_mkcert};

const PROFILE: &str = ".mozilla/firefox/p.default";

#[test]
fn without_sudo_nothing_is_tried() {
    let house = House::new();
    let user = house.user();
    give_mkcert(&user);
    let dir = database(&user, PROFILE);
    house.bash("rm /usr/bin/sudo");
    user.mkcert(&["-install"]).ends(1).says("-----BEGIN CERTIFICATE-----");
    assert_eq!(nicknames(&house, &dir), [], "mkcert's fault");

    let house = House::new();
    let user = house.user();
    let dir = database(&user, PROFILE);
    house.bash("rm /usr/bin/sudo");
    let trust = user.trust(&["install"]).ends(1);
    trust.came_to(&dir, "installed");
    let said = trust.came_to(trust.outcomes("system")[0].0, "failed");
    assert!(said.contains("sudo"), "{said}");
    assert!(!trust.done.stderr.contains("-----BEGIN"), "{}", trust.done.stderr);
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&user))));
    assert_eq!(house.bash(&format!("ls {ANCHORS}")), "");
}

#[test]
fn under_sudo_a_second_ca_is_made_and_the_users_browsers_are_skipped() {
    const RULE: &str = "alice ALL=(ALL) NOPASSWD: ALL\n";
    let house = House::new();
    house.write("/etc/sudoers.d/tests", RULE, 0o440);
    let user = house.user();
    give_mkcert(&user);
    let dir = database(&user, PROFILE);
    user.run(["sudo", "mkcert", "-install"]).ok();
    assert!(house.exists("/root/.local/share/mkcert/rootCA.pem"), "mkcert's fault: a second CA");
    assert_eq!(nicknames(&house, &dir), [], "mkcert's fault");

    let house = House::new();
    house.write("/etc/sudoers.d/tests", RULE, 0o440);
    let user = house.user();
    let dir = database(&user, PROFILE);
    let server = Server::of_natscert(&user);
    user.run(["sudo", "natscert", "trust", "install"]).ok();
    assert!(!house.exists("/root/.local"), "{}", house.bash("find /root/.local"));
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&user))));
    assert_eq!(judge::curl(&user, &server), Trusted);
    assert_eq!(judge::firefox(&user, &server, &dir), Trusted);
    let foreign = format!("find /home/{USER} ! -user {USER}");
    assert_eq!(house.bash(&foreign), "", "something in the user's home is not the user's");
    user.run(["sudo", "natscert", "trust", "uninstall"]).ok();
    assert_eq!(nicknames(&house, &dir), []);
    assert_eq!(judge::curl(&user, &server), Refused);
    assert_eq!(house.bash(&foreign), "");
    assert!(!house.exists("/root/.local"));
}

#[test]
fn umask_077_makes_an_anchor_that_only_root_reads() {
    let mode = |house: &House| house.bash(&format!("stat -c %a {ANCHORS}/*")).trim().to_owned();
    let house = with_mkcert();
    house.root().bash("umask 077; mkcert -install").ok();
    assert_eq!(mode(&house), "600", "mkcert's fault");

    let house = House::new();
    house.root().bash("umask 077; natscert trust install --store system").ok();
    assert_eq!(mode(&house), "644");
    let server = Server::of_natscert(&house.root());
    assert_eq!(judge::curl(&house.user(), &server), Trusted);
    assert_eq!(judge::python(&house.user(), &server), Trusted);
}

#[test]
fn a_failed_update_leaves_the_anchor_behind() {
    let spoil =
        "printf '#!/bin/sh\\necho the disk is tired >&2\\nexit 1\\n' >/usr/sbin/update-ca-certificates";
    let house = with_mkcert();
    house.bash(spoil);
    house.root().mkcert(&["-install"]).ends(1);
    assert!(house.bash(&format!("ls {ANCHORS}")).contains("mkcert"), "mkcert's fault");

    let house = House::new();
    house.bash(spoil);
    let trust = house.root().trust(&["install", "--store", "system"]).ends(1).all("system", "failed");
    let said = trust.came_to(trust.outcomes("system")[0].0, "failed");
    assert!(said.contains("the disk is tired"), "{said}");
    assert_eq!(house.bash(&format!("ls {ANCHORS}")), "");
}

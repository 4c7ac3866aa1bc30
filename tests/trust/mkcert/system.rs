//! The system's store.

use super::super::house::House;
use super::super::judge::{self, Verdict::*};
use super::super::server::Server;
use super::super::stores::{ANCHORS, bundle_holds, dangling, fingerprint, natscert_root};
use super::{ROOT, with_mkcert};

#[test]
fn dangling_links_stay() {
    let house = with_mkcert();
    house.root().mkcert(&["-install"]).ok();
    house.root().mkcert(&["-uninstall"]).ok().says("is now uninstalled");
    assert_eq!(dangling(&house).lines().count(), 2, "mkcert's fault");

    let house = House::new();
    assert_eq!(dangling(&house), "");
    house.root().natscert(&["trust", "install", "--store", "system"]).ok();
    house.root().natscert(&["trust", "uninstall", "--store", "system"]).ok();
    assert_eq!(dangling(&house), "");
}

#[test]
fn uninstall_of_a_lost_ca_makes_a_new_one() {
    let house = with_mkcert();
    let (root, server) = (house.root(), Server::of_mkcert(&house));
    root.mkcert(&["-install"]).ok();
    house.bash("rm -r /root/.local/share/mkcert");
    root.mkcert(&["-uninstall"]).ok().says("is now uninstalled");
    assert!(house.exists(ROOT), "mkcert's fault: a new CA");
    assert_eq!(judge::curl(&root, &server), Trusted, "mkcert's fault: the old one is trusted");

    let house = House::new();
    let (root, server) = (house.root(), Server::of_natscert(&house.root()));
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    assert_eq!(judge::curl(&root, &server), Trusted);
    house.bash("rm -r /root/.local/share/natscert");
    root.natscert(&["trust", "uninstall", "--store", "system"]).ok();
    assert!(!house.exists("/root/.local/share/natscert"));
    assert_eq!(judge::curl(&root, &server), Refused);
}

#[test]
fn ssl_cert_file_fools_the_check() {
    let house = with_mkcert();
    let (root, server) = (house.root(), Server::of_mkcert(&house));
    root.with("SSL_CERT_FILE", ROOT).mkcert(&["-install"]).ok().says("already installed");
    assert_eq!(judge::curl(&root, &server), Refused, "mkcert's fault: it was not");
    root.mkcert(&["-install"]).ok();
    let elsewhere = root.with("SSL_CERT_FILE", "/dev/null").with("SSL_CERT_DIR", "/nonexistent");
    let said = elsewhere.mkcert(&["-install"]).said();
    assert!(!said.contains("already installed in the system"), "mkcert's fault: it is installed: {said}");

    let house = House::new();
    let (root, server) = (house.root(), Server::of_natscert(&house.root()));
    let fooled = root.with("SSL_CERT_FILE", &natscert_root(&root));
    fooled.trust(&["status", "--store", "system"]).ends(1).all("system", "absent");
    fooled.trust(&["install", "--store", "system"]).ends(0).all("system", "installed");
    assert_eq!(judge::curl(&root, &server), Trusted);
    let elsewhere = root.with("SSL_CERT_FILE", "/dev/null").with("SSL_CERT_DIR", "/nonexistent");
    elsewhere.trust(&["install", "--store", "system"]).ends(0).all("system", "already");
    elsewhere.trust(&["status", "--store", "system"]).ends(0).all("system", "trusted");
}

/// The bundle still holds the root, until the next package that brings certificates.
#[test]
fn a_deleted_anchor_passes_as_already_installed() {
    let house = with_mkcert();
    house.root().mkcert(&["-install"]).ok();
    house.bash("rm /usr/local/share/ca-certificates/mkcert*");
    house.root().mkcert(&["-install"]).ok().says("already installed in the system");
    house.bash("update-ca-certificates");
    assert!(!bundle_holds(&house, &fingerprint(&house, ROOT)), "mkcert's fault: it is not");

    let house = House::new();
    let root = house.root();
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    house.bash(&format!("rm {ANCHORS}/natscert*"));
    root.trust(&["status", "--store", "system"]).ends(1);
    root.trust(&["install", "--store", "system"]).ends(0).all("system", "installed");
    house.bash("update-ca-certificates");
    assert!(bundle_holds(&house, &fingerprint(&house, &natscert_root(&root))));
}

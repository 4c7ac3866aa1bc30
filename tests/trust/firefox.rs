//! Firefox: every profile, wherever it is.

use super::house::House;
use super::judge::{self, Verdict::*};
use super::server::Server;
use super::stores::{database, fingerprint, natscert_root, nicknames, nss_trusts};

const PLACES: [&str; 4] = [
    ".mozilla/firefox/a.default",
    ".config/mozilla/firefox/b.default-esr",
    "snap/firefox/common/.mozilla/firefox/c.default",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/d.default",
];

#[test]
fn firefox_trusts_it_in_every_profile_until_uninstall() {
    let house = House::new();
    let user = house.user();
    let profiles = PLACES.map(|dir| database(&user, dir));
    let server = Server::of_natscert(&user);
    assert_eq!(judge::firefox(&user, &server, &profiles[0]), Refused);
    let trust = user.trust(&["install", "--store", "nss"]).ends(0).all("nss", "installed");
    for profile in &profiles {
        trust.came_to(profile, "installed");
        assert_eq!(judge::firefox(&user, &server, profile), Trusted, "{profile}");
    }
    user.trust(&["status", "--store", "nss"]).ends(0);
    user.trust(&["uninstall", "--store", "nss"]).ends(0).all("nss", "removed");
    for profile in &profiles {
        assert_eq!(nicknames(&house, profile), []);
    }
    assert_eq!(judge::firefox(&user, &server, &profiles[1]), Refused);
}

#[test]
fn a_configuration_folder_elsewhere() {
    let house = House::new();
    let user = house.user().with("XDG_CONFIG_HOME", "/home/alice/settings");
    let profile = database(&user, "settings/mozilla/firefox/p.default");
    user.trust(&["install", "--store", "nss"]).ends(0).came_to(&profile, "installed");
    assert!(nss_trusts(&house, &profile, &fingerprint(&house, &natscert_root(&user))));
}

/// A profile that Firefox made, not certutil.
#[test]
fn a_profile_of_its_own_making() {
    let house = House::new();
    let user = house.user();
    let server = Server::of_natscert(&user);
    let profile = "/home/alice/.mozilla/firefox/fresh.default";
    user.bash(&format!("mkdir -p {profile}")).ok();
    assert_eq!(judge::firefox(&user, &server, profile), Refused);
    user.trust(&["install", "--store", "nss"]).ends(0).came_to(profile, "installed");
    assert_eq!(judge::firefox(&user, &server, profile), Trusted);
    user.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(profile, "removed");
    assert_eq!(judge::firefox(&user, &server, profile), Refused);
}

/// Firefox is there and was never started: nothing to write into, and no reason to say that all is well.
#[test]
fn a_firefox_that_was_never_started_is_named() {
    let house = House::new();
    let user = house.user();
    user.bash("mkdir -p .mozilla/firefox/empty.default").ok();
    let done = user.natscert(&["trust", "install", "--store", "nss"]).ends(1);
    let said = done.said().to_lowercase();
    assert!(said.contains("firefox") && said.contains("start"), "{said}");
}

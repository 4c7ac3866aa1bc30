//! Chromium: where its database is depends on what else is in the home.

use super::house::House;
use super::judge::{self, Verdict::*};
use super::server::Server;
use super::stores::{database, nicknames};

/// A Firefox without one would be a reason to fail.
const PROFILE: &str = ".mozilla/firefox/p.default";

/// `script` furnishes the home. Chromium makes a database at its first start, so it does not run before.
#[track_caller]
fn with_home(script: &str, databases: &[&str]) {
    let house = House::new();
    let user = house.user();
    user.bash(script).ok();
    for dir in databases.iter().chain(&[PROFILE]) {
        database(&user, dir);
    }
    let server = Server::of_natscert(&user);
    user.trust(&["install", "--store", "nss"]).ends(0).all("nss", "installed");
    assert_eq!(judge::chromium(&user, &server), Trusted);
    assert_eq!(house.bash("find /home/alice ! -user alice"), "");
    user.trust(&["install", "--store", "nss"]).ends(0);
    user.trust(&["uninstall", "--store", "nss"]).ends(0);
    assert_eq!(judge::chromium(&user, &server), Refused);
    for dir in databases {
        assert_eq!(nicknames(&house, &format!("/home/alice/{dir}")), []);
    }
}

#[test]
fn a_fresh_home() {
    with_home("true", &[]);
}

#[test]
fn the_old_place() {
    with_home("true", &[".pki/nssdb"]);
}

#[test]
fn an_empty_folder_in_the_old_place() {
    with_home("mkdir -p -m 0700 .pki/nssdb", &[]);
}

#[test]
fn the_place_of_today() {
    with_home("true", &[".local/share/pki/nssdb"]);
}

#[test]
fn both_places() {
    with_home("true", &[".pki/nssdb", ".local/share/pki/nssdb"]);
}

#[test]
fn the_folder_above_the_old_place_alone() {
    with_home("mkdir -m 0700 .pki", &[]);
}

#[test]
fn a_data_folder_elsewhere() {
    let house = House::new();
    let user =
        house.user().with("XDG_DATA_HOME", "/home/alice/data").with("NATSCERT_CA_DIR", "/home/alice/ca");
    let dir = database(&user, "data/pki/nssdb");
    database(&user, PROFILE);
    let server = Server::of_natscert(&user);
    user.trust(&["install", "--store", "nss"]).ends(0).came_to(&dir, "installed");
    assert_eq!(judge::chromium(&user, &server), Trusted);
    user.trust(&["uninstall", "--store", "nss"]).ends(0).came_to(&dir, "removed");
    assert_eq!(judge::chromium(&user, &server), Refused);
}

/// A new database is its owner's alone.
#[test]
fn a_database_that_was_made_is_private() {
    let house = House::new();
    let user = house.user();
    database(&user, PROFILE);
    user.bash("umask 000; natscert trust install --store nss").ok();
    let found = house.bash("find /home/alice -path '*nssdb*' -printf '%P %m %u\\n' | sort");
    assert!(found.starts_with(".local/share/pki/nssdb 700 alice\n"), "{found}");
    for file in ["cert9.db", "key4.db"] {
        assert!(found.contains(&format!("nssdb/{file} 600 alice")), "{found}");
    }
}

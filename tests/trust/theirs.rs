//! Under sudo, what is the user's stays the user's: root runs none of it, and leaves nothing in it.

use super::house::House;
use super::privilege::sudoers;
use super::stores::{DEBIANS_CACERTS, aliases, database, fingerprint, java_home, natscert_root};

const STRANGE: &str = r"find /home/alice ! -user alice -o ! -group alice";

fn house() -> House {
    let house = House::new();
    sudoers(&house, "alice ALL=(ALL) NOPASSWD: ALL");
    house
}

/// A JDK in the home, whose keytool notes who runs it.
fn jdk(house: &House) -> String {
    let (real, home) = (java_home(house), "/home/alice/.jdks/hers");
    house.bash(&format!(
        "mkdir -p {home}/bin {home}/lib/security; ln -s {real}/bin/java {home}/bin/java
         cp {DEBIANS_CACERTS} {home}/lib/security/cacerts; chmod 644 {home}/lib/security/cacerts
         mkdir -m 0777 /opt/ran"
    ));
    let script = format!("#!/bin/sh\nid -u >>/opt/ran/$(id -un)\nexec {real}/bin/keytool \"$@\"\n");
    house.write(&format!("{home}/bin/keytool"), script, 0o755);
    house.bash("chown -R alice: /home/alice");
    format!("{home}/lib/security/cacerts")
}

#[test]
fn roots_process_runs_no_keytool_of_the_users() {
    for variable in
        ["LANG=C", "JAVA_HOME=/home/alice/.jdks/hers", "PATH=/home/alice/.jdks/hers/bin:/usr/bin:/bin"]
    {
        let house = house();
        let user = house.user();
        let cacerts = jdk(&house);
        let sudo = |verb: &str| {
            let script = ["sudo", variable, "natscert", "trust", verb, "--store", "java"];
            // sudo has a PATH of its own: env sets the one that natscert sees.
            let words = if variable.starts_with("PATH") {
                vec!["sudo", "env", variable, "/usr/local/bin/natscert", "trust", verb, "--store", "java"]
            } else {
                script.to_vec()
            };
            user.run(words).ok()
        };
        let holds = |fingerprint: &str| {
            aliases(&house, &cacerts, "changeit").iter().any(|(_, found)| found == fingerprint)
        };
        sudo("install");
        assert_eq!(house.bash("ls /opt/ran"), "alice\n", "{variable}");
        let fingerprint = fingerprint(&house, &natscert_root(&user));
        assert!(holds(&fingerprint), "{variable}");
        assert!(aliases(&house, DEBIANS_CACERTS, "changeit").iter().any(|(_, found)| *found == fingerprint));
        assert_eq!(house.bash(STRANGE), "", "{variable}");
        sudo("uninstall");
        assert_eq!(house.bash("ls /opt/ran"), "alice\n", "{variable}");
        assert!(!holds(&fingerprint), "{variable}");
        assert_eq!(house.bash(STRANGE), "", "{variable}");
    }
}

#[test]
fn every_file_in_the_home_is_the_users() {
    let house = house();
    let user = house.user();
    database(&user, ".mozilla/firefox/p.default");
    jdk(&house);
    user.bash("umask 077; sudo natscert trust install").ok();
    let state = house.bash("stat -c '%U %G' /home/alice/.local/state/natscert/trust/*.json");
    assert_eq!(state, "alice alice\n");
    assert_eq!(house.bash(STRANGE), "");
    user.run(["sudo", "natscert", "trust", "status"]).ok();
    user.run(["sudo", "natscert", "trust", "uninstall"]).ok();
    assert_eq!(house.bash(STRANGE), "");
}

/// The user can put a link anywhere into the home; root does not follow it.
#[test]
fn a_link_where_the_state_files_are_leads_root_nowhere() {
    for link in [".local/state/natscert/trust", ".local/state/natscert", ".local/state"] {
        let house = house();
        let user = house.user();
        user.natscert(&["ca", "init", "-q"]).ok();
        house.bash("mkdir -p /opt/roots/natscert/trust; echo kept >/opt/roots/kept");
        user.bash(&format!("mkdir -p $(dirname ~/{link}); ln -s /opt/roots ~/{link}")).ok();
        let before = house.picture(&["/opt/roots"]);
        for verb in ["install", "uninstall"] {
            user.run(["sudo", "natscert", "trust", verb, "--store", "system"]);
            super::said::assert_same(&before, &house.picture(&["/opt/roots"]));
        }
    }
}

/// What a program reads that takes JSON.
#[test]
fn nothing_known_under_sudo_is_an_object_too() {
    let house = house();
    let user = house.user();
    for words in [&["sudo"][..], &[]] {
        let done = user.run([words, &["natscert", "trust", "uninstall", "--json"]].concat()).ok();
        let value: serde_json::Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|e| panic!("{e}: {done:?}"));
        for field in ["root", "fingerprint", "ca_dir", "state_file", "dry_run", "places"] {
            assert!(value.get(field).is_some(), "no {field} in {value:#}");
        }
        assert!(value["root"].is_null() && value["fingerprint"].is_null(), "{value:#}");
        assert_eq!(value["places"], serde_json::json!([]), "{value:#}");
    }
}

/// The state file is missing then, and that is said; the stores are served.
#[test]
fn a_home_that_cannot_be_written() {
    let house = house();
    let user = house.user();
    let dir = database(&user, ".mozilla/firefox/p.default");
    house.bash(
        "mkdir -m 0700 /srv/ca; chown alice: /srv/ca; rm -rf /home/alice/.local; chmod 555 /home/alice",
    );
    let words = |verb| [verb, "--store", "system,nss", "--ca-dir", "/srv/ca/hers"];
    let trust = user.trust(&words("install")).ends(1).all("system", "installed");
    trust.came_to(&dir, "installed");
    assert!(trust.done.stderr.contains("/home/alice/.local"), "{}", trust.done.stderr);
    let trust = user.trust(&words("uninstall")).all("system", "removed");
    trust.came_to(&dir, "removed");
}

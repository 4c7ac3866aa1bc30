//! Uninstall when what it would like to know is gone: the CA directory, the state file, the time in which the root is valid.

use super::house::{House, Person};
use super::judge::{self, Verdict::*};
use super::said::assert_same;
use super::server::Server;
use super::stores::{
    SYSTEM, aliases, dangling, database, fingerprint, natscert_root, nicknames, own_cacerts,
};

struct Installed {
    house: House,
    fingerprint: String,
    dirs: [String; 2],
    cacerts: String,
    server: Server,
}

impl Installed {
    /// Installed everywhere: two databases, Debian's keystore, one of Java's own.
    fn new() -> Self {
        let house = House::new();
        let root = house.root();
        let dirs = [".mozilla/firefox/a.default", ".local/share/pki/nssdb"].map(|dir| database(&root, dir));
        let cacerts = own_cacerts(&house);
        let server = Server::of_natscert(&root);
        root.trust(&["install"]).ends(0);
        assert_eq!([judge::curl(&root, &server), judge::java(&root, &server)], [Trusted, Trusted]);
        let fingerprint = fingerprint(&house, &natscert_root(&root));
        Self { house, fingerprint, dirs, cacerts, server }
    }

    #[track_caller]
    fn is_nowhere(&self) {
        let (house, root) = (&self.house, self.house.root());
        assert_eq!([judge::curl(&root, &self.server), judge::java(&root, &self.server)], [Refused, Refused]);
        for dir in &self.dirs {
            assert_eq!(nicknames(house, dir), []);
        }
        for keystore in [self.cacerts.as_str(), super::stores::DEBIANS_CACERTS] {
            let left = aliases(house, keystore, "changeit");
            assert!(left.iter().all(|(_, found)| *found != self.fingerprint), "{keystore}: {left:?}");
        }
        assert_eq!(dangling(house), "");
        let contents = house.contents(&SYSTEM);
        assert!(!contents.contains("natscert"), "{contents}");
        assert_eq!(house.bash("find /root -path '*natscert/trust*'"), "");
    }

    fn root(&self) -> Person<'_> {
        self.house.root()
    }
}

const CA_DIR: &str = "/root/.local/share/natscert";

#[test]
fn without_the_ca_directory() {
    let installed = Installed::new();
    installed.house.bash(&format!("rm -r {CA_DIR}"));
    installed.root().trust(&["status"]).ends(0);
    installed.root().trust(&["uninstall"]).ends(0);
    installed.is_nowhere();
    assert!(!installed.house.exists(CA_DIR), "uninstall makes no CA");
}

#[test]
fn without_the_state_file_either() {
    let installed = Installed::new();
    installed.house.bash(&format!("rm -r {CA_DIR} /root/.local/state"));
    // Which one is meant nobody can know; that there is one the stores say.
    let asked = installed.root().natscert(&["trust", "uninstall"]).ends(2);
    let line = asked.stderr.lines().find(|line| line.contains(&installed.fingerprint));
    assert!(line.is_some_and(|line| !line.contains("\\n")), "{}", asked.stderr);
    let spelled: Vec<_> = installed.fingerprint.to_uppercase().bytes().map(char::from).collect();
    let spelled = spelled.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":");
    installed.root().trust(&["status", "--fingerprint", &spelled]).ends(0);
    installed.root().trust(&["uninstall", "--fingerprint", &spelled]).ends(0);
    installed.is_nowhere();
    assert!(!installed.house.exists(CA_DIR));
    installed.root().trust(&["uninstall", "--fingerprint", &spelled]).ends(0);
}

#[test]
fn with_a_damaged_state_file() {
    let installed = Installed::new();
    installed.house.bash("for file in $(find /root/.local/state -name '*.json'); do echo '{' >$file; done");
    installed.root().trust(&["uninstall"]).ends(0);
    installed.is_nowhere();
}

#[test]
fn without_the_key() {
    let installed = Installed::new();
    installed.house.bash(&format!("rm {CA_DIR}/root-key.pem"));
    installed.root().trust(&["uninstall"]).ends(0);
    installed.is_nowhere();
}

#[test]
fn after_the_root_has_expired() {
    let installed = Installed::new();
    let words = ["faketime", "2040-01-01", "natscert", "trust", "uninstall"];
    installed.root().run(words).ok();
    installed.is_nowhere();
}

/// Whoever kills a run finds the root with the next one, whatever it came to.
#[test]
fn after_a_run_that_was_killed() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let tool = "/usr/sbin/update-ca-certificates";
    for kill_first in [true, false] {
        let order = if kill_first { "kill -KILL $PPID" } else { "\"$0.real\"; kill -KILL $PPID" };
        house.bash(&format!("mv {tool} {tool}.real"));
        house.write(tool, format!("#!/bin/sh\n{order}\n"), 0o755);
        let killed = root.natscert(&["trust", "install", "--store", "system"]);
        assert_ne!(killed.code, Some(0), "{killed:?}");
        house.bash(&format!("mv {tool}.real {tool}; rm -r {CA_DIR}"));
        root.trust(&["uninstall"]).ends(0);
        assert_eq!(judge::curl(&root, &server), Refused);
        assert_eq!(dangling(&house), "");
        let contents = house.contents(&SYSTEM);
        assert!(!contents.contains("natscert"), "{contents}");
    }
}

#[test]
fn where_nothing_was_ever_installed() {
    let house = House::new();
    let before = house.contents(&["/root", SYSTEM[0], SYSTEM[1]]);
    house.root().natscert(&["trust", "uninstall"]).ok();
    house.root().natscert(&["trust", "status"]).ends(1);
    assert_same(&before, &house.contents(&["/root", SYSTEM[0], SYSTEM[1]]));
}

/// Another root of natscert's is named with what removes it, and left alone.
#[test]
fn the_root_of_another_directory() {
    let installed = Installed::new();
    let root = installed.root().with("NATSCERT_CA_DIR", "/root/another");
    root.natscert(&["ca", "init", "-q"]).ok();
    let status = root.natscert(&["trust", "status"]).ends(1);
    let remedy = format!("natscert trust uninstall --fingerprint {}", installed.fingerprint);
    assert!(status.stdout.contains(&remedy), "{}", status.stdout);
    root.trust(&["uninstall"]).ends(0);
    assert_eq!(judge::curl(&root, &installed.server), Trusted);
    root.run(remedy.split(' ')).ok();
    installed.is_nowhere();
}

/// Which of two is meant nobody can know; where they are everybody may.
#[test]
fn two_roots_without_their_directories() {
    let house = House::new();
    let root = house.root();
    let fingerprints = ["/root/one", "/root/other"].map(|dir| {
        let person = root.with("NATSCERT_CA_DIR", dir);
        person.trust(&["install", "--store", "system"]).ends(0).fingerprint()
    });
    house.bash("rm -r /root/one /root/other");
    let status = root.natscert(&["trust", "status"]).ends(1);
    assert!(status.stdout.contains(super::stores::ANCHORS), "{status:?}");
    let asked = root.natscert(&["trust", "uninstall"]).ends(2);
    for fingerprint in &fingerprints {
        assert!(status.stdout.contains(fingerprint), "{status:?}");
        assert!(asked.stderr.contains(fingerprint), "{asked:?}");
    }
    for fingerprint in &fingerprints {
        root.natscert(&["trust", "uninstall", "--fingerprint", fingerprint]).ok();
    }
    let contents = house.contents(&SYSTEM);
    assert!(!contents.contains("natscert"), "{contents}");
}

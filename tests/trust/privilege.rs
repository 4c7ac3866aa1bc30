//! Rights: sudo with and without a terminal, read-only mounts.

use std::process::Stdio;

use rexpect::reader::Options;
use rexpect::session::spawn_with_options;

use super::house::House;
use super::judge::{self, Verdict::*};
use super::said::assert_same;
use super::server::Server;
use super::stores::{
    ANCHORS, DEBIANS_CACERTS, SYSTEM, database, fingerprint, natscert_root, nss_trusts, own_cacerts,
};

const PROFILE: &str = ".mozilla/firefox/p.default";

pub(crate) fn sudoers(house: &House, rule: &str) {
    house.write("/etc/sudoers.d/tests", format!("{rule}\n"), 0o440);
}

/// sudo would ask for a password, and nobody is there to give it: the commands are told.
#[test]
fn sudo_without_a_terminal_asks_nobody() {
    let house = House::new();
    sudoers(&house, "alice ALL=(ALL) ALL");
    let user = house.user();
    let dir = database(&user, PROFILE);
    let before = house.picture(&SYSTEM);
    let trust = user.trust(&["install"]).ends(1).all("system", "failed");
    trust.came_to(&dir, "installed");
    let said = trust.came_to(ANCHORS, "failed");
    assert!(said.contains("sudo") && said.contains("update-ca-certificates"), "{said}");
    assert_same(&before, &house.picture(&SYSTEM));
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&user))));
}

/// The commands that are told do what natscert would have done.
#[test]
fn the_commands_that_are_told_work() {
    let house = House::new();
    let user = house.user();
    let server = Server::of_natscert(&user);
    let told = user.natscert(&["trust", "install", "--store", "system", "--dry-run"]).ok().stderr;
    let commands: Vec<_> = told.lines().filter_map(|line| Some(&line[line.find("sudo ")?..])).collect();
    assert!(!commands.is_empty(), "{told}");
    sudoers(&house, "alice ALL=(ALL) NOPASSWD: ALL");
    user.bash(&commands.join("\n")).ok();
    assert_eq!(judge::curl(&user, &server), Trusted, "{told}");
    user.trust(&["status", "--store", "system"]).ends(0);
}

#[test]
fn sudo_without_password() {
    let house = House::new();
    sudoers(&house, "alice ALL=(ALL) NOPASSWD: ALL");
    let user = house.user();
    let (dir, cacerts) = (database(&user, PROFILE), own_cacerts(&house));
    let server = Server::of_natscert(&user);
    let done = user.bash("umask 077; natscert trust install").ok();
    for command in ["sudo -- ", "/usr/sbin/update-ca-certificates", "keytool"] {
        assert!(done.stderr.contains(command), "{command} was not shown:\n{}", done.stderr);
    }
    assert_eq!([judge::curl(&user, &server), judge::java(&user, &server)], [Trusted, Trusted]);
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&user))));
    assert_eq!(
        house.bash(&format!("stat -c '%a %U' {ANCHORS}/*; stat -c '%a %U' {cacerts}")),
        "644 root\n644 root\n"
    );
    let strange = "find /home/alice ! -user alice -o ! -group alice";
    assert_eq!(house.bash(&format!("{strange}; find /root/.local 2>/dev/null || true")), "");
    user.natscert(&["trust", "uninstall"]).ok();
    assert_eq!([judge::curl(&user, &server), judge::java(&user, &server)], [Refused, Refused]);
    assert_eq!(house.bash(strange), "");
}

/// With a terminal, sudo asks there; who knows the password gets what was asked for, who does not is told.
#[test]
fn sudo_asks_at_a_terminal() {
    let house = House::new();
    house.bash("echo alice:open-sesame | chpasswd");
    sudoers(&house, "alice ALL=(ALL) ALL");
    let user = house.user();
    let server = Server::of_natscert(&user);
    // script(1) makes a terminal of its own inside, and passes on what is typed at ours.
    let typed = |answers: &[&str]| {
        let mut command =
            user.command(["script", "-qec", "natscert trust install --store system", "/dev/null"]);
        command.stdin(Stdio::inherit());
        let options = Options::new().timeout_ms(Some(60_000)).strip_ansi_escape_codes(true);
        let mut session = spawn_with_options(command, options).unwrap();
        for answer in answers {
            session.exp_string("password for alice").unwrap();
            session.send_line(answer).unwrap();
        }
        session.exp_eof().unwrap()
    };
    let said = typed(&["wrong", "wrong again", "wrong for ever"]);
    assert!(said.contains("failed"), "{said}");
    assert_eq!(judge::curl(&user, &server), Refused);
    let said = typed(&["open-sesame"]);
    assert_eq!(judge::curl(&user, &server), Trusted, "{said}");
}

/// As root from the start, without sudo: root's own CA.
#[test]
fn sudo_of_root_itself() {
    let house = House::new();
    house.root().run(["sudo", "natscert", "trust", "install", "--store", "system"]).ok();
    assert!(house.exists("/root/.local/share/natscert/root.pem"));
}

/// Programs are run by absolute path: a user's PATH lacks /usr/sbin, and may have anything else.
#[test]
fn programs_of_the_path_are_not_run() {
    let house = House::new();
    sudoers(&house, "alice ALL=(ALL) NOPASSWD: ALL");
    let user = house.user().with("PATH", "/home/alice/bin:/usr/local/bin:/usr/bin:/bin");
    let (dir, cacerts) = (database(&user, PROFILE), own_cacerts(&house));
    let programs = [
        "sudo",
        "update-ca-certificates",
        "certutil",
        "keytool",
        "install",
        "rm",
        "openssl",
        "env",
        "sh",
        "mkdir",
    ];
    for program in programs {
        house.write(
            &format!("/home/alice/bin/{program}"),
            "#!/bin/bash\ntouch /tmp/hijacked\nexit 1\n",
            0o755,
        );
    }
    let run = |words: &[&str]| user.run([&["/usr/bin/env", "natscert", "trust"], words].concat());
    run(&["install"]).ok();
    assert!(nss_trusts(&house, &dir, &fingerprint(&house, &natscert_root(&user))));
    run(&["status"]).ok();
    run(&["uninstall"]).ok();
    assert!(!house.exists("/tmp/hijacked"));
    assert!(house.exists(&cacerts));
}

/// The CA directory that the user names counts under sudo, too.
#[test]
fn a_ca_directory_by_name_under_sudo() {
    let house = House::new();
    sudoers(&house, "alice ALL=(ALL) NOPASSWD: ALL");
    let user = house.user();
    let server = Server::of_natscert(&user.with("NATSCERT_CA_DIR", "/home/alice/named"));
    let words =
        ["sudo", "natscert", "trust", "install", "--store", "system", "--ca-dir", "/home/alice/named"];
    user.run(words).ok();
    assert_eq!(judge::curl(&user, &server), Trusted);
    user.run(["sudo", "NATSCERT_CA_DIR=/home/alice/named", "natscert", "trust", "uninstall"]).ok();
    assert_eq!(judge::curl(&user, &server), Refused);
    assert!(!house.exists("/home/alice/.local/share/natscert") && !house.exists("/root/.local"));
}

fn mount_read_only(house: &House, path: &str) {
    house.bash(&format!("mount --bind {path} {path} && mount -o remount,ro,bind {path}"));
}

#[test]
fn a_read_only_folder_of_the_system() {
    for path in ["/etc/ssl/certs", ANCHORS] {
        let house = House::new();
        let root = house.root();
        let dir = database(&root, PROFILE);
        mount_read_only(&house, path);
        let before = house.picture(&SYSTEM);
        let trust = root.trust(&["install", "--store", "system,nss"]).ends(1);
        trust.came_to(&dir, "installed");
        let said = trust.came_to(ANCHORS, "failed");
        assert!(said.contains(path), "{said}");
        assert_eq!(house.bash(&format!("ls {ANCHORS}")), "");
        let after = house.picture(&SYSTEM);
        let but_for_the_folder = |picture: &str| {
            picture
                .lines()
                .filter(|line| !line.starts_with(&format!("{ANCHORS} ")))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(but_for_the_folder(&after), but_for_the_folder(&before), "{path}");
    }
}

#[test]
fn a_read_only_keystore() {
    let house = House::new();
    let root = house.root();
    let cacerts = own_cacerts(&house);
    mount_read_only(&house, &cacerts);
    let trust = root.trust(&["install", "--store", "java"]).ends(1);
    trust.came_to(DEBIANS_CACERTS, "installed");
    let said = trust.came_to(&cacerts, "failed");
    assert!(said.contains("keytool") && said.contains("-Djavax.net.ssl.trustStore="), "{said}");
}

/// A folder on the way to the state file is somebody else's: said, and the stores are served all the same.
#[test]
fn a_state_file_that_cannot_be_written() {
    let house = House::new();
    let user = house.user();
    house.bash("mkdir -p /home/alice/.local/share; mkdir -m 0755 /home/alice/.local/state; chown alice: /home/alice/.local/share");
    let dir = database(&user, PROFILE);
    let trust = user.trust(&["install", "--store", "nss"]).ends(1);
    trust.came_to(&dir, "installed");
    trust.done.says("/home/alice/.local/state");
}

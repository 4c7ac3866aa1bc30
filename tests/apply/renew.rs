//! `natscert renew` in a folder that apply made: afterwards apply has nothing to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use natscert::pki::Facts;
use serde_json::Value;

use super::desk::{CERTIFICATES, Desk, SYSTEM, pin_of_certificate};
use super::support::cli::{Run, text};
use super::support::tools::openssl;

impl Desk {
    pub(crate) fn renew(&self, arguments: &[&str]) -> Run {
        self.home.run([&["renew", "demo"], arguments].concat())
    }
}

fn facts(bundle: &Path) -> Facts {
    Facts::all_in(&fs::read(bundle.join("cert.pem")).unwrap()).unwrap().remove(0)
}

/// The same but for serial number and time.
#[track_caller]
fn is_alike(before: &Facts, after: &Facts) {
    assert_eq!(after.sans, before.sans);
    assert_eq!(after.subject, before.subject);
    assert_eq!(after.extended_key_usage, before.extended_key_usage);
    assert_eq!(after.key_usage, before.key_usage);
    assert_eq!(after.key, before.key);
    assert_eq!(after.extensions, before.extensions);
    assert_eq!(after.validity().length(), before.validity().length());
    assert_ne!(after.serial, before.serial);
}

#[test]
fn with_the_same_keys_nothing_changes_but_certificates() {
    let desk = Desk::applied(SYSTEM);
    let before = desk.tree();
    desk.renew(&["--all"]).done();
    for (path, entry) in desk.tree() {
        if path.ends_with("cert.pem") {
            let old = Facts::all_in(&before[&path].bytes).unwrap().remove(0);
            let new = Facts::all_in(&entry.bytes).unwrap().remove(0);
            is_alike(&old, &new);
            assert_eq!(new.pin, old.pin);
        } else {
            assert_eq!(entry.bytes, before[&path].bytes, "{}", path.display());
        }
    }
    desk.is_right();
}

#[test]
fn with_new_keys_every_pin_is_exchanged() {
    let desk = Desk::applied(SYSTEM);
    let before = desk.tree();
    let run = desk.renew(&["--all", "--new-key", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut certificates = 0;
    for (path, entry) in desk.tree().iter().filter(|(path, _)| path.ends_with("cert.pem")) {
        let old = Facts::all_in(&before[path].bytes).unwrap().remove(0);
        let new = Facts::all_in(&entry.bytes).unwrap().remove(0);
        is_alike(&old, &new);
        assert_ne!(new.pin, old.pin);
        certificates += 1;
    }
    assert_eq!(certificates, CERTIFICATES);
    // What apply would write: it finds nothing to do.
    desk.is_right();
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let named = json["pins"].as_array().unwrap();
    let confs = desk.tree().into_iter().filter(|(path, _)| path.ends_with("nats.conf"));
    let pins = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.split('"').filter(|word| word.len() == 64).count()
    };
    assert_eq!(named.len(), confs.map(|(_, entry)| pins(&entry.bytes)).sum::<usize>());
    for named in named {
        let conf = fs::read_to_string(named["file"].as_str().unwrap()).unwrap();
        let line = usize::try_from(named["line"].as_u64().unwrap()).unwrap();
        assert!(conf.lines().nth(line - 1).unwrap().contains(named["new"].as_str().unwrap()));
        assert_eq!(named["rewritten"], true);
    }
}

/// A part of a folder is renewed; the pins stand in the configurations of all the others.
#[test]
fn one_bundle_changes_the_configurations_of_its_peers() {
    let desk = Desk::applied(SYSTEM);
    let bundle = desk.path("nodes/n1.east.example.com/cluster");
    let old = pin_of_certificate(&bundle);
    let run = desk.home.run(["renew", text(&bundle), "--all", "--new-key"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("   reload n1.east.example.com n2.east.example.com n3.east.example.com\n"),
        "{}",
        run.stderr
    );
    let naming = |pin: &str| {
        let tree = desk.tree();
        let confs = tree.iter().filter(|(path, _)| path.ends_with("nats.conf"));
        confs.filter(|(_, entry)| String::from_utf8_lossy(&entry.bytes).contains(pin)).count()
    };
    assert_eq!((naming(&old), naming(&pin_of_certificate(&bundle))), (0, 2));
    desk.is_right();
}

#[test]
fn configurations_of_others_are_named_and_left_alone() {
    let desk = Desk::applied(SYSTEM);
    let pin = pin_of_certificate(&desk.path("clients/alice")).to_uppercase();
    let (inside, outside) = (desk.path("extra.conf"), desk.home.path().join("hub.conf"));
    for file in [&inside, &outside] {
        fs::write(file, format!("tls {{\n  pinned_certs: [ \"{pin}\" ]\n}}\n")).unwrap();
    }
    let run = desk.renew(&["--all", "--new-key", "--config", "hub.conf"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let (old, new) = (pin.to_lowercase(), pin_of_certificate(&desk.path("clients/alice")));
    for file in ["demo/extra.conf", "hub.conf"] {
        assert!(
            run.stderr.contains(&format!("warning: {file}:2 names the pin {old} of an old key\n")),
            "{}",
            run.stderr
        );
    }
    assert!(run.stderr.contains(&format!("write {new} in its place")));
    for file in [&inside, &outside] {
        assert!(fs::read_to_string(file).unwrap().contains(&pin));
    }
}

/// Files that a server's user alone may read stay so, and no file is left that only root can read.
#[test]
fn modes_stay() {
    let desk = Desk::applied(SYSTEM);
    let key = desk.path("nodes/n1.east.example.com/server/key.pem");
    let mode = || fs::metadata(&key).unwrap().permissions().mode() & 0o7777;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    desk.renew(&["--all", "--new-key"]).done();
    assert_eq!(mode(), 0o640);
    assert_eq!(desk.plan().code, Some(0));
}

/// What was made in another way is found, too: single bundles, and those without a key.
#[test]
fn bundles_of_issue_are_renewed_with_all_that_they_say() {
    let desk = Desk::new(SYSTEM);
    let extra = [
        "--validity",
        "90d",
        "--key-type",
        "ed25519",
        "--subject",
        "CN=n1,OU=a,OU=b,O=Example",
        "--ocsp",
        "http://127.0.0.1:8888",
        "--must-staple",
    ];
    let names = [
        "issue",
        "cluster",
        "n1.example.com",
        "10.0.0.1",
        "ops@example.com",
        "spiffe://example.com/n1",
        "-q",
    ];
    let run = desk.home.run([&names[..], &extra[..]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let bundle = desk.home.path().join("natscert/cluster/n1.example.com");
    for key in ["--same-key", "--new-key"] {
        let before = facts(&bundle);
        let tls_conf = fs::read(bundle.join("tls.conf")).unwrap();
        let run = desk.home.run(["renew", text(&bundle), "--all", key]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        is_alike(&before, &facts(&bundle));
        let said = openssl(["x509", "-noout", "-text"], &fs::read(bundle.join("cert.pem")).unwrap());
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("OCSP - URI:http://127.0.0.1:8888"), "{said}");
        assert!(said.contains("TLS Feature:") && said.contains("status_request"), "{said}");
        assert_eq!(facts(&bundle).pin == before.pin, key == "--same-key");
        assert_eq!(fs::read(bundle.join("tls.conf")).unwrap(), tls_conf);
        super::desk::pair_matches(&bundle);
        let root = desk.home.ca_dir().join("root.pem");
        openssl(
            ["verify", "-x509_strict", "-CAfile", text(&root)],
            &fs::read(bundle.join("cert.pem")).unwrap(),
        );
        // issue --force does what it always does.
        let again = desk
            .home
            .command()
            .args([
                "issue",
                "cluster",
                "n1.example.com",
                "-qf",
                "--ocsp",
                "http://127.0.0.1:8888",
                "--must-staple",
            ])
            .stdout(Stdio::null())
            .status();
        assert!(again.unwrap().success());
    }
}

/// A node's bundle that cannot be replaced keeps its key, so its old pin stays where it stands; all others are exchanged.
#[test]
fn pins_are_exchanged_for_those_that_could_be_renewed() {
    let desk = Desk::applied(SYSTEM);
    let (stays, goes) = ("nodes/n1.east.example.com/cluster", "nodes/n2.east.example.com/cluster");
    fs::write(desk.path(stays).join("notes.txt"), "mine").unwrap();
    let pins = || [stays, goes].map(|bundle| pin_of_certificate(&desk.path(bundle)));
    let before = pins();
    let run = desk.renew(&["--all", "--new-key"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("cluster holds notes.txt, which natscert did not write"), "{}", run.stderr);
    let after = pins();
    assert_eq!((after[0] == before[0], after[1] == before[1]), (true, false));
    let conf = fs::read_to_string(desk.path("nodes/n3.east.example.com/nats.conf")).unwrap();
    assert!(conf.contains(&after[0]) && conf.contains(&after[1]) && !conf.contains(&before[1]));
    desk.is_right();
}

/// Bundles that do not belong to the system, and come first, do not hide from a renewal that apply made the folder.
#[test]
fn other_bundles_in_a_folder_of_apply_change_nothing() {
    let desk = Desk::applied(SYSTEM);
    let out = desk.path("a");
    desk.home.run(["issue", "server", "other", "-q", "-o", text(&out)]).done();
    let run = desk.renew(&["--all", "--new-key"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("  written 47 new pins in configurations\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("warning: "), "{}", run.stderr);
    desk.is_right();
}

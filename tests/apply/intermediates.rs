//! Intermediates of a manifest, and a roll that the output folder was no part of: nobody is cut off from anybody.

use std::fs;

use natscert::bundle::{CaDir, Step};
use natscert::pki::{Facts, items};

use super::desk::Desk;
use super::support::tools::ask_openssl;

const SYSTEM: &str = "[clusters.east]\nnodes = [\"n{1..2}.example.com\"]\n[clients.alice]\n";

fn manifest(ca: &str) -> String {
    format!("[ca]\n{ca}\n{SYSTEM}")
}

/// Every file below the output folder that has this name.
fn files(desk: &Desk, name: &str) -> Vec<Vec<u8>> {
    let tree = desk.tree();
    let found = tree.iter().filter(|(path, _)| path.file_name().is_some_and(|file| file == name));
    found.map(|(_, entry)| entry.bytes.clone()).collect()
}

/// Who issued the certificates, by common name.
fn issuers(desk: &Desk) -> Vec<String> {
    let issuer = |pem: Vec<u8>| {
        let natscert::pki::Item::Certificate(der) = &items(&pem).unwrap()[0] else { panic!() };
        Facts::of(der).unwrap().issuer.to_string()
    };
    let mut all: Vec<_> = files(desk, "cert.pem").into_iter().map(issuer).collect();
    all.dedup();
    all
}

#[test]
fn a_signer_changes_with_the_keys_and_configurations_as_they_were() {
    let desk = Desk::applied(SYSTEM);
    let before = [files(&desk, "key.pem"), files(&desk, "nats.conf")];
    for (ca, signer) in [
        ("intermediates = [\"a\", \"b\"]", "natscert intermediate a "),
        ("intermediates = [\"b\", \"a\"]", "natscert intermediate b "),
    ] {
        desk.write(&manifest(ca));
        assert_eq!(desk.plan().code, Some(1));
        let said = desk.apply();
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        assert!(said.stderr.contains("reload n1.example.com n2.example.com"), "{}", said.stderr);
        let by = issuers(&desk);
        assert!(by.len() == 1 && by[0].contains(signer), "{by:?}");
        assert_eq!([files(&desk, "key.pem"), files(&desk, "nats.conf")], before);
        assert_eq!(desk.plan().code, Some(0), "done is done");
    }
}

#[test]
fn who_could_read_a_key_still_can() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let desk = Desk::applied(SYSTEM);
    let dir = desk.path("nodes/n1.example.com/server");
    let (key, cert) = (dir.join("key.pem"), dir.join("cert.pem"));
    let is_root = fs::metadata(&key).unwrap().uid() == 0;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(&cert, fs::Permissions::from_mode(0o640)).unwrap();
    if is_root {
        for path in [&dir, &key, &cert] {
            std::os::unix::fs::chown(path, None, Some(1234)).unwrap();
        }
    }
    let rights = |path: &std::path::Path| {
        let found = fs::metadata(path).unwrap();
        (found.uid(), found.gid(), found.mode())
    };
    let all = || [rights(&dir), rights(&key), rights(&cert)];
    let before = all();
    let (old_key, old_cert) = (fs::read(&key).unwrap(), fs::read(&cert).unwrap());
    // A new signer, who leaves the key; then other names, which do not.
    desk.write(&manifest("intermediates = [\"a\"]"));
    desk.apply().done();
    assert_eq!(all(), before);
    assert_eq!(fs::read(&key).unwrap(), old_key);
    assert_ne!(fs::read(&cert).unwrap(), old_cert);
    desk.write(
        &manifest("intermediates = [\"a\"]").replace("\n[clients", "\nkey_type = \"ed25519\"\n[clients"),
    );
    desk.apply().done();
    assert_eq!(all(), before);
    assert_ne!(fs::read(&key).unwrap(), old_key);
    assert_eq!(desk.plan().code, Some(0));
}

/// Runs natscert until it waits for `place`, does what is to be done meanwhile, and has it finish.
fn while_it_waits(desk: &Desk, args: &[&str], place: &str, meanwhile: impl FnOnce()) {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut command = desk.home.command();
    let mut run = command.args(args).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    while !(line.contains("another natscert works in") && line.contains(place)) {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "{args:?} did not wait");
    }
    meanwhile();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(run.wait().unwrap().success(), "{args:?}: {rest}");
}

/// Both that change the CA directory say that they wait for it.
#[test]
fn who_waits_for_the_ca_directory_says_so() {
    let desk = Desk::applied(SYSTEM);
    let dir = CaDir::new(desk.home.ca_dir());
    let place = dir.path().display().to_string();
    desk.write(&manifest("intermediates = [\"a\"]"));
    let runs: [&[&str]; 3] = [
        &["apply", "demo.toml"],
        &["ca", "intermediate", "add", "b", "--standby"],
        &["ca", "intermediate", "activate", "b"],
    ];
    for args in runs {
        let held = dir.hold(|_| {}).unwrap();
        while_it_waits(&desk, args, &place, || drop(held));
    }
}

#[test]
fn a_ca_that_changes_while_a_run_waits_is_read_again() {
    let desk = Desk::applied(SYSTEM);
    let tree = natscert::bundle::Tree::open(&desk.path(""), |_| ()).unwrap();
    while_it_waits(&desk, &["apply", "demo.toml"], "demo", || {
        desk.home.run(["ca", "intermediate", "add", "a"]).done();
        drop(tree);
    });
    let by = issuers(&desk);
    assert!(by.len() == 1 && by[0].contains("natscert intermediate a "), "{by:?}");
}

#[test]
fn what_would_cut_peers_off_changes_nothing() {
    let desk = Desk::applied(SYSTEM);
    let refuses = |ca: &str, what: &str| {
        desk.write(&manifest(ca));
        let (tree, cas) = (desk.tree(), fs::read_dir(desk.home.ca_dir()).unwrap().count());
        for said in [desk.plan(), desk.apply()] {
            assert_eq!(said.code, Some(2), "{ca}: {}", said.stderr);
            assert!(said.stderr.contains(what), "{ca}: {}", said.stderr);
        }
        assert_eq!(desk.tree(), tree);
        assert_eq!(fs::read_dir(desk.home.ca_dir()).unwrap().count(), cas);
    };
    let does = |ca: &str| {
        desk.write(&manifest(ca));
        desk.apply().done();
    };
    refuses(
        "intermediates = [\"a\"]\ntrust = \"intermediates\"",
        "the root signed certificates in the output folder, and the new ca.pem would not lead to it",
    );
    does("intermediates = [\"a\"]");
    does("intermediates = [\"a\"]\ntrust = \"intermediates\"");
    refuses(
        "intermediates = [\"b\", \"a\"]\ntrust = \"intermediates\"",
        "b would sign, and not every ca.pem in the output folder leads to it yet",
    );
    does("intermediates = [\"a\", \"b\"]\ntrust = \"intermediates\"");
    does("intermediates = [\"b\", \"a\"]\ntrust = \"intermediates\"");
    desk.home.run(["ca", "intermediate", "retire", "a"]).done();
    refuses("intermediates = [\"b\", \"a\"]", "the intermediate a of the manifest was retired");
    does("intermediates = [\"b\"]\ntrust = \"intermediates\"");
    assert!(files(&desk, "ca.pem").iter().all(|pem| items(pem).unwrap().len() == 1));
}

/// A roll of the root, of whose beginning this folder learns when it has switched already.
#[test]
fn a_folder_that_a_roll_forgot_is_brought_up_to_date_first() {
    let desk = Desk::applied(SYSTEM);
    let before = [files(&desk, "key.pem"), files(&desk, "nats.conf"), files(&desk, "cert.pem")];
    let new = natscert::Ca::generate().unwrap();
    let dir = CaDir::new(desk.home.ca_dir());
    let mut held = dir.hold(|_| {}).unwrap();
    held.start_root(&new, &[]).unwrap();
    held.step(Step::Switched).unwrap();
    drop(held);
    let (plan, _) = desk.plan_json();
    assert_eq!(plan["ca"]["waits"], true);
    // A node more, and one whose certificate has gone.
    fs::remove_dir_all(desk.home.path().join("demo/nodes/n2.example.com/server")).unwrap();
    desk.write(&SYSTEM.replace("n{1..2}", "n{1..3}"));
    let said = desk.apply();
    assert!(said.code == Some(0) && said.stderr.contains("reload every server, then run"), "{}", said.stderr);
    assert_eq!(issuers(&desk).len(), 1, "all by the root that was there");
    assert!(before[2].iter().filter(|cert| files(&desk, "cert.pem").contains(cert)).count() == 4);
    assert!(files(&desk, "ca.pem").iter().all(|pem| items(pem).unwrap().len() == 2));
    let keys = files(&desk, "key.pem");
    let said = desk.apply();
    assert!(said.code == Some(0) && !said.stderr.contains("warning"), "{}", said.stderr);
    let by = issuers(&desk);
    assert_eq!(by, [new.facts().subject.to_string()]);
    assert_eq!(files(&desk, "key.pem"), keys);
    assert_eq!(desk.plan().code, Some(0));
    // Once it is finished, a folder that still has the old root alone is told so.
    drop(dir.hold(|_| {}).unwrap().finish_root());
    desk.apply().done();
    let ca = desk.home.path().join("new.pem");
    fs::write(&ca, new.pem()).unwrap();
    for cert in files(&desk, "cert.pem") {
        let verdict = ask_openssl(["verify", "-CAfile", ca.to_str().unwrap()], &cert);
        assert!(verdict.accepted, "{}", verdict.said);
    }
}

#[test]
fn ocsp_and_must_staple_come_with_the_key_as_it_was() {
    let desk = Desk::applied(SYSTEM);
    let keys = files(&desk, "key.pem");
    desk.write(&format!("ocsp = \"http://127.0.0.1:8888\"\nmust_staple = true\n{SYSTEM}"));
    let said = desk.plan();
    assert!(said.stdout.contains("reissue (OCSP responder or must-staple changed)"), "{}", said.stdout);
    desk.apply().done();
    for cert in files(&desk, "cert.pem") {
        let text = ask_openssl(["x509", "-noout", "-text"], &cert).said;
        assert!(
            text.contains("OCSP - URI:http://127.0.0.1:8888") && text.contains("status_request"),
            "{text}"
        );
    }
    assert_eq!(files(&desk, "key.pem"), keys);
    assert_eq!(desk.plan().code, Some(0));
}

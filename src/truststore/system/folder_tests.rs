#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::truststore::hand::Privilege;
use crate::truststore::program;

fn quiet(_: &str) {}

fn root() -> Root {
    Root::of(crate::Ca::generate().unwrap().der()).unwrap()
}

/// A distribution's folders below a folder of this test, with a tool that makes the bundle of the anchors.
struct Fake {
    dir: tempfile::TempDir,
    row: &'static Distribution,
}

impl Fake {
    fn new(name: &str) -> Self {
        let row = ALL.iter().find(|row| row.name.starts_with(name)).unwrap();
        let fake = Self { dir: tempfile::tempdir().unwrap(), row };
        for folder in [row.anchors, row.sign].into_iter().chain(row.links) {
            fs::create_dir_all(fake.at(folder)).unwrap();
        }
        for file in [row.tool, row.bundle] {
            fs::create_dir_all(fake.at(file).parent().unwrap()).unwrap();
        }
        let bundle = fake.at(row.bundle);
        let make = format!(
            "cat {0}/*{1} > {2} 2>/dev/null || : > {2}",
            fake.at(row.anchors).display(),
            row.suffix,
            bundle.display()
        );
        fake.tool(&make);
        fs::write(bundle, "").unwrap();
        fake
    }

    fn at(&self, path: &str) -> PathBuf {
        under(self.dir.path(), path)
    }

    /// Written by another process: while one thread holds a program open to write it, another's child inherits that, and
    /// the program cannot be run.
    fn tool(&self, script: &str) {
        let path = self.at(self.row.tool).display().to_string();
        let text = format!("#!/bin/sh\n[ \"$*\" = \"{}\" ] || exit 9\n{script}\n", self.row.args.join(" "));
        let args = ["-c".into(), format!("cat > {path} && chmod 755 {path}").into()];
        program::run("/bin/sh".as_ref(), &args, text.as_bytes()).unwrap();
    }

    fn folder(&self) -> Folder {
        Folder::find(self.dir.path()).unwrap()
    }

    fn look(&self, root: &Root) -> Found {
        self.folder().look(&root.wanted()).unwrap()
    }

    fn install(&self, root: &Root) -> Result<(), Trouble> {
        self.folder().install(root, &Hand::new(Privilege::Root, false, &quiet))
    }

    fn remove(&self, root: &Root) -> Result<(), Trouble> {
        self.folder().remove(&root.wanted(), &Hand::new(Privilege::Root, false, &quiet))
    }

    fn anchor(&self, name: &str) -> PathBuf {
        self.at(self.row.anchors).join(name)
    }

    fn own(&self, root: &Root) -> PathBuf {
        self.anchor(&(root.file_stem() + self.row.suffix))
    }
}

#[test]
fn each_distribution_is_found_by_what_is_there_and_takes_a_root_and_gives_it_back() {
    let root = root();
    for row in &ALL {
        let fake = Fake::new(row.name);
        assert_eq!(fake.folder().name(), row.name);
        assert_eq!(fake.look(&root), Found::default(), "{}", row.name);
        // Some packages bring the folder only with its first file.
        fs::remove_dir(fake.at(row.anchors)).unwrap();
        fs::create_dir_all(fake.at(row.sign)).unwrap();
        fake.install(&root).unwrap();
        let found = fake.look(&root);
        let own = fake.own(&root);
        assert_eq!(
            (found.state, found.names),
            (State::Trusted, vec![own.display().to_string()]),
            "{}",
            row.name
        );
        assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o644);
        fake.remove(&root).unwrap();
        assert_eq!(fake.look(&root), Found::default(), "{}", row.name);
        assert_eq!(fs::read_dir(fake.at(row.anchors)).unwrap().count(), 0);
    }
}

#[test]
fn nothing_is_found_where_the_tool_is_missing() {
    let fake = Fake::new("Debian");
    fs::remove_file(fake.at(fake.row.tool)).unwrap();
    assert!(Folder::find(fake.dir.path()).is_none());
}

#[test]
fn an_anchor_alone_and_a_bundle_alone_are_half_of_it() {
    let (fake, root) = (Fake::new("Debian"), root());
    fs::write(fake.anchor("mine.crt"), root.pem()).unwrap();
    let State::Partly(why) = fake.look(&root).state else { panic!("an anchor alone is trusted") };
    assert!(why.ends_with("ca-certificates.crt was not updated"), "{why}");
    // It needs the tool alone, and no second file.
    fake.install(&root).unwrap();
    assert_eq!(fake.look(&root).state, State::Trusted);
    assert!(!fake.own(&root).exists());
    fs::remove_file(fake.anchor("mine.crt")).unwrap();
    let State::Partly(why) = fake.look(&root).state else { panic!("a stale bundle is trusted") };
    assert!(why.contains("still holds it"), "{why}");
    fake.remove(&root).unwrap();
    assert_eq!(fake.look(&root), Found::default());
}

#[test]
fn one_uninstall_takes_every_anchor_that_the_tool_reads() {
    let root = root();
    for row in ALL.iter().filter(|row| !row.elsewhere.is_empty()) {
        let fake = Fake::new(row.name);
        let other = fake.at(row.elsewhere[0]).join("mine.crt");
        fs::create_dir_all(other.parent().unwrap()).unwrap();
        fs::write(&other, root.pem()).unwrap();
        fs::write(fake.own(&root), root.pem()).unwrap();
        fake.remove(&root).unwrap();
        assert!(!other.exists() && !fake.own(&root).exists(), "{}", row.name);
        assert_eq!(fake.look(&root), Found::default(), "{}", row.name);
    }
}

#[test]
fn anchors_are_known_by_their_der_whatever_their_names_and_format() {
    let (fake, root, other) = (Fake::new("Debian"), root(), root());
    let pem = root.pem();
    fs::create_dir(fake.anchor("sub")).unwrap();
    fs::write(fake.anchor("sub/der.crt"), root.der()).unwrap();
    fs::write(fake.anchor("crlf"), format!("a comment\r\n{}", pem.replace('\n', "\r\n"))).unwrap();
    fs::write(fake.anchor("other.crt"), other.pem()).unwrap();
    fs::write(fake.anchor("garbage.crt"), "-----BEGIN CERTIFICATE-----\nx\n").unwrap();
    fs::write(fake.anchor("broken-first.crt"), format!("-----BEGIN CERTIFICATE-----\nx\n{pem}")).unwrap();
    symlink("nowhere", fake.anchor("dangling.crt")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, fake.anchor("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    let found = fake.look(&root);
    let names: Vec<_> = ["broken-first.crt", "crlf", "sub/der.crt"]
        .map(|name| fake.anchor(name).display().to_string())
        .into();
    assert_eq!(found.names, names);
    let others: Vec<_> = found.others.iter().map(|other| other.fingerprint.as_str()).collect();
    assert_eq!(others, [other.fingerprint()]);
    fake.remove(&root).unwrap();
    assert_eq!(fake.look(&root).names, [""; 0]);
    assert!(fake.anchor("other.crt").exists() && fake.anchor("garbage.crt").exists());
}

#[test]
fn a_file_with_other_certificates_is_named_and_left() {
    let (fake, root) = (Fake::new("RHEL"), root());
    let shared = fake.anchor("all.pem");
    fs::write(&shared, root.pem() + &self::root().pem()).unwrap();
    fs::write(fake.own(&root), root.pem()).unwrap();
    let before = fs::read(&shared).unwrap();
    let why = fake.remove(&root).unwrap_err();
    assert!(why.reason.contains("all.pem") && why.hint.contains("update-ca-trust extract"), "{why:?}");
    assert_eq!(fs::read(&shared).unwrap(), before);
    assert!(!fake.own(&root).exists());
}

#[test]
fn a_pipe_in_the_bundles_place_keeps_nobody_waiting() {
    let (fake, root) = (Fake::new("Debian"), root());
    let bundle = fake.at(fake.row.bundle);
    fs::remove_file(&bundle).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &bundle, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let why = fake.folder().look(&root.wanted()).unwrap_err();
    assert_eq!(why.reason, format!("cannot read {}: it is no ordinary file", bundle.display()));
    assert_eq!(super::super::is_in(&bundle, &root), None);
}

#[test]
fn an_imported_root_is_named_by_its_file() {
    let (fake, wanted) = (Fake::new("Debian"), root());
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new([]).unwrap();
    let imported = Root::of(params.self_signed(&key).unwrap().der()).unwrap();
    fs::write(fake.anchor("foreign.crt"), imported.pem()).unwrap();
    assert_eq!(fake.look(&wanted), Found::default());
    fs::write(fake.own(&imported), imported.pem()).unwrap();
    let others = fake.look(&wanted).others;
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].fingerprint, imported.fingerprint());
    assert_eq!(others[0].name, fake.own(&imported).display().to_string());
}

#[test]
fn a_file_with_the_root_twice_is_its_own() {
    let (fake, root) = (Fake::new("Arch"), root());
    let twice = fake.anchor("twice.crt");
    fs::write(&twice, root.pem() + &root.pem()).unwrap();
    assert_eq!(fake.look(&root).names, [twice.display().to_string()]);
    fake.remove(&root).unwrap();
    assert!(!twice.exists());
}

#[test]
fn a_failed_update_takes_the_anchor_out_again() {
    let (fake, root) = (Fake::new("Debian"), root());
    let link = fake.at("/etc/ssl/certs/link.pem");
    fake.tool(&format!(
        "cat {0} > {2} && ln -s {0} {1}; echo 'disk on fire' >&2; exit 4",
        fake.own(&root).display(),
        link.display(),
        fake.at(fake.row.bundle).display()
    ));
    let why = fake.install(&root).unwrap_err();
    assert_eq!(why.reason, "update-ca-certificates failed: disk on fire");
    assert!(!fake.own(&root).exists() && fs::symlink_metadata(&link).is_err());
    assert_eq!(fake.look(&root), Found::default(), "the tool ran once more");
    fake.tool("exit 0");
    let why = fake.install(&root).unwrap_err();
    assert!(why.reason.contains("ca-certificates.crt lacks the root"), "{why:?}");
    assert!(!fake.own(&root).exists());
    // One that was there before is not ours to take.
    fs::write(fake.own(&root), root.pem()).unwrap();
    fake.install(&root).unwrap_err();
    assert!(fake.own(&root).exists());
}

#[test]
fn links_go_with_the_anchor_and_dangling_ones_are_told() {
    let (fake, root) = (Fake::new("Debian"), root());
    let certs = fake.at("/etc/ssl/certs");
    let link = |target: &Path, name: &str| symlink(target, certs.join(name)).unwrap();
    fs::write(fake.anchor("renamed.crt"), root.pem()).unwrap();
    link(&fake.anchor("renamed.crt"), "renamed.pem");
    link("renamed.pem".as_ref(), "0a1b2c3d.0");
    link("natscert-0123456789abcdef.pem".as_ref(), "ffffffff.0");
    link(&fake.anchor("natscert-0123456789abcdef.crt"), "natscert-0123456789abcdef.pem");
    link("foreign.pem".as_ref(), "eeeeeeee.0");
    let leftovers = fake.look(&root).leftovers;
    let expected =
        ["ffffffff.0", "natscert-0123456789abcdef.pem"].map(|name| certs.join(name).display().to_string());
    assert_eq!(leftovers, expected);
    fake.remove(&root).unwrap();
    let names: Vec<_> = fs::read_dir(&certs).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(fs::symlink_metadata(certs.join("eeeeeeee.0")).is_ok());
}

#[test]
fn a_link_behind_the_one_that_goes_has_to_be_numbered_again() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["0a1b2c3d.0", "0a1b2c3d.1", "ffffffff.1"] {
        symlink("x.pem", dir.path().join(name)).unwrap();
    }
    let links = Links::read(dir.path()).unwrap();
    let path = |name: &str| dir.path().join(name);
    assert_eq!(links.behind(&[path("0a1b2c3d.0")]), [path("0a1b2c3d.1")]);
    assert_eq!(links.behind(&[path("0a1b2c3d.1")]), [""; 0].map(PathBuf::from));
    assert_eq!(links.behind(&[path("0a1b2c3d.0"), path("0a1b2c3d.1")]), [""; 0].map(PathBuf::from));
}

#[test]
fn javas_keystore_is_told_of_what_it_may_hold() {
    let (fake, root) = (Fake::new("Debian"), root());
    let (hook, keystore) = fake.row.java.unwrap();
    fs::create_dir_all(fake.at(hook).parent().unwrap()).unwrap();
    fs::create_dir_all(fake.at(keystore).parent().unwrap()).unwrap();
    fs::write(fake.at(hook), "").unwrap();
    let line = format!("-{}\n", fake.at("/etc/ssl/certs").join(root.file_stem() + ".pem").display());
    let told = |content: Vec<u8>| {
        fs::write(fake.at(keystore), content).unwrap();
        fake.folder().tell_java(&[], &[fake.own(&root)]).map(|step| match step {
            Step::Run { input, .. } => String::from_utf8(input).unwrap(),
            _ => unreachable!(),
        })
    };
    let alias = format!("debian:{}.pem", root.file_stem()).into_bytes();
    assert_eq!(told([&JKS, alias.as_slice()].concat()), Some(line.clone()));
    assert_eq!(told(JKS.into()), None);
    assert_eq!(told(b"\x30 PKCS#12, where aliases may be hidden".into()), Some(line));
}

#[test]
fn a_dry_run_tells_the_commands() {
    let (fake, root) = (Fake::new("Debian"), root());
    let hand = Hand::new(Privilege::Sudo { interactive: false }, true, &quiet);
    fake.folder().install(&root, &hand).unwrap();
    let notes = hand.take_notes();
    assert_eq!(notes.len(), 2);
    assert_eq!(notes[1], format!("sudo -- {}", fake.at(fake.row.tool).display()));
    assert_eq!(fake.look(&root), Found::default());
}

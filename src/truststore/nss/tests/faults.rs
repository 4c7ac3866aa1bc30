//! Databases that cannot be served, and what is said of them.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::super::{discover, served, tool};
use super::*;
use crate::truststore::{Candidate, Machine, State, Trouble};

fn looks(tool: &Rc<dyn Tool>, dir: &Path) -> Trouble {
    place(tool, dir).look(&root().wanted()).unwrap_err()
}

fn installs(tool: &Rc<dyn Tool>, dir: &Path) -> Trouble {
    place(tool, dir).install(&root(), &hand()).unwrap_err()
}

/// All say the same, and nothing in the folder changes.
fn all_say(dir: &Path, expected: &str) {
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for tool in both() {
        let removal = place(&tool, dir).remove(&root().wanted(), &hand()).unwrap_err();
        for trouble in [looks(&tool, dir), installs(&tool, dir), removal] {
            assert!(trouble.reason.contains(expected), "{tool:?} {trouble:?}");
            assert!(
                trouble.reason.contains(dir.to_str().unwrap()) && !trouble.hint.is_empty(),
                "{trouble:?}"
            );
        }
    }
    assert_eq!(names(), before);
}

#[test]
fn garbage_is_named() {
    for (file, content) in
        [("cert9.db", "garbage"), ("cert9.db", ""), ("key4.db", "garbage that is longer than its head")]
    {
        let dir = folder();
        database(dir.path(), None);
        std::fs::write(dir.path().join(file), content).unwrap();
        all_say(dir.path(), &format!("{file} is damaged: it is no SQLite database"));
    }
}

#[test]
fn a_cut_database_is_an_error() {
    let dir = folder();
    database(dir.path(), None);
    let file = dir.path().join("cert9.db");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..3000]).unwrap();
    for tool in both() {
        for trouble in [looks(&tool, dir.path()), installs(&tool, dir.path())] {
            assert!(trouble.reason.contains("SEC_ERROR"), "{trouble:?}");
            assert!(trouble.hint.contains("damaged"), "{trouble:?}");
        }
    }
}

/// Its head is whole, so that it can be opened: what cannot be read in it is never said to be absent. (Of some damage
/// certutil says nothing.)
#[test]
fn damage_within_a_database_is_an_error() {
    let (dir, root) = (folder(), root());
    database(dir.path(), None);
    install(&place(&native(), dir.path()), &root);
    let file = dir.path().join("cert9.db");
    let whole = std::fs::read(&file).unwrap();
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&file, damaged).unwrap();
        let found = place(&native(), dir.path()).look(&root.wanted());
        let is_absent = found.as_ref().is_ok_and(|found| found.names.is_empty());
        assert!(!is_absent, "page {page} {found:?}");
    }
}

#[test]
fn what_is_no_file_is_named_and_waited_for_by_nobody() {
    let dir = folder();
    database(dir.path(), None);
    let file = dir.path().join("cert9.db");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    all_say(dir.path(), "cert9.db is not a file");
    std::fs::remove_dir(&file).unwrap();
    let made = Command::new("/usr/bin/mkfifo").arg(&file).status().unwrap();
    assert!(made.success());
    all_say(dir.path(), "cert9.db is not a file");
}

#[test]
fn a_missing_key_file_is_named() {
    let dir = folder();
    database(dir.path(), None);
    std::fs::remove_file(dir.path().join("key4.db")).unwrap();
    all_say(dir.path(), "key4.db is missing");
}

#[test]
fn a_dangling_link_is_named() {
    let dir = folder();
    std::os::unix::fs::symlink("/nowhere/cert9.db", dir.path().join("cert9.db")).unwrap();
    all_say(dir.path(), "cert9.db is missing");
}

/// Another process that has locked a file of `SQLite` until it is dropped.
struct Lock(Child);

impl Lock {
    fn of(file: &Path) -> Self {
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
                      c.execute('begin exclusive')\nprint('locked', flush=True)\nsys.stdin.read()";
        let mut python = Command::new("/usr/bin/python3");
        python.args(["-c", script]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3 is missing: run tests/install");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_locked_database_is_named_and_served_later() {
    for tool in both() {
        for file in ["cert9.db", "key4.db"] {
            let dir = folder();
            database(dir.path(), None);
            let lock = Lock::of(&dir.path().join(file));
            let expected = format!("another program keeps {} locked", dir.path().join(file).display());
            assert_eq!(installs(&tool, dir.path()).reason, expected);
            if file == "cert9.db" {
                assert_eq!(looks(&tool, dir.path()).reason, expected);
            }
            drop(lock);
            assert_eq!(table(dir.path()), [""; 0]);
            let root = root();
            install(&place(&tool, dir.path()), &root);
            assert_eq!(table(dir.path()).len(), 1);
        }
    }
}

#[test]
fn a_place_where_no_folder_can_be_made_is_named() {
    let dir = folder();
    std::fs::write(dir.path().join("file"), "").unwrap();
    for tool in both() {
        let trouble = installs(&tool, &dir.path().join("file/nssdb"));
        assert!(trouble.reason.starts_with("cannot make /"), "{trouble:?}");
    }
}

#[test]
fn a_broken_profile_does_not_stop_the_next() {
    let (bad, good, root) = (folder(), folder(), root());
    for dir in [&bad, &good] {
        database(dir.path(), None);
    }
    std::fs::write(bad.path().join("cert9.db"), "garbage").unwrap();
    for tool in both() {
        looks(&tool, bad.path());
        install(&place(&tool, good.path()), &root);
        assert_eq!(table(good.path()).len(), 1);
    }
}

#[test]
fn without_library_and_certutil_the_package_is_named() {
    let home = folder();
    let dir = home.path().join(".mozilla/firefox/a.default");
    std::fs::create_dir_all(&dir).unwrap();
    database(&dir, None);
    let machine = Machine { home: home.path().to_owned(), ..Machine::default() };
    let none = || None::<Rc<dyn tool::Tool>>;
    let candidates = served(discover::Survey::of(&machine, false), &machine, none);
    let [Candidate::Trouble { trouble, .. }] = &candidates[..] else { panic!("{candidates:?}") };
    // What cannot be looked into is not said to be empty.
    assert!(!trouble.is_skip && trouble.reason.contains(dir.to_str().unwrap()), "{trouble:?}");
    assert!(trouble.hint.contains("libnss3") || trouble.hint.contains("nss"), "{trouble:?}");
}

#[test]
fn each_distribution_has_its_package() {
    let command = |release: &str| super::super::package::LIBRARY.command_for(release);
    for (release, expected) in [
        ("PRETTY_NAME=\"x\"\nID=debian\n", "apt install libnss3"),
        ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt install libnss3"),
        ("ID=fedora\n", "dnf install nss"),
        ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install nss"),
        ("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", "zypper install mozilla-nss"),
        ("ID=arch\n", "pacman -S nss"),
        ("ID=alpine\n", "apk add nss"),
    ] {
        assert_eq!(command(release), expected, "{release}");
    }
    assert!(command("").contains("libnss3.so"));
}

/// Neither a file of a user nor one below a user's folder.
#[test]
fn root_takes_no_certutil_that_others_can_replace() {
    let dir = folder();
    let (theirs, program) = (dir.path().join("theirs"), dir.path().join("theirs/certutil"));
    std::fs::create_dir(&theirs).unwrap();
    std::fs::write(&program, "").unwrap();
    let link = dir.path().join("certutil");
    std::os::unix::fs::symlink(&program, &link).unwrap();
    let found = |path: &Path, for_root| Certutil::among(&[path.to_owned()], for_root).is_some();
    assert!(found(Path::new("/usr/bin/env"), true));
    for owned in [&program, &theirs] {
        // Who is not root owns them already.
        let give = |user| {
            if rustix::process::geteuid().is_root() {
                std::os::unix::fs::chown(owned, Some(user), None).unwrap();
            }
        };
        give(1000);
        assert_eq!([found(&program, true), found(&link, true), found(&link, false)], [false, false, true]);
        give(0);
    }
}

#[test]
fn a_certificate_without_a_name_is_one() {
    let (dir, root) = (folder(), root());
    database(dir.path(), None);
    install(&place(&native(), dir.path()), &root);
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n\
                  c.execute('update nssPublic set a3 = null')\nc.commit()";
    let file = dir.path().join("cert9.db");
    let done = Command::new("/usr/bin/python3").args(["-c", script]).arg(file).status().unwrap();
    assert!(done.success());
    let place = place(&native(), dir.path());
    let found = place.look(&root.wanted()).unwrap();
    assert_eq!((found.state, found.names), (State::Trusted, vec![String::new()]));
    remove(&place, &root);
    assert_eq!(place.look(&root.wanted()).unwrap().names, [""; 0]);
}

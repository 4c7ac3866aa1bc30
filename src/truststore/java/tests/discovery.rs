use std::fs;

use super::*;

#[cfg(unix)]
use std::os::unix::fs::symlink;

/// A folder of installations.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(path)
    }

    fn file(&self, path: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        path
    }

    /// One line for each candidate.
    fn found(&self, machine: &Machine) -> Vec<String> {
        let machine = Machine { home: self.path("home"), ..machine.clone() };
        let mut folders = homes::folders(&machine);
        folders.retain(|folder| folder.starts_with(&machine.home));
        folders.push(self.path("jvm"));
        let lines = candidates_in(&machine, &folders).into_iter().map(|candidate| match candidate {
            Candidate::Place(place) => format!("{}: {}", place.name(), place.path().display()),
            Candidate::Nothing { reason, .. } => reason,
            Candidate::Trouble { name, trouble, .. } => {
                assert!(trouble.is_skip && !trouble.hint.is_empty());
                format!("{name}: {}", trouble.reason)
            }
        });
        let root = format!("{}/", self.path("").display()).replace("//", "/");
        lines.map(|line| line.replace(&root, "")).collect()
    }
}

#[test]
fn without_java_there_is_nothing() {
    let tree = Tree::new();
    assert_eq!(tree.found(&Machine::default()), ["no Java found"]);
    fs::create_dir_all(tree.path("jvm/openjdk-17")).unwrap();
    assert_eq!(tree.found(&Machine::default()), ["no Java found"], "a folder with sources alone");
}

#[test]
fn installations_are_found_wherever_they_are() {
    let tree = Tree::new();
    tree.file("jvm/jdk-21/lib/security/cacerts");
    tree.file("jvm/jdk-8/jre/lib/security/cacerts");
    tree.file("jvm/mac.jdk/Contents/Home/lib/security/cacerts");
    tree.file("home/.sdkman/candidates/java/25-tem/lib/security/cacerts");
    tree.file("home/.jdks/corretto/lib/security/cacerts");
    tree.file("elsewhere/lib/security/cacerts");
    tree.file("elsewhere/bin/java");
    let machine = Machine { path: vec![tree.path("elsewhere/bin")], ..Machine::default() };
    let expected = [
        "Java elsewhere: elsewhere/lib/security/cacerts",
        "Java 25-tem: home/.sdkman/candidates/java/25-tem/lib/security/cacerts",
        "Java corretto: home/.jdks/corretto/lib/security/cacerts",
        "Java jdk-21: jvm/jdk-21/lib/security/cacerts",
        "Java jdk-8: jvm/jdk-8/jre/lib/security/cacerts",
        "Java mac.jdk: jvm/mac.jdk/Contents/Home/lib/security/cacerts",
    ];
    assert_eq!(tree.found(&machine), expected);
}

#[test]
fn jssecacerts_comes_before_cacerts() {
    let tree = Tree::new();
    tree.file("jvm/jdk/lib/security/cacerts");
    tree.file("jvm/jdk/lib/security/jssecacerts");
    assert_eq!(tree.found(&Machine::default()), ["Java jdk: jvm/jdk/lib/security/jssecacerts"]);
}

#[cfg(unix)]
#[test]
fn a_keystore_that_installations_share_is_one_place() {
    let tree = Tree::new();
    let shared = tree.file("etc/ssl/certs/java/cacerts");
    for jdk in ["jvm/jdk-17", "jvm/jdk-21"] {
        fs::create_dir_all(tree.path(jdk).join("lib/security")).unwrap();
        symlink(&shared, tree.path(jdk).join("lib/security/cacerts")).unwrap();
    }
    symlink("jdk-21", tree.path("jvm/default")).unwrap();
    tree.file("jvm/jdk-17/bin/java");
    symlink(tree.path("jvm/jdk-17/bin/java"), tree.path("java")).unwrap();
    let machine = Machine {
        java_home: Some(tree.path("jvm/default")),
        path: vec![tree.path("")],
        known: vec![(Kind::Java, shared.clone()), (Kind::Nss, tree.file("jvm/nss"))],
        ..Machine::default()
    };
    assert_eq!(tree.found(&machine), ["Java jdk-21, jdk-17: etc/ssl/certs/java/cacerts"]);
}

#[test]
fn what_is_wrong_with_one_does_not_hinder_others() {
    let tree = Tree::new();
    tree.file("jvm/jdk/lib/security/cacerts");
    tree.file("jvm/broken/bin/java");
    let machine = Machine { java_home: Some(tree.path("jdk-9")), ..Machine::default() };
    let expected = [
        "Java jdk: jvm/jdk/lib/security/cacerts",
        "JAVA_HOME: jdk-9 does not exist",
        "Java broken: jvm/broken has no lib/security/cacerts, or it leads nowhere",
    ];
    assert_eq!(tree.found(&machine), expected);
    let machine = Machine { java_home: Some(tree.path("jvm/broken")), ..Machine::default() };
    assert_eq!(tree.found(&machine)[1..], ["JAVA_HOME: jvm/broken has no lib/security/cacerts"]);
}

#[test]
fn what_the_state_file_knows_is_a_place_as_long_as_it_is_there() {
    let tree = Tree::new();
    let known = tree.file("then/jdk/jre/lib/security/cacerts");
    let machine = Machine {
        known: vec![(Kind::Java, known.clone()), (Kind::Java, tree.path("gone/cacerts"))],
        ..Machine::default()
    };
    assert_eq!(tree.found(&machine), ["Java jdk: then/jdk/jre/lib/security/cacerts"]);
    fs::remove_file(known).unwrap();
    assert_eq!(tree.found(&machine), ["no Java found"]);
}

#[test]
fn keytool_is_that_of_the_installation() {
    let tree = Tree::new();
    tree.file("jvm/a/bin/keytool");
    tree.file("jvm/b/lib/security/cacerts");
    let machine = Machine { home: tree.path("home"), ..Machine::default() };
    let shown = || format!("{:?}", candidates_in(&machine, &[tree.path("jvm")])[0]);
    assert!(shown().contains("jvm/a/bin/keytool"), "{}", shown());
    tree.file("jvm/b/jre/bin/keytool");
    assert!(shown().contains("jvm/b/jre/bin/keytool"), "{}", shown());
}

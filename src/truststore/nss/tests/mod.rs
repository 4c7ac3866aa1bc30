//! Databases in temporary folders. What libnss3 wrote, certutil reads, and the other way round.
#![allow(clippy::unwrap_used)]

mod discover;
mod faults;
mod made;
mod password;
mod tools;

use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use tempfile::TempDir;

use super::certutil::Certutil;
use super::database::Database;
use super::library::Library;
use super::native::Native;
use super::tool::Tool;
use crate::pki::Ca;
use crate::truststore::{Ask, Hand, Place, Privilege, Root};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn root() -> Root {
    Root::of(Ca::generate().unwrap().der()).unwrap()
}

fn hand() -> Hand<'static> {
    Hand::new(Privilege::Root, false, &|_| ())
}

fn library() -> Library {
    Library::load().expect("libnss3 is missing: run tests/install")
}

fn native() -> Rc<dyn Tool> {
    Rc::new(Native(library()))
}

fn certutil() -> Rc<dyn Tool> {
    Rc::new(Certutil::find().expect("certutil is missing: run tests/install"))
}

fn both() -> [Rc<dyn Tool>; 2] {
    [native(), certutil()]
}

fn place(tool: &Rc<dyn Tool>, dir: &Path) -> Database {
    Database { name: "database".to_owned(), dir: dir.to_owned(), tool: Rc::clone(tool), ask: None }
}

fn asking(tool: &Rc<dyn Tool>, dir: &Path, ask: Ask) -> Database {
    Database { ask: Some(ask), ..place(tool, dir) }
}

/// A database made by certutil, protected if there is a password.
fn database(dir: &Path, password: Option<&str>) {
    let file = dir.join("password");
    std::fs::write(&file, format!("{}\n", password.unwrap_or_default())).unwrap();
    run(dir, &["-N", "-f", file.to_str().unwrap()], None);
}

/// certutil's own table: `NICKNAME FLAGS` per line.
fn table(dir: &Path) -> Vec<String> {
    let text = run(dir, &["-L"], None);
    let rows = text.lines().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
    rows.filter(|row| {
        row.ends_with(',') || row.split(' ').next_back().is_some_and(|f| f.matches(',').count() == 2)
    })
    .filter(|row| !row.starts_with("SSL,"))
    .collect()
}

/// Adds with certutil, as somebody else would.
fn put(dir: &Path, root: &Root, nickname: &str, flags: &str) {
    let file = dir.join("root.pem");
    std::fs::write(&file, root.pem()).unwrap();
    run(dir, &["-A", "-n", nickname, "-t", flags, "-i", file.to_str().unwrap()], None);
}

fn run(dir: &Path, args: &[&str], password: Option<&Path>) -> String {
    let mut command = Command::new("/usr/bin/certutil");
    command.args(args).arg("-d").arg(format!("sql:{}", dir.display())).env("LC_ALL", "C");
    command.args(password.iter().flat_map(|file| ["-f", file.to_str().unwrap()]));
    let output = command.output().expect("certutil is missing: run tests/install");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn install(place: &Database, root: &Root) {
    place.install(root, &hand()).unwrap();
}

fn remove(place: &Database, root: &Root) {
    place.remove(&root.wanted(), &hand()).unwrap();
}

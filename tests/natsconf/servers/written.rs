//! What natscert writes itself: every nats.conf of the examples.

use super::super::support::cli::{Home, text};
use super::super::support::tools::tool;
use natscert::natsconf::{Dialect, Disk, Reader};
use std::path::{Path, PathBuf};
use std::process::Command;

fn configurations(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            configurations(&path, found);
        } else if path.ends_with("nats.conf") {
            found.push(path);
        }
    }
}

#[test]
fn what_natscert_writes_has_the_digest_of_the_server() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let mut found = Vec::new();
    let homes: Vec<Home> = std::fs::read_dir(examples)
        .unwrap()
        .map(|example| {
            let home = Home::new();
            home.run(["ca", "init"]).done();
            home.run(["apply", "-q", text(&example.unwrap().path()), "-o", "out"]).done();
            configurations(&home.out(), &mut found);
            home
        })
        .collect();
    assert!(found.len() > 10, "{found:?}");
    for path in found {
        let output = Command::new(tool("nats-server-2.15.1"))
            .args(["-t", "-c"])
            .arg(&path)
            .env_clear()
            .current_dir(path.parent().unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let config = Reader::new(Dialect::NEWEST, &Disk).open(&path).unwrap();
        assert!(
            said.contains(&format!("({})", config.digest())),
            "{}: {said}{}",
            path.display(),
            config.json()
        );
    }
    drop(homes);
}

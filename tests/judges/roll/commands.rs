//! Steps that natscert takes, and those that it refuses.

use super::system::System;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One step: commands, of which the last one names the servers that have to reload before the next step; and whether those
/// are all servers, or none.
pub(super) type Step = (&'static str, Reload);

/// Who has to reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reload {
    Everybody,
    Nobody,
}

/// Takes a step. After it there is nothing to do for `apply`.
pub(super) fn take(system: &System, (commands, reload): Step) -> Vec<String> {
    let home = &system.world.home;
    let run = |command: &str| home.run(command.split(' ').chain(["--json"])).json();
    let named = commands.split("; ").map(run).last().map(|said| named(&said)).unwrap();
    let wanted = if reload == Reload::Everybody { system.nodes() } else { Vec::new() };
    assert_eq!(named, wanted, "{commands}");
    let plan = home.run(["plan", "system.toml", "-o", "out"]);
    assert_eq!(plan.code, Some(0), "{commands}: {}{}", plan.stdout, plan.stderr);
    named
}

/// The servers that `ca roll` or `apply` names.
fn named(said: &Value) -> Vec<String> {
    let is_named = |one: &&Value| match one.get("server") {
        Some(server) => {
            assert!(["reload", "right"].contains(&server.as_str().unwrap()), "{one}");
            server == "reload"
        }
        None => one["kind"] == "server",
    };
    let all = said.get("reload").unwrap_or(&said["nodes"]).as_array().unwrap().iter();
    let mut names: Vec<_> =
        all.filter(is_named).map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

/// A step that is refused: nothing is changed, neither in the CA directory nor in the folder.
#[track_caller]
pub(super) fn refused(system: &System, command: &str, says: &str) {
    let home = &system.world.home;
    let before = (files(&home.ca_dir()), files(&home.out()));
    let run = home.run(command.split(' '));
    assert_eq!(run.code, Some(2), "{command}: {}", run.stderr);
    assert!(run.stderr.contains(says), "{command}: {}", run.stderr);
    assert!((files(&home.ca_dir()), files(&home.out())) == before, "{command} changed something");
}

/// The same while these files, one at a time, are as they were before.
#[track_caller]
pub(super) fn refused_with_one_put_back(
    system: &System,
    (command, says): (&str, &str),
    files: &BTreeMap<PathBuf, Vec<u8>>,
) {
    assert!(!files.is_empty());
    for (path, before) in files {
        let now = fs::read(path).unwrap();
        assert!(now != *before, "{}", path.display());
        fs::write(path, before).unwrap();
        refused(system, command, says);
        fs::write(path, now).unwrap();
    }
}

/// The files of a folder and all those below it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

/// What a file of this name holds in each bundle of a node, and of the client.
pub(super) fn each(system: &System, node: &str, file: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = files(&system.world.out().join("nodes").join(node));
    found.extend(files(&system.world.out().join("clients")));
    found.retain(|path, _| path.ends_with(file));
    found
}

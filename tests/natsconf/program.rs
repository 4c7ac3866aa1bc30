//! `natscert conf` on texts made to exhaust it. Nothing is asserted about time: what a minute does not end is killed.

use super::support::{PATIENCE, poll};
use std::fs::{self, File};
use std::process::{Command, Stdio};

const TEN_MEGABYTES: usize = 10_000_000;

fn repeated(unit: &str) -> String {
    unit.repeat(TEN_MEGABYTES / unit.len())
}

/// The exit code, and the first line of what is said.
fn outcome(files: &[(&str, &str)], options: &[&str]) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| dir.path().join(name));
    let mut child = Command::new(env!("CARGO_BIN_EXE_natscert"))
        .args(["conf", "main.conf"])
        .args(options)
        .env_clear()
        .current_dir(&dir)
        .stdin(Stdio::null())
        .stdout(File::create(&stdout).unwrap())
        .stderr(File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let status = poll(|| child.try_wait().unwrap());
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let status = status.unwrap_or_else(|| panic!("{options:?} did not end in {PATIENCE:?}"));
    if !status.success() {
        assert_eq!(fs::read(stdout).unwrap(), b"");
    }
    let said = fs::read_to_string(stderr).unwrap();
    assert!(said.len() < 5000, "{} bytes", said.len());
    (status.code(), said.lines().next().unwrap_or_default().to_owned())
}

fn refused(text: &str) -> (Option<i32>, String) {
    (Some(2), format!("error: {text}"))
}

#[test]
fn nesting_ends_in_an_error() {
    let deep = refused("natscert reads no such configuration: nested deeper than 1000 levels");
    for unit in ["[", "[\n", "[{a "] {
        assert_eq!(outcome(&[("main.conf", &format!("a={}", repeated(unit)))], &[]), deep, "{unit}");
    }
    for unit in ["{", "{\n", "a {", "a: [{b {"] {
        assert_eq!(outcome(&[("main.conf", &repeated(unit))], &["--digest"]), deep, "{unit}");
    }
    let old = outcome(&[("main.conf", &repeated("a {"))], &["--server-version", "2.9.10"]);
    assert_eq!(old, deep);
}

#[test]
fn cycles_of_includes_end_in_an_error() {
    let own = outcome(&[("main.conf", &repeated("include main.conf\n"))], &[]);
    let text = "error parsing include file 'main.conf', main.conf includes itself";
    assert_eq!(own, refused(&format!("nats-server overflows its stack: {text}")));
    let files = [("main.conf", &*repeated("include x\n")), ("x", &repeated("include main.conf\n"))];
    let text =
        "error parsing include file 'x', error parsing include file 'main.conf', main.conf includes itself";
    assert_eq!(outcome(&files, &[]), refused(&format!("nats-server overflows its stack: {text}")));
    let many = outcome(&[("main.conf", &repeated("include x\n")), ("x", "a=1\n")], &[]);
    assert_eq!(many, refused("natscert reads no such configuration: more than 10000 files and variables"));
}

#[test]
fn long_texts_are_read_or_refused() {
    for (unit, code) in [("a=1\n", 0), ("a [b ]\n", 0), ("(", 2)] {
        let (found, said) = outcome(&[("main.conf", &repeated(unit))], &[]);
        assert_eq!(found, Some(code), "{unit:?}: {said}");
    }
}

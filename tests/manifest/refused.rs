//! Every mistake with its message: `tests/data/manifest/*.txt` has manifests, and below `---` what is said of them.
//! `NATSCERT_CASES=overwrite` writes what is said now: read the difference before you commit it.

use std::fmt::Write as _;
use std::path::PathBuf;

use natscert::topology::System;

/// What is said of a manifest.
fn said(manifest: &str) -> String {
    let mut text = String::new();
    match System::read(manifest, "nats") {
        Err(why) => {
            assert!(why.is_input());
            if let Some(place) = why.place() {
                let _ = write!(text, "{}:{}\n{}", place.line, place.column, place.excerpt());
            }
            let _ = writeln!(text, "error: {why}\n hint: {}", why.hint());
        }
        Ok(system) => {
            for (what, hint) in &system.warnings {
                let _ = writeln!(text, "warning: {what}\n   hint: {hint}");
            }
            if system.warnings.is_empty() {
                text.push_str("nothing\n");
            }
        }
    }
    text
}

fn check(file: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/manifest").join(file);
    let written = std::fs::read_to_string(&path).unwrap();
    let (mut found, mut count) = (String::new(), 0);
    for case in written.split_inclusive("\n===\n") {
        let manifest = case.trim_end_matches("===\n").split("---\n").next().unwrap();
        count += 1;
        let _ = write!(found, "{manifest}---\n{}===\n", said(manifest));
    }
    if std::env::var("NATSCERT_CASES").is_ok_and(|wish| wish == "overwrite") {
        std::fs::write(&path, &found).unwrap();
    }
    for (one, other) in written.split("===\n").zip(found.split("===\n")) {
        assert_eq!(other, one, "{file}");
    }
    assert!(count > 5 && written == found, "{file}: {count}");
}

#[test]
fn what_is_no_manifest_is_refused_at_its_place() {
    check("form.txt");
}

#[test]
fn what_cannot_work_is_refused_at_its_place() {
    check("meaning.txt");
}

#[test]
fn what_may_surprise_is_said_once() {
    check("warnings.txt");
}

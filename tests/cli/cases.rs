//! One data file per case, `tests/cmd/<verb>/<case>.case`:
//!
//! ```text
//! # Why it is so.
//! $ natscert pin nothing
//! | what stdout has, line by line
//! ! what stderr has
//! ? the exit code, unless it is 0
//! ```
//!
//! Each `$` line is run by bash in the same fresh folder. `NATSCERT_CASES=overwrite` writes what was found into
//! the files: read the difference before you commit it. `NATSCERT_CASES=pin/` runs the files with this in their path.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::redact::Redact;
use super::support::{Done, Sandbox, fixtures};

/// Begins a line of a case that cannot pass, however it is written.
const WRONG: &str = "#WRONG: ";

#[test]
fn every_case_prints_and_ends_as_written() {
    let wish = std::env::var("NATSCERT_CASES").unwrap_or_default();
    let overwrite = wish.starts_with("overwrite");
    let filter = wish.trim_start_matches("overwrite").trim_start_matches('=');
    let mut files = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd"), &mut files);
    files.retain(|path| path.to_string_lossy().contains(filter));
    files.sort();
    assert!(!files.is_empty());
    let (todo, wrong) = (Mutex::new(files.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) * 2 {
            scope.spawn(|| {
                loop {
                    let Some(path) = todo.lock().unwrap().next() else { break };
                    let written = fs::read_to_string(path).unwrap();
                    let found = replay(&written);
                    if found != written && overwrite {
                        fs::write(path, &found).unwrap();
                    } else if found != written {
                        let text = format!("{}\n{}", path.display(), difference(&written, &found));
                        wrong.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

fn find(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "case") {
            files.push(path);
        }
    }
}

/// The case with what its commands really print.
fn replay(written: &str) -> String {
    let sandbox = Sandbox::new();
    let mut redact = Redact::new(&sandbox.root, fixtures());
    let mut found = String::new();
    for line in written.lines() {
        if let Some(script) = line.strip_prefix("$ ") {
            let _ = writeln!(found, "{line}");
            let done = Done::of(sandbox.tool("bash").env("FIXTURES", fixtures()).args(["-c", script]));
            for (prefix, text) in [("|", &done.stdout), ("!", &done.stderr)] {
                quote(&mut found, prefix, &redact.text(text));
            }
            match done.code {
                Some(0) => {}
                Some(code) => _ = writeln!(found, "? {code}"),
                None => found.push_str("? killed\n"),
            }
            if let Some(wrong) = ill_formed(&done, script) {
                let _ = writeln!(found, "{WRONG}{wrong}");
            }
        } else if !line.starts_with(['|', '!', '?']) && !line.starts_with(WRONG) {
            let _ = writeln!(found, "{line}");
        }
    }
    found
}

/// Lines with their prefix; what a person would not see is escaped.
fn quote(found: &mut String, prefix: &str, text: &str) {
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, " [no newline]"), |line| (line, ""));
        let line = line.replace(|c: char| c.is_control(), "[CONTROL]");
        let _ = writeln!(found, "{}", format!("{prefix} {line}{end}").trim_end());
    }
}

/// What holds for every failure, or what is wrong: two lines at the end (between them, perhaps, lines of a file), or what
/// clap says of usage.
fn ill_formed(done: &Done, script: &str) -> Option<&'static str> {
    if done.stderr.contains("panicked") {
        return Some("it panicked");
    }
    if done.stderr.contains("os error") {
        return Some("an error number");
    }
    if !script.starts_with("natscert ") || script.contains(" | ") || done.code == Some(0) {
        return None;
    }
    // What a plan or lint finds is no error.
    let finds = ["natscert plan ", "natscert lint ", "natscert renew ", "natscert ca roll status"];
    let finds = finds.iter().any(|verb| script.contains(verb));
    if done.code == Some(1) && finds && !done.stderr.contains("error: ") {
        return done.stdout.is_empty().then_some("nothing was found, and it failed");
    }
    let usage = done.stderr.contains("Usage: ") || done.stderr.contains("try '--help'");
    let plain = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[36m"]
        .into_iter()
        .fold(done.stderr.clone(), |text, colour| text.replace(colour, ""));
    let mut last = plain.lines().rev().filter(|line| !line.starts_with("  "));
    let two_lines = last.next().is_some_and(|line| line.starts_with(" hint: "))
        && last.next().is_some_and(|line| line.starts_with("error: "));
    match done.code {
        Some(2) if usage => None,
        Some(1 | 2) if two_lines && last.all(|line| !line.starts_with("error: ")) => None,
        Some(1 | 2) => Some("no error of two lines"),
        _ => Some("an exit code that is neither 1 nor 2"),
    }
}

/// The lines that differ.
fn difference(written: &str, found: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (written.lines().collect(), found.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(same).count();
    let part =
        |sign: &str, lines: &[&str]| lines.iter().fold(String::new(), |text, line| text + sign + line + "\n");
    let context = head.saturating_sub(2);
    part("  ", &old[context..head])
        + &part("- ", &old[head..old.len() - tail])
        + &part("+ ", &new[head..new.len() - tail])
}

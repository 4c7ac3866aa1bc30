//! `natscert renew` of all that an `apply` made, beside that apply: whole processes, each with its one sync at the end.
//!
//! `cargo bench --bench renew` (`-- --nodes 10000 --runs 5`); `TMPDIR=/dev/shm` for memory instead of a disk. A node has two
//! certificates, of server and cluster.

#![allow(clippy::cast_precision_loss)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|a| a == flag);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let (nodes, runs) = (number("--nodes", 10_000), number("--runs", 5));
    let desk = tempfile::tempdir().expect("a temporary folder");
    let manifest = desk.path().join("system.toml");
    let text = format!("[clusters.big]\nnodes = [\"n{{1..{nodes}}}.big.example.com\"]\n");
    fs::write(&manifest, text).expect("a manifest");
    let apply = |out: &Path| natscert(desk.path(), &["apply", "-q"], &[&manifest, "-o".as_ref(), out]);
    let renew = |out: &Path, key: &str| natscert(desk.path(), &["renew", "-q", "--all", key], &[out]);

    let mut previous = desk.path().join("first");
    apply(&previous);
    let (mut applied, mut same, mut new) = (vec![], vec![], vec![]);
    for run in 0..runs {
        // In changing order, so that a machine whose speed drifts does so for all.
        let out = desk.path().join(format!("out{run}"));
        let first = (run % 2 == 0).then(|| apply(&out));
        same.push(renew(&previous, "--same-key"));
        new.push(renew(&previous, "--new-key"));
        applied.push(first.unwrap_or_else(|| apply(&out)));
        fs::remove_dir_all(std::mem::replace(&mut previous, out)).expect("removed");
    }
    println!("{:<28} {:>7} {:>9} {:>7}", "median of whole processes", "nodes", "s", "ratio");
    println!("{:<28} {nodes:>7} {:>9.2}", "apply", median(applied.clone()));
    for (name, times) in [("renew", same), ("renew --new-key", new)] {
        let ratio = median(times.iter().zip(&applied).map(|(renewed, applied)| renewed / applied).collect());
        println!("{name:<28} {nodes:>7} {:>9.2} {ratio:>7.2}", median(times));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The seconds that one run takes.
fn natscert(desk: &Path, command: &[&str], paths: &[&Path]) -> f64 {
    let begin = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_natscert"))
        .args(command)
        .args(paths)
        .env("NATSCERT_CA_DIR", desk.join("ca"))
        .stderr(Stdio::null())
        .status()
        .expect("natscert starts");
    assert!(status.success(), "natscert failed");
    begin.elapsed().as_secs_f64()
}

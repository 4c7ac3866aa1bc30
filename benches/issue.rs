//! One `natscert issue` as a whole process, paired run by run with the tools that people compare it with.
//!
//! `cargo bench --bench issue` (`-- --runs 100`). Peers that are not on the PATH are named and left out: mkcert is
//! a Debian package, rustls-cert-gen is `cargo install rustls-cert-gen`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const DEFAULT_RUNS: usize = 60;

/// A command that is timed, and how each run of it is made like the one before.
struct Contender {
    name: &'static str,
    command: Box<dyn Fn(usize) -> Command>,
}

fn main() {
    let mut arguments = std::env::args();
    let runs = arguments
        .find(|a| a == "--runs")
        .and_then(|_| arguments.next()?.parse().ok())
        .unwrap_or(DEFAULT_RUNS);
    let desk = tempfile::tempdir().expect("a temporary folder");
    let contenders = contenders(desk.path());
    let mut times = vec![Vec::with_capacity(runs); contenders.len()];
    // In turn, so that a machine whose speed drifts does so for all of them; the first round warms up.
    for run in 0..=runs {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let time = time((contender.command)(run));
            if run > 0 {
                times.push(time);
            }
        }
    }
    println!(
        "{:<34} {:>9} {:>9} {:>9}   ratio to natscert issue",
        "whole process, ms", "min", "median", "max"
    );
    for (contender, own) in contenders.iter().zip(&times) {
        let ratios =
            own.iter().zip(&times[0]).map(|(own, first)| first.as_secs_f64() / own.as_secs_f64()).collect();
        let [min, median, max] = spread(own.iter().map(|t| t.as_secs_f64() * 1e3).collect());
        let [_, ratio, _] = spread(ratios);
        println!(
            "{:<34} {min:>9.2} {median:>9.2} {max:>9.2}   natscert takes {ratio:.2} of it",
            contender.name
        );
    }
}

fn contenders(desk: &Path) -> Vec<Contender> {
    let natscert = |name, extra: &'static [&'static str]| {
        let desk = desk.to_owned();
        let command = move |run: usize| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_natscert"));
            let host = format!("n{run}.example.com");
            command.args([
                "issue",
                "-q",
                "server",
                "localhost",
                "127.0.0.1",
                "::1",
                "--bundle-name",
                &host,
                "-o",
            ]);
            command.arg(desk.join(name)).args(extra).env("NATSCERT_CA_DIR", desk.join("ca"));
            command
        };
        Contender { name, command: Box::new(command) }
    };
    let version = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_natscert"));
        command.arg("--version");
        command
    };
    let mut all = vec![
        natscert("natscert issue", &[]),
        natscert("natscert issue, ed25519", &["--key-type", "ed25519"]),
        Contender { name: "natscert --version (start-up)", command: Box::new(version) },
    ];
    let desk = desk.to_owned();
    if is_there("mkcert") {
        let (desk, root) = (desk.clone(), desk.join("mkcert"));
        let command = move |_| {
            let mut command = Command::new("mkcert");
            command.args([
                "-ecdsa",
                "-cert-file",
                "cert.pem",
                "-key-file",
                "key.pem",
                "localhost",
                "127.0.0.1",
                "::1",
            ]);
            command.current_dir(&desk).env("CAROOT", desk.join("mkcert"));
            command
        };
        // mkcert wants the folder of its root to be there.
        std::fs::create_dir(root).expect("a folder");
        all.push(Contender { name: "mkcert -ecdsa", command: Box::new(command) });
    }
    if is_there("rustls-cert-gen") {
        let command = move |run: usize| {
            let mut command = Command::new("rustls-cert-gen");
            command.args(["--san", "localhost", "--san", "127.0.0.1", "--san", "::1", "-o"]);
            command.arg(desk.join(format!("rcg{run}")));
            command
        };
        all.push(Contender { name: "rustls-cert-gen", command: Box::new(command) });
    }
    all
}

fn is_there(program: &str) -> bool {
    let found =
        Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("{program} is not on the PATH: left out");
    }
    found
}

fn time(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the command runs");
    let time = start.elapsed();
    assert!(status.success(), "{command:?}");
    time
}

/// Minimum, median, maximum.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

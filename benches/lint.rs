//! `natscert lint` as a whole process: a configuration of 1 MB, and the folder of an `apply` with 1,000 nodes.
//!
//! `cargo bench --bench lint` (`-- --nodes 1000 --kilobytes 1024 --runs 11`). Findings are printed with `-- --show`.

#![allow(clippy::cast_precision_loss, clippy::format_push_string)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|a| a == flag);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let (runs, show) = (number("--runs", 11).max(1), arguments.iter().any(|a| a == "--show"));
    let desk = tempfile::tempdir().expect("a temporary folder");
    let desk = desk.path();
    println!("{:<46} {:>9} {:>9} {:>9} {:>9}", "whole processes", "KB", "median ms", "best ms", "worst ms");
    let bench = |name: &str, bytes: u64, arguments: &[&str]| {
        let mut times: Vec<_> = (0..runs).map(|_| natscert(desk, arguments).0).collect();
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, best, worst) = (ms(times[runs / 2]), ms(times[0]), ms(times[runs - 1]));
        println!("{name:<46} {:>9} {median:>9.1} {best:>9.1} {worst:>9.1}", bytes / 1024);
        if show {
            println!("{}", String::from_utf8_lossy(&natscert(desk, arguments).1.stdout));
        }
    };
    bench("natscert --version", 0, &["--version"]);

    done(desk, &["issue", "server", "localhost", "-q"]);
    done(desk, &["issue", "leaf", "localhost", "-q"]);
    let text = one_file(number("--kilobytes", 1024) * 1024);
    fs::write(desk.join("nats.conf"), &text).expect("a configuration");
    bench("one configuration", text.len() as u64, &["lint", "nats.conf"]);

    let nodes = number("--nodes", 1_000);
    for (name, manifest) in [("one cluster", one_cluster(nodes)), ("clusters of ten", clusters_of_ten(nodes))]
    {
        fs::write(desk.join("system.toml"), manifest).expect("a manifest");
        done(desk, &["apply", "-q", "system.toml", "-o", name]);
        let bytes = configurations(&desk.join(name));
        bench(&format!("{nodes} nodes, {name}"), bytes, &["lint", name]);
    }
}

/// One run of natscert in the folder.
fn natscert(desk: &Path, arguments: &[&str]) -> (Duration, Output) {
    let begin = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_natscert"))
        .args(arguments)
        .current_dir(desk)
        .env("NATSCERT_CA_DIR", desk.join("ca"))
        .stdin(Stdio::null())
        .output()
        .expect("natscert starts");
    let time = begin.elapsed();
    // 1 is something found, which is as much work.
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {why}");
    (time, output)
}

fn done(desk: &Path, arguments: &[&str]) {
    let (_, output) = natscert(desk, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A server with accounts, users and leafnode remotes until the file is as large as wanted.
fn one_file(bytes: usize) -> String {
    let pair = |role: &str| {
        format!(
            "cert_file: \"natscert/{role}/localhost/cert.pem\", key_file: \"natscert/{role}/localhost/key.pem\", \
             ca_file: \"natscert/{role}/localhost/ca.pem\""
        )
    };
    let mut text =
        format!("listen: \"127.0.0.1:4222\"\ntls {{ {}, verify_and_map: true }}\n", pair("server"));
    text += "leafnodes {\n  remotes: [\n";
    for number in 0..bytes / 5_000 {
        let account = number % 100;
        text += &format!(
            "    {{ url: \"tls://hub{number}.example.com:7422\", account: A{account}, tls {{ {} }} }}\n",
            pair("leaf")
        );
    }
    text += "  ]\n}\naccounts {\n";
    let mut account = 0;
    while text.len() < bytes || account < 100 {
        text += &format!("  A{account} {{\n    users: [\n");
        for user in 0..20 {
            text += &format!(
                "      {{ user: \"CN=user{user},OU=A{account},O=Example\", permissions {{ publish: [\"a{account}.>\", \
                 \"_INBOX.>\"], subscribe {{ allow: \"a{account}.>\", deny: [\"a{account}.secret.*\"] }} }} }}\n"
            );
        }
        text += "    ]\n  }\n";
        account += 1;
    }
    text + "}\n"
}

fn one_cluster(nodes: usize) -> String {
    format!("[clusters.big]\nnodes = [\"n{{1..{nodes}}}.big.example.com\"]\n")
}

/// Each with gateways to the next one.
fn clusters_of_ten(nodes: usize) -> String {
    let clusters = nodes.div_ceil(10);
    let pair = |cluster: usize| format!("[\"c{cluster}\", \"c{}\"]", (cluster + 1) % clusters);
    let pairs: Vec<_> = (0..clusters).map(pair).collect();
    let mut text = format!("[gateways]\npairs = [{}]\n", pairs.join(", "));
    for cluster in 0..clusters {
        text += &format!("[clusters.c{cluster}]\nnodes = [\"n{{1..10}}.c{cluster}.example.com\"]\n");
    }
    text
}

/// How large all configurations of a folder are.
fn configurations(dir: &Path) -> u64 {
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => configurations(&entry.path()),
        _ if entry.file_name() == "nats.conf" => entry.metadata().map_or(0, |facts| facts.len()),
        _ => 0,
    };
    fs::read_dir(dir).expect("a folder").flatten().map(size).sum()
}

//! The transcripts of the README, replayed: every command is run, and what it says is compared.

use crate::support::server::{Listener, Server, Version};
use std::path::Path;
use std::process::Command;

/// A command of the transcript and the lines behind it.
struct Step {
    command: String,
    output: Vec<String>,
}

/// The commands of the README's transcripts from number `first` on, `count` of them.
fn transcripts(first: usize, count: usize) -> Vec<Step> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let blocks: Vec<&str> =
        readme.split("```console\n").skip(1).map(|behind| behind.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 5);
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks[first..first + count].iter().flat_map(|block| block.lines()) {
        match line.strip_prefix("$ ") {
            Some(command) => steps.push(Step { command: command.to_owned(), output: Vec::new() }),
            None => steps.last_mut().unwrap().output.push(line.to_owned()),
        }
    }
    steps
}

/// Takes out what differs from run to run: digits and hashes, the user, the host, the home and the port.
fn settled(line: &str, home: &Path) -> String {
    let line = line.replace(&*home.to_string_lossy(), "HOME").replace("/home/you", "HOME");
    let words = line.split(' ').map(|word| {
        let hash = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let date =
            word.len() == 10 && word.split('-').filter(|part| part.parse::<u32>().is_ok()).count() == 3;
        match word {
            _ if hash => "HASH".to_owned(),
            _ if date => "DATE".to_owned(),
            "you@laptop" | "tester@here" => "USER@HOST".to_owned(),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn shell(command: &str, home: &Path) -> Vec<String> {
    let bin = Path::new(env!("CARGO_BIN_EXE_natscert")).parent().unwrap();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(home)
        .env_clear()
        .env(
            "PATH",
            format!(
                "{}:{}:{}",
                bin.display(),
                bin.join("examples").display(),
                std::env::var("PATH").unwrap()
            ),
        )
        .env("HOME", home)
        .env("USER", "you")
        .output()
        .unwrap();
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{command}\n{said}");
    said.lines().map(str::to_owned).collect()
}

/// Alone, this test crate does not bring the example along.
fn build_example() {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--example", "hello"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
}

#[test]
fn the_transcript_is_true() {
    build_example();
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let (mut server, mut replayed) = (None, 0);
    for Step { command, output } in transcripts(0, 1) {
        if command == "nats-server -c nats.conf &" {
            // On a port that is free, whatever else runs here.
            let config = std::fs::read_to_string(home.join("nats.conf")).unwrap();
            let started = Server::start(Version::V2_15_1, "readme", &config);
            for line in output {
                started.wait_for_log(&[&line]);
            }
            server = Some(started);
        } else {
            let port =
                server.as_ref().map_or(4222, |server: &Server| server.port(Listener::Client)).to_string();
            let runnable = command.replace("cargo run --example hello --", "hello").replace("4222", &port);
            let said = shell(&runnable, &home);
            let said =
                said.iter().map(|line| settled(&line.replace(&format!("you@{host}"), "tester@here"), &home));
            let expected: Vec<_> = output.iter().map(|line| settled(line, &home)).collect();
            assert_eq!(said.collect::<Vec<_>>(), expected, "{command}");
        }
        replayed += 1;
    }
    assert_eq!(replayed, 4);
}

/// The servers are not started, since their ports may be taken here: tests of the examples do that. Each reads its
/// configuration. The nats CLI that the client's script runs says with what it was run.
#[test]
fn the_transcripts_of_a_whole_system_and_its_mistakes_are_true() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().canonicalize().unwrap();
    shell("natscert ca init --quiet", &home);
    let bin = home.join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(Version::V2_15_1.command().get_program(), bin.join("nats-server")).unwrap();
    std::fs::write(bin.join("nats"), "#!/bin/sh\necho \"$@\"\n").unwrap();
    std::fs::set_permissions(bin.join("nats"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut replayed = 0;
    for Step { command, output } in transcripts(1, 4) {
        let runnable = command.replace("/home/you", home.to_str().unwrap());
        let runnable =
            runnable.replace("nats-server -c \"$conf\" &", "nats-server -t -c \"$conf\" || exit 1;");
        // Findings are no success.
        let runnable = runnable.replace("natscert lint nats", "natscert lint nats 2>&1 || [ $? = 1 ]");
        let said = shell(&format!("PATH={}:$PATH; {runnable}", bin.display()), &home);
        if command.starts_with("for ") {
            assert_eq!(said.iter().filter(|line| line.contains("is valid")).count(), 6, "{said:?}");
        } else if command.contains("nats.sh") {
            assert!(said[0].starts_with("--server=tls://127.0.0.1:4222,"), "{said:?}");
            for word in said[0].split(' ').filter_map(|word| word.strip_prefix("--tls")) {
                assert!(Path::new(word.split_once('=').unwrap().1).exists(), "{word}");
            }
            assert!(said[0].ends_with(" rtt"));
        } else {
            let said: Vec<_> = said.iter().map(|line| settled(line, &home)).collect();
            let expected: Vec<_> = output.iter().map(|line| settled(line, &home)).collect();
            assert_eq!(said, expected, "{command}");
        }
        replayed += 1;
    }
    assert_eq!(replayed, 10);
}

//! What is in the way stops an apply with a clear message before anything is lost; two applies do not mix.

use super::desk::{Desk, SYSTEM, changed};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;

#[test]
fn files_of_others_are_not_replaced() {
    let desk = Desk::applied(SYSTEM);
    fs::write(desk.path("nodes/n1.east.example.com/cluster/notes.txt"), "mine").unwrap();
    desk.write(&format!("validity = \"90d\"\n{SYSTEM}"));
    let before = desk.tree();
    let refused = desk.apply();
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("cluster holds notes.txt, which natscert did not write"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("hint: "), "{}", refused.stderr);
    assert_eq!(changed(&before, &desk.tree()), [""; 0]);
}

#[test]
fn links_are_not_followed() {
    let desk = Desk::applied(SYSTEM);
    let cluster = desk.path("nodes/n1.east.example.com/cluster");
    let elsewhere = desk.home.path().join("elsewhere");
    fs::rename(&cluster, &elsewhere).unwrap();
    symlink(&elsewhere, &cluster).unwrap();
    desk.write(&format!("validity = \"90d\"\n{SYSTEM}"));
    let refused = desk.apply();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("is a symbolic link"), "{}", refused.stderr);
}

#[test]
fn a_pipe_keeps_nobody_waiting() {
    for file in ["ca.pem", "nodes/edge/nats.conf", "nodes/edge/leaf/cert.pem", "clients/alice/nats.sh"] {
        let desk = Desk::applied(SYSTEM);
        fs::remove_file(desk.path(file)).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, desk.path(file), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let refused = desk.apply();
        assert_eq!(refused.code, Some(1), "{file}: {}", refused.stderr);
        assert!(refused.stderr.contains("it is no ordinary file"), "{}", refused.stderr);
    }
}

#[test]
fn a_folder_that_a_link_leads_to_is_planned_as_it_is_applied() {
    let desk = Desk::new(SYSTEM);
    fs::create_dir(desk.home.path().join("elsewhere")).unwrap();
    symlink("elsewhere", desk.home.path().join("demo")).unwrap();
    desk.apply().done();
    assert_eq!(desk.plan().code, Some(0), "{}", desk.plan().stdout);
}

#[test]
fn a_file_where_the_folder_should_be() {
    let desk = Desk::new(SYSTEM);
    fs::write(desk.path(""), "x").unwrap_err();
    fs::write(desk.home.path().join("demo"), "x").unwrap();
    let refused = desk.apply();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("demo is not a folder"), "{}", refused.stderr);
}

#[test]
fn the_second_of_two_waits_and_says_so() {
    let desk = Desk::new(SYSTEM);
    fs::create_dir(desk.path("")).unwrap();
    let lock = fs::File::open(desk.path("")).unwrap();
    lock.lock().unwrap();
    let mut command = desk.home.command();
    let mut child =
        command.args(["apply", "demo.toml"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    while !said.contains("another natscert works in") {
        assert_ne!(std::io::BufRead::read_line(&mut stderr, &mut said).unwrap(), 0, "{said}");
    }
    assert!(!desk.path("nodes").exists(), "it waits");
    drop(lock);
    assert!(child.wait().unwrap().success());
    desk.is_right();
}

#[test]
fn eight_at_once_make_one_system() {
    let desk = Desk::new(SYSTEM);
    let start = || {
        let mut command = desk.home.command();
        command
            .args(["apply", "-q", "demo.toml"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..8).map(|_| start()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    desk.is_right();
}

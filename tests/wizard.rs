//! The wizard at a real terminal: a pseudo-terminal, keys as a person presses them.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};

use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};

const DOWN: &str = "\x1b[B";
const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";
/// What hides and shows a terminal's cursor.
const HIDE: &str = "\x1b[?25l";
const SHOW: &str = "\x1b[?25h";
/// Nothing here is about time: this only ends a test that hangs.
const PATIENCE_MS: u64 = 60_000;

fn natscert(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_natscert"));
    command
        .current_dir(home)
        .env("NATSCERT_CA_DIR", home.join("ca"))
        .env("NO_COLOR", "1")
        .env("TERM", "xterm");
    command
}

fn wizard(home: &Path) -> PtySession {
    wizard_with(home, true)
}

fn wizard_with(home: &Path, plain: bool) -> PtySession {
    let mut command = natscert(home);
    command.args(["wizard", "-q"]);
    let options = Options::new().timeout_ms(Some(PATIENCE_MS)).strip_ansi_escape_codes(plain);
    let mut session = spawn_with_options(command, options).unwrap();
    session.exp_string("What is to be secured?").unwrap();
    session
}

fn press(session: &mut PtySession, keys: &str) {
    session.send(keys).unwrap();
    session.flush().unwrap();
}

/// The command line that the wizard ends with.
fn the_same(session: &mut PtySession) -> String {
    session.exp_string("the same ").unwrap();
    session.read_line().unwrap().trim().to_owned()
}

#[test]
fn a_server_and_the_command_line_that_does_the_same() {
    let home = tempfile::tempdir().unwrap();
    let mut session = wizard(home.path());
    press(&mut session, ENTER);
    session.exp_string("By which names is this host reached?").unwrap();
    press(&mut session, ENTER);
    session.exp_string("Other names or addresses").unwrap();
    press(&mut session, "n1.example.com, 10.9.8.7\r");
    session.exp_string("What must clients show?").unwrap();
    press(&mut session, &[DOWN, DOWN, ENTER].concat());
    let line = the_same(&mut session);
    session.exp_eof().unwrap();

    assert!(line.starts_with("natscert issue server localhost 127.0.0.1 ::1 "), "{line}");
    assert!(line.ends_with(" n1.example.com 10.9.8.7 --verify-and-map"), "{line}");
    let bundle = home.path().join("natscert/server/localhost");
    let made = std::fs::read_to_string(bundle.join("tls.conf")).unwrap();
    assert!(made.contains("verify_and_map: true"), "{made}");

    // The line, typed into a shell, makes the same bundle again.
    let again = line.replace("natscert issue", &format!("{} issue --force", env!("CARGO_BIN_EXE_natscert")));
    let names = |dir: &Path| {
        let output =
            natscert(home.path()).args(["inspect", "--json"]).arg(dir.join("cert.pem")).output().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        value[0]["certificates"][0]["sans"].clone()
    };
    let before = names(&bundle);
    let status = Command::new("sh")
        .args(["-c", &again])
        .current_dir(home.path())
        .env("NATSCERT_CA_DIR", home.path().join("ca"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(names(&bundle), before);
    assert_eq!(std::fs::read_to_string(bundle.join("tls.conf")).unwrap(), made);
}

#[test]
fn a_wrong_name_is_asked_for_again() {
    let home = tempfile::tempdir().unwrap();
    let mut session = wizard(home.path());
    press(&mut session, &[DOWN, ENTER].concat());
    session.exp_string("Who is the client?").unwrap();
    press(&mut session, "nats://alice\r");
    session.exp_string("use alice").unwrap();
    // What was typed stays: rub it out.
    press(&mut session, &"\x7f".repeat("nats://alice".len()));
    press(&mut session, "alice@example.com\r");
    assert_eq!(the_same(&mut session), "natscert issue client alice@example.com");
    session.exp_eof().unwrap();
    assert!(home.path().join("natscert/client/alice@example.com/key.pem").exists());
}

#[test]
fn a_bundle_that_is_there_is_replaced_only_when_told_so() {
    let home = tempfile::tempdir().unwrap();
    let issued = natscert(home.path()).args(["issue", "client", "bob"]).output().unwrap();
    assert!(issued.status.success());
    let key = home.path().join("natscert/client/bob/key.pem");
    let before = std::fs::read(&key).unwrap();
    for (answer, replaced) in [("n", false), ("y", true)] {
        let mut session = wizard(home.path());
        press(&mut session, &[DOWN, ENTER].concat());
        session.exp_string("Who is the client?").unwrap();
        press(&mut session, "bob\r");
        session.exp_string("Replace it?").unwrap();
        press(&mut session, answer);
        let said = session.exp_eof().unwrap();
        assert_eq!(said.contains("is there already"), !replaced, "{said}");
        assert_eq!(std::fs::read(&key).unwrap() != before, replaced);
    }
}

#[test]
fn ctrl_c_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut session = wizard_with(home.path(), false);
    press(&mut session, ENTER);
    session.exp_string("By which names is this host reached?").unwrap();
    press(&mut session, CTRL_C);
    let said = session.exp_eof().unwrap();
    assert!(said.contains("stopped; nothing was written"), "{said}");
    assert_eq!(said.matches(HIDE).count(), 0, "{said:?}");
    assert!(said.contains(SHOW), "{said:?}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn without_a_terminal_it_says_what_to_run() {
    let home = tempfile::tempdir().unwrap();
    let output = natscert(home.path()).arg("wizard").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no terminal") && said.contains("natscert issue server localhost"), "{said}");
    assert!(output.stdout.is_empty());
}

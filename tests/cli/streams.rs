//! What goes where: the product to stdout, words to stderr, colours to terminals.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::process::Stdio;

use super::support::{Done, Sandbox, fixtures};

/// Every verb that prints something, each with what it needs.
fn printing(sandbox: &Sandbox) -> Vec<Vec<&'static str>> {
    sandbox.ok(&["issue", "server", "a.example", "-q"]);
    sandbox.ok(&["new", "-q"]);
    sandbox.ok(&["apply", "nats.toml", "-q"]);
    [
        &["--help"][..],
        &["--version"],
        &["issue", "--help"],
        &["issue", "server", "localhost", "-f"],
        &["issue", "server", "localhost", "-f", "--json"],
        &["ca", "show"],
        &["ca", "dir"],
        &["ca", "export"],
        &["ca", "export", "--format", "der"],
        &["ca", "show", "--json"],
        &["pin", "ca/root.pem"],
        &["inspect", "ca/root.pem"],
        &["snippet", "leaf", "natscert/server/a.example"],
        &["new", "-"],
        &["plan", "nats.toml"],
        &["plan", "nats.toml", "--json"],
        &["apply", "nats.toml", "--json"],
        &["graph", "nats.toml"],
        &["conf", "natscert/server/a.example/tls.conf"],
        &["conf", "natscert/server/a.example/tls.conf", "--digest"],
    ]
    .map(<[_]>::to_vec)
    .to_vec()
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let sandbox = Sandbox::with_ca();
    for args in printing(&sandbox) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = Done::of(sandbox.command(&[&args[..], &["-q"]].concat()).stdout(full));
        assert_eq!(done.code, Some(1), "{args:?}: {done:?}");
        let errors = done.stderr.lines().skip_while(|line| !line.starts_with("error: ")).collect::<Vec<_>>();
        assert_eq!(errors.len(), 2, "{args:?}: {done:?}");
        assert_eq!(errors[0], "error: cannot write to standard output: no space left on device", "{args:?}");
        assert!(errors[1].starts_with(" hint: "), "{args:?}");
    }
}

#[test]
fn nobody_who_reads_is_no_error() {
    let sandbox = Sandbox::with_ca();
    for args in printing(&sandbox) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = Done::of(sandbox.command(&args).stdout(writer));
        assert_eq!(done.code, Some(0), "{args:?}: {done:?}");
        assert!(!done.stderr.contains("error"), "{args:?}: {done:?}");
    }
}

#[test]
fn closed_streams_do_no_harm() {
    let sandbox = Sandbox::with_ca();
    for args in printing(&sandbox) {
        for closed in [">&-", "2>&-", "<&-", "<&- >&- 2>&-"] {
            let done = sandbox.bash(&format!("natscert {} {closed}", args.join(" ")));
            assert_eq!(done.code, Some(0), "{args:?} {closed}: {done:?}");
            assert!(!done.stderr.contains("panicked"), "{args:?} {closed}: {done:?}");
        }
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = Done::of(sandbox.command(&args).stderr(full));
        assert_eq!(done.code, Some(0), "nothing to say it to, but done: {args:?}: {done:?}");
    }
}

#[test]
fn the_files_are_never_mixed_up_with_closed_streams() {
    // A file that is opened as descriptor 1 or 2 would get what is printed.
    let sandbox = Sandbox::new();
    sandbox.bash("natscert issue server localhost 0<&- 1<&- 2<&-");
    let pem =
        |name: &str| fs::read_to_string(sandbox.path(&format!("natscert/server/localhost/{name}"))).unwrap();
    for name in ["cert.pem", "ca.pem", "key.pem"] {
        assert!(pem(name).starts_with("-----BEGIN") && pem(name).ends_with("-----\n"), "{}", pem(name));
    }
    assert!(pem("tls.conf").starts_with("tls {"), "{}", pem("tls.conf"));
}

#[test]
fn stdout_is_the_block_and_stderr_the_rest() {
    let sandbox = Sandbox::new();
    let loud = sandbox.ok(&["issue", "server", "localhost"]);
    assert!(loud.stdout.starts_with("tls {\n") && loud.stdout.ends_with("\n}\n"), "{loud:?}");
    assert!(loud.stderr.contains("issued") && loud.stderr.contains("next"), "{loud:?}");
    let quiet = sandbox.ok(&["issue", "server", "localhost", "-f", "-q"]);
    assert_eq!((quiet.stdout, quiet.stderr), (loud.stdout, String::new()));
}

#[test]
fn quiet_still_warns() {
    let sandbox = Sandbox::with_ca();
    let done = sandbox.ok(&["issue", "server", "*.local", "-q"]);
    assert!(done.stderr.lines().all(|line| line.starts_with("warning: ")), "{done:?}");
    assert!(!done.stderr.is_empty());
}

#[test]
fn colours_go_to_terminals_only() {
    let sandbox = Sandbox::with_ca();
    let esc = '\u{1b}';
    let plain = sandbox.ok(&["issue", "server", "*.local"]);
    assert!(!plain.stderr.contains(esc) && !plain.stdout.contains(esc), "{plain:?}");
    let always = sandbox.ok(&["issue", "server", "*.local", "-f", "--color", "always"]);
    assert!(always.stderr.contains(esc), "{always:?}");
    assert!(!always.stdout.contains(esc), "a configuration file has no colours: {always:?}");
    // script(1) gives it a terminal.
    let terminal = |words: &str| {
        let script = format!("script -qec 'natscert {words}' /dev/null </dev/null");
        Done::of(sandbox.tool("bash").env("TERM", "xterm").args(["-c", &script])).stdout
    };
    assert!(
        terminal("pin nothing").contains("\u{1b}[31m"),
        "needs script (util-linux): {}",
        terminal("pin nothing")
    );
    assert!(!terminal("--color never pin nothing").contains(esc));
    let no_color = "NO_COLOR=1 script -qec 'natscert pin nothing' /dev/null </dev/null";
    let done = Done::of(sandbox.tool("bash").env("TERM", "xterm").args(["-c", no_color]));
    assert!(done.stdout.contains("cannot read nothing") && !done.stdout.contains(esc), "{done:?}");
}

#[test]
fn stdin_is_read_to_its_end_in_pieces() {
    let sandbox = Sandbox::new();
    let pem = fs::read(fixtures().join("chain.pem")).unwrap();
    let mut command = sandbox.command(&["pin", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for part in pem.chunks(700) {
        input.write_all(part).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
}

#[test]
fn any_bytes_are_refused_and_not_more() {
    // The same bytes each time: a failure can be looked into.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let sandbox = Sandbox::new();
    let whole = fs::read(fixtures().join("leaf.der")).unwrap();
    let pem = fs::read(fixtures().join("chain.pem")).unwrap();
    for round in 0..60 {
        let mut bytes = match round % 3 {
            0 => (0..next() % 3000).map(|_| next().to_le_bytes()[0]).collect::<Vec<_>>(),
            1 => whole.clone(),
            _ => pem.clone(),
        };
        for _ in 0..3 {
            if let Ok(len @ 1..) = u64::try_from(bytes.len()) {
                let at = usize::try_from(next() % len).unwrap();
                bytes[at] = next().to_le_bytes()[0];
            }
        }
        bytes.truncate(usize::try_from(next() % 4000).unwrap());
        fs::write(sandbox.path("input"), &bytes).unwrap();
        for verb in ["pin", "inspect"] {
            let done = sandbox.run(&[verb, "input"]);
            match done.code {
                Some(0) => assert_eq!(done.stderr, ""),
                _ => done.fails(2, "input: "),
            }
        }
    }
}

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{MetadataExt, symlink};

use super::*;

fn write(path: &Path, content: &str) -> Step {
    Step::Write { path: path.to_owned(), content: content.into() }
}

fn quiet(_: &str) {}

#[test]
fn steps_are_shown_as_commands_for_a_shell() {
    let run = Step::run("/usr/sbin/tool", ["plain", "two words", "it's", "", "$HOME", "~x"]);
    assert_eq!(run.to_string(), r"/usr/sbin/tool plain 'two words' 'it'\''s' '' '$HOME' '~x'");
    assert_eq!(Step::Remove("/a b/c".into()).to_string(), "/bin/rm -f -- '/a b/c'");
    let shown = write(Path::new("/etc/x"), "one\ntwo's\\\u{1b}").to_string();
    assert_eq!(shown, r"printf %b 'one\ntwo'\''s\\\0033' | /usr/bin/install -m 0644 -- /dev/stdin /etc/x");
}

#[test]
fn a_shell_does_what_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let odd = dir.path().join("it's \u{1b}[1m\\n $HOME\n?");
    fs::write(&odd, "").unwrap();
    let target = dir.path().join("new");
    let content = "-----BEGIN-----\nit's \\ % $HOME `id`\u{7}\n";
    for step in [write(&target, content), Step::Remove(odd.clone())] {
        let args = ["-c".into(), step.to_string().into()];
        assert!(program::run(Path::new("/bin/sh"), &args, &[]).is_ok(), "{step}");
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), content);
    assert!(!odd.exists());
}

#[test]
fn what_lies_in_a_file_is_shown_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let (file, other) = (dir.path().join("ca.pem"), dir.path().join("other.pem"));
    fs::write(&file, "PEM").unwrap();
    fs::write(&other, "changed since").unwrap();
    let hand = Hand::new(Privilege::Sudo { interactive: false }, true, &quiet);
    let hand = hand.knowing(&file, b"PEM").knowing(&other, b"OTHER");
    let tool = Step::Run { program: "/bin/tool".into(), args: Vec::new(), input: b"PEM".into() };
    hand.as_root(&[write(Path::new("/etc/x"), "PEM"), tool.clone(), write(Path::new("/etc/x"), "OTHER")])
        .unwrap();
    hand.as_user(&[tool]).unwrap();
    let file = file.display();
    assert_eq!(
        hand.take_notes(),
        [
            format!("sudo -- /usr/bin/install -m 0644 -- /dev/stdin /etc/x < {file}"),
            format!("sudo -- /bin/tool < {file}"),
            "printf %b 'OTHER' | sudo -- /usr/bin/install -m 0644 -- /dev/stdin /etc/x".into(),
            format!("/bin/tool < {file}"),
        ]
    );
}

#[test]
fn what_a_command_reads_is_given_to_it_and_no_file_of_the_users_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (file, target) = (dir.path().join("ca.pem"), dir.path().join("anchor.crt"));
    fs::write(&file, "PEM").unwrap();
    let hand = Hand::new(Privilege::Sudo { interactive: true }, true, &quiet).knowing(&file, b"PEM");
    let commands = hand.invocations(&[write(&target, "PEM")]);
    fs::write(&file, "another one by now").unwrap();
    for command in commands {
        assert!(!command.under_sudo(true).contains(&file.clone().into_os_string()));
        program::run(&command.program, &command.args, &command.input).unwrap();
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "PEM");
}

#[test]
fn a_dry_run_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let hand = Hand::new(Privilege::Root, true, &quiet);
    hand.as_root(&[write(&dir.path().join("new"), "x")]).unwrap();
    hand.inside("add it", || unreachable!()).unwrap();
    assert_eq!(hand.take_notes().len(), 2);
    assert!(hand.take_notes().is_empty());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_is_written_whole_and_for_all_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let (path, target) = (dir.path().join("anchor.crt"), dir.path().join("target"));
    fs::write(&target, "kept").unwrap();
    symlink(&target, &path).unwrap();
    let hand = Hand::new(Privilege::Root, false, &quiet);
    hand.as_root(&[write(&path, "new")]).unwrap();
    let meta = fs::symlink_metadata(&path).unwrap();
    assert!(meta.is_file(), "the link was followed");
    assert_eq!(meta.mode() & 0o7777, 0o644);
    assert_eq!(
        (fs::read_to_string(&path).unwrap(), fs::read_to_string(&target).unwrap()),
        ("new".into(), "kept".into())
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "something is left over");
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let taken = dir.path().join("a folder");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("x"), "").unwrap();
    let hand = Hand::new(Privilege::Root, false, &quiet);
    let why = hand.as_root(&[write(&taken, "new")]).unwrap_err();
    assert!(why.reason.starts_with(&format!("cannot write {}: is a directory", taken.display())), "{why:?}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let why = hand.as_user(&[write(&dir.path().join("no/x"), "new")]).unwrap_err();
    assert!(why.hint.contains("no"), "{why:?}");
    hand.as_user(&[Step::Remove(dir.path().join("gone"))]).unwrap();
}

#[test]
fn a_failed_program_is_quoted() {
    let hand = Hand::new(Privilege::Root, false, &quiet);
    let sh = |script: &str| Step::run("/bin/sh", ["-c", script]);
    let why = hand.as_root(&[sh("seq 9 >&2; exit 3")]).unwrap_err();
    assert_eq!((why.is_skip, why.reason.as_str()), (false, "sh failed: 7; 8; 9"));
    assert_eq!(hand.as_root(&[sh("echo out; exit 3")]).unwrap_err().reason, "sh failed: out");
    assert_eq!(hand.as_root(&[sh("exit 3")]).unwrap_err().reason, "sh failed (exit status: 3)");
    let why = hand.as_root(&[Step::run("/nowhere/tool", [""; 0])]).unwrap_err();
    assert_eq!(why.reason, "there is no /nowhere/tool");
    assert!(why.hint.contains("install what provides tool"), "{why:?}");
}

#[test]
fn programs_get_their_input_and_a_plain_environment() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let script = format!("cat > {0}; env | sort | grep -v -e ^_= -e ^PWD= -e ^SHLVL= >> {0}", out.display());
    let args = ["-c".into(), script.into()];
    let hand = Hand::new(Privilege::Root, false, &quiet);
    hand.as_user(&[Step::Run { program: "/bin/sh".into(), args: args.into(), input: b"given\n".into() }])
        .unwrap();
    let text = fs::read_to_string(out).unwrap();
    let names: Vec<_> = text.lines().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, ["given", "HOME", "LC_ALL", "PATH"]);
    // One that talks more than a pipe holds before it listens, and one that does not listen at all.
    let input = vec![b'x'; 1 << 20];
    for script in ["seq 99999; cat", "exit 0"] {
        program::run(Path::new("/bin/sh"), &["-c".into(), script.into()], &input).unwrap();
    }
}

#[test]
fn sudo_that_refuses_is_told_from_a_program_that_fails() {
    let said = |stderr: &str| Output {
        status: std::process::ExitStatus::default(),
        stdout: Vec::new(),
        stderr: stderr.into(),
    };
    for (stderr, why) in [
        ("sudo: a password is required\n", Some("a password is required")),
        ("sudo: unable to resolve host x: Name or service not known\ntool: no\n", None),
        ("sudo-rs: interactive authentication is required\n", Some("interactive authentication is required")),
        ("u is not in the sudoers file.\n", Some("u is not in the sudoers file")),
        ("install: cannot create regular file: Read-only file system\n", None),
    ] {
        assert_eq!(refusal(&said(stderr)).as_deref(), why, "{stderr}");
    }
}

#[test]
fn what_is_removed_in_a_row_takes_one_command() {
    let hand = Hand::new(Privilege::Sudo { interactive: true }, true, &quiet);
    let remove = |path: &str| Step::Remove(path.into());
    hand.as_root(&[remove("/a"), remove("/b c"), Step::run("/x", ["y"]), remove("/d")]).unwrap();
    assert_eq!(
        hand.take_notes(),
        ["sudo -- /bin/rm -f -- /a '/b c'", "sudo -- /x y", "sudo -- /bin/rm -f -- /d"]
    );
}

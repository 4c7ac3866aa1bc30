//! A root file system of its own for one test: that of the machine, as if just installed, and whatever the test does to
//! it. The machine's own stores are out of reach: mounts, network and processes are private, and end with the test.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;

use super::said::{Done, Trust};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The plain user inside.
pub(crate) const USER: &str = "alice";

/// The file that is in houses, and nowhere else.
const MARK: &str = "/.house-of-natscert-tests";

/// Where `tests/trust/java/Judge.java` is compiled to.
pub(crate) const JAVA_CLASSES: &str = "/opt/judge";

/// What all houses share: their lowest floor, made once.
static GROUND: LazyLock<Holder> = LazyLock::new(|| {
    assert!(
        rustix::process::geteuid().is_root(),
        "these tests mount, so that the machine's own stores are never touched\n  run them as root: sudo -E cargo test --test trust"
    );
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trust/java/Judge.java");
    let mut command = unshared();
    let natscert = env!("CARGO_BIN_EXE_natscert");
    command.args([
        "bash",
        "-c",
        concat!(include_str!("seal.sh"), include_str!("ground.sh")),
        "ground",
        natscert,
        judge,
        MARK,
    ]);
    Holder::start(command)
});

/// A process that keeps namespaces alive as long as this test process holds its standard input.
struct Holder {
    child: Child,
    _stdin: ChildStdin,
    /// Of the first process inside, as seen from here.
    pid: u32,
}

fn unshared() -> Command {
    let mut command = Command::new("unshare");
    // By the variables of whoever runs the tests, programs inside would trust other things than the stores say.
    command.env_clear().env("PATH", PATH).env("HOME", "/root");
    command.args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private"]);
    command
}

impl Holder {
    /// The script prints `ready PID` and waits for the end of its input.
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}\n  run tests/install", command.get_program().display()));
        let stdin = child.stdin.take().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(pid) = line.trim().strip_prefix("ready ") else {
            drop(stdin);
            let output = child.wait_with_output().unwrap();
            panic!(
                "no private root: these tests need root, the right to mount, and overlayfs (in a container: \
                 --privileged); and what tests/install installs\n{line}{}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        Self { pid: pid.parse().unwrap(), child, _stdin: stdin }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // With unshare goes its child, the first process inside; with that one everything inside.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct House {
    holder: Holder,
}

impl House {
    pub(crate) fn new() -> Self {
        let mut command = Command::new("nsenter");
        command.env_clear().env("PATH", PATH).env("HOME", "/root");
        command.arg(format!("--target={}", GROUND.pid)).arg("--mount").arg("--");
        let inner = unshared();
        command.arg(inner.get_program()).args(inner.get_args());
        command.args(["bash", "-c", concat!(include_str!("seal.sh"), include_str!("house.sh"))]);
        let house = Self { holder: Holder::start(command) };
        assert!(house.exists(MARK) && !Path::new(MARK).exists(), "this is the machine's own file system");
        house
    }

    /// The same file as seen from outside. Absolute links lead astray.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.holder.pid)).join(inside.trim_start_matches('/'))
    }

    pub(crate) fn network(&self) -> fs::File {
        fs::File::open(format!("/proc/{}/ns/net", self.holder.pid)).unwrap()
    }

    pub(crate) fn root(&self) -> Person<'_> {
        Person { house: self, is_root: true, environment: vec![("HOME".into(), "/root".into())] }
    }

    pub(crate) fn user(&self) -> Person<'_> {
        Person { house: self, is_root: false, environment: vec![("HOME".into(), format!("/home/{USER}"))] }
    }

    /// A script of root's that has to succeed; its output.
    #[track_caller]
    pub(crate) fn bash(&self, script: &str) -> String {
        self.root().bash(script).ok().stdout
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// A file of root's, with the folders on its way.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>, mode: u32) {
        let place = self.path(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, content).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Everything below these paths: kind, mode, time of the last change, where links lead, hash. To be compared.
    #[track_caller]
    pub(crate) fn picture(&self, paths: &[&str]) -> String {
        let script = r#"for path; do [ -e "$path" ] || continue
            find "$path" -printf '%p %y %m %T@ %l\n' | sort
            find "$path" -type f -exec sha256sum {} + | sort
        done"#;
        self.root().run(["bash", "-c", script, "picture"].iter().chain(paths)).ok().stdout
    }

    /// The same of contents alone: what there is, where links lead, and what is in files.
    #[track_caller]
    pub(crate) fn contents(&self, paths: &[&str]) -> String {
        let script = r#"for path; do [ -e "$path" ] || continue
            find "$path" -printf '%p %y %l\n' | sort
            find "$path" -type f -exec sha256sum {} + | sort
        done"#;
        self.root().run(["bash", "-c", script, "contents"].iter().chain(paths)).ok().stdout
    }
}

/// Who runs something inside, and with which variables beside PATH.
#[derive(Clone)]
pub(crate) struct Person<'h> {
    house: &'h House,
    is_root: bool,
    environment: Vec<(String, String)>,
}

impl<'h> Person<'h> {
    pub(crate) fn house(&self) -> &'h House {
        self.house
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.environment.retain(|(known, _)| known != name);
        other.environment.push((name.into(), value.into()));
        other
    }

    pub(crate) fn home(&self) -> &str {
        &self.environment.iter().find(|(name, _)| name == "HOME").unwrap().1
    }

    pub(crate) fn command<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        command.env_clear().env("PATH", PATH).envs(self.environment.iter().cloned());
        command.arg(format!("--target={}", self.house.holder.pid));
        command.args(["--mount", "--net", "--pid", "--root", "--wd", "--"]);
        // No controlling terminal: sudo would ask there, whatever its standard input is.
        command.args(["/usr/bin/setsid", "--wait"]);
        if !self.is_root {
            command.args(["/usr/bin/setpriv", "--reuid", USER, "--regid", USER, "--init-groups", "--"]);
        }
        command.args(["/usr/bin/env", "--chdir", self.home(), "--"]).args(words).stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Done {
        let mut command = self.command(words);
        let output = command.output().unwrap();
        Done {
            what: format!("{:?}", command.get_args().skip(7).collect::<Vec<_>>()),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn bash(&self, script: &str) -> Done {
        self.run(["bash", "-euo", "pipefail", "-c", script])
    }

    #[track_caller]
    pub(crate) fn natscert(&self, args: &[&str]) -> Done {
        self.run(["natscert"].iter().chain(args))
    }

    /// `natscert trust ARGS --json`, whatever it comes to.
    #[track_caller]
    pub(crate) fn trust(&self, args: &[&str]) -> Trust {
        let done = self.natscert(&[&["trust"], args, &["--json"]].concat());
        let value = serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:?}"));
        Trust { done, value }
    }

    #[track_caller]
    pub(crate) fn mkcert(&self, args: &[&str]) -> Done {
        self.run(["mkcert"].iter().chain(args))
    }
}

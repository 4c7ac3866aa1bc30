//! A variant on disk: its files, its certificates and its ports.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use tempfile::{NamedTempFile, TempDir};

use crate::setup::{Files, Setup};
use crate::support::tools::{Verdict, ask};

/// What bash knows before anything else: issue writes here, and nothing fails unseen.
const PRELUDE: &str = r#"set -eu -o pipefail; umask 022
natscert() {
    if [ "$1" = issue ] && [[ " $* " != *" -o "* && " $* " != *" --out "* ]]; then set -- "$@" -o .; fi
    command natscert "$@"
}
"#;

/// A file of host names is mounted over the machine's, for this process alone; then it becomes another.
const WITH_HOSTS: &str = r#"mount --bind "$0" /etc/hosts && exec "$@""#;

pub(crate) struct Folder {
    dir: TempDir,
    /// The file with the host names of a setup.
    hosts: Option<NamedTempFile>,
    env: BTreeMap<String, String>,
    ports: RefCell<BTreeMap<String, u16>>,
}

impl Folder {
    /// Writes the files of a variant and makes its certificates.
    pub(crate) fn make(setup: &Setup, broken: bool) -> Result<Folder, String> {
        let folder = Folder {
            dir: TempDir::new().unwrap(),
            hosts: hosts(&setup.hosts),
            env: BTreeMap::new(),
            ports: RefCell::default(),
        };
        let env = setup.env.iter().map(|(name, value)| (name.clone(), folder.fill(value))).collect();
        let folder = Folder { env, ..folder };
        let variant: &Files = if broken { setup.broken.as_ref().unwrap() } else { &setup.works };
        for (path, text) in setup.files.iter().chain(variant).filter(|(path, _)| *path != "make") {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, folder.fill(text)).unwrap();
        }
        for script in [Some(&setup.make), variant.get("make")].into_iter().flatten() {
            let made = folder.bash(script);
            if !made.accepted {
                return Err(format!("make: {}", made.said));
            }
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn env(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// The text with its ports and the folder filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('@') {
            filled.push_str(before);
            let name = behind.split_once('@').filter(|(name, _)| is_name(name));
            match name {
                Some(("dir", after)) => {
                    filled.push_str(self.path().to_str().unwrap());
                    rest = after;
                }
                Some((name, after)) => {
                    filled.push_str(&self.port(name).to_string());
                    rest = after;
                }
                None => {
                    filled.push('@');
                    rest = behind;
                }
            }
        }
        filled + rest
    }

    /// The port that is called so.
    fn port(&self, name: &str) -> u16 {
        *self.ports.borrow_mut().entry(name.to_owned()).or_insert_with(|| free_port(name))
    }

    /// A free port for something that has no name in the files.
    pub(crate) fn monitor(&self, server: &str) -> u16 {
        self.port(&format!("monitor of {server}"))
    }

    /// Runs bash in the folder, with placeholders filled in.
    pub(crate) fn bash(&self, script: &str) -> Verdict {
        let script = format!("{PRELUDE}{}", self.fill(script));
        ask(self.knowing_hosts(self.command("bash")).args(["-c", &script]), &[])
    }

    /// A program in the folder, in its environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let bin = Path::new(env!("CARGO_BIN_EXE_natscert")).parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.env_clear().env("PATH", path).env("HOME", self.path());
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
        command
            .env("EXAMPLES", examples)
            .env("NATSCERT_CA_DIR", self.path().join("ca"))
            .envs(&self.env)
            .current_dir(self.path());
        command
    }

    /// The same program, where the host names of the setup are known.
    pub(crate) fn knowing_hosts(&self, command: Command) -> Command {
        let Some(hosts) = &self.hosts else { return command };
        let flags = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
        let mut with = Command::new("unshare");
        with.args([flags, "sh", "-c", WITH_HOSTS]).arg(hosts.path()).arg(command.get_program());
        with.args(command.get_args()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        with.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        with.current_dir(self.path()).stdin(Stdio::null());
        with
    }

    /// The configurations, relative to the folder.
    pub(crate) fn confs(&self, setup: &Setup) -> Vec<PathBuf> {
        let mut confs = Vec::new();
        if setup.confs.is_empty() {
            let entries = fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name());
            confs.extend(
                entries.map(PathBuf::from).filter(|path| path.extension().is_some_and(|e| e == "conf")),
            );
            confs.sort();
        }
        for pattern in &setup.confs {
            let found = self.bash(&format!("shopt -s nullglob; printf '%s\\n' {pattern}"));
            confs.extend(found.text().lines().filter(|line| !line.is_empty()).map(PathBuf::from));
        }
        assert!(!confs.is_empty(), "{} has no configurations", setup.name);
        confs
    }
}

fn hosts(names: &[String]) -> Option<NamedTempFile> {
    let line =
        |name: &String| if name.contains(' ') { format!("{name}\n") } else { format!("127.0.0.1 {name}\n") };
    let lines: Vec<_> = names.iter().map(line).collect();
    (!lines.is_empty()).then(|| {
        let file = NamedTempFile::new().unwrap();
        fs::write(file.path(), format!("127.0.0.1 localhost\n::1 localhost\n{}", lines.concat())).unwrap();
        file
    })
}

fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(inner)
}

/// A free port, or for a manifest the `port_offset` at which everything is free. Nothing is given twice, and nothing is of the
/// range from which the system takes ports for who dials.
fn free_port(name: &str) -> u16 {
    const FIRST: u16 = 10_000;
    const COUNT: u16 = 13_000;
    /// Where nodes listen before their offset is added.
    const LISTENERS: [u16; 7] = [4222, 6222, 7222, 7422, 8222, 8443, 8883];
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let span: Vec<u16> = match name {
        "offset" => LISTENERS.iter().flat_map(|base| *base..base + 120).collect(),
        _ => vec![0],
    };
    let mut given = GIVEN.lock().unwrap();
    let start = std::process::id().wrapping_mul(397) % u32::from(COUNT);
    let free = (0..COUNT).map(|step| FIRST + (u16::try_from(start).unwrap() + step) % COUNT).find(|port| {
        let is_free = |port| !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok();
        span.iter().all(|base| is_free(port + base))
    });
    let port = free.expect("a free port");
    given.extend(span.iter().map(|base| port + base));
    port
}

#[test]
fn what_is_between_two_signs_is_a_port() {
    let folder =
        Folder { dir: TempDir::new().unwrap(), hosts: None, env: BTreeMap::new(), ports: RefCell::default() };
    let (a, b) = (folder.port("a"), folder.port("b.client"));
    assert_ne!(a, b);
    let filled = folder.fill("x@a@ @b.client@@a@ u@h.example, v@h.example @A@ @dir@/x @");
    let expected = format!("x{a} {b}{a} u@h.example, v@h.example @A@ {}/x @", folder.path().display());
    assert_eq!(filled, expected);
}

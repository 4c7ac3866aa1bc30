//! One server of a topology: nats-server with the configuration that was generated for it, as it is.

use crate::support::monitor::get_from;
use crate::support::server::Version;
use crate::support::{PATIENCE, poll};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Its own file of host names is mounted over the machine's, for this process alone; then it becomes nats-server.
const WITH_HOSTS: &str = r#"mount --bind "$0" /etc/hosts && exec "$@""#;

/// A server; it ends with this value, and its log is shown when the test fails.
pub(super) struct Node {
    pub(super) name: String,
    version: Version,
    conf: PathBuf,
    dir: TempDir,
    child: Option<Child>,
    /// How long the log was before this start.
    starts_at: usize,
}

impl Node {
    /// A node that does not run yet. `conf` has to pass `nats-server -t`.
    pub(super) fn new(name: &str, version: Version, conf: PathBuf) -> Node {
        if let Err(said) = version.check_file(&conf) {
            panic!("{version:?} does not take {name}: {said}\n{}", fs::read_to_string(&conf).unwrap());
        }
        Node { name: name.to_owned(), version, conf, dir: TempDir::new().unwrap(), child: None, starts_at: 0 }
    }

    /// Starts it; [`Node::wait_until_ready`] waits.
    pub(super) fn start(&mut self, hosts: &Path) {
        self.starts_at = self.log().len();
        let log = File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let flags = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
        let server = self.version.command();
        let child = Command::new("unshare")
            .args([flags, "sh", "-c", WITH_HOSTS])
            .arg(hosts)
            .arg(server.get_program())
            .args(["-D", "-c"])
            .arg(&self.conf)
            .current_dir(&self.dir)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    pub(super) fn wait_until_ready(&mut self) {
        let ready = poll(|| {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap().is_some();
            (ended || self.log()[self.starts_at..].contains("Server is ready")).then_some(!ended)
        });
        assert_eq!(ready, Some(true), "{} did not start", self.name);
    }

    /// SIGHUP; waits until the server has said what came of it.
    pub(super) fn reload(&self) -> Result<(), String> {
        let before = self.log().len();
        let id = Pid::from_child(self.child.as_ref().unwrap());
        kill_process(id, Signal::HUP).unwrap();
        poll(|| {
            let log = self.log();
            let mut lines = log[before..].lines();
            lines.find_map(|line| match line.split_once("Failed to reload server configuration: ") {
                Some((_, why)) => Some(Err(why.to_owned())),
                None => line.contains("Reloaded server configuration").then_some(Ok(())),
            })
        })
        .unwrap_or_else(|| panic!("{} never reloaded", self.name))
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(super) fn conf(&self) -> String {
        fs::read_to_string(&self.conf).unwrap()
    }

    /// Everything the server has said so far.
    pub(super) fn log(&self) -> String {
        fs::read(self.dir.path().join("log"))
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// Waits for a log line that contains all of these texts.
    pub(super) fn wait_for_log(&self, texts: &[&str]) {
        let found = poll(|| {
            let log = self.log();
            log.lines().any(|line| texts.iter().all(|text| line.contains(text))).then_some(())
        });
        assert!(found.is_some(), "{} never logged {texts:?} within {PATIENCE:?}", self.name);
    }

    /// The addresses it listens on, in the order of its configuration; the first is for clients.
    pub(super) fn listens(&self) -> Vec<String> {
        values(&self.conf(), &["listen: ", "https: "])
    }

    /// `ADDRESS:PORT` of a listener: that of a block, or of the whole file (`""`).
    pub(super) fn address(&self, block: &str) -> String {
        let conf = self.conf();
        let head = if block.is_empty() { String::new() } else { format!("\n{block} {{\n") };
        let (_, after) = conf.split_once(&head).unwrap_or_else(|| panic!("no {block} in\n{conf}"));
        values(after, &["listen: "]).remove(0)
    }

    /// A page of the monitor.
    pub(super) fn get(&self, page: &str) -> Value {
        let address = values(&self.conf(), &["https: "]);
        let address = address.first().unwrap_or_else(|| panic!("{} has no monitor", self.name));
        let ca = self.conf.with_file_name("server").join("ca.pem");
        get_from(address, page, &ca).unwrap_or_else(|error| panic!("{} {page}: {error}", self.name))
    }
}

/// The quoted texts behind these keys.
pub(super) fn values(conf: &str, keys: &[&str]) -> Vec<String> {
    let value = |line: &str| {
        let text = keys.iter().find_map(|key| line.trim_start().strip_prefix(key))?;
        Some(text.trim_matches('"').to_owned())
    };
    conf.lines().filter_map(value).collect()
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<_> = log.lines().filter(|line| !line.contains("[DBG]")).collect();
            let last = &last[last.len().saturating_sub(80)..];
            eprintln!("---- {} ({:?}) ----\n{}", self.name, self.version, last.join("\n"));
        }
    }
}

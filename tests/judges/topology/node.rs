//! One server of a topology: nats-server with the configuration that was generated for it, as it is.

use crate::support::monitor::get_from;
use crate::support::server::Version;
use crate::support::{PATIENCE, poll};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, Signal, kill_process, pidfd_getfd, pidfd_open};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Its own file of host names is mounted over the machine's, for this process alone; then it becomes nats-server.
const WITH_HOSTS: &str = r#"mount --bind "$0" /etc/hosts && exec "$@""#;

/// A server; it ends with this value, and its log is shown when the test fails.
pub(crate) struct Node {
    pub(crate) name: String,
    version: Version,
    conf: PathBuf,
    dir: TempDir,
    child: Option<Child>,
    /// How long the log was before this start.
    starts_at: usize,
}

impl Node {
    /// A node that does not run yet. `conf` has to pass `nats-server -t`.
    pub(crate) fn new(name: &str, version: Version, conf: PathBuf) -> Node {
        if let Err(said) = version.check_file(&conf) {
            panic!("{version:?} does not take {name}: {said}\n{}", fs::read_to_string(&conf).unwrap());
        }
        Node { name: name.to_owned(), version, conf, dir: TempDir::new().unwrap(), child: None, starts_at: 0 }
    }

    /// Starts it; [`Node::wait_until_ready`] waits.
    pub(crate) fn start(&mut self, hosts: &Path) {
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

    pub(crate) fn wait_until_ready(&mut self) {
        let ready = poll(|| {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap().is_some();
            (ended || self.log()[self.starts_at..].contains("Server is ready")).then_some(!ended)
        });
        assert_eq!(ready, Some(true), "{} did not start", self.name);
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// SIGHUP; waits until the server has said what came of it.
    pub(crate) fn reload(&self) -> Result<(), String> {
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

    /// Shuts down every connection that it has dialled to one of these addresses, as a network would; how many.
    pub(crate) fn cut(&self, addresses: &BTreeSet<SocketAddr>) -> usize {
        let id = Pid::from_child(self.child.as_ref().unwrap());
        let process = pidfd_open(id, PidfdFlags::empty()).unwrap();
        let files = fs::read_dir(format!("/proc/{}/fd", id.as_raw_nonzero())).unwrap();
        let sockets = files.filter_map(|file| {
            let number = file.unwrap().file_name().to_str().unwrap().parse().unwrap();
            // It may be closed by now, or no socket.
            Some(TcpStream::from(pidfd_getfd(&process, number, PidfdGetfdFlags::empty()).ok()?))
        });
        let dialled = sockets.filter(|socket| socket.peer_addr().is_ok_and(|peer| addresses.contains(&peer)));
        dialled.filter(|socket| socket.shutdown(Shutdown::Both).is_ok()).count()
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn conf(&self) -> String {
        fs::read_to_string(&self.conf).unwrap()
    }

    /// Everything the server has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read(self.dir.path().join("log"))
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// Waits for a log line that contains all of these texts.
    pub(crate) fn wait_for_log(&self, texts: &[&str]) {
        let found = poll(|| {
            let log = self.log();
            log.lines().any(|line| texts.iter().all(|text| line.contains(text))).then_some(())
        });
        assert!(found.is_some(), "{} never logged {texts:?} within {PATIENCE:?}", self.name);
    }

    /// The addresses it listens on, in the order of its configuration; the first is for clients.
    pub(crate) fn listens(&self) -> Vec<String> {
        values(&self.conf(), &["listen: ", "https: "])
    }

    /// `ADDRESS:PORT` of a listener: that of a block, or of the whole file (`""`).
    pub(crate) fn address(&self, block: &str) -> String {
        let conf = self.conf();
        let head = if block.is_empty() { String::new() } else { format!("\n{block} {{\n") };
        let (_, after) = conf.split_once(&head).unwrap_or_else(|| panic!("no {block} in\n{conf}"));
        values(after, &["listen: "]).remove(0)
    }

    /// A page of the monitor.
    pub(crate) fn get(&self, page: &str) -> Value {
        let address = values(&self.conf(), &["https: "]);
        let address = address.first().unwrap_or_else(|| panic!("{} has no monitor", self.name));
        let ca = self.conf.with_file_name("server").join("ca.pem");
        get_from(address, page, &ca).unwrap_or_else(|error| panic!("{} {page}: {error}", self.name))
    }
}

/// The quoted texts behind these keys.
pub(crate) fn values(conf: &str, keys: &[&str]) -> Vec<String> {
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

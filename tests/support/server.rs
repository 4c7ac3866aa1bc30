//! One nats-server of a given version: a child process with a folder of its own, on loopback ports that it chose itself.

use super::tools::{ask, tool};
use super::{PATIENCE, poll};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The servers that judge. The oldest lacks many TLS options, the newest is the default of what natscert writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V2_9_10,
    V2_10_25,
    V2_15_1,
}

impl Version {
    pub(crate) const ALL: [Version; 3] = [Version::V2_9_10, Version::V2_10_25, Version::V2_15_1];

    pub(crate) fn full(self) -> &'static str {
        match self {
            Version::V2_9_10 => "2.9.10",
            Version::V2_10_25 => "2.10.25",
            Version::V2_15_1 => "2.15.1",
        }
    }

    /// As `--server-version` takes it.
    pub(crate) fn minor(self) -> &'static str {
        self.full().rsplit_once('.').unwrap().0
    }

    pub(crate) fn command(self) -> Command {
        let mut command = Command::new(tool(&format!("nats-server-{}", self.full())));
        command.env_clear().stdin(Stdio::null());
        command
    }

    /// `nats-server -t`: whether it takes this configuration, and what it says.
    pub(crate) fn check(self, config: &str) -> Result<String, String> {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("nats.conf");
        fs::write(&path, config).unwrap();
        self.check_file(&path)
    }

    /// The same for a file.
    pub(crate) fn check_file(self, path: &Path) -> Result<String, String> {
        let dir = TempDir::new().unwrap();
        let verdict = ask(self.command().arg("-t").arg("-c").arg(path).current_dir(&dir), &[]);
        if verdict.accepted { Ok(verdict.said) } else { Err(verdict.said) }
    }
}

/// What a server listens for, as its log calls it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Listener {
    Client,
    Route,
    Gateway,
    Leafnode,
    Http,
    Https,
    Websocket,
    Mqtt,
}

impl Listener {
    fn announcement(self) -> &'static str {
        match self {
            Listener::Client => "Listening for client connections on ",
            Listener::Route => "Listening for route connections on ",
            Listener::Gateway => "Listening for gateways connections on ",
            Listener::Leafnode => "Listening for leafnode connections on ",
            Listener::Http => "Starting http monitor on ",
            Listener::Https => "Starting https monitor on ",
            Listener::Websocket => "Listening for websocket clients on wss://",
            Listener::Mqtt => "Listening for MQTT clients on tls://",
        }
    }
}

/// A running server. It ends with this value; its log is shown when the test fails.
pub(crate) struct Server {
    name: String,
    child: Child,
    dir: TempDir,
}

impl Server {
    /// Starts a server and waits until it is ready. `config` is all but the client listener's address.
    pub(crate) fn start(version: Version, name: &str, config: &str) -> Server {
        Server::try_start(version, name, config).unwrap_or_else(|log| {
            panic!("the server {name} did not start with this configuration:\n{config}\nand said:\n{log}")
        })
    }

    /// The same for one that may refuse; then, what it said.
    pub(crate) fn try_start(version: Version, name: &str, config: &str) -> Result<Server, String> {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("nats.conf");
        let whole = format!("server_name: \"{name}\"\nlisten: \"127.0.0.1:-1\"\n{config}\n");
        fs::write(&path, &whole).unwrap();
        let log = File::create(dir.path().join("log")).unwrap();
        let child = version
            .command()
            .args(["-D", "-c"])
            .arg(&path)
            .current_dir(&dir)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server { name: format!("{name} ({})", version.full()), child, dir };
        let ready = poll(|| {
            let ended = server.child.try_wait().unwrap().is_some();
            (ended || server.log().contains("Server is ready")).then_some(!ended)
        });
        if ready == Some(true) { Ok(server) } else { Err(server.log()) }
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// Everything the server has said so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap()).into_owned()
    }

    /// The port the server took for one of its listeners.
    pub(crate) fn port(&self, listener: Listener) -> u16 {
        let line = self.wait_for_log(&[listener.announcement()]);
        line.rsplit_once(':').unwrap().1.trim().parse().unwrap()
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self, listener: Listener) -> String {
        format!("127.0.0.1:{}", self.port(listener))
    }

    /// Waits for a log line that contains all of these texts.
    pub(crate) fn wait_for_log(&self, texts: &[&str]) -> String {
        poll(|| {
            self.log().lines().find(|line| texts.iter().all(|text| line.contains(text))).map(str::to_owned)
        })
        .unwrap_or_else(|| panic!("{} never logged {texts:?} within {PATIENCE:?}", self.name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("---- log of {} ----\n{}", self.name, self.log());
        }
    }
}

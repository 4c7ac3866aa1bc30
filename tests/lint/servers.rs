//! The servers of a variant: each with its configuration as it is, in the folder of the variant.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::Folder;
use crate::setup::Setup;
use crate::support::tools::ask;

/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until it is so.
pub(crate) fn wait(mut so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if so() {
            return true;
        }
        if start.elapsed() > PATIENCE {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) struct Server {
    pub(crate) name: String,
    child: Child,
    log: PathBuf,
    monitor: Option<u16>,
}

/// How a server is called: as its file, or as the folder of a `nats.conf`.
pub(crate) fn name_of(conf: &Path) -> String {
    let stem = conf.file_stem().unwrap().to_str().unwrap();
    let folder = conf.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    folder.filter(|_| stem == "nats").unwrap_or(stem).to_owned()
}

/// `nats-server -t`: everything that it refuses, or nothing.
pub(crate) fn check(setup: &Setup, folder: &Folder) -> String {
    let mut refused = String::new();
    for conf in folder.confs(setup) {
        let mut command = setup.version().command();
        command.args(["-t", "-c"]).arg(&conf).envs(folder.env());
        let verdict = ask(folder.knowing_hosts(command).current_dir(folder.path()), &[]);
        if !verdict.accepted {
            refused += &verdict.said;
        }
    }
    refused
}

impl Server {
    fn start(setup: &Setup, folder: &Folder, conf: &Path, monitored: bool) -> Server {
        let name = name_of(conf);
        let log = folder.path().join(format!("{name}.log"));
        let out = File::create(&log).unwrap();
        let monitor = monitored.then(|| folder.monitor(&name));
        let mut command = setup.version().command();
        command.arg(if setup.debug { "-DV" } else { "-D" }).arg("-c").arg(conf);
        if let Some(port) = monitor {
            command.args(["-m", &port.to_string()]);
        }
        command.envs(folder.env());
        let mut command = folder.knowing_hosts(command);
        command.current_dir(folder.path());
        let child = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        Server { name, child, log, monitor }
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// A page of its monitoring.
    pub(crate) fn page(&self, folder: &Folder, path: &str) -> Value {
        let url = format!("http://127.0.0.1:{}{path}", self.monitor.unwrap());
        let verdict = ask(folder.command("curl").args(["-sS", "--max-time", "5", &url]), &[]);
        serde_json::from_slice(&verdict.stdout).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What became of the servers when they were started.
pub(crate) enum Started {
    Ready(Vec<Server>),
    /// One of them has ended, with this log.
    Ended(String),
    /// Somebody else took a port of theirs.
    Taken,
}

/// Starts all of them, in the order of their names, and waits until they are ready.
pub(crate) fn start(setup: &Setup, folder: &Folder, monitored: bool) -> Started {
    let confs = folder.confs(setup);
    let mut servers = Vec::new();
    for conf in &confs {
        servers.push(Server::start(setup, folder, conf, monitored));
        if setup.in_turn {
            thread::sleep(Duration::from_secs(1));
        }
    }
    for server in &mut servers {
        let ready = wait(|| server.ended() || server.log().contains("Server is ready"));
        let log = server.log();
        if log.contains("address already in use") {
            return Started::Taken;
        }
        if server.ended() || !ready {
            return Started::Ended(log);
        }
    }
    Started::Ready(servers)
}

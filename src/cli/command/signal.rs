//! Servers that have to read their files again: by a signal, or by a command of the user's.

use std::process::{Command, Stdio};

use super::super::failure::Failure;

/// A process that can be signalled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process {
    pub(super) id: u32,
    #[cfg(unix)]
    pid: rustix::process::Pid,
}

impl Process {
    /// Finds it before anything is done.
    #[cfg(unix)]
    pub(super) fn find(id: u32) -> Result<Self, Failure> {
        use rustix::process::{Pid, test_kill_process};
        let none =
            || Failure::input(format!("there is no process {id}"), "give the PID of a nats-server that runs");
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(none)?;
        match test_kill_process(pid) {
            Ok(()) => match program(id).filter(|name| !name.contains("nats")) {
                Some(name) => Err(Failure::input(
                    format!("process {id} is {name}, and no nats-server"),
                    "give the PID of a nats-server: what else does with SIGHUP is to end, as a rule",
                )),
                None => Ok(Self { id, pid }),
            },
            Err(rustix::io::Errno::PERM) => Err(Failure::input(
                format!("this user may not signal process {id}"),
                "run natscert as the user of nats-server, or give a --reload-command",
            )),
            Err(_) => Err(none()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn find(id: u32) -> Result<Self, Failure> {
        Err(Failure::input(
            format!("process {id} cannot be told to reload here"),
            "give a --reload-command, such as nats-server --signal reload",
        ))
    }

    /// Sends SIGHUP, on which nats-server reads its files again.
    #[cfg(unix)]
    pub(super) fn reload(self) -> Result<(), Failure> {
        rustix::process::kill_process(self.pid, rustix::process::Signal::HUP).map_err(|why| {
            Failure::failed(
                format!("cannot signal process {}: {}", self.id, std::io::Error::from(why)),
                "what was renewed stays; give the PID of a server that runs: the next renewal signals it",
            )
        })
    }

    #[cfg(not(unix))]
    pub(super) fn reload(self) -> Result<(), Failure> {
        Ok(())
    }
}

/// What a process runs, where the system says so in a file: a PID may have become that of another process.
#[cfg(unix)]
fn program(id: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// Runs a command by the shell; what it prints goes to stderr.
pub(super) fn run(command: &str) -> Result<(), Failure> {
    let failed = |how: String| {
        Failure::failed(
            format!("the reload command {how}: {command}"),
            "what was renewed stays; mend the command: the next renewal that is given one runs it again",
        )
    };
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    let mut started = Command::new(shell[0]);
    started.arg(shell[1]).arg(command).stdin(Stdio::null()).stdout(std::io::stderr());
    let status = started.status().map_err(|why| failed(format!("did not start ({why})")))?;
    if status.success() { Ok(()) } else { Err(failed(format!("failed ({status})"))) }
}

//! What the process was given beside its arguments: clock, directories, user, host. Read once, here.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::failure::Failure;
use crate::bundle::CaDir;
use crate::truststore::{Ask, Invoker, Kind, Ledger, Machine};

/// The environment variable that names the CA directory.
pub(super) const CA_DIR_VARIABLE: &str = "NATSCERT_CA_DIR";

pub(super) struct Environment {
    pub(super) now: OffsetDateTime,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) interactive: bool,
    pub(super) is_root: bool,
    ca_dir: Option<PathBuf>,
}

impl Environment {
    pub(super) fn of_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            now: OffsetDateTime::now_utc(),
            user: text("USER")
                .or_else(|| text("LOGNAME"))
                .or_else(|| text("USERNAME"))
                .or_else(home_name)
                .unwrap_or_else(|| "user".into()),
            host: host_name().or_else(|| text("COMPUTERNAME")).unwrap_or_else(|| "host".into()),
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            is_root: is_root(),
            ca_dir: path(CA_DIR_VARIABLE),
        }
    }

    /// The CA directory: the argument, else the variable, else the platform's data directory.
    pub(super) fn ca_dir(&self, argument: Option<&PathBuf>) -> Result<CaDir, Failure> {
        let given = argument.or(self.ca_dir.as_ref()).cloned();
        let path = match given {
            Some(path) if path.as_os_str().is_empty() => {
                return Err(Failure::input("the CA directory is an empty path", "give --ca-dir a folder"));
            }
            Some(path) => std::path::absolute(&path).map_err(crate::bundle::Error::io("open", &path))?,
            None => directories::ProjectDirs::from("", "", "natscert")
                .map(|dirs| dirs.data_local_dir().to_owned())
                .ok_or_else(no_home)?,
        };
        Ok(CaDir::new(path))
    }

    /// Who called sudo, if root works for somebody.
    pub(super) fn invoker(&self) -> Result<Option<Invoker>, Failure> {
        let caller = std::env::var("SUDO_UID").ok().and_then(|id| id.parse().ok()).filter(|id| *id != 0);
        Ok(caller.filter(|_| self.is_root).map(Invoker::of).transpose()?)
    }

    /// The state files of trust stores, which stay when the CA directory goes.
    pub(super) fn ledger() -> Result<Ledger, Failure> {
        let dirs = directories::ProjectDirs::from("", "", "natscert").ok_or_else(no_home)?;
        let dir = dirs.state_dir().map_or_else(|| dirs.preference_dir().join("state"), Path::to_owned);
        Ok(Ledger::new(dir.join("trust")))
    }

    /// What root looks at for somebody who called sudo: nothing that this user could have put there.
    pub(super) fn machine_of_all() -> Machine {
        Machine { home: "/nonexistent".into(), path: search_path(), ..Machine::default() }
    }

    /// What decides where stores are.
    pub(super) fn machine(&self, known: Vec<(Kind, PathBuf)>) -> Machine {
        let own = |name: &str| path(name).filter(|path| path.is_absolute());
        Machine {
            home: directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()).unwrap_or_default(),
            xdg_data_home: own("XDG_DATA_HOME"),
            xdg_config_home: own("XDG_CONFIG_HOME"),
            java_home: path("JAVA_HOME"),
            path: search_path(),
            known,
            ask: self.interactive.then(|| Ask::new(password)),
        }
    }

    pub(super) fn user_at_host(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }
}

/// An empty answer, or none, gives up.
fn password(of: &str) -> Option<Zeroizing<String>> {
    let asked =
        dialoguer::Password::new().with_prompt(of).allow_empty_password(true).report(false).interact();
    asked.ok().map(Zeroizing::new).filter(|password| !password.is_empty())
}

fn search_path() -> Vec<PathBuf> {
    path("PATH").map_or_else(Vec::new, |path| std::env::split_paths(&path).collect())
}

/// A variable that is set and not empty.
pub(super) fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn no_home() -> Failure {
    Failure::input(
        "this user has no home directory, so there is no default place for the CA",
        format!("give --ca-dir DIR, or set {CA_DIR_VARIABLE}"),
    )
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Containers and services often have a home, but no variable that says whose.
fn home_name() -> Option<String> {
    let dirs = directories::BaseDirs::new()?;
    dirs.home_dir().file_name().map(|name| name.to_string_lossy().into_owned())
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn host_name() -> Option<String> {
    None
}

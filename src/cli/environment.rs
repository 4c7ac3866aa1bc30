//! What the process was given beside its arguments: clock, directories, user, host. Read once, here.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::failure::Failure;
use crate::bundle::CaDir;

/// The environment variable that names the CA directory.
pub(super) const CA_DIR_VARIABLE: &str = "NATSCERT_CA_DIR";

pub(super) struct Environment {
    pub(super) now: OffsetDateTime,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) interactive: bool,
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
            ca_dir: std::env::var_os(CA_DIR_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from),
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
                .ok_or_else(|| {
                    Failure::input(
                        "this user has no home directory, so there is no default place for the CA",
                        format!("give --ca-dir DIR, or set {CA_DIR_VARIABLE}"),
                    )
                })?,
        };
        Ok(CaDir::new(path))
    }

    pub(super) fn user_at_host(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }
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

//! Who called sudo. Browsers and the CA are that user's: a process that is the user serves them.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::place::Trouble;
use super::program;

/// The user for whom root works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoker {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Login name.
    pub name: String,
    /// Home.
    pub home: PathBuf,
}

/// What a process that was the user left.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it printed.
    pub stdout: Vec<u8>,
    /// Its exit code; none: a signal ended it.
    pub code: Option<i32>,
}

impl Invoker {
    /// The user with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(uid: u32) -> Result<Self, Trouble> {
        let local = fs::read_to_string("/etc/passwd").ok().and_then(|users| Self::in_passwd(&users, uid));
        // Others come from a directory service, which getent asks.
        let found = local.or_else(|| {
            let asked = ["passwd".into(), uid.to_string().into()];
            let asked = program::output(Path::new("/usr/bin/getent"), &asked, &[]);
            Self::in_passwd(&String::from_utf8(asked.ok()?.stdout).ok()?, uid)
        });
        found.ok_or_else(|| {
            Trouble::failed(
                format!("sudo was called by a user with the id {uid}, who has no home here"),
                "run the same command as that user, without sudo: natscert asks for root's rights where it needs them",
            )
        })
    }

    /// passwd(5): `name:password:uid:gid:comment:home:shell`
    fn in_passwd(users: &str, uid: u32) -> Option<Self> {
        users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, id, group, _, home, _] = fields[..] else { return None };
            (id.parse() == Ok(uid)).then_some(())?;
            let home = Path::new(home);
            home.is_absolute().then(|| {
                Some(Self { uid, gid: group.parse().ok()?, name: name.to_owned(), home: home.to_owned() })
            })?
        })
    }

    /// Runs this program as the user; `input`: what it reads, if anything, instead of this process's own; `capture`: its
    /// standard output is wanted.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, args: &[OsString], input: &[u8], capture: bool) -> Result<Answer, Trouble> {
        let cannot = |why: std::io::Error| {
            Trouble::failed(
                format!("cannot run natscert as {}: {}", self.name, program::plain(&why)),
                "put natscert where that user may run it, or run it without sudo",
            )
        };
        let program = std::env::current_exe().map_err(cannot)?;
        let mut command = Command::new(program);
        command
            .args(args)
            .env("HOME", &self.home)
            .env("USER", &self.name)
            .env("LOGNAME", &self.name)
            .env_remove("SUDO_UID")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .stdout(if capture { Stdio::piped() } else { Stdio::inherit() });
        self.become_user(&mut command);
        if !input.is_empty() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().map_err(cannot)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It reads everything before it answers; one that ended has its reasons.
            let _ = stdin.write_all(input);
        }
        let done = child.wait_with_output().map_err(cannot)?;
        Ok(Answer { stdout: done.stdout, code: done.status.code() })
    }

    /// Root's other groups go with the user's id: the standard library sees to that.
    #[cfg(unix)]
    fn become_user(&self, command: &mut Command) {
        std::os::unix::process::CommandExt::uid(command, self.uid);
        std::os::unix::process::CommandExt::gid(command, self.gid);
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self)]
    fn become_user(&self, _: &mut Command) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn users_are_found_by_their_id() {
        let users = "root:x:0:0:root:/root:/bin/bash\nodd\nann:x:1000:1001:Ann,,,:/home/ann:/bin/zsh\nno:x:7:7:::/x\n";
        let ann = Invoker::in_passwd(users, 1000).unwrap();
        assert_eq!((ann.name.as_str(), ann.gid, ann.home.to_str()), ("ann", 1001, Some("/home/ann")));
        assert_eq!(Invoker::in_passwd(users, 7), None, "no home");
        assert_eq!(Invoker::in_passwd(users, 1001), None);
    }
}

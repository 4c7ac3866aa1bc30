//! One change to a store, and the command that does the same.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use super::program;

/// One change. Shown as the command that does the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes a file that everybody may read (0644), whatever the umask, whole or not at all.
    Write {
        /// Where.
        path: PathBuf,
        /// What.
        content: Vec<u8>,
    },
    /// Removes a file or a link; that it is gone already is no error.
    Remove(PathBuf),
    /// Runs a program.
    Run {
        /// An absolute path: a user's PATH lacks `/usr/sbin`.
        program: PathBuf,
        /// Its arguments.
        args: Vec<OsString>,
        /// What it reads from stdin; nothing: there is none.
        input: Vec<u8>,
    },
}

impl Step {
    /// Runs a program without anything on stdin.
    pub fn run<A: Into<OsString>>(program: impl Into<PathBuf>, args: impl IntoIterator<Item = A>) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self::Run { program: program.into(), args, input: Vec::new() }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Invocation::of(self, &[]).shown(false))
    }
}

/// The command that takes a step.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) input: Vec<u8>,
    /// Where the input lies as a file.
    source: Option<PathBuf>,
    /// What is half-written when it fails.
    pub(super) writes: Option<PathBuf>,
}

impl Invocation {
    pub(super) fn of(step: &Step, files: &[(Vec<u8>, PathBuf)]) -> Self {
        let known =
            |content: &[u8]| files.iter().find(|(known, _)| known == content).map(|(_, path)| path.clone());
        match step {
            Step::Write { path, content } => {
                // Of all that writes files, install alone heeds no umask. Root opens no file of the user's: it may be
                // another one by then, and on a network disk root may not read it.
                let mut args: Vec<OsString> = ["-m", "0644", "--", "/dev/stdin"].map(Into::into).into();
                args.push(path.into());
                Self {
                    program: "/usr/bin/install".into(),
                    args,
                    input: content.clone(),
                    source: known(content),
                    writes: Some(path.clone()),
                }
            }
            Step::Remove(path) => Self {
                program: "/bin/rm".into(),
                args: vec!["-f".into(), "--".into(), path.into()],
                input: Vec::new(),
                source: None,
                writes: None,
            },
            Step::Run { program, args, input } => Self {
                program: program.clone(),
                args: args.clone(),
                input: input.clone(),
                source: known(input),
                writes: None,
            },
        }
    }

    pub(super) fn under_sudo(&self, interactive: bool) -> Vec<OsString> {
        let mut args: Vec<OsString> = if interactive { Vec::new() } else { vec!["-n".into()] };
        args.extend(["--".into(), self.program.clone().into()]);
        args.extend(self.args.iter().cloned());
        args
    }

    pub(super) fn shown(&self, sudo: bool) -> String {
        let prefix: &[&OsStr] = if sudo { &[OsStr::new("sudo"), OsStr::new("--")] } else { &[] };
        let own = std::iter::once(self.program.as_os_str()).chain(self.args.iter().map(OsString::as_os_str));
        let line = program::command_line(prefix.iter().copied().chain(own));
        match &self.source {
            _ if self.input.is_empty() => line,
            Some(source) => format!("{line} < {}", program::quote(&source.to_string_lossy())),
            None => format!("printf %b {} | {line}", program::printed(&String::from_utf8_lossy(&self.input))),
        }
    }
}

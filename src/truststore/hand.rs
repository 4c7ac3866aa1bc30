//! How stores are changed: steps that can be shown before they are taken, with root's rights where these are needed.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Output;

use super::place::Trouble;
use super::program;
use super::step::{Invocation, Step};
use crate::bundle::read_plain;

/// Where sudo is; the last one is NixOS's.
const SUDO: [&str; 4] = ["/usr/bin/sudo", "/usr/local/bin/sudo", "/bin/sudo", "/run/wrappers/bin/sudo"];

/// How root's rights come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// This process has them.
    Root,
    /// Through sudo, which may ask for a password only if `interactive`.
    Sudo {
        /// Whether there is a terminal.
        interactive: bool,
    },
}

/// Takes steps, or with `dry_run` only notes them.
pub struct Hand<'a> {
    privilege: Privilege,
    dry_run: bool,
    /// Shows a command to the user before it runs with root's rights.
    show: &'a dyn Fn(&str),
    noted: RefCell<Vec<String>>,
    /// Contents that should lie in files: commands are shown with these, instead of showing a whole certificate.
    files: Vec<(Vec<u8>, PathBuf)>,
}

impl fmt::Debug for Hand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hand")
            .field("privilege", &self.privilege)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl<'a> Hand<'a> {
    /// A hand for this process.
    #[must_use]
    pub fn new(privilege: Privilege, dry_run: bool, show: &'a dyn Fn(&str)) -> Self {
        Self { privilege, dry_run, show, noted: RefCell::default(), files: Vec::new() }
    }

    /// Tells that a file should hold just this, such as the root's own PEM file: commands are shown with it, and never read
    /// it. One that holds something else when it comes to a command is not taken.
    #[must_use]
    pub fn knowing(mut self, path: &Path, content: &[u8]) -> Self {
        if path.is_absolute() {
            self.files.push((content.to_owned(), path.to_owned()));
        }
        self
    }

    /// Whether steps are noted only: what they should have come to is not there then.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.dry_run
    }

    /// Whether this process has root's rights itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.privilege == Privilege::Root
    }

    /// What a dry run would have done, since this was asked last.
    #[must_use]
    pub fn take_notes(&self) -> Vec<String> {
        self.noted.take()
    }
}

impl Hand<'_> {
    /// Takes steps with the rights of this process.
    ///
    /// # Errors
    /// When a program fails; what it said is in it.
    pub fn as_user(&self, steps: &[Step]) -> Result<(), Trouble> {
        if self.dry_run {
            self.noted
                .borrow_mut()
                .extend(self.invocations(steps).iter().map(|command| command.shown(false)));
            return Ok(());
        }
        steps.iter().try_for_each(take)
    }

    /// Takes steps with root's rights. Every command that goes through sudo is shown before; sudo never asks where there
    /// is no terminal.
    ///
    /// # Errors
    /// When there are no such rights (the hint holds the commands), or a program fails.
    pub fn as_root(&self, steps: &[Step]) -> Result<(), Trouble> {
        let interactive = match self.privilege {
            Privilege::Sudo { interactive } if cfg!(unix) => interactive,
            Privilege::Root | Privilege::Sudo { .. } => return self.as_user(steps),
        };
        let commands = self.invocations(steps);
        if self.dry_run {
            self.noted.borrow_mut().extend(commands.iter().map(|command| command.shown(true)));
            return Ok(());
        }
        let Some(sudo) = SUDO.iter().map(Path::new).find(|path| path.is_file()) else {
            let all: Vec<_> = commands.iter().map(|command| command.shown(false)).collect();
            return Err(needs_root("there is no sudo", format!("as root: {}", all.join(" && "))));
        };
        for (index, command) in commands.iter().enumerate() {
            if !command.program.exists() {
                return Err(program::missing(&command.program));
            }
            (self.show)(&command.shown(true));
            let output = program::output(sudo, &command.under_sudo(interactive), &command.input)?;
            if output.status.success() {
                continue;
            }
            if let Some(why) = refusal(&output) {
                let rest: Vec<_> = commands[index..].iter().map(|command| command.shown(true)).collect();
                let hint = format!("run the same command with sudo, or in a terminal: {}", rest.join(" && "));
                return Err(needs_root(&why, hint));
            }
            if let Some(path) = &command.writes {
                let remains = Invocation::of(&Step::Remove(path.clone()), &[]);
                // It failed already; that is what is told.
                let _ = program::output(sudo, &remains.under_sudo(interactive), &[]);
            }
            return Err(program::failure(&command.program, &output));
        }
        Ok(())
    }

    /// Does something within this process, which `what` describes: `add natscert-… to DIR`.
    ///
    /// # Errors
    /// Those of `act`.
    pub fn inside(&self, what: &str, act: impl FnOnce() -> Result<(), Trouble>) -> Result<(), Trouble> {
        if self.dry_run {
            self.noted.borrow_mut().push(what.to_owned());
            return Ok(());
        }
        act()
    }

    /// One command for each step, but what is removed in a row by one.
    fn invocations(&self, steps: &[Step]) -> Vec<Invocation> {
        let holds =
            |(content, path): &&(Vec<u8>, PathBuf)| read_plain(path).is_ok_and(|found| found == *content);
        let files: Vec<_> = self.files.iter().filter(holds).cloned().collect();
        let mut commands: Vec<Invocation> = Vec::new();
        let mut removes = false;
        for step in steps {
            match (step, commands.last_mut()) {
                (Step::Remove(path), Some(last)) if removes => last.args.push(path.into()),
                _ => commands.push(Invocation::of(step, &files)),
            }
            removes = matches!(step, Step::Remove(_));
        }
        commands
    }
}

fn needs_root(why: &str, hint: String) -> Trouble {
    Trouble::failed(format!("needs root's rights: {why}"), hint)
}

/// Whether it was sudo itself that failed: a password is wanted, or this user may not.
fn refusal(output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let of_sudo = |line: &str| line.starts_with("sudo: ") || line.starts_with("sudo-rs: ");
    let not_known =
        |line: &str| line.contains(" is not in the sudoers file") || line.starts_with("Sorry, user ");
    let is_warning = |line: &str| line.contains("unable to resolve host");
    let line = said.lines().find(|line| (of_sudo(line) || not_known(line)) && !is_warning(line))?;
    Some(line.split_once(": ").map_or(line, |(_, why)| why).trim_end_matches('.').to_owned())
}

/// Takes a step within this process's rights.
fn take(step: &Step) -> Result<(), Trouble> {
    match step {
        Step::Write { path, content } => {
            write_whole(path, content).map_err(|why| cannot("write", path, &why))
        }
        Step::Remove(path) => match fs::remove_file(path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(cannot("remove", path, &why)),
            Ok(()) | Err(_) => Ok(()),
        },
        Step::Run { program, args, input } => program::run(program, args, input).map(drop),
    }
}

fn cannot(what: &str, path: &Path, why: &io::Error) -> Trouble {
    let folder = path.parent().unwrap_or(path).display();
    let hint = match why.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            format!("make {folder} writable: it is on a disk mounted read-only")
        }
        io::ErrorKind::PermissionDenied => format!("run this as a user who may write in {folder}"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!("make room for {folder}"),
        io::ErrorKind::NotFound => format!("see why there is no {folder}"),
        _ => format!("put right what hinders {folder}"),
    };
    Trouble::failed(format!("cannot {what} {}: {}", path.display(), program::plain(why)), hint)
}

/// Under a name that no store reads, then renamed.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}", std::process::id()));
    let hidden = path.with_file_name(hidden);
    let done = fill(&hidden, content).and_then(|()| fs::rename(&hidden, path));
    if done.is_err() {
        // Most often it was never made.
        let _ = fs::remove_file(&hidden);
    }
    done
}

fn fill(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Nobody reads half of it; and the mode comes from here alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    readable_by_all(&file)?;
    file.sync_all()
}

#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "hand_tests.rs"]
mod tests;

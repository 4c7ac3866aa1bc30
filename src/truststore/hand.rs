//! How stores are changed: steps that can be shown before they are taken, with root's rights where these are needed.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;

use super::place::Trouble;

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
    },
}

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
}

impl std::fmt::Debug for Hand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
        Self { privilege, dry_run, show, noted: RefCell::default() }
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
        todo!()
    }

    /// Takes steps with root's rights. Every command is shown before; sudo never asks where there is no terminal.
    ///
    /// # Errors
    /// When there are no such rights (the hint holds the commands), or a program fails.
    pub fn as_root(&self, steps: &[Step]) -> Result<(), Trouble> {
        todo!()
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
}

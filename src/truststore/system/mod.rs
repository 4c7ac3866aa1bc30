//! The operating system's store: Linux distributions as a table, macOS, Windows, and what to say elsewhere.

#[cfg(any(target_os = "linux", test))]
mod anchors;
#[cfg(any(target_os = "linux", test))]
mod distribution;
#[cfg(any(target_os = "linux", test))]
mod folder;
#[cfg(any(target_os = "linux", test))]
mod links;
#[cfg(target_os = "macos")]
mod macos;
pub(super) mod scan;
#[cfg(not(any(target_os = "macos", windows)))]
mod unsupported;
#[cfg(windows)]
mod windows;

use std::path::{Path, PathBuf};

use super::machine::Machine;
use super::place::Candidate;
use super::root::Root;
use crate::bundle::read_plain;

#[cfg(target_os = "linux")]
pub(super) fn candidates(_machine: &Machine) -> Vec<Candidate> {
    match folder::Folder::find("/".as_ref()) {
        Some(folder) => vec![Candidate::Place(Box::new(folder))],
        None => vec![unsupported::candidate()],
    }
}

#[cfg(target_os = "macos")]
pub(super) fn candidates(_machine: &Machine) -> Vec<Candidate> {
    vec![Candidate::Place(Box::new(macos::Keychain::system()))]
}

#[cfg(windows)]
pub(super) fn candidates(machine: &Machine) -> Vec<Candidate> {
    vec![Candidate::Place(Box::new(windows::Roots::new(machine.ask.is_some())))]
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn candidates(_machine: &Machine) -> Vec<Candidate> {
    vec![unsupported::candidate()]
}

/// Whether a file's PEM blocks include `root`.
pub(crate) use scan::holds;

/// Whether what programs read of this system's roots holds `root`: well below a millisecond. `None` where this cannot be
/// told so cheaply.
#[must_use]
pub fn is_trusted(root: &Root) -> Option<bool> {
    is_in(&bundle()?, root)
}

fn is_in(bundle: &Path, root: &Root) -> Option<bool> {
    Some(scan::holds(&read_plain(bundle).ok()?, root))
}

/// The file with all roots that this system's tool makes, where there is one tool that is known.
#[cfg(target_os = "linux")]
pub(super) fn bundle() -> Option<PathBuf> {
    folder::Folder::find("/".as_ref()).map(|folder| folder.bundle())
}

/// The file with all roots that this system's tool makes: there is none.
#[cfg(not(target_os = "linux"))]
pub(super) fn bundle() -> Option<PathBuf> {
    None
}

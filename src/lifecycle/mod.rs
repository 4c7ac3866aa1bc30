//! What becomes of bundles that are there already, wherever they lie: [`Folders`] finds them, [`Bundle`] is what one of
//! them says, [`Change`] writes to them again.

mod again;
mod bundle;
mod change;
mod folder;
mod relation;
mod renew;
pub mod roll;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
mod walk;

use std::path::PathBuf;

pub use bundle::{Anchors, Bundle, Key, Reader};
pub use change::Change;
pub use folder::{Folders, Owner, OwnerKind, Place};
pub use renew::{Member, Named, Order, Outcome, Refusal, Server, State, check, renew};
pub use walk::Passed;

/// A bundle or folder that is left alone. What there is to say of it says which.
#[derive(Debug)]
pub struct Problem {
    /// Where.
    pub path: PathBuf,
    /// What is the matter.
    pub error: Error,
}

/// What keeps a bundle, or all of them, from being looked at or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error(transparent)]
    Bundle(#[from] crate::bundle::Error),
    /// A certificate or key; with the file that it is in.
    #[error("{}: {source}", path.display())]
    Pki {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: crate::pki::Error,
    },
    /// A bundle without certificate.
    #[error("{} has a key.pem, and no cert.pem", .0.display())]
    NoCertificate(PathBuf),
    /// A CA's certificate where that of a server or client should be.
    #[error("{} is a CA's certificate", .0.display())]
    IsCa(PathBuf),
    /// A file where a folder should be named.
    #[error("{} is a file", .0.display())]
    File(PathBuf),
    /// Folders without any bundle.
    #[error("there is no bundle in {}", .0.iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join(", "))]
    NothingFound(Vec<PathBuf>),
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Bundle(why) => why.hint(),
            Self::File(_) => "give the folder that it is in".into(),
            Self::Pki { .. } | Self::NoCertificate(_) => {
                "make it anew: natscert apply, or natscert issue --force with the same names".into()
            }
            Self::IsCa(_) => "natscert ca and natscert ca roll look after CAs".into(),
            Self::NothingFound(_) => {
                "give a folder that natscert issue or apply made, one with a cert.pem, or a folder above such"
                    .into()
            }
        }
    }

    /// Whether the input is at fault (exit code 2) rather than the attempt (exit code 1).
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            Self::Bundle(why) => why.is_input(),
            _ => true,
        }
    }
}

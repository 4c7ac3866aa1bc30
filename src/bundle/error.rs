//! What can go wrong with files, and what to do then.

use std::io;
use std::path::{Path, PathBuf};

use crate::pki;

/// An error of the file layer. [`std::fmt::Display`] says what happened and where, [`Error::hint`] what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused.
    #[error("cannot {action} {}: {}", path.display(), plain(source))]
    Io {
        /// What was tried, such as "create".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a bundle already.
    #[error("{} is there already; its certificate {expiry}", dir.display())]
    Exists {
        /// The bundle's folder.
        dir: PathBuf,
        /// When its certificate ends, in words.
        expiry: String,
    },
    /// There is a file already.
    #[error("{} is there already", .0.display())]
    FileExists(PathBuf),
    /// Files of somebody else in a folder that would be replaced.
    #[error("{} holds {file}, which natscert did not write", dir.display())]
    Foreign {
        /// The folder.
        dir: PathBuf,
        /// One such file.
        file: String,
    },
    /// A key that would be lost.
    #[error("{} is not known to be the key of the request", .0.display())]
    OtherKey(PathBuf),
    /// A symbolic link where a folder of natscert's own should be.
    #[error("{} is a symbolic link", .0.display())]
    Symlink(PathBuf),
    /// A folder of somebody else where one of natscert's own should be.
    #[error("{} belongs to another user, who has the number {uid}", path.display())]
    OthersFolder {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
    },
    /// A file where a folder should be.
    #[error("{} is not a folder", .0.display())]
    NotADirectory(PathBuf),
    /// A path that is not text, or has control characters.
    #[error("the path {0} cannot be written in a configuration file")]
    Unprintable(String),
    /// A CA directory with a root but no key, or the other way round.
    #[error("{} has no {missing}", dir.display())]
    Incomplete {
        /// The CA directory.
        dir: PathBuf,
        /// The file that is missing.
        missing: &'static str,
    },
    /// No CA where one is needed.
    #[error("there is no CA in {}", .0.display())]
    NoCa(PathBuf),
    /// A folder for certificates in that of a CA.
    #[error("{} is {}", folder.display(), in_ca_dir(folder, dir))]
    InCaDir {
        /// The folder.
        folder: PathBuf,
        /// The CA directory.
        dir: PathBuf,
    },
    /// A CA where none may be.
    #[error("there is a CA in {} already", .0.display())]
    CaExists(PathBuf),
    /// A file that does not hold what it should.
    #[error("{}: {source}", path.display())]
    Pki {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pki::Error,
    },
    /// A CA directory whose files cannot be used.
    #[error("{}: {source}", path.display())]
    BrokenCa {
        /// The file at fault.
        path: PathBuf,
        /// The CA directory.
        dir: PathBuf,
        /// What is wrong with it.
        source: pki::Error,
    },
    /// A roll that the state of a CA directory names, without the files of its other root.
    #[error("{} names a roll of the root, and {} is not there", state.display(), path.display())]
    LostRoot {
        /// The state's file.
        state: PathBuf,
        /// The file that is missing.
        path: PathBuf,
    },
    /// An intermediate that the state of a CA directory names, without its files.
    #[error("{} names the intermediate {name} as {standing}, and {} is not there", state.display(), path.display())]
    LostIntermediate {
        /// The state's file.
        state: PathBuf,
        /// Its name.
        name: String,
        /// What it is there for.
        standing: pki::Standing,
        /// The file that is missing.
        path: PathBuf,
    },
    /// A list of revoked certificates that cannot be read.
    #[error("{} is no list of revoked certificates: {why}", path.display())]
    DamagedRevoked {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A state of a CA directory that cannot be understood.
    #[error("{} cannot be understood: {why}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// More folders to be locked than a process may open.
    #[error("{folders} folders have to be locked at once, and this process may {}", open_files(*.files))]
    TooManyFolders {
        /// How many.
        folders: usize,
        /// How many files it may open; none: the system does not say.
        files: Option<u64>,
    },
    /// Something too big to be a certificate or key.
    #[error("{} is larger than {} MiB", .0.display(), super::MAX_INPUT >> 20)]
    TooLarge(PathBuf),
    /// What was written is not what is on disk.
    #[error("{} does not hold what was just written", .0.display())]
    Verify(PathBuf),
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn pki(path: &Path) -> impl FnOnce(pki::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Pki { path, source }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io { action: "create", source, .. } if source.kind() == io::ErrorKind::IsADirectory => {
                "a folder is where a file should be: remove or rename it".into()
            }
            Self::Io { action: "read" | "open", source, path } if source.kind() == io::ErrorKind::PermissionDenied => {
                format!("let the user that runs this read {}, and enter the folders above it", path.display())
            }
            Self::Io { source, path, .. } => io_hint(source, path),
            Self::Exists { .. } => "replace it with --force, or give another --bundle-name or -o".into(),
            Self::FileExists(_) => "give another name, or remove it first".into(),
            Self::Foreign { .. } => {
                "move that file out of the folder, then run the same command again".into()
            }
            Self::OtherKey(_) => {
                "no key is replaced: move it out of the folder, or give another --bundle-name or -o".into()
            }
            Self::Symlink(_) => {
                "natscert does not write through links: put in its place what it leads to, or give that path instead"
                    .into()
            },
            Self::OthersFolder { .. } => {
                "a killed run of that user may have left it: run natscert again as that user, or remove the folder".into()
            }
            Self::NotADirectory(_) => "remove or rename that file, or choose another folder".into(),
            Self::Unprintable(_) => "choose a folder whose path is plain text".into(),
            Self::Incomplete { dir, .. } => {
                format!("put the missing file back, or move {} away and start anew", dir.display())
            }
            Self::NoCa(_) => "make one with natscert ca init, or point --ca-dir to the one you mean".into(),
            Self::InCaDir { .. } => {
                "keep certificates in a folder of their own, outside of the CA directory".into()
            }
            Self::CaExists(_) => {
                "see it with natscert ca show; for another one choose another --ca-dir".into()
            }
            Self::Pki { source, .. }
            | Self::BrokenCa {
                source: source @ (pki::Error::CaExpired(_) | pki::Error::IntermediateExpired(_)),
                ..
            } => source.hint(),
            Self::LostRoot { path, .. } => format!(
                "restore {} from a copy; if it is lost, take roll out of that file: then root.pem signs, and a new roll can begin",
                folder(path)
            ),
            Self::LostIntermediate { standing: pki::Standing::Retired, path, .. } => {
                format!("restore it from a copy, or remove {}", folder(path))
            }
            Self::LostIntermediate { name, .. } => format!(
                "restore intermediates/{name} from a copy, or take {name} out of that file: without an active one, the root signs"
            ),
            Self::BrokenCa { path, .. } if is_intermediate(path) => {
                format!("restore {} from a copy; one that is retired may also be removed", folder(path))
            }
            Self::BrokenCa { dir, .. } => {
                format!("restore it from a copy, or move {} away and start anew", dir.display())
            }
            Self::DamagedRevoked { .. } => {
                "mend it or restore it from a copy; without that file, no certificate is revoked".into()
            }
            Self::State { .. } => {
                "restore it from a copy, or use the natscert that wrote it; without it the root alone signs"
                    .into()
            }
            Self::TooManyFolders { .. } => {
                "name fewer folders at once, or let it open more files: ulimit -n, LimitNOFILE= of systemd"
                    .into()
            }
            Self::TooLarge(_) => "check the path: natscert reads no file as large as that".into(),
            Self::Verify(_) => "check the disk, then run the same command again".into(),
        }
    }

    /// Whether the input is at fault (exit code 2) rather than the attempt (exit code 1).
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::IsADirectory
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::InvalidFilename
            ),
            Self::Verify(_) | Self::TooManyFolders { .. } => false,
            _ => true,
        }
    }
}

/// Whether a file of a CA directory is that of an intermediate.
fn is_intermediate(path: &Path) -> bool {
    path.ancestors().nth(2).is_some_and(|above| above.ends_with(super::ca_family::INTERMEDIATES))
}

fn folder(path: &Path) -> std::path::Display<'_> {
    path.parent().unwrap_or(path).display()
}

fn in_ca_dir(folder: &Path, dir: &Path) -> String {
    if folder == dir { "the CA directory".into() } else { format!("in the CA directory {}", dir.display()) }
}

fn open_files(most: Option<u64>) -> String {
    most.map_or_else(|| "not open as many files".into(), |most| format!("open {most} files"))
}

/// The system's message without its error number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn io_hint(error: &io::Error, path: &Path) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path".into(),
        io::ErrorKind::PermissionDenied => {
            format!("choose a folder that you may write to, or mend the permissions of {}", path.display())
        }
        io::ErrorKind::ReadOnlyFilesystem => "choose a folder on a file system that is not read-only".into(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space, then run the same command again".into()
        }
        io::ErrorKind::NotADirectory => {
            "a part of the path is a file: remove it or choose another path".into()
        }
        io::ErrorKind::IsADirectory => "give the file inside the folder".into(),
        io::ErrorKind::InvalidFilename => {
            "a name in a path has 255 octets at most, a whole path 4095: choose a shorter one".into()
        }
        io::ErrorKind::InvalidInput => "choose a plain path".into(),
        _ => "see what the system says about this path, then run the same command again".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who only reads chooses no folder to write to.
    #[test]
    fn what_cannot_be_read_or_written_has_a_hint_of_its_own() {
        let hint = |action, kind: io::ErrorKind| Error::io(action, Path::new("a/b"))(kind.into()).hint();
        for action in ["read", "open"] {
            assert!(hint(action, io::ErrorKind::PermissionDenied).contains("read a/b"), "{action}");
        }
        assert!(hint("create", io::ErrorKind::PermissionDenied).contains("may write to"));
        assert!(hint("create", io::ErrorKind::InvalidFilename).contains("255"));
        assert!(!Error::Symlink("a".into()).hint().contains("-o"));
    }
}

//! What natscert made for its roots alone goes with the last of them: a database, and the folders on the way to it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::tool::{Entry, Tool};
use super::{CERTIFICATES, KEYS};
use crate::truststore::root::is_natscert_root;

/// Stands beside such a database, and says how many folders were made for it.
const MARK: &str = ".made-by-natscert";
/// Where certutil and browsers list the modules of a database.
const MODULES: &str = "pkcs11.txt";

/// A database that is about to be made.
pub(super) struct Making {
    dir: PathBuf,
    folders: usize,
    /// The files that it may come to have, and has not yet.
    files: Vec<PathBuf>,
}

impl Making {
    /// Makes the folder, for its user alone whatever the umask is, and the mark.
    pub(super) fn begin(dir: &Path) -> io::Result<Self> {
        let is_missing = |path: &PathBuf| fs::symlink_metadata(path).is_err();
        let made = Self {
            dir: dir.to_owned(),
            folders: dir.ancestors().take_while(|dir| is_missing(&dir.to_path_buf())).count(),
            files: [CERTIFICATES, KEYS, MODULES]
                .map(|file| dir.join(file))
                .into_iter()
                .filter(is_missing)
                .collect(),
        };
        if let Err(why) = DirBuilder::new().recursive(true).mode(0o700).create(dir) {
            made.undo();
            return Err(why);
        }
        // With keys in it, it is somebody's. A mark that is there already knows who made the folder.
        if is_missing(&dir.join(KEYS)) && is_missing(&mark(dir)) {
            // One that is missing leaves an empty database behind, no more.
            let _ = fs::write(mark(dir), format!("{}\n", made.folders));
        }
        Ok(made)
    }

    /// Nothing half-made stays.
    pub(super) fn undo(self) {
        let folders = self.folders.max(folders(&self.dir));
        let files = if is_open(&self.dir) { Vec::new() } else { self.files };
        remove(&self.dir, files, folders);
    }
}

/// The mark of a database that nothing is in any more: its root was taken out by somebody else.
pub(super) fn leftover(dir: &Path, tool: &dyn Tool) -> Option<PathBuf> {
    let mark = mark(dir);
    (mark.exists() && tool.entries(dir, &|_| true).is_ok_and(|entries| entries.is_empty())).then_some(mark)
}

/// After a root went: takes away a database that is empty now; of what others use by now, the mark alone.
pub(super) fn clear(dir: &Path, tool: &dyn Tool) {
    if !mark(dir).exists() {
        return;
    }
    match tool.is_empty(dir) {
        // A program that has it open would go on writing to files that nobody finds again.
        Ok(true) if !is_open(dir) && !lists_modules(dir) => {
            let folders = folders(dir);
            let files = if folders > 0 { &[CERTIFICATES, KEYS, MODULES][..] } else { &[CERTIFICATES, KEYS] };
            remove(dir, files.iter().map(|file| dir.join(file)).collect(), folders);
        }
        Ok(true) => remove(dir, Vec::new(), 0),
        Ok(false) if tool.entries(dir, &|_| true).is_ok_and(|all| !all.iter().any(is_ours)) => {
            remove(dir, Vec::new(), 0);
        }
        _ => {}
    }
}

fn remove(dir: &Path, files: Vec<PathBuf>, folders: usize) {
    for file in files.into_iter().chain([mark(dir)]) {
        let _ = fs::remove_file(file);
    }
    // Only if they are empty.
    dir.ancestors().take(folders).for_each(|dir| drop(fs::remove_dir(dir)));
}

fn mark(dir: &Path) -> PathBuf {
    dir.join(MARK)
}

fn folders(dir: &Path) -> usize {
    fs::read_to_string(mark(dir)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// The name tells of a root that another program made, and natscert's CA took over.
fn is_ours(Entry { der, nickname, .. }: &Entry) -> bool {
    let is_hex = |hex: &str| hex.len() == 16 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    nickname.strip_prefix("natscert-").is_some_and(is_hex) || is_natscert_root(der)
}

/// Modules that somebody added, for a smart card.
fn lists_modules(dir: &Path) -> bool {
    let text = fs::read_to_string(dir.join(MODULES)).unwrap_or_default();
    text.lines().filter_map(|line| line.strip_prefix("library=")).any(|library| !library.trim().is_empty())
}

/// Whether a process of this user has it open.
fn is_open(dir: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    let ours = [CERTIFICATES, KEYS].map(|file| (file, identity(&dir.join(file))));
    let of = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = of(Path::new("/proc")).flat_map(|process| of(&process.join("fd")).collect::<Vec<_>>());
    // Of a browser in a sandbox, the path is another than here.
    let is_one = |link: PathBuf| {
        let target = fs::read_link(&link).unwrap_or_default();
        ours.iter()
            .any(|(file, known)| target.ends_with(file) && known.is_some() && identity(&link) == *known)
    };
    files.into_iter().any(is_one)
}

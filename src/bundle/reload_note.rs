//! Which servers have to reload: noted in the hidden folder of a tree, until a run has had them do so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::locks::Locks;
use super::tree::{STAGING, Tree};
use super::tree_notes::{noted, remove};

/// Its name in the hidden folder.
const RELOAD: &str = "reload";

/// What one run wrote that servers have not read.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reload {
    /// That of the run.
    mark: String,
    /// The folders that it was given, relative to the tree; empty: the tree.
    dirs: BTreeSet<String>,
}

impl Reload {
    /// Whether a run on `dirs` has all of its servers reload.
    fn is_within(&self, dirs: &BTreeSet<String>) -> bool {
        self.dirs.iter().all(|noted| dirs.iter().any(|dir| Path::new(noted).starts_with(dir)))
    }

    /// Those of its folders that a run on `dirs` has to do with.
    fn shared<'a>(&'a self, dirs: &'a BTreeSet<String>) -> impl Iterator<Item = &'a String> {
        let touch = |a: &str, b: &str| Path::new(a).starts_with(b) || Path::new(b).starts_with(a);
        self.dirs.iter().filter(move |noted| dirs.iter().any(|dir| touch(noted, dir)))
    }
}

impl Tree {
    /// Notes that servers of these folders have to reload; `mark` is that of the run which will have them do so. What was
    /// noted of the same folders before is done by that, too. The note is on the disk afterwards.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn note_reload(&self, mark: &str, dirs: &[PathBuf]) -> Result<(), Error> {
        let dirs = below(self.root(), dirs);
        let mut all = read(self.root())?;
        all.retain(|noted| !noted.is_within(&dirs));
        all.push(Reload { mark: mark.to_owned(), dirs });
        self.write_reloads(&all)
    }

    /// Takes back what the run with this mark noted: there is nothing new to reload.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn forget_reload(&self, mark: &str) -> Result<(), Error> {
        self.keep_reloads(|noted| noted.mark != mark)
    }

    fn keep_reloads(&self, keep: impl Fn(&Reload) -> bool) -> Result<(), Error> {
        let mut all = read(self.root())?;
        let count = all.len();
        all.retain(keep);
        if all.is_empty() {
            forget(&self.root().join(STAGING));
            Ok(())
        } else if all.len() == count {
            Ok(())
        } else {
            self.write_reloads(&all)
        }
    }

    fn write_reloads(&self, all: &[Reload]) -> Result<(), Error> {
        let text = serde_json::to_string(all).map_err(|why| Error::io("write", self.root())(why.into()))?;
        self.note(RELOAD, &text)
    }
}

/// The folders of the tree at `root` whose servers have not reloaded what an earlier run wrote, as far as a run on `dirs` has to
/// do with them.
///
/// # Errors
/// When the note cannot be read.
pub fn awaiting_reload(root: &Path, dirs: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let dirs = below(root, dirs);
    let all = read(root)?;
    let found: BTreeSet<&String> = all.iter().flat_map(|noted| noted.shared(&dirs)).collect();
    Ok(found.into_iter().map(|dir| if dir.is_empty() { root.to_owned() } else { root.join(dir) }).collect())
}

/// Whether anything is noted in the tree at `root`, of whatever folders.
#[must_use]
pub fn awaits_reload(root: &Path) -> bool {
    fs::symlink_metadata(root.join(STAGING).join(RELOAD)).is_ok()
}

/// The servers have reloaded what the run with this mark wrote, and whoever else was given these folders or some of them; what
/// was noted of others stays. `wait` is called when another run works in the folder.
///
/// # Errors
/// When the note cannot be read or written.
pub fn reloaded(root: &Path, mark: &str, dirs: &[PathBuf], wait: impl FnMut(&Path)) -> Result<(), Error> {
    let locks = Arc::new(Locks::take(&BTreeSet::from([root.to_owned()]), wait)?);
    let dirs = below(root, dirs);
    let tree = Tree::open_held(root, &locks)?;
    tree.keep_reloads(|noted| noted.mark != mark && !noted.is_within(&dirs))
}

/// Removes the note.
pub(super) fn forget(staging: &Path) {
    remove(staging, RELOAD);
}

/// What is noted. What is no such note was cut off, or is none of ours: then all servers have to reload.
fn read(root: &Path) -> Result<Vec<Reload>, Error> {
    let Some(text) = noted(root, RELOAD)? else { return Ok(Vec::new()) };
    let unknown = |_| vec![Reload { mark: String::new(), dirs: BTreeSet::from([String::new()]) }];
    Ok(serde_json::from_str(&text).unwrap_or_else(unknown))
}

/// These folders, relative to the tree at `root`; one above it is all of it.
fn below(root: &Path, dirs: &[PathBuf]) -> BTreeSet<String> {
    let relative = |dir: &PathBuf| match dir.strip_prefix(root) {
        Ok(below) => Some(below.to_string_lossy().into_owned()),
        Err(_) => root.starts_with(dir).then(String::new),
    };
    dirs.iter().filter_map(relative).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        (dir, root)
    }

    fn note(root: &Path, mark: &str, dirs: &[&str]) {
        let dirs: Vec<_> = dirs.iter().map(|dir| root.join(dir)).collect();
        Tree::open(root, |_| ()).unwrap().note_reload(mark, &dirs).unwrap();
    }

    fn seen(root: &Path, dirs: &[&str]) -> Vec<String> {
        let dirs: Vec<_> = dirs.iter().map(|dir| root.join(dir)).collect();
        let below = |dir: PathBuf| dir.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        awaiting_reload(root, &dirs).unwrap().into_iter().map(below).collect()
    }

    #[test]
    fn it_is_noted_until_the_run_that_noted_it_last_is_done() {
        let (_guard, root) = folder();
        note(&root, "first", &[""]);
        note(&root, "second", &[""]);
        Tree::open(&root, |_| ()).unwrap().finish_with_pins().unwrap();
        reloaded(&root, "first", &[], |_| ()).unwrap();
        assert_eq!(seen(&root, &[""]), [""]);
        reloaded(&root, "second", &[], |_| ()).unwrap();
        assert_eq!((awaits_reload(&root), fs::read_dir(&root).unwrap().count()), (false, 0));
    }

    #[test]
    fn a_part_does_not_clear_it_for_all() {
        let (_guard, root) = folder();
        note(&root, "all", &[""]);
        note(&root, "part", &["nodes/a"]);
        note(&root, "other", &["nodes/ab"]);
        assert_eq!(seen(&root, &["nodes/a/server"]), ["", "nodes/a"]);
        assert_eq!(seen(&root, &["nodes"]), ["", "nodes/a", "nodes/ab"]);
        reloaded(&root, "new", &[root.join("nodes/a")], |_| ()).unwrap();
        assert_eq!(seen(&root, &["nodes"]), ["", "nodes/ab"]);
        Tree::open(&root, |_| ()).unwrap().forget_reload("other").unwrap();
        assert_eq!(seen(&root, &["nodes"]), [""]);
        // Of a folder above the tree, the tree is a part.
        reloaded(&root, "new", &[root.parent().unwrap().to_owned()], |_| ()).unwrap();
        assert_eq!((awaits_reload(&root), fs::read_dir(&root).unwrap().count()), (false, 0));
    }

    #[test]
    fn several_folders_are_done_when_all_are() {
        let (_guard, root) = folder();
        note(&root, "both", &["a", "b"]);
        reloaded(&root, "new", &[root.join("a")], |_| ()).unwrap();
        assert_eq!(seen(&root, &["a"]), ["a"]);
        note(&root, "more", &["a", "b", "c"]);
        assert_eq!(seen(&root, &["", "x"]), ["a", "b", "c"], "what is done with the newest is noted once");
        reloaded(&root, "new", &[root.join("c"), root.join("a"), root.join("b")], |_| ()).unwrap();
        assert!(!awaits_reload(&root));
    }

    #[test]
    fn what_was_cut_off_is_of_all() {
        let (_guard, root) = folder();
        note(&root, "one", &["a"]);
        let path = root.join(STAGING).join(RELOAD);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 2]).unwrap();
        reloaded(&root, "one", &[root.join("a")], |_| ()).unwrap();
        assert_eq!(seen(&root, &["b"]), [""]);
    }
}

//! The roots of natscert's in folders of anchors and in bundles.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::scan::certificates;
use crate::bundle::{open_plain, read_plain};
use crate::truststore::root::{Wanted, Which};

/// What is larger holds no anchors, but whole bundles.
const MAX_ANCHOR: u64 = 1 << 20;

/// How deep folders of anchors are nested.
const MAX_DEPTH: usize = 4;

/// A file among the anchors that holds a root of natscert's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) path: PathBuf,
    pub(super) which: Which,
    /// Whether the file holds other certificates, too.
    pub(super) is_shared: bool,
}

/// The roots of natscert's in a bundle; none where there is no such file.
pub(super) fn in_bundle(path: &Path, wanted: &Wanted) -> io::Result<Vec<Which>> {
    let bytes = match read_plain(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    Ok(ours(&judged(&bytes, |der| wanted.judge(der))))
}

/// The roots of natscert's in all files of a folder; none where there is no such folder.
pub(super) fn in_folder(folder: &Path, wanted: &Wanted) -> io::Result<Vec<Anchor>> {
    let mut found = Vec::new();
    match walk(folder, MAX_DEPTH, wanted, &mut found) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        Ok(()) | Err(_) => {}
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn walk(folder: &Path, depth: usize, wanted: &Wanted, found: &mut Vec<Anchor>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Links are followed, as the systems' tools do. What leads nowhere or is nobody's to read is no anchor.
        let Ok(meta) = fs::metadata(&path) else { continue };
        if meta.is_dir() && depth > 0 {
            let _ = walk(&path, depth - 1, wanted, found);
        } else if meta.is_file()
            && meta.len() <= MAX_ANCHOR
            && let Ok(bytes) = read(&path)
        {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let all = judged(&bytes, |der| wanted.judge_named(der, &stem));
            found.extend(ours(&all).into_iter().map(|which| {
                let is_shared = all.iter().any(|other| *other != which);
                Anchor { path: path.clone(), which, is_shared }
            }));
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(path)?.take(MAX_ANCHOR).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What each certificate is.
fn judged(bytes: &[u8], judge: impl Fn(&[u8]) -> Which) -> Vec<Which> {
    certificates(bytes).iter().map(|der| judge(der)).collect()
}

/// Those of natscert's, each once.
fn ours(all: &[Which]) -> Vec<Which> {
    let mut ours = Vec::new();
    for which in all {
        if *which != Which::Foreign && !ours.contains(which) {
            ours.push(which.clone());
        }
    }
    ours
}

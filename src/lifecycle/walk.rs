//! The way through folders: what lies below them, and what is passed over.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Error, Problem};
use crate::apply::Progress;
use crate::bundle::{self, FileKind, is_own_hidden};

/// A link or hidden folder on the way, which is not gone into, though bundles are in it that are not found elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Where it is.
    pub path: PathBuf,
    /// Where it leads to, without links; none: it is no link, but hidden.
    pub target: Option<PathBuf>,
    /// The folders of those bundles, without links, in the order of their paths.
    pub bundles: Vec<PathBuf>,
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(f, "{} (a link to {})", self.path.display(), target.display()),
            None => write!(f, "{} (hidden)", self.path.display()),
        }
    }
}

/// What lies below a folder.
#[derive(Default)]
pub(super) struct Below {
    pub(super) bundles: Vec<PathBuf>,
    pub(super) confs: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
    /// Links and hidden folders.
    pub(super) aside: Vec<PathBuf>,
    /// Folders in which it is noted that servers have to reload.
    pub(super) noted: Vec<PathBuf>,
}

impl Below {
    /// Goes through a folder and all below it. `progress` advances by one for each folder.
    pub(super) fn walk(dir: &Path, progress: &dyn Progress) -> Self {
        progress.advance(1);
        let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(why) => {
                let error = bundle::Error::io("read", dir)(why).into();
                return Self { problems: vec![Problem { path: dir.to_owned(), error }], ..Self::default() };
            }
        };
        if entry(&entries, FileKind::RootKey).is_some() {
            return Self::default();
        }
        let mut found = Self::default();
        let mut has_links = false;
        if entry(&entries, FileKind::Certificate).or(entry(&entries, FileKind::PrivateKey)).is_some() {
            let error = trouble(dir, &entries);
            has_links = matches!(error, Some(Error::Bundle(bundle::Error::Symlink(_))));
            match error {
                Some(error) => found.problems.push(Problem { path: dir.to_owned(), error }),
                None => found.bundles.push(dir.to_owned()),
            }
        }
        let is_conf = |entry: &&DirEntry| {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            is_file && !is_hidden(entry) && entry.file_name().as_encoded_bytes().ends_with(b".conf")
        };
        found.confs.extend(entries.iter().filter(is_conf).map(DirEntry::path));
        // Where files are links, hidden folders beside them are what they lead to: that has been told.
        let aside = entries.iter().filter(|one| is_aside(one) && !(has_links && is_hidden(one)));
        found.aside.extend(aside.map(DirEntry::path));
        if entries.iter().any(is_own_folder) && bundle::awaits_reload(dir) {
            found.noted.push(dir.to_owned());
        }
        let mut below: Vec<_> = entries.iter().filter(|one| is_folder(one) && !is_hidden(one)).collect();
        // So bundles are found in the order of their paths, or nearly so.
        below.sort_by_cached_key(|entry| entry.file_name());
        for more in below.par_iter().map(|one| Self::walk(&one.path(), progress)).collect::<Vec<_>>() {
            found.bundles.extend(more.bundles);
            found.confs.extend(more.confs);
            found.problems.extend(more.problems);
            found.aside.extend(more.aside);
            found.noted.extend(more.noted);
        }
        found
    }
}

impl Passed {
    /// What a link or hidden folder leads to that is not among the `known` folders; none: nothing.
    pub(super) fn of(path: PathBuf, known: &HashSet<&Path>) -> Option<Self> {
        let end = fs::canonicalize(&path).ok()?;
        let is_link = fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink());
        let mut bundles = behind(&end);
        bundles.retain(|dir| !known.contains(dir.as_path()));
        bundles.sort_unstable();
        let target = is_link.then_some(end);
        (!bundles.is_empty()).then_some(Self { path, target, bundles })
    }
}

/// How many folders behind a link or in a hidden folder are looked into: it may lead anywhere.
const MAX_BEHIND: usize = 10_000;

/// Folders with a certificate in a folder and below it; here links are followed.
fn behind(dir: &Path) -> Vec<PathBuf> {
    let (mut open, mut seen) = (vec![dir.to_owned()], HashSet::from([dir.to_owned()]));
    let mut bundles = Vec::new();
    while let Some(dir) = open.pop() {
        let entries: Vec<_> = fs::read_dir(&dir).into_iter().flatten().flatten().collect();
        if entry(&entries, FileKind::RootKey).is_some() {
            continue;
        }
        if entry(&entries, FileKind::Certificate).is_some() {
            bundles.push(dir);
        }
        for entry in entries.iter().filter(|one| is_aside(one) || (is_folder(one) && !is_hidden(one))) {
            let Ok(next) = fs::canonicalize(entry.path()) else { continue };
            if seen.len() < MAX_BEHIND && seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    bundles
}

/// Whether it is a link to a folder, or a hidden folder that is none of natscert's own.
fn is_aside(entry: &DirEntry) -> bool {
    let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
    if is_link {
        fs::metadata(entry.path()).is_ok_and(|found| found.is_dir()) && !is_own(entry)
    } else {
        is_folder(entry) && is_hidden(entry) && !is_own(entry)
    }
}

/// Whether it is a hidden folder of natscert's own.
fn is_own_folder(entry: &DirEntry) -> bool {
    is_folder(entry) && is_hidden(entry) && is_own(entry)
}

fn is_own(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(is_own_hidden)
}

fn entry(entries: &[DirEntry], kind: FileKind) -> Option<&DirEntry> {
    entries.iter().find(|entry| entry.file_name() == kind.file_name())
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

/// Why a folder with a certificate or key is no bundle that can be written to.
fn trouble(dir: &Path, entries: &[DirEntry]) -> Option<Error> {
    let kinds = [FileKind::Certificate, FileKind::PrivateKey, FileKind::CaBundle];
    let is_link = |kind: &FileKind| {
        entry(entries, *kind).is_some_and(|found| found.file_type().is_ok_and(|kind| kind.is_symlink()))
    };
    match kinds.into_iter().find(is_link) {
        Some(kind) => Some(bundle::Error::Symlink(dir.join(kind.file_name())).into()),
        None if entry(entries, FileKind::Certificate).is_none() => Some(Error::NoCertificate(dir.to_owned())),
        None => None,
    }
}

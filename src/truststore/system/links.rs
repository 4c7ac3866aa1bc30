//! Debian's folder of links: `natscert-….pem` leads to the anchor, and a name made of the subject's hash (`5ca1ab1e.0`)
//! leads to that. The tool takes neither away when an anchor goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A link, and what it says.
#[derive(Debug)]
struct Link {
    path: PathBuf,
    target: PathBuf,
}

/// The links of a folder.
#[derive(Debug, Default)]
pub(super) struct Links(Vec<Link>);

impl Links {
    /// Of a folder; none where there is no such folder.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let entries = match fs::read_dir(folder) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            entries => entries?,
        };
        let mut links = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_symlink() {
                let path = entry.path();
                // Gone since.
                let Ok(target) = fs::read_link(&path) else { continue };
                links.push(Link { target: folder.join(target), path });
            }
        }
        links.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self(links))
    }

    /// Those that lead to one of `files`, directly or over another link here; those that others lead to come last.
    pub(super) fn to(&self, files: &[PathBuf]) -> Vec<PathBuf> {
        let leading = |to: &[PathBuf]| -> Vec<PathBuf> {
            let leads = |link: &&Link| to.contains(&link.target);
            self.0.iter().filter(leads).map(|link| link.path.clone()).collect()
        };
        let direct = leading(files);
        let mut all = leading(&direct);
        all.extend(direct);
        all.dedup();
        all
    }

    /// Those that lead nowhere and that nobody but natscert made.
    pub(super) fn leftover(&self) -> Vec<PathBuf> {
        let is_left = |link: &&Link| is_of_natscert(&link.target) && !link.path.exists();
        self.0.iter().filter(is_left).map(|link| link.path.clone()).collect()
    }

    /// Links of the same hash with a higher number: without `.0`, nobody looks for `.1`.
    pub(super) fn behind(&self, gone: &[PathBuf]) -> Vec<PathBuf> {
        let before: Vec<_> = gone.iter().filter_map(|path| hash_and_number(path)).collect();
        let is_behind = |path: &PathBuf| {
            hash_and_number(path)
                .is_some_and(|(hash, at)| before.iter().any(|(other, number)| *other == hash && at > *number))
        };
        let all = self.0.iter().map(|link| &link.path);
        all.filter(|path| is_behind(path) && !gone.contains(path)).cloned().collect()
    }
}

fn hash_and_number(path: &Path) -> Option<(&str, u32)> {
    let (hash, number) = path.file_name()?.to_str()?.split_once('.')?;
    let is_hash = hash.len() == 8 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hash.then_some((hash, number.parse().ok()?))
}

/// `natscert-` and 16 digits: what an anchor is called, and the link to it, which Alpine gives a `ca-cert-` before.
fn is_of_natscert(target: &Path) -> bool {
    let Some(name) = target.file_name().and_then(|name| name.to_str()) else { return false };
    let stem = name.strip_suffix(".crt").or_else(|| name.strip_suffix(".pem"));
    let stem = stem.map(|stem| stem.strip_prefix("ca-cert-").unwrap_or(stem));
    stem.and_then(|stem| stem.strip_prefix("natscert-"))
        .is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

//! Whether anything in a folder is another than before, without reading a file.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A CA directory has three levels of folders below itself: `next/intermediates/NAME`.
const DEPTH: usize = 4;

/// What the system says of all that lies in a folder. Equal stamps: nothing was replaced, added or taken away since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Seen)>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and when that was changed: a file that is replaced is another one, however coarse the clock is.
    #[cfg(unix)]
    inode: [i128; 4],
}

impl Stamp {
    /// That of a folder now. What cannot be looked at does not count.
    #[must_use]
    pub fn of(dir: &Path) -> Self {
        let mut found = Vec::new();
        look(dir, DEPTH, &mut found);
        found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Self(found)
    }
}

fn look(dir: &Path, depth: usize, found: &mut Vec<(PathBuf, Seen)>) {
    // A link counts as what it leads to: that is what is read.
    let Ok(metadata) = fs::metadata(dir) else { return };
    found.push((dir.to_owned(), seen(&metadata)));
    if !metadata.is_dir() || depth == 0 {
        return;
    }
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        look(&entry.path(), depth - 1, found);
    }
}

fn seen(metadata: &Metadata) -> Seen {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt as _;
    Seen {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        #[cfg(unix)]
        inode: [
            metadata.dev().into(),
            metadata.ino().into(),
            metadata.ctime().into(),
            metadata.ctime_nsec().into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_stamp_is_another_when_something_is() {
        let temp = tempfile::tempdir().unwrap();
        let below = temp.path().join("next/intermediates/east");
        fs::create_dir_all(&below).unwrap();
        let file = below.join("cert.pem");
        let mut stamps = vec![Stamp::of(temp.path())];
        let mut is_new = |what| {
            let stamp = Stamp::of(temp.path());
            assert!(!stamps.contains(&stamp), "{what}");
            assert_eq!(Stamp::of(temp.path()), stamp, "{what}");
            stamps.push(stamp);
        };
        fs::write(&file, "one").unwrap();
        is_new("a file deep inside");
        fs::write(below.join(".new"), "two").unwrap();
        fs::rename(below.join(".new"), &file).unwrap();
        is_new("a file of the same length in its place");
        fs::remove_file(&file).unwrap();
        is_new("none");
        fs::remove_dir_all(temp.path()).unwrap();
        is_new("not even the folder");
    }
}

//! Certificates in files of any kind: what is damaged is passed over, for it is not ours to judge a whole store by it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::pki::{self, Item};
use crate::truststore::root::{Root, Wanted, Which};

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

/// The DER of each certificate.
pub(in crate::truststore) fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    let mut found: Vec<_> = blocks(&text).filter_map(|block| one(block.as_bytes())).collect();
    if found.is_empty() && bytes.first() == Some(&0x30) {
        found.extend(one(bytes));
    }
    found
}

/// Each PEM block, from its first line to the end of its last.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    const END: &str = "-----END ";
    text.match_indices("-----BEGIN ").filter_map(|(start, begin)| {
        let rest = text.get(start..)?;
        let end = rest.find(END)? + END.len();
        // A block that does not end is none; the next begins where it begins.
        if rest.get(begin.len()..end)?.contains(begin) {
            return None;
        }
        let tail = rest.get(end..)?;
        rest.get(..end + tail.find('\n').unwrap_or(tail.len()))
    })
}

fn one(bytes: &[u8]) -> Option<Vec<u8>> {
    pki::items(bytes).ok()?.into_iter().find_map(|item| match item {
        Item::Certificate(der) => Some(der),
        _ => None,
    })
}

/// Whether a bundle holds this root. Nothing is decoded: its Base64 is compared.
pub(super) fn holds(bundle: &[u8], root: &Root) -> bool {
    let body = |pem: &str| -> Vec<u8> {
        pem.lines()
            .filter(|line| !line.starts_with("-----"))
            .flat_map(str::bytes)
            .filter(|octet| !octet.is_ascii_whitespace())
            .collect()
    };
    let ours = body(&root.pem());
    let text = String::from_utf8_lossy(bundle);
    blocks(&text).any(|block| block.len() > ours.len() && body(block) == ours)
}

/// The roots of natscert's in a bundle; none where there is no such file.
pub(super) fn bundle(path: &Path, wanted: &Wanted) -> io::Result<Vec<Which>> {
    let bytes = match fs::read(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    Ok(ours(&bytes, wanted).0)
}

/// The roots of natscert's in all files of a folder; none where there is no such folder.
pub(super) fn anchors(folder: &Path, wanted: &Wanted) -> io::Result<Vec<Anchor>> {
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
            let (ours, count) = ours(&bytes, wanted);
            let anchor = |which| Anchor { path: path.clone(), which, is_shared: count > 1 };
            found.extend(ours.into_iter().map(anchor));
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_ANCHOR).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Those of natscert's, each once, and how many certificates there are.
fn ours(bytes: &[u8], wanted: &Wanted) -> (Vec<Which>, usize) {
    let all = certificates(bytes);
    let mut ours = Vec::new();
    for der in &all {
        let which = wanted.judge(der);
        if which != Which::Foreign && !ours.contains(&which) {
            ours.push(which);
        }
    }
    (ours, all.len())
}

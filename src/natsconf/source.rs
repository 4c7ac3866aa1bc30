//! Where included files come from, and what their paths mean.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// Gives the contents of files: [`Disk`], a map of paths, or a closure.
pub trait Source {
    /// What is in the file `path`.
    ///
    /// # Errors
    /// Why it cannot be read, in nats-server's words: `open PATH: no such file or directory`. In bytes, because the path
    /// need not be UTF-8.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Vec<u8>>;
}

impl<F: Fn(&Path) -> Result<Vec<u8>, Vec<u8>>> Source for F {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Vec<u8>> {
        self(path)
    }
}

impl<S: std::hash::BuildHasher> Source for HashMap<PathBuf, Vec<u8>, S> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Vec<u8>> {
        self.get(path).cloned().ok_or_else(|| failure("open", path, "no such file or directory"))
    }
}

/// The files of this machine, as far as a [`Reader`](super::Reader) takes them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Source for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Vec<u8>> {
        let failed = |verb: &str, error: &io::Error| failure(verb, path, &reason(error));
        let mut file = std::fs::File::open(path).map_err(|error| failed("open", &error))?;
        let mut contents = Vec::new();
        // A device may have no end: one byte too many is enough for a refusal.
        let enough = super::run::MAX_BYTES as u64 + 1;
        let mut limited = io::Read::take(&mut file, enough);
        io::Read::read_to_end(&mut limited, &mut contents).map_err(|error| failed("read", &error))?;
        Ok(contents)
    }
}

fn failure(verb: &str, path: &Path, reason: &str) -> Vec<u8> {
    [verb.as_bytes(), b" ", path.as_os_str().as_encoded_bytes(), b": ", reason.as_bytes()].concat()
}

/// The system's text for an error as Go has it: without a number, and beginning with a small letter.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

/// A variable of this process's environment, for [`Reader::environment`](super::Reader::environment).
#[must_use]
pub fn process_environment(name: &[u8]) -> Option<Vec<u8>> {
    std::env::var_os(path_of(name)).map(std::ffi::OsString::into_encoded_bytes)
}

/// The file that `include PATH` in a file of the folder `folder` means: always below it, also when PATH begins with `/`.
pub(super) fn included(folder: &Path, path: &[u8]) -> PathBuf {
    let folder = folder.as_os_str().as_encoded_bytes();
    let joined = if path.is_empty() { folder.to_vec() } else { [folder, path].join(&b'/') };
    path_of(&clean(&joined))
}

/// The folder of a file, `.` for a bare name.
pub(super) fn folder(file: &Path) -> PathBuf {
    let path = file.as_os_str().as_encoded_bytes();
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    path_of(&clean(&path[..end]))
}

/// The shortest path that means the same as far as its text tells: no `.`, no `//`, and `..` without what it undoes.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => drop(parts.pop()),
            b".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let relative = parts.join(&b'/');
    match (rooted, relative.is_empty()) {
        (true, _) => [b"/", &relative[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => relative,
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (folder_name, path, file) in [
            ("/etc/nats", "x.conf", "/etc/nats/x.conf"),
            ("/etc/nats", "/x.conf", "/etc/nats/x.conf"),
            ("/etc/nats", "../x/./y//z", "/etc/x/y/z"),
            ("/etc", "../../../x", "/x"),
            (".", "x.conf", "x.conf"),
            (".", "../../x", "../../x"),
            ("conf", "", "conf"),
            (".", "", "."),
            ("a/b", "../../..", ".."),
        ] {
            assert_eq!(
                included(Path::new(folder_name), path.as_bytes()),
                Path::new(file),
                "{folder_name} {path}"
            );
        }
        for (file, its) in
            [("x", "."), ("/x", "/"), ("a/b/../x", "a"), ("", "."), ("/etc/nats/n.conf", "/etc/nats")]
        {
            assert_eq!(folder(Path::new(file)), Path::new(its));
        }
    }
}

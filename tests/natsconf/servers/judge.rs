//! A running nats-server that is asked about one text after the other: each is a file that its configuration includes,
//! and a reload makes it say what it thinks. That takes a millisecond; a server for each text would take twenty.

use super::super::support::tools::tool;
use rustix::process::{Pid, Signal, kill_process};
use std::fmt;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use tempfile::TempDir;

/// What the servers have in their environment.
pub(crate) const ENVIRONMENT: [(&str, &str); 15] = [
    ("E1", "4222"),
    ("E2", "{x:1, y:[a,\"b\"]}"),
    ("E3", "'a b'"),
    ("E4", "a b"),
    ("E5", ""),
    ("E6", "$E1"),
    ("E7", "1;b=2;pk=3"),
    ("E8", "1kbb"),
    ("E9", "[$E3, $E2, 1.50 ]"),
    ("E10", "'"),
    ("E11", "\"\\q\""),
    ("E12", "$E4"),
    ("E13", "2024-01-02T03:04:05Z"),
    ("E14", "\u{feff}é # x"),
    ("E15", "$E16"),
];

/// Files beside the text, for it to include.
const FILES: [(&str, &str); 7] = [
    ("x.conf", "x=1\nX=[a, 'b']\nY: $X\ntls { a: 1, a: 2 }\n"),
    ("sub/y.conf", "y { include ../x.conf; c: 5kb }\nz = $E1"),
    ("bad.conf", "a=1\nb=[1]"),
    ("worse.conf", "\n\ninclude sub/none.conf"),
    ("key.conf", "a=1\nlast"),
    ("empty.conf", "# nothing\n"),
    ("block.conf", "{\"a\": \"<&>\", \"b\": {\"c\": -0.0}}"),
];

/// What is said of a text.
#[derive(PartialEq, Eq)]
pub(crate) enum Verdict {
    /// With the digest, if this server tells it.
    Accepted(Option<String>),
    /// The first line of the error.
    Refused(Vec<u8>),
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(digest) => write!(f, "accepts {digest:?}"),
            Self::Refused(text) => write!(f, "refuses \"{}\"", text.escape_ascii()),
        }
    }
}

pub(crate) struct Judge {
    pub(crate) version: (u32, u32, u32),
    dir: TempDir,
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Judge {
    pub(crate) fn start(version: (u32, u32, u32)) -> Self {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("sub")).unwrap();
        for (name, text) in FILES {
            fs::write(dir.path().join(name), text).unwrap();
        }
        // Only in such a resolver a server is silent about keys that it does not know. 2.9 does not have it: it starts
        // without, and what it says against the key is not of the language.
        let main = "listen: \"127.0.0.1:-1\"\n";
        let judged = format!("{main}resolver {{ type: mem\n case {{ include case.conf\n }}\n}}\n");
        fs::write(dir.path().join("case.conf"), "").unwrap();
        fs::write(dir.path().join("main.conf"), if version < (2, 10, 0) { main } else { &judged }).unwrap();
        let (major, minor, patch) = version;
        let mut child = Command::new(tool(&format!("nats-server-{major}.{minor}.{patch}")))
            .arg("-c")
            .arg(dir.path().join("main.conf"))
            .env_clear()
            .envs(ENVIRONMENT)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut judge = Self { version, dir, child, log };
        judge.heard(|line| line.ends_with(b"Server is ready"));
        fs::write(judge.main(), judged).unwrap();
        judge
    }

    /// The file that includes the text.
    pub(crate) fn main(&self) -> PathBuf {
        self.dir.path().join("main.conf")
    }

    pub(crate) fn tells_digest(&self) -> bool {
        self.version >= (2, 11, 0)
    }

    pub(crate) fn verdict(&mut self, text: &[u8]) -> Verdict {
        fs::write(self.dir.path().join("case.conf"), text).unwrap();
        kill_process(Pid::from_child(&self.child), Signal::HUP).unwrap();
        let reloaded: &[u8] = b"Reloaded server configuration";
        let failed: &[u8] = b"Failed to reload server configuration: ";
        let line = self.heard(|line| find(line, reloaded).or(find(line, failed)).is_some());
        let Some(at) = find(&line, failed) else {
            let text = String::from_utf8(line).unwrap();
            let digest = text.split_once('(').map(|(_, digest)| digest.trim_end_matches(')').to_owned());
            return Verdict::Accepted(digest);
        };
        let error = &line[at + failed.len()..];
        if error.starts_with(b"error parsing include file 'case.conf', ") {
            Verdict::Refused(error.to_vec())
        } else {
            assert!(!self.tells_digest(), "{}", error.escape_ascii());
            Verdict::Accepted(None)
        }
    }

    /// The first line of the log from here on that is `wanted`.
    fn heard(&mut self, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        loop {
            let mut line = Vec::new();
            let read = self.log.read_until(b'\n', &mut line).unwrap();
            let text = fs::read(self.dir.path().join("case.conf")).unwrap_or_default();
            assert!(read > 0, "nats-server {:?} ended at \"{}\"", self.version, text.escape_ascii());
            line.pop();
            if wanted(&line) {
                return line;
            }
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(line: &[u8], text: &[u8]) -> Option<usize> {
    line.windows(text.len()).position(|part| part == text)
}

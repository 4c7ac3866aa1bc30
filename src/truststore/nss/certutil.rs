//! Databases through certutil, where libnss3 cannot be loaded. It knows certificates by nickname alone: each is asked for
//! its DER.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::super::program::plain;
use super::tool::{Entry, Fault, Question, Tool, Trust};
use crate::pki;

/// A user's PATH may name a program of this name that is another.
const PLACES: [&str; 5] = [
    "/usr/bin/certutil",
    "/usr/local/bin/certutil",
    "/run/current-system/sw/bin/certutil",
    "/home/linuxbrew/.linuxbrew/bin/certutil",
    "/opt/homebrew/bin/certutil",
];

/// certutil, by its absolute path.
#[derive(Debug)]
pub(super) struct Certutil(pub(super) PathBuf);

/// A line of `certutil -L`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    nickname: String,
    /// `C,,`
    flags: String,
}

/// A certificate with its line. Certificates of one subject share a nickname, and then certutil changes any of them.
struct Row {
    line: Line,
    der: Vec<u8>,
    is_alone: bool,
}

impl Certutil {
    /// The first that there is; for root, of those that nobody else can replace.
    pub(super) fn find() -> Option<Self> {
        Self::among(&PLACES.map(PathBuf::from), rustix::process::geteuid().is_root())
    }

    /// As [`Certutil::find`], elsewhere.
    pub(super) fn among(places: &[PathBuf], for_root: bool) -> Option<Self> {
        let fits = |path: &&PathBuf| path.is_file() && (!for_root || is_roots(path));
        places.iter().find(fits).cloned().map(Self)
    }

    /// What it printed, if it succeeded. It never asks for a password: the file it reads one from is empty.
    fn run(&self, dir: &Path, args: &[&str], input: Option<&str>) -> Result<String, Fault> {
        let output = self.output(dir, args, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(fault(&String::from_utf8_lossy(&output.stderr)))
    }

    fn output(&self, dir: &Path, args: &[&str], input: Option<&str>) -> Result<Output, Fault> {
        let failed = |why: std::io::Error| Fault::Said(format!("{}: {}", self.0.display(), plain(&why)));
        let mut database = OsString::from("sql:");
        database.push(dir);
        let mut command = Command::new(&self.0);
        command.args(args).arg("-d").arg(database).args(["-f", "/dev/null"]);
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
        if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
            let _ = stdin.write_all(text.as_bytes()); // whoever does not read it says why
        }
        child.wait_with_output().map_err(failed)
    }

    fn rows(&self, dir: &Path) -> Result<Vec<Row>, Fault> {
        let mut rows: Vec<Row> = Vec::new();
        for line in lines(&self.run(dir, &["-L"], None)?) {
            let text = self.run(dir, &["-L", "-n", &line.nickname, "-a"], None)?;
            let blocks = pem::parse_many(text).map_err(|why| Fault::Said(why.to_string()))?;
            let is_alone = blocks.len() == 1;
            rows.extend(blocks.into_iter().map(|block| Row {
                line: line.clone(),
                der: block.into_contents(),
                is_alone,
            }));
        }
        Ok(rows)
    }

    /// The rows that are meant; an error if certutil could not change these without touching others.
    fn changeable(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Row>, Fault> {
        let rows: Vec<Row> = self.rows(dir)?.into_iter().filter(|row| is_meant(&row.der)).collect();
        match rows.iter().find(|row| !row.is_alone) {
            Some(row) => Err(Fault::Ambiguous(row.line.nickname.clone())),
            None => Ok(rows),
        }
    }

    /// Whether a Primary Password protects the database: listing its keys needs it.
    fn needs_password(&self, dir: &Path) -> Result<bool, Fault> {
        let output = self.output(dir, &["-K"], None)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("SEC_ERROR_BAD_PASSWORD") {
            return Ok(true);
        }
        let is_empty = String::from_utf8_lossy(&output.stdout).contains("no keys found"); // a failure, to certutil
        if output.status.success() || is_empty { Ok(false) } else { Err(fault(&said)) }
    }

    fn delete(&self, dir: &Path, nickname: &str) -> Result<(), Fault> {
        self.run(dir, &["-D", "-n", nickname], None).map(drop)
    }

    /// Adds a certificate and has it trusted, both or neither: certutil itself may leave it there without trust.
    pub(super) fn add(&self, dir: &Path, der: &[u8], nickname: &str) -> Result<(), Fault> {
        let added = self.run(dir, &["-A", "-a", "-t", "C,,", "-n", nickname], Some(&pki::pem_block(der)));
        let rows = self.changeable(dir, &|other| other == der);
        let is_trusted =
            |rows: &Vec<Row>| !rows.is_empty() && rows.iter().all(|row| trust(&row.line).is_for_servers());
        if added.is_ok() && rows.as_ref().is_ok_and(is_trusted) {
            return Ok(());
        }
        let why = added.err().unwrap_or_else(|| Fault::Said("it was added without trust".to_owned()));
        let taken_out =
            rows.and_then(|rows| rows.iter().try_for_each(|row| self.delete(dir, &row.line.nickname)));
        Err(if taken_out.is_err() { Fault::HalfDone(why.into_said()) } else { why })
    }
}

impl Tool for Certutil {
    fn entries(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, Fault> {
        let mut entries: Vec<Entry> = Vec::new();
        for row in self.rows(dir)?.into_iter().filter(|row| is_meant(&row.der)) {
            let trust = trust(&row.line);
            match entries.iter_mut().find(|entry| entry.der == row.der) {
                None => entries.push(Entry { der: row.der, nickname: row.line.nickname, trust }),
                // A name that it shares: which trust is its own is not to be told, so the lesser one counts.
                Some(entry) if !trust.is_for_servers() => entry.trust = trust,
                Some(_) => {}
            }
        }
        Ok(entries)
    }

    fn install(&self, dir: &Path, der: &[u8], nickname: &str, _ask: Question<'_>) -> Result<(), Fault> {
        if !dir.join(super::CERTIFICATES).exists() {
            self.run(dir, &["-N", "--empty-password"], None)?;
        }
        if self.needs_password(dir)? {
            return Err(Fault::Password);
        }
        let rows = self.changeable(dir, &|other| other == der)?;
        if rows.is_empty() {
            return self.add(dir, der, nickname);
        }
        rows.iter().try_for_each(|Row { line, .. }| {
            let others = line.flags.split_once(',').map_or(",", |(_, others)| others);
            self.run(dir, &["-M", "-n", &line.nickname, "-t", &format!("C,{others}")], None).map(drop)
        })
    }

    /// It cannot tell about keys without asking for a password.
    fn is_empty(&self, _: &Path) -> Result<bool, Fault> {
        Ok(false)
    }

    fn remove(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Fault> {
        let rows = self.changeable(dir, is_meant)?;
        rows.iter().try_for_each(|row| self.delete(dir, &row.line.nickname))
    }
}

/// Whether the file and all folders above it are root's, links resolved.
fn is_roots(path: &Path) -> bool {
    let is_owned = |path: &Path| path.metadata().is_ok_and(|meta| meta.uid() == 0);
    path.canonicalize().is_ok_and(|path| path.ancestors().all(is_owned))
        && path.parent().is_some_and(|dir| dir.ancestors().all(is_owned))
}

/// Of a table whose last column is the trust, which holds two commas and no blanks.
fn lines(table: &str) -> Vec<Line> {
    let rows = table.lines().filter_map(|row| row.trim_end().rsplit_once(' '));
    let rows = rows.filter(|(name, flags)| !name.trim().is_empty() && flags.matches(',').count() == 2);
    rows.map(|(name, flags)| Line { nickname: name.trim_end().to_owned(), flags: flags.to_owned() }).collect()
}

fn trust(line: &Line) -> Trust {
    let servers = line.flags.split(',').next().unwrap_or_default();
    Trust { ssl: if servers.contains('C') { Trust::C } else { 0 }, ..Trust::default() }
}

fn fault(said: &str) -> Fault {
    let is_name = |word: &&str| word.starts_with("SEC_ERROR_") || word.starts_with("PR_");
    let name = said.split([' ', ':', '\n']).find(is_name);
    match name {
        Some("SEC_ERROR_READ_ONLY") => Fault::ReadOnly,
        Some(name) => Fault::Said(name.to_owned()),
        None => {
            Fault::Said(said.lines().next().unwrap_or("certutil failed and said nothing").trim().to_owned())
        }
    }
}

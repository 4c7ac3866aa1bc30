//! natscert itself, with a CA directory and an output folder of its own and nothing of the caller's environment.

use super::tools::{openssl, openssl_pin};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// What one run of natscert left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Run {
    /// stdout of a run that has to succeed.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "natscert failed: {}", self.stderr);
        self.stdout
    }

    /// The object of a run with `--json` that has to succeed.
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.done()).unwrap()
    }
}

/// A place of its own for one CA and what it issues. Two of them do not trust each other.
pub(crate) struct Home {
    dir: TempDir,
    bundles: AtomicUsize,
}

impl Home {
    pub(crate) fn new() -> Home {
        Home { dir: TempDir::new().unwrap(), bundles: AtomicUsize::new(0) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where bundles go unless a run says otherwise.
    pub(crate) fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    pub(crate) fn ca_dir(&self) -> PathBuf {
        self.path().join("ca")
    }

    /// A command for natscert in this home, for what [`Home::run`] cannot say.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_natscert"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("NATSCERT_CA_DIR", self.ca_dir())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let output = self.command().args(args).output().unwrap();
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }

    /// `natscert issue ROLE NAMES OPTIONS` into a bundle with a name of its own.
    pub(crate) fn issue(&self, role: &str, names: &[&str], options: &[&str]) -> Bundle {
        let name = format!("bundle-{}", self.bundles.fetch_add(1, Ordering::Relaxed));
        let out = self.out();
        let place = ["-o", text(&out), "--bundle-name", &name];
        let args = [&["issue", role], names, options, &place].concat();
        let block = self.run(args).done();
        Bundle { dir: out.join(role).join(name), block }
    }

    /// The block that `natscert snippet CONTEXT BUNDLE OPTIONS` prints.
    pub(crate) fn snippet(&self, context: &str, bundle: &Bundle, options: &[&str]) -> String {
        self.run([&["snippet", context, text(&bundle.dir)], options].concat()).done()
    }

    /// The same for files from different bundles: `--cert`, `--key`, `--ca`.
    pub(crate) fn snippet_of(&self, context: &str, identity: &Bundle, ca: &Path, options: &[&str]) -> String {
        let (cert, key) = (identity.cert(), identity.key());
        let files = ["--cert", text(&cert), "--key", text(&key), "--ca", text(ca)];
        self.run([&["snippet", context], &files[..], options].concat()).done()
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A bundle on disk, and the block that was printed with it.
pub(crate) struct Bundle {
    pub(crate) dir: PathBuf,
    pub(crate) block: String,
}

impl Bundle {
    pub(crate) fn cert(&self) -> PathBuf {
        self.dir.join("cert.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.dir.join("key.pem")
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// The pin as openssl computes it.
    pub(crate) fn pin(&self) -> String {
        openssl_pin(&openssl(["x509", "-noout", "-pubkey"], &fs::read(self.cert()).unwrap()))
    }
}

//! Where the judges are. A missing one fails the test: a test that was skipped proves nothing.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that `tests/install` puts below `target/tools`.
pub(crate) fn tool(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(name);
    assert!(path.exists(), "{} is missing\n  run tests/install", path.display());
    path
}

/// What a judge said.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) accepted: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    /// stdout and stderr, for messages.
    pub(crate) said: String,
}

impl Verdict {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

/// Runs a judge on `input` to its end.
pub(crate) fn ask(command: &mut Command, input: &[u8]) -> Verdict {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap_or_else(
            |error| panic!("{}: {error}\n  run tests/install", command.get_program().display()),
        );
    // A judge that does not read its input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    Verdict {
        accepted: output.status.success(),
        code: output.status.code(),
        stdout: output.stdout,
        said: String::from_utf8_lossy(&said).into_owned(),
    }
}

/// `openssl ARGS…` on `input`, whatever it answers.
pub(crate) fn ask_openssl<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, input: &[u8]) -> Verdict {
    ask(Command::new("openssl").args(args), input)
}

/// `openssl ARGS…` on `input`, which has to succeed; its stdout.
pub(crate) fn openssl<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, input: &[u8]) -> Vec<u8> {
    let verdict = ask_openssl(args, input);
    assert!(verdict.accepted, "openssl: {}", verdict.said);
    verdict.stdout
}

/// The pin of a public key in PEM, as openssl computes it.
pub(crate) fn openssl_pin(public: &[u8]) -> String {
    let der = openssl(["pkey", "-pubin", "-outform", "DER"], public);
    let line = String::from_utf8(openssl(["dgst", "-sha256", "-r"], &der)).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

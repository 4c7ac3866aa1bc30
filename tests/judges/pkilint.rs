//! pkilint reads roots and certificates of every role and key type, and finds nothing of level WARNING or above.

use crate::samples::samples;
use crate::support::tools::{ask, tool};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// `lint_pkix_cert lint` on many files at the price of one start. Each call returns the number of findings.
pub(crate) const LINT: &str = r#"
import sys
from pkilint.bin.lint_pkix_cert import main
found = 0
for path in sys.argv[1:]:
    print(path)
    found += main(["lint", "--severity", "WARNING", path])
print(len(sys.argv) - 1, "files,", found, "findings")
sys.exit(found > 0)
"#;

#[test]
fn finds_nothing() {
    let dir = TempDir::new().unwrap();
    let mut files = Vec::new();
    for sample in samples() {
        for (pem, kind) in [(&sample.cert, "cert"), (&sample.ca, "ca")] {
            let path = dir.path().join(format!("{}-{kind}.pem", sample.what));
            fs::write(&path, pem).unwrap();
            files.push(path);
        }
    }
    assert_nothing_in(&files);
}

/// That it finds nothing in any of these.
pub(crate) fn assert_nothing_in(files: &[PathBuf]) {
    let verdict = ask(Command::new(tool("pkilint/bin/python")).args(["-c", LINT]).args(files), &[]);
    let summary = format!("{} files, 0 findings", files.len());
    assert!(verdict.accepted && verdict.said.contains(&summary), "{}", verdict.said);
}

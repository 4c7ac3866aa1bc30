//! Folders with bundles, for tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::apply::Progress;
use crate::pki::Ca;

/// Nobody watches.
pub(super) struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: &'static str, _: usize) {}
    fn advance(&self, _: usize) {}
}

/// A folder whose path has no links.
pub(super) fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(dir.path()).unwrap();
    (dir, path)
}

/// A bundle for a server, with the CA's own certificate as `ca.pem`.
pub(super) fn bundle(ca: &Ca, dir: &Path) {
    let issued = ca.issue(crate::Role::Cluster, ["n1.example.com"]).unwrap();
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("cert.pem"), issued.cert_pem()).unwrap();
    fs::write(dir.join("key.pem"), issued.key_pem().as_bytes()).unwrap();
    fs::write(dir.join("ca.pem"), ca.pem()).unwrap();
}

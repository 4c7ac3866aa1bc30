//! The system's roots and ours in one file: `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE` replace the system's roots, they add
//! nothing to them.

use std::path::{Path, PathBuf};

use super::place::Trouble;
use super::program::plain;
use super::root::Root;
use super::system::{self, scan};
use crate::bundle::read_plain;
use crate::pki;

/// Where systems keep all their roots in one file, if no tool is known that makes it.
const WELL_KNOWN: [&str; 9] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
];

/// All roots of this system, and `root` once, as PEM.
///
/// # Errors
/// When the system's are not found in one file, or cannot be read.
pub fn merged(root: &Root) -> Result<String, Trouble> {
    let known = WELL_KNOWN.iter().map(PathBuf::from);
    let all: Vec<_> = system::bundle().into_iter().chain(known).collect();
    merged_of(&all, root)
}

fn merged_of(files: &[PathBuf], root: &Root) -> Result<String, Trouble> {
    let Some(path) = files.iter().find(|path| path.is_file()) else {
        return Err(Trouble::failed(
            "no file with the system's roots was found",
            "install the package ca-certificates, or take our root alone: `natscert ca export` prints it",
        ));
    };
    let certificates = read(path)?;
    let others = certificates.iter().filter(|der| der.as_slice() != root.der());
    Ok(others.map(|der| pki::pem_block(der)).chain([root.pem()]).collect())
}

fn read(path: &Path) -> Result<Vec<Vec<u8>>, Trouble> {
    let bytes = read_plain(path).map_err(|why| {
        Trouble::failed(
            format!("cannot read {}: {}", path.display(), plain(&why)),
            format!("let this user read {}", path.display()),
        )
    })?;
    let found = scan::certificates(&bytes);
    if found.is_empty() {
        return Err(Trouble::failed(
            format!("{} holds no certificate", path.display()),
            "have the system's tool make it again, such as update-ca-certificates",
        ));
    }
    Ok(found)
}

#[cfg(test)]
#[path = "merged_tests.rs"]
mod tests;

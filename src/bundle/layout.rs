//! Where a bundle lies: `OUT/<role>/<name>/`. Pure.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::kind::FileKind;
use crate::pki::Name;

/// The longest folder name, in octets: common file systems hold 255, and hidden names are longer than the bundle's.
const MAX_NAME: usize = 200;

/// The name of a bundle's folder: one path component that no shell, file system or option parser mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleName(String);

/// A text that cannot name a bundle's folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bundle name {shown} {problem}")]
pub struct BundleNameError {
    shown: String,
    problem: &'static str,
}

impl BundleNameError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "use letters, digits and . _ - @ + = with a letter, digit or _ first, such as --bundle-name n1.east"
    }
}

impl BundleName {
    /// The folder for a certificate whose first name is `name`: the name itself where it can be one, with
    /// `_wildcard` for `*` and `_` for what a path cannot hold everywhere.
    #[must_use]
    pub fn from_name(name: &Name) -> Self {
        let value = name.value();
        let text = match name {
            Name::Uri(_) => {
                value.split_once(':').map_or(value.as_str(), |(_, rest)| rest.trim_start_matches('/'))
            }
            _ => &value,
        };
        let safe: String = text
            .replace('*', "_wildcard")
            .chars()
            .map(|c| if allowed(c) { c } else { '_' })
            .take(MAX_NAME)
            .collect();
        let trimmed = safe.trim_start_matches(['.', '-', '@', '+', '=']);
        Self(if trimmed.is_empty() { "_".to_owned() } else { trimmed.to_owned() })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-@+=".contains(c)
}

impl FromStr for BundleName {
    type Err = BundleNameError;

    fn from_str(text: &str) -> Result<Self, BundleNameError> {
        let fail = |problem| Err(BundleNameError { shown: crate::pki::shown(text), problem });
        if text.is_empty() {
            return fail("is empty");
        }
        if text.len() > MAX_NAME {
            return fail("is longer than 200 characters");
        }
        if !text.chars().all(allowed) {
            return fail("has a character that a folder name should not have");
        }
        if text.starts_with(['.', '-', '@', '+', '=']) {
            return fail("begins with a character that is read as something else");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BundleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The paths of a bundle's files below some folder, perhaps on another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `cert.pem`
    pub cert: String,
    /// `key.pem`
    pub key: String,
    /// `ca.pem`
    pub ca: String,
    /// `tls.conf`
    pub tls_conf: String,
}

impl Paths {
    /// The files of a bundle in `dir`; `dir` may be a Windows path although this machine is none.
    #[must_use]
    pub fn below(dir: &str) -> Self {
        let path = |kind: FileKind| Self::join(dir, kind.file_name());
        Self {
            cert: path(FileKind::Certificate),
            key: path(FileKind::PrivateKey),
            ca: path(FileKind::CaBundle),
            tls_conf: path(FileKind::TlsConf),
        }
    }

    /// `dir` and `file` below it, with the separator that `dir` uses.
    #[must_use]
    pub fn join(dir: &str, file: &str) -> String {
        if dir.contains('\\') && !dir.contains('/') {
            let stem = dir.strip_suffix('\\').unwrap_or(dir);
            format!("{stem}\\{}", file.replace('/', "\\"))
        } else {
            format!("{}/{file}", dir.strip_suffix('/').unwrap_or(dir))
        }
    }
}

/// `OUT/<role>`
pub(super) fn role_dir(out: &Path, role: &str) -> PathBuf {
    out.join(role)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;

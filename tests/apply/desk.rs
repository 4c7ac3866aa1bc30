//! A manifest, the folder that it is applied to, and ways to compare that folder with what it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::cli::{Home, Run, text};
use super::support::tools::{openssl, openssl_pin};

/// Two clusters, a leafnode and clients of the four kinds of identity.
pub(crate) const SYSTEM: &str = r#"
[clusters.east]
nodes = ["n{1..3}.east.example.com"]
[clusters.west]
nodes = ["n1.west.example.com", "n2.west.example.com"]
[leafnodes.edge]
cluster = "east"
hosts = ["edge.example.com"]
[clients.alice]
identity = "alice@example.com"
[clients.bob]
identity = "bob.example.com"
[clients.carol]
identity = "spiffe://example.com/carol"
[clients.dave]
identity = "CN=dave,OU=east,O=Example"
"#;

/// The certificates of [`SYSTEM`]: server, cluster, gateway for five nodes, leaf for the three of east, server and
/// leaf for the edge, and four clients.
pub(crate) const CERTIFICATES: usize = 5 * 3 + 3 + 2 + 4;
/// The nodes and clients of [`SYSTEM`], each with a `nats.conf` or `nats.sh`.
pub(crate) const TEXTS: usize = 6 + 4;

pub(crate) struct Desk {
    pub(crate) home: Home,
}

/// What a file was: bytes, mode, time of its last change in nanoseconds. Folders have no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bytes: Vec<u8>,
    mode: u32,
    changed: (i64, i64),
}

pub(crate) type Tree = BTreeMap<PathBuf, Entry>;

impl Desk {
    /// A home with a manifest in it; nothing is applied.
    pub(crate) fn new(manifest: &str) -> Self {
        let desk = Self { home: Home::new() };
        desk.write(manifest);
        desk
    }

    /// The same, applied.
    pub(crate) fn applied(manifest: &str) -> Self {
        let desk = Self::new(manifest);
        desk.apply().done();
        desk
    }

    pub(crate) fn write(&self, manifest: &str) {
        fs::write(self.home.path().join("demo.toml"), manifest).unwrap();
    }

    pub(crate) fn apply(&self) -> Run {
        self.home.run(["apply", "demo.toml"])
    }

    pub(crate) fn plan(&self) -> Run {
        self.home.run(["plan", "demo.toml"])
    }

    /// The plan as JSON, and whether changes are pending.
    pub(crate) fn plan_json(&self) -> (Value, bool) {
        let run = self.home.run(["plan", "demo.toml", "--json"]);
        assert!(matches!(run.code, Some(0 | 1)), "{}", run.stderr);
        (serde_json::from_str(&run.stdout).unwrap(), run.code == Some(1))
    }

    /// A path in the output folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.home.path().join("demo").join(path)
    }

    pub(crate) fn tree(&self) -> Tree {
        let root = self.path("");
        let mut tree = Tree::new();
        let mut open = vec![root.clone()];
        while let Some(path) = open.pop() {
            let metadata = fs::symlink_metadata(&path).unwrap();
            let bytes = if metadata.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            let entry = Entry {
                bytes,
                mode: metadata.permissions().mode() & 0o7777,
                changed: (metadata.mtime(), metadata.mtime_nsec()),
            };
            tree.insert(path.strip_prefix(&root).unwrap().to_owned(), entry);
        }
        tree
    }

    /// Everything is right: by openssl, and by plan, which has nothing to do.
    #[track_caller]
    pub(crate) fn is_right(&self) {
        let ca = self.path("ca.pem");
        assert_eq!(fs::read(&ca).unwrap(), fs::read(self.home.ca_dir().join("root.pem")).unwrap());
        let mut certificates = 0;
        for (path, entry) in self.tree() {
            let shown = path.display();
            assert!(!path.to_string_lossy().contains("/.natscert"), "{shown} was left behind");
            if path.ends_with("cert.pem") {
                certificates += 1;
                let bundle = self.path(&path.parent().unwrap().to_string_lossy());
                pair_matches(&bundle);
                openssl(["verify", "-x509_strict", "-CAfile", text(&ca)], &entry.bytes);
                assert_eq!(fs::read(bundle.join("ca.pem")).unwrap(), fs::read(&ca).unwrap(), "{shown}");
            } else if path.ends_with("key.pem") {
                assert_eq!(entry.mode, 0o600, "{shown}");
            }
        }
        assert!(certificates > 0);
        let plan = self.plan();
        assert_eq!(plan.code, Some(0), "{}{}", plan.stdout, plan.stderr);
    }
}

/// Certificate and key of a bundle belong together, by openssl.
#[track_caller]
pub(crate) fn pair_matches(bundle: &Path) {
    assert_eq!(pin_of_certificate(bundle), pin_of_key(bundle), "{}", bundle.display());
}

/// By openssl.
pub(crate) fn pin_of_certificate(bundle: &Path) -> String {
    openssl_pin(&openssl(["x509", "-noout", "-pubkey"], &fs::read(bundle.join("cert.pem")).unwrap()))
}

fn pin_of_key(bundle: &Path) -> String {
    openssl_pin(&openssl(["pkey", "-pubout"], &fs::read(bundle.join("key.pem")).unwrap()))
}

/// The paths whose content is not the same in both.
pub(crate) fn changed(before: &Tree, after: &Tree) -> Vec<String> {
    let paths: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let bytes = |tree: &Tree, path: &PathBuf| tree.get(path).map(|entry| entry.bytes.clone());
    let differs = |path: &&&PathBuf| bytes(before, path) != bytes(after, path);
    paths.iter().filter(differs).map(|path| path.to_string_lossy().into_owned()).collect()
}

//! An output folder of `apply` and two bundles beside it, and whether everybody in there trusts everybody.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use natscert::pki::{Chain, Facts, Item, Signature, Usage, items, signature, verify};
use serde_json::Value;
use time::OffsetDateTime;

use super::support::cli::{Home, Run};

/// Three nodes in two clusters, and a client.
const SYSTEM: &str = r#"
[clusters.east]
nodes = ["n1.east.example.com", "n2.east.example.com"]
[clusters.west]
nodes = ["n1.west.example.com"]
[clients.alice]
identity = "alice@example.com"
"#;

/// The certificates of it: server, cluster and gateway for each node but the one that is alone in its cluster, and one for
/// the client; and the two beside it.
pub(crate) const CERTIFICATES: usize = 3 * 2 + 2 + 1 + 2;

pub(crate) struct Fleet {
    pub(crate) home: Home,
}

/// What all the bundles hold at a moment.
#[derive(Clone)]
pub(crate) struct Snapshot {
    /// Folder → certificate and intermediates, DER.
    chains: BTreeMap<PathBuf, Vec<Vec<u8>>>,
    /// Folder → anchors, DER.
    anchors: BTreeMap<PathBuf, Vec<Vec<u8>>>,
}

impl Fleet {
    /// With a root alone.
    pub(crate) fn new() -> Self {
        Self::after(&[])
    }

    /// After some commands that make the CA.
    pub(crate) fn after(commands: &[&[&str]]) -> Self {
        let fleet = Self { home: Home::new() };
        for command in commands {
            fleet.home.run(*command).done();
        }
        fs::write(fleet.home.path().join("demo.toml"), SYSTEM).unwrap();
        fleet.home.run(["apply", "demo.toml", "-q"]).done();
        fleet.home.run(["issue", "server", "other.example.com", "-q"]).done();
        fleet.home.run(["issue", "client", "bob@example.com", "-q"]).done();
        fleet
    }

    /// With intermediates that are trusted alone; `a` signs.
    pub(crate) fn with_intermediates() -> Self {
        Self::after(&[&["ca", "intermediate", "add", "a", "--trust", "intermediates", "-q"]])
    }

    /// `natscert ca roll …`
    pub(crate) fn roll(&self, args: &str) -> Run {
        self.home.run(["ca", "roll"].into_iter().chain(args.split(' ')))
    }

    pub(crate) fn status(&self) -> Value {
        let run = self.roll("status --json");
        let status: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(run.code, Some(i32::from(status["complete"] == false)), "{}", run.stderr);
        status
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot { chains: BTreeMap::new(), anchors: BTreeMap::new() };
        let mut open = vec![self.path("demo"), self.path("natscert")];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(&dir).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                match name.as_str() {
                    "cert.pem" => _ = snapshot.chains.insert(dir.clone(), certificates(&path)),
                    "ca.pem" => _ = snapshot.anchors.insert(dir.clone(), certificates(&path)),
                    _ if path.is_dir() && !name.starts_with('.') => open.push(path),
                    _ => {}
                }
            }
        }
        assert_eq!(snapshot.chains.len(), CERTIFICATES);
        snapshot
    }

    /// Every file of the folders but certificates and anchors, with its content.
    pub(crate) fn others(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = [self.path("demo"), self.path("natscert")].map(|dir| files(&dir)).into_iter().flatten();
        let is_other = |path: &Path| !path.ends_with("cert.pem") && !path.ends_with("ca.pem");
        files.filter(|(path, _)| is_other(path)).collect()
    }
}

/// Every file of a folder and those below it, with its content. Links are not followed.
pub(crate) fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else if entry.file_type().unwrap().is_file() {
                files.insert(entry.path(), fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

impl Snapshot {
    /// Everybody of both moments accepts everybody: some servers have reloaded since, some have not.
    #[track_caller]
    pub(crate) fn trusts(&self, other: &Self) {
        let mut seen = HashMap::new();
        for (one, two) in [(self, other), (other, self), (self, self), (other, other)] {
            for (dir, chain) in &one.chains {
                for (verifier, anchors) in &two.anchors {
                    let good = *seen
                        .entry((chain.clone(), anchors.clone()))
                        .or_insert_with(|| leads(chain, anchors));
                    assert!(good, "{} refuses {}", verifier.display(), dir.display());
                }
            }
        }
    }

    /// How many certificates stand in each `ca.pem`; all have as many.
    #[track_caller]
    pub(crate) fn anchors(&self) -> usize {
        let mut counts: Vec<usize> = self.anchors.values().map(Vec::len).collect();
        counts.dedup();
        assert_eq!(counts.len(), 1, "{counts:?}");
        counts[0]
    }

    pub(crate) fn certificates_of(&self, dir: &Path) -> &[Vec<u8>] {
        &self.chains[dir]
    }

    /// The bundles whose certificate is not the same in both.
    pub(crate) fn changed(&self, other: &Self) -> usize {
        self.chains.iter().filter(|(dir, chain)| other.chains[*dir] != **chain).count()
    }
}

fn certificates(path: &Path) -> Vec<Vec<u8>> {
    let found = items(&fs::read(path).unwrap()).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let der = |item| match item {
        Item::Certificate(der) => der,
        other => panic!("{}: {other:?}", path.display()),
    };
    found.into_iter().map(der).collect()
}

/// Whether a chain leads to an anchor, as Go sees it.
fn leads(chain: &[Vec<u8>], anchors: &[Vec<u8>]) -> bool {
    let facts = |ders: &[Vec<u8>]| ders.iter().map(|der| Facts::of(der).unwrap()).collect::<Vec<_>>();
    let (chain_facts, anchor_facts) = (facts(chain), facts(anchors));
    let known = chain_facts.iter().zip(chain).chain(anchor_facts.iter().zip(anchors));
    let ders: HashMap<&str, &[u8]> =
        known.map(|(facts, der)| (facts.fingerprint.as_str(), der.as_slice())).collect();
    let signed =
        |child: &Facts, issuer: &Facts| -> Signature { signature(ders[child.fingerprint.as_str()], issuer) };
    let (leaf, between) = chain_facts.split_first().unwrap();
    let usage = if leaf.good_for(Usage::Server) { Usage::Server } else { Usage::Client };
    let chain = Chain {
        leaf,
        intermediates: &between.iter().collect::<Vec<_>>(),
        roots: &anchor_facts.iter().collect::<Vec<_>>(),
        signed: &signed,
        now: OffsetDateTime::now_utc(),
    };
    verify(&chain, usage).is_ok()
}

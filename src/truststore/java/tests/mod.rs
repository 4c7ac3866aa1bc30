#![allow(clippy::unwrap_used)]

mod changes;
mod discovery;
mod reading;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::super::hand::{Hand, Privilege};
use super::super::place::Place;
use super::super::root::Root;
use super::*;

/// Keystores made by keytool, each with the key entry `key` and the root `one`, of natscert.
struct Made {
    files: BTreeMap<&'static str, Vec<u8>>,
    one: Root,
}

static MADE: LazyLock<Made> = LazyLock::new(Made::new);

/// Every one that natscert reads.
const READABLE: [&str; 6] = ["jks", "pkcs12", "without-password", "legacy", "triple-des", "aes-128"];

/// Reading what is encrypted with one iteration takes no time, so that it can be done for every octet that is flipped.
const CONVERTED: [(&str, &[&str]); 9] = [
    ("pkcs12", &["-deststorepass", "changeit"]),
    ("without-password", &["-deststorepass", "changeit", NO_ENCRYPTION, NO_MAC]),
    ("legacy", &["-deststorepass", "changeit", LEGACY]),
    ("triple-des", &["-deststorepass", "changeit", TRIPLE_DES]),
    ("aes-128", &["-deststorepass", "changeit", AES_128]),
    ("changed-password", &["-deststorepass", "something"]),
    ("mac-alone", &["-deststorepass", "something", NO_ENCRYPTION]),
    ("fast", &["-deststorepass", "changeit", ONE_ITERATION]),
    ("fast-legacy", &["-deststorepass", "changeit", ONE_ITERATION, RC2]),
];
const NO_ENCRYPTION: &str = "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE";
const NO_MAC: &str = "-J-Dkeystore.pkcs12.macAlgorithm=NONE";
const LEGACY: &str = "-J-Dkeystore.pkcs12.legacy";
const RC2: &str = "-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithSHA1AndRC2_40";
const TRIPLE_DES: &str = "-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithSHA1AndDESede";
const AES_128: &str = "-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithHmacSHA512AndAES_128";
const ONE_ITERATION: &str = "-J-Dkeystore.pkcs12.certPbeIterationCount=1";

impl Made {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let one = root();
        let jks = dir.path().join("jks");
        let key = ["-genkeypair", "-keyalg", "EC", "-dname", "CN=key", "-keypass", "changeit"];
        keytool(
            &jks,
            &[&key[..], &["-storetype", "JKS", "-storepass", "changeit", "-alias", "key"]].concat(),
            "",
        );
        import(&jks, "one", "changeit", &one);
        std::thread::scope(|scope| {
            for (name, args) in CONVERTED {
                let (jks, path) = (jks.to_str().unwrap(), dir.path().join(name));
                scope.spawn(move || {
                    let from =
                        ["-importkeystore", "-noprompt", "-srckeystore", jks, "-srcstorepass", "changeit"];
                    let to = ["-deststoretype", "PKCS12", "-destkeystore", path.to_str().unwrap()];
                    run("keytool", &[&from[..], &to, args].concat(), "");
                });
            }
        });
        let names = CONVERTED.map(|(name, _)| name).into_iter().chain(["jks"]);
        let files = names.map(|name| (name, std::fs::read(dir.path().join(name)).unwrap())).collect();
        Self { files, one }
    }

    /// Copies of keystores of these names.
    fn copies(&self, names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let copy = |name: &&str| {
            let path = dir.path().join(name);
            std::fs::write(&path, &self.files[name]).unwrap();
            path
        };
        let paths = names.iter().map(copy).collect();
        (dir, paths)
    }
}

fn root() -> Root {
    Root::of(crate::Ca::generate().unwrap().der()).unwrap()
}

fn import(keystore: &Path, alias: &str, password: &str, root: &Root) {
    let args = ["-importcert", "-noprompt", "-storepass", password, "-alias", alias];
    keytool(keystore, &args, &root.pem());
}

fn keytool(keystore: &Path, args: &[&str], input: &str) -> String {
    run("keytool", &[args, &["-keystore", keystore.to_str().unwrap()]].concat(), input)
}

/// A program of Java's, which has to succeed; what it says.
fn run(program: &str, args: &[&str], input: &str) -> String {
    let child = Command::new(program)
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|why| panic!("{program}: {why}: run tests/install"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The keystore as natscert comes upon it.
fn store(keystore: &Path) -> Store {
    let machine = Machine { path: path(), ..Machine::default() };
    let mut store = Store::new(keystore.to_owned());
    store.find_keytools(&machine, &[]);
    store
}

fn path() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect()
}

fn hand() -> Hand<'static> {
    Hand::new(Privilege::Root, false, &|_| {})
}

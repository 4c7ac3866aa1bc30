//! What is in the stores of a house, as the tools of these stores say.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::house::{House, Person, USER};

/// What every program of the system reads, and the file that Debian's Java reads.
pub(crate) const SYSTEM: [&str; 2] = ["/etc/ssl/certs", "/usr/local/share/ca-certificates"];
pub(crate) const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
pub(crate) const ANCHORS: &str = "/usr/local/share/ca-certificates";
pub(crate) const DEBIANS_CACERTS: &str = "/etc/ssl/certs/java/cacerts";

/// natscert's root of somebody who has made one.
pub(crate) fn natscert_root(person: &Person<'_>) -> String {
    format!("{}/.local/share/natscert/root.pem", person.home())
}

/// SHA-256 of the first certificate in a file.
pub(crate) fn fingerprint(house: &House, pem: &str) -> String {
    sha256(&CertificateDer::from_pem_slice(&house.read(pem)).unwrap())
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whether the system's bundle holds a certificate.
pub(crate) fn bundle_holds(house: &House, fingerprint: &str) -> bool {
    let bundle = house.read(BUNDLE);
    CertificateDer::pem_slice_iter(&bundle).any(|der| sha256(&der.unwrap()) == fingerprint)
}

/// Links in the system's folder that lead nowhere.
pub(crate) fn dangling(house: &House) -> String {
    house.bash("find -L /etc/ssl/certs -type l")
}

/// An entry of an NSS database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nickname {
    pub(crate) name: String,
    pub(crate) trust: String,
    pub(crate) fingerprint: String,
}

/// A new database without password, this person's own; `dir` is below the home.
#[track_caller]
pub(crate) fn database(person: &Person<'_>, dir: &str) -> String {
    copy_database(person, "/opt/nssdb", dir)
}

/// One whose Primary Password is `secret`.
#[track_caller]
pub(crate) fn locked_database(person: &Person<'_>, dir: &str) -> String {
    copy_database(person, "/opt/nssdb-locked", dir)
}

#[track_caller]
fn copy_database(person: &Person<'_>, from: &str, dir: &str) -> String {
    let (home, user) = (person.home(), if person.home() == "/root" { "root" } else { USER });
    let path = format!("{home}/{dir}");
    person.house().bash(&format!(
        "mkdir -p {path}; cp {from}/* {path}; chmod 0700 {path}; cd {home}; chown -R {user}: {}",
        dir.split('/').next().unwrap()
    ));
    path
}

/// What certutil finds in a database.
#[track_caller]
pub(crate) fn nicknames(house: &House, dir: &str) -> Vec<Nickname> {
    let script = r#"
certutil -L -d "sql:$0" | sed -En 's/^(.*[^ ]) +([a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*) *$/\2 \1/p' | while read -r trust name; do
    echo "$(certutil -L -d "sql:$0" -n "$name" -r | sha256sum | cut -d' ' -f1) $trust $name"
done"#;
    let done = house.root().run(["bash", "-euo", "pipefail", "-c", script, dir]).ok();
    let entry = |line: &str| {
        let mut words = line.splitn(3, ' ').map(str::to_owned);
        let mut next = || words.next().unwrap();
        Nickname { fingerprint: next(), trust: next(), name: next() }
    };
    done.stdout.lines().map(entry).collect()
}

/// Whether a database has a root and trusts it for servers.
#[track_caller]
pub(crate) fn nss_trusts(house: &House, dir: &str, fingerprint: &str) -> bool {
    nicknames(house, dir).iter().any(|entry| entry.fingerprint == fingerprint && entry.trust.starts_with('C'))
}

/// Alias and fingerprint of every entry that keytool finds.
#[track_caller]
pub(crate) fn aliases(house: &House, keystore: &str, password: &str) -> Vec<(String, String)> {
    let words = ["keytool", "-list", "-keystore", keystore, "-storepass", password];
    let listed = house.root().run(words).ok().stdout;
    let mut alias = String::new();
    let mut found = Vec::new();
    for line in listed.lines() {
        match line.strip_prefix("Certificate fingerprint (SHA-256): ") {
            Some(hex) => found.push((alias.clone(), hex.trim().replace(':', "").to_lowercase())),
            None => line.split(", ").next().unwrap_or_default().clone_into(&mut alias),
        }
    }
    assert!(!found.is_empty(), "keytool lists nothing:\n{listed}");
    found.sort();
    found
}

/// The Java that `java` starts.
pub(crate) fn java_home(house: &House) -> String {
    let path = house.bash("readlink -f /usr/bin/java");
    path.trim().strip_suffix("/bin/java").unwrap().to_owned()
}

/// Gives that Java a `cacerts` of its own instead of a link to Debian's; where it is.
pub(crate) fn own_cacerts(house: &House) -> String {
    let path = format!("{}/lib/security/cacerts", java_home(house));
    house.bash(&format!("rm {path}; cp {DEBIANS_CACERTS} {path}; chmod 644 {path}"));
    path
}

/// Somebody who holds an exclusive lock on a database file until this goes.
pub(crate) struct Lock(Child);

impl Lock {
    pub(crate) fn on(person: &Person<'_>, file: &str) -> Self {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); \
                      print('locked', flush=True); sys.stdin.read()";
        let mut command = person.command(["python3", "-c", script, file]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

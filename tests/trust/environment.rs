//! Programs that have no store: what `status` and `bundle` give them works.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::house::House;
use super::judge::{self, Verdict::*};
use super::server::Server;
use super::stores::{BUNDLE, natscert_root};

/// The lines of a shell that `status` prints for these programs.
fn lines(house: &House, word: &str) -> String {
    let said = house.root().natscert(&["trust", "status"]).stdout;
    let found = said.lines().find(|line| line.contains(word) && !line.trim_start().starts_with('#'));
    found.unwrap_or_else(|| panic!("no {word} in\n{said}")).trim().to_owned()
}

#[test]
fn node_passes_with_the_line_for_it() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    assert_eq!(judge::node(&root, &server), Refused, "Node.js reads no store");
    let line = lines(&house, "NODE_EXTRA_CA_CERTS");
    let value = house.bash(&format!("{line}; printf %s \"$NODE_EXTRA_CA_CERTS\""));
    assert_eq!(judge::node(&root.with("NODE_EXTRA_CA_CERTS", &value), &server), Trusted);
    let told = root.with("NODE_EXTRA_CA_CERTS", "/etc/other.pem").natscert(&["trust", "status"]).stdout;
    assert!(told.contains("/etc/other.pem"), "{told}");
}

#[test]
fn the_bundle_holds_the_systems_roots_and_ours() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let count = |path: &str| CertificateDer::pem_slice_iter(&house.read(path)).map(Result::unwrap).count();
    root.natscert(&["trust", "bundle", "-o", "/root/roots.pem"]).ok();
    assert_eq!(count("/root/roots.pem"), count(BUNDLE) + 1);
    let with_bundle = root.with("SSL_CERT_FILE", "/root/roots.pem");
    assert_eq!(judge::curl(&with_bundle, &server), Trusted);
    assert_eq!(judge::python(&with_bundle, &server), Trusted);
    assert_eq!(judge::openssl(&with_bundle, &server), Trusted);
    assert_eq!(judge::node(&root.with("NODE_EXTRA_CA_CERTS", "/root/roots.pem"), &server), Trusted);
    assert_eq!(judge::curl(&root, &server), Refused);
    // Installed, it is in there once; and what the variable says is not what the system has.
    root.natscert(&["trust", "install", "--store", "system"]).ok();
    let printed =
        root.with("SSL_CERT_FILE", &natscert_root(&root)).natscert(&["trust", "bundle"]).ok().stdout;
    assert_eq!(CertificateDer::pem_slice_iter(printed.as_bytes()).count(), count(BUNDLE));
    // Of somebody's file nothing is lost.
    house.write("/root/mine.pem", "mine", 0o644);
    root.natscert(&["trust", "bundle", "-o", "/root/mine.pem"]).ends(2);
    assert_eq!(house.read("/root/mine.pem"), b"mine");
}

#[test]
fn the_lines_for_python_and_others_work_as_printed() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let (make, set) = (lines(&house, "trust bundle"), lines(&house, "REQUESTS_CA_BUNDLE"));
    let url = server.url("python");
    let fetch = format!("python3 -c 'import urllib.request as r; print(r.urlopen(\"{url}\").status)'");
    let done = root.bash(&format!("{make} >&2; {set}; {fetch}; echo $REQUESTS_CA_BUNDLE")).ok();
    assert!(done.stdout.starts_with("200\n/"), "{}", done.stdout);
}

#[test]
fn a_truststore_of_its_own_for_java() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let line = lines(&house, "keytool");
    let options = house.bash(&format!("cd /root; {line} >/dev/null 2>&1; printf %s \"$JAVA_TOOL_OPTIONS\""));
    assert_eq!(judge::java(&root.with("JAVA_TOOL_OPTIONS", &options), &server), Trusted, "{line}");
}

//! Java.

use super::super::house::House;
use super::super::judge::{self, Verdict::*};
use super::super::server::Server;
use super::super::stores::{DEBIANS_CACERTS, aliases, fingerprint, java_home, natscert_root, own_cacerts};
use super::{ROOT, with_mkcert};

#[test]
fn java_trusts_it_after_uninstall() {
    let house = with_mkcert();
    let (root, server) = (house.root(), Server::of_mkcert(&house));
    let with_java = root.with("JAVA_HOME", &java_home(&house));
    with_java.mkcert(&["-install"]).ok();
    with_java.mkcert(&["-uninstall"]).ok().says("is now uninstalled from the system");
    house.bash("update-ca-certificates --fresh");
    assert_eq!(judge::java(&root, &server), Trusted, "mkcert's fault");
    let wanted = fingerprint(&house, ROOT);
    let left = aliases(&house, DEBIANS_CACERTS, "changeit").into_iter().find(|(_, found)| *found == wanted);
    assert!(left.unwrap().0.starts_with("debian:mkcert_"));

    let house = House::new();
    let (root, server) = (house.root(), Server::of_natscert(&house.root()));
    let baseline = aliases(&house, DEBIANS_CACERTS, "changeit");
    root.natscert(&["trust", "install", "--store", "system,java"]).ok();
    assert_eq!(judge::java(&root, &server), Trusted);
    root.natscert(&["trust", "uninstall"]).ok();
    assert_eq!(judge::java(&root, &server), Refused);
    assert_eq!(aliases(&house, DEBIANS_CACERTS, "changeit"), baseline);
}

/// Also where a certificate is all that is wanted.
#[test]
fn a_changed_keystore_password_is_fatal() {
    let damage = "keytool -storepasswd -new different -storepass changeit -keystore";
    let house = with_mkcert();
    let (cacerts, home) = (own_cacerts(&house), java_home(&house));
    house.bash(&format!("{damage} {cacerts}"));
    let with_java = house.root().with("JAVA_HOME", &home);
    with_java.mkcert(&["-install"]).ends(1);
    with_java.mkcert(&["example.com"]).ends(1).says("keytool");

    let house = House::new();
    let (root, cacerts) = (house.root().with("JAVA_HOME", &home), own_cacerts(&house));
    house.bash(&format!("{damage} {cacerts}"));
    root.natscert(&["issue", "server", "localhost", "-q"]).ok();
    let trust = root.trust(&["install", "--store", "system,java"]).ends(1).all("system", "installed");
    let said = trust.came_to(&cacerts, "failed");
    assert!(said.contains("password") && said.contains("keytool") && said.contains("trustStore="), "{said}");
    let others = trust.outcomes("java").into_iter().filter(|(path, _)| *path != cacerts);
    assert_eq!(
        others.collect::<Vec<_>>(),
        [(DEBIANS_CACERTS, "installed")],
        "the system's step has filled it"
    );
    let wanted = fingerprint(&house, &natscert_root(&root));
    assert!(!aliases(&house, &cacerts, "different").iter().any(|(_, found)| *found == wanted));
}

#[test]
fn a_missing_cacerts_is_fatal() {
    let house = with_mkcert();
    let home = java_home(&house);
    house.bash(&format!("rm {home}/lib/security/cacerts"));
    let with_java = house.root().with("JAVA_HOME", &home);
    with_java.mkcert(&["example.com"]).ends(1);

    let house = House::new();
    house.bash(&format!("rm {home}/lib/security/cacerts"));
    let root = house.root().with("JAVA_HOME", &home);
    root.natscert(&["issue", "server", "localhost", "-q"]).ok();
    let trust = root.trust(&["install", "--store", "system,java"]).ends(1).all("system", "installed");
    let said = trust.came_to("JAVA_HOME", "skipped");
    assert!(said.contains(&home) && said.contains("cacerts"), "{said}");
}

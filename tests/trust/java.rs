//! Java: every installation, and keystores of every kind.

use super::house::House;
use super::judge::{self, Verdict::*};
use super::server::Server;
use super::stores::{DEBIANS_CACERTS, aliases, fingerprint, java_home, natscert_root, own_cacerts};

#[test]
fn java_trusts_it_until_uninstall() {
    let house = House::new();
    let root = house.root();
    let server = Server::of_natscert(&root);
    let (baseline, anchors) = (aliases(&house, DEBIANS_CACERTS, "changeit"), judge::java_anchors(&root, &[]));
    assert_eq!(judge::java(&root, &server), Refused);
    root.trust(&["install", "--store", "system,java"]).ends(0).all("java", "installed");
    assert_eq!(judge::java(&root, &server), Trusted);
    assert_eq!(judge::java_anchors(&root, &[]), anchors + 1);
    root.trust(&["uninstall", "--store", "java,system"]).ends(0).all("system", "removed");
    assert_eq!(judge::java(&root, &server), Refused);
    assert_eq!(judge::java_anchors(&root, &[]), anchors);
    assert_eq!(aliases(&house, DEBIANS_CACERTS, "changeit"), baseline);
}

/// A keystore that this script makes of Debian's, where `java` reads it: $1 Debian's, $2 the new one.
#[track_caller]
fn with_keystore(script: &str, options: &[&str]) {
    let house = House::new();
    let root = house.root();
    let cacerts = own_cacerts(&house);
    house.bash(&format!(
        "rm {cacerts}; set -- {DEBIANS_CACERTS} {cacerts}; {script} >/dev/null 2>&1; chmod 644 {cacerts}"
    ));
    let server = Server::of_natscert(&root);
    let anchors = judge::java_anchors(&root, options);
    assert!(anchors > 100, "Java does not take this keystore: {anchors} roots");
    root.trust(&["status", "--store", "java"]).ends(1).came_to(&cacerts, "absent");
    root.trust(&["install", "--store", "java"])
        .ends(0)
        .all("java", "installed")
        .came_to(&cacerts, "installed");
    root.trust(&["status", "--store", "java"]).ends(0).came_to(&cacerts, "trusted");
    assert_eq!(judge::java_anchors(&root, options), anchors + 1);
    assert_eq!(judge::java_with(&root, &server, options), Trusted);
    let wanted = fingerprint(&house, &natscert_root(&root));
    assert!(aliases(&house, &cacerts, "changeit").iter().any(|(_, found)| *found == wanted));
    root.trust(&["uninstall", "--store", "java"]).ends(0).came_to(&cacerts, "removed");
    assert_eq!(judge::java_anchors(&root, options), anchors);
    assert_eq!(judge::java_with(&root, &server, options), Refused);
    assert!(aliases(&house, &cacerts, "changeit").iter().all(|(_, found)| *found != wanted));
}

const CONVERT: &str = "keytool -importkeystore -noprompt -srckeystore $1 -srcstorepass changeit -destkeystore $2 \
                       -deststorepass changeit -deststoretype";

/// Without it, Java reads nothing of a keystore that is encrypted.
const PASSWORD: [&str; 1] = ["-Djavax.net.ssl.trustStorePassword=changeit"];

#[test]
fn a_keystore_of_the_old_format() {
    with_keystore("cp $1 $2", &[]);
}

#[test]
fn a_keystore_of_the_new_format() {
    with_keystore(&format!("{CONVERT} PKCS12"), &PASSWORD);
}

/// As Java itself brings one since its version 18.
#[test]
fn a_keystore_without_password() {
    let plain = "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE";
    with_keystore(&format!("{CONVERT} PKCS12 {plain}"), &[]);
}

#[test]
fn a_keystore_with_the_algorithms_of_old() {
    with_keystore(&format!("{CONVERT} PKCS12 -J-Dkeystore.pkcs12.legacy"), &PASSWORD);
}

/// Every alias of the root goes, whoever made it; of those that are not ours, none.
#[test]
fn every_alias_goes() {
    let house = House::new();
    let root = house.root();
    let cacerts = own_cacerts(&house);
    let baseline = aliases(&house, &cacerts, "changeit");
    root.natscert(&["ca", "init", "-q"]).ok();
    for alias in ["mine", "another of mine"] {
        let pem = natscert_root(&root);
        let import = ["keytool", "-importcert", "-noprompt", "-storepass", "changeit"];
        root.run([&import[..], &["-keystore", &cacerts, "-alias", alias, "-file", &pem]].concat()).ok();
    }
    root.trust(&["install", "--store", "java"]).ends(0).came_to(&cacerts, "already");
    root.trust(&["uninstall", "--store", "java"]).ends(0).came_to(&cacerts, "removed");
    assert_eq!(aliases(&house, &cacerts, "changeit"), baseline);
}

/// An installation that only `JAVA_HOME` names is remembered.
#[test]
fn a_java_elsewhere_is_found_again_without_java_home() {
    let house = House::new();
    let root = house.root();
    let (real, elsewhere) = (java_home(&house), "/srv/tools/jdk");
    let cacerts = format!("{elsewhere}/lib/security/cacerts");
    house.bash(&format!(
        "mkdir -p {elsewhere}/lib/security; ln -s {real}/bin {elsewhere}/bin; cp {DEBIANS_CACERTS} {cacerts}"
    ));
    let server = Server::of_natscert(&root);
    root.with("JAVA_HOME", elsewhere)
        .trust(&["install", "--store", "java"])
        .ends(0)
        .came_to(&cacerts, "installed");
    let store = format!("-Djavax.net.ssl.trustStore={cacerts}");
    assert_eq!(judge::java_with(&root, &server, &[&store]), Trusted);
    root.trust(&["uninstall", "--store", "java"]).ends(0).came_to(&cacerts, "removed");
    assert_eq!(judge::java_with(&root, &server, &[&store]), Refused);
}

/// Before Java 9 a JDK had its runtime in a folder; version managers put theirs into the home.
#[test]
fn layouts_and_places_of_old_and_of_others() {
    let house = House::new();
    let user = house.user();
    let real = java_home(&house);
    let homes = ["/opt/java/jdk8/jre", "/home/alice/.sdkman/candidates/java/21"];
    for home in homes {
        house.bash(&format!(
            "mkdir -p {home}/lib/security; ln -s {real}/bin {home}/bin; cp {DEBIANS_CACERTS} {home}/lib/security/"
        ));
    }
    house.bash("chown -R alice: /home/alice /opt/java");
    let paths = homes.map(|home| format!("{home}/lib/security/cacerts"));
    // Debian's own needs sudo, which alice may not use.
    let trust = user.trust(&["install", "--store", "java"]).ends(1);
    for path in &paths {
        trust.came_to(path, "installed");
    }
    trust.came_to(DEBIANS_CACERTS, "failed");
    let trust = user.trust(&["uninstall", "--store", "java"]).ends(0);
    for path in &paths {
        trust.came_to(path, "removed");
    }
}

/// What is set for Java, or for its tools, is not for those that natscert starts.
#[test]
fn options_of_java_in_the_environment_do_no_harm() {
    let house = House::new();
    let root = house.root().with("JAVA_TOOL_OPTIONS", "-Xmx1k").with("JDK_JAVA_OPTIONS", "--no-such-option");
    root.trust(&["install", "--store", "java"]).ends(0).all("java", "installed");
    root.trust(&["uninstall", "--store", "java"]).ends(0).all("java", "removed");
}

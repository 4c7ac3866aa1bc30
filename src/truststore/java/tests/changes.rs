use std::fs;

use super::super::super::place::{Found, State};
use super::super::super::root::Wanted;
use super::*;

/// Prints how many roots Java trusts with each of the keystores.
const ANCHORS: &str = r#"
    import javax.net.ssl.*;

    public class Anchors {
        public static void main(String[] keystores) throws Exception {
            for (String keystore : keystores) {
                System.setProperty("javax.net.ssl.trustStore", keystore);
                TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
                factory.init((java.security.KeyStore) null);
                System.out.println(((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers().length);
            }
        }
    }
"#;

/// `password`: Java is told the password; without it, it takes the roots that are not encrypted.
fn anchors(dir: &Path, keystores: &[PathBuf], password: bool) -> Vec<u32> {
    let program = dir.join("Anchors.java");
    fs::write(&program, ANCHORS).unwrap();
    let mut args = vec!["-Djavax.net.ssl.trustStorePassword=changeit"];
    args.truncate(usize::from(password));
    args.push(program.to_str().unwrap());
    args.extend(keystores.iter().map(|path| path.to_str().unwrap()));
    run("java", &args, "").lines().map(|line| line.parse().unwrap()).collect()
}

fn state(keystore: &Path, root: &Root) -> Found {
    store(keystore).look(&root.wanted()).unwrap()
}

#[test]
fn java_trusts_one_root_more_and_then_no_more() {
    let names = ["jks", "pkcs12", "without-password", "legacy"];
    let (dir, paths) = MADE.copies(&names);
    let root = root();
    let count = || [anchors(dir.path(), &paths, true), anchors(dir.path(), &paths[2..3], false)];
    assert_eq!(count(), [vec![2; 4], vec![2]]);
    for path in &paths {
        assert_eq!(state(path, &root).state, State::Absent);
        assert_eq!(state(path, &root).others[0].fingerprint, MADE.one.fingerprint());
        store(path).install(&root, &hand()).unwrap();
        let found = state(path, &root);
        assert_eq!((found.state, found.names), (State::Trusted, vec![root.file_stem()]));
    }
    assert_eq!(count(), [vec![3; 4], vec![3]]);
    for path in &paths {
        store(path).remove(&root.wanted(), &hand()).unwrap();
        assert_eq!(state(path, &root).state, State::Absent);
    }
    assert_eq!(count(), [vec![2; 4], vec![2]]);
}

#[test]
fn every_alias_of_the_root_is_removed_and_no_other() {
    let (dir, paths) = MADE.copies(&["jks"]);
    let path = dir.path().join("it's jörg's");
    fs::rename(&paths[0], &path).unwrap();
    let root = root();
    import(&path, &format!("debian:{}.pem", root.file_stem()), "changeit", &root);
    import(&path, "wurzel-ä", "changeit", &root);
    assert_eq!(state(&path, &root).names.len(), 2);
    store(&path).remove(&root.wanted(), &hand()).unwrap();
    assert_eq!(state(&path, &root).names, [""; 0]);
    assert_eq!(state(&path, &MADE.one).names, ["one"]);
}

#[test]
fn an_alias_that_is_taken_stays() {
    let (_dir, paths) = MADE.copies(&["without-password"]);
    let root = root();
    import(&paths[0], &root.file_stem().to_uppercase(), "changeit", &MADE.one);
    store(&paths[0]).install(&root, &hand()).unwrap();
    assert_eq!(state(&paths[0], &root).names, [format!("{}-2", root.file_stem())]);
    assert_eq!(state(&paths[0], &MADE.one).names.len(), 2);
}

#[test]
fn a_wrong_password_is_told_with_the_command() {
    let (_dir, paths) = MADE.copies(&["changed-password", "jks"]);
    let root = root();
    keytool(&paths[1], &["-storepasswd", "-storepass", "changeit", "-new", "something"], "");
    let before = fs::read(&paths[1]).unwrap();
    let troubles = [
        store(&paths[0]).look(&root.wanted()).unwrap_err(),
        store(&paths[0]).install(&root, &hand()).unwrap_err(),
        store(&paths[1]).install(&root, &hand()).unwrap_err(),
        store(&paths[1]).remove(&MADE.one.wanted(), &hand()).unwrap_err(),
    ];
    for (trouble, path) in troubles.iter().zip([&paths[0], &paths[0], &paths[1], &paths[1]]) {
        let path = path.display().to_string();
        assert!(!trouble.is_skip && trouble.reason.contains(&path), "{trouble:?}");
        assert!(trouble.reason.contains("password"), "{trouble:?}");
        for part in [&format!("-keystore {path} -storepass PASSWORD"), "-Djavax.net.ssl.trustStore="] {
            assert!(trouble.hint.contains(part), "{trouble:?}");
        }
    }
    let import = format!("-importcert -noprompt -trustcacerts -keystore {}", paths[1].display());
    assert!(troubles[2].hint.starts_with("natscert ca export | /") && troubles[2].hint.contains(&import));
    assert!(troubles[3].hint.contains("-delete") && troubles[3].hint.contains("-alias one;"));
    // JKS can be looked at without the password.
    assert_eq!(state(&paths[1], &MADE.one).state, State::Trusted);
    assert_eq!(fs::read(&paths[1]).unwrap(), before);
}

#[test]
fn what_keytool_refuses_is_told() {
    // What is not encrypted does not tell that the password is another one.
    let (_dir, paths) = MADE.copies(&["mac-alone"]);
    assert_eq!(state(&paths[0], &MADE.one).state, State::Trusted);
    let trouble = store(&paths[0]).install(&root(), &hand()).unwrap_err();
    assert!(trouble.reason.contains("keytool failed"), "{trouble:?}");
    assert!(trouble.hint.contains("-storepass PASSWORD"), "{trouble:?}");
}

#[test]
fn a_private_key_is_not_removed() {
    let key = super::super::keystore::read(&MADE.files["jks"]).unwrap().entries;
    let key = key.iter().find(|entry| entry.alias == "key").unwrap();
    let wanted = Wanted::parse(&crate::pki::sha256_hex(&key.der)).unwrap();
    let (_dir, paths) = MADE.copies(&["jks", "pkcs12"]);
    for path in &paths {
        assert_eq!(store(path).look(&wanted).unwrap().state, State::Trusted);
        let trouble = store(path).remove(&wanted, &hand()).unwrap_err();
        assert!(trouble.is_skip && trouble.reason.contains("private key"), "{trouble:?}");
        assert_eq!(fs::read(path).unwrap(), MADE.files[path.file_name().unwrap().to_str().unwrap()]);
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let (_dir, paths) = MADE.copies(&["jks"]);
    let hand = Hand::new(Privilege::Root, true, &|_| {});
    store(&paths[0]).install(&root(), &hand).unwrap();
    store(&paths[0]).remove(&MADE.one.wanted(), &hand).unwrap();
    let notes = hand.take_notes();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("keytool -importcert") && notes[1].contains("keytool -delete"), "{notes:?}");
    assert_eq!(fs::read(&paths[0]).unwrap(), MADE.files["jks"]);
}

#[test]
fn what_the_system_generates_is_left_to_it() {
    for path in ["/etc/pki/ca-trust/extracted/java/cacerts", "/etc/pki/java/cacerts"] {
        let store = Store::new(path.into());
        for (trouble, verb) in [
            (store.install(&root(), &hand()).unwrap_err(), "install"),
            (store.remove(&root().wanted(), &hand()).unwrap_err(), "uninstall"),
        ] {
            assert!(trouble.is_skip);
            assert_eq!(trouble.hint, format!("natscert trust {verb} --store system"));
        }
    }
}

#[test]
fn what_java_takes_for_no_root_is_absent_until_it_is_installed() {
    let (dir, root) = (tempfile::tempdir().unwrap(), root());
    let path = dir.path().join("keystore");
    let (pem, out) = (dir.path().join("root.pem"), path.to_str().unwrap());
    fs::write(&pem, root.pem()).unwrap();
    let export = ["pkcs12", "-export", "-nokeys", "-passout", "pass:changeit", "-out", out, "-in"];
    run("openssl", &[&export[..], &[pem.to_str().unwrap()]].concat(), "");
    let entries = super::super::keystore::read(&fs::read(&path).unwrap()).unwrap().entries;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].der, root.der());
    assert_eq!(state(&path, &root), Found::default());
    assert_eq!(state(&path, &MADE.one), Found::default(), "nor another root");
    store(&path).remove(&root.wanted(), &hand()).unwrap();
    store(&path).install(&root, &hand()).unwrap();
    assert_eq!(state(&path, &root).names, [root.file_stem()]);
    assert_eq!(anchors(dir.path(), std::slice::from_ref(&path), true), [1]);
    store(&path).remove(&root.wanted(), &hand()).unwrap();
    assert_eq!(state(&path, &root), Found::default());
}

#[test]
fn an_imported_root_is_named_by_its_alias() {
    let entries = super::super::keystore::read(&MADE.files["jks"]).unwrap().entries;
    let foreign = entries.iter().find(|entry| entry.alias == "key").unwrap();
    let foreign = Root::of(&foreign.der).unwrap();
    let (_dir, paths) = MADE.copies(&["jks"]);
    let others = || {
        let others = state(&paths[0], &MADE.one).others;
        others.into_iter().map(|other| other.name).collect::<Vec<_>>()
    };
    assert_eq!(others(), [""; 0]);
    let alias = format!("debian:{}.pem", foreign.file_stem());
    import(&paths[0], &alias, "changeit", &foreign);
    assert_eq!(others(), [alias]);
}

#[test]
fn an_alias_that_is_an_option_is_not_given_to_keytool() {
    let (_dir, paths) = MADE.copies(&["jks"]);
    for alias in ["-Jx", "@xy"] {
        let mut bytes = MADE.files["jks"].clone();
        let start = bytes.windows(5).position(|part| part == b"\0\x03one").unwrap() + 2;
        bytes[start..start + 3].copy_from_slice(alias.as_bytes());
        fs::write(&paths[0], &bytes).unwrap();
        assert_eq!(state(&paths[0], &MADE.one).names, [alias]);
        let trouble = store(&paths[0]).remove(&MADE.one.wanted(), &hand()).unwrap_err();
        let parts = [alias, &paths[0].display().to_string()];
        assert!(parts.iter().all(|part| trouble.reason.contains(part)), "{trouble:?}");
        assert!(trouble.is_skip && trouble.hint.contains("delete it by hand"), "{trouble:?}");
        assert_eq!(fs::read(&paths[0]).unwrap(), bytes);
    }
}

#[cfg(unix)]
#[test]
fn a_keytool_that_others_can_change_gets_no_rights_of_root() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, paths) = MADE.copies(&["jks"]);
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("keytool"), "").unwrap();
    fs::set_permissions(&bin, fs::Permissions::from_mode(0o777)).unwrap();
    let with = |others: &[PathBuf]| {
        let mut store = Store::new(paths[0].clone());
        store.add_home(Some(dir.path()));
        store.find_keytools(&Machine { path: others.to_owned(), ..Machine::default() }, &[]);
        store
    };
    let own = Some(bin.join("keytool"));
    assert_eq!((with(&[]).keytool(true), with(&[]).keytool(false)), (None, own.clone()));
    let safe = fs::canonicalize(path().iter().map(|dir| dir.join("keytool")).find(|p| p.is_file()).unwrap());
    assert_eq!((with(&path()).keytool(true), with(&path()).keytool(false)), (safe.ok(), own));
    let trouble = with(&[]).no_keytool();
    assert!(trouble.is_skip && trouble.reason.contains(&bin.display().to_string()), "{trouble:?}");
    if rustix::process::geteuid().is_root() {
        assert_eq!(with(&[]).install(&root(), &hand()).unwrap_err(), trouble);
    }
}

/// Tells this test, which runs itself again where the disk is read-only, which keystore it is about.
#[cfg(target_os = "linux")]
const READ_ONLY: &str = "NATSCERT_TEST_READ_ONLY_KEYSTORE";

#[cfg(target_os = "linux")]
#[test]
fn on_a_read_only_disk_the_way_out_is_told() {
    if let Some(path) = std::env::var_os(READ_ONLY) {
        let store = store(Path::new(&path));
        let trouble = store.install(&root(), &hand()).unwrap_err();
        assert!(!trouble.is_skip && trouble.reason.contains("read-only"), "{trouble:?}");
        assert!(trouble.hint.contains("keytool -importcert"), "{trouble:?}");
        assert!(trouble.hint.contains("-Djavax.net.ssl.trustStore="), "{trouble:?}");
        return assert!(!store.needs_root(), "nobody can write there");
    }
    let (_dir, paths) = MADE.copies(&["jks"]);
    let name = "truststore::java::tests::changes::on_a_read_only_disk_the_way_out_is_told";
    let script = format!(
        "mount --bind \"${READ_ONLY}\" \"${READ_ONLY}\" && \
        mount -o remount,bind,ro \"${READ_ONLY}\" && exec \"$0\" --exact {name}"
    );
    let is_root = rustix::process::geteuid().is_root();
    let user: &[&str] = if is_root { &[] } else { &["--user", "--map-root-user"] };
    let output = std::process::Command::new("unshare")
        .args(user)
        .args(["--mount", "--propagation", "private", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(READ_ONLY, &paths[0])
        .output()
        .expect("unshare: run tests/install");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    let needs = "needs unshare (util-linux) and the right to mount";
    assert!(output.status.success() && said.contains("1 passed"), "{needs}: {said}{complaint}");
}

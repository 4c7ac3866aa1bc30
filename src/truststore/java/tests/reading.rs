use std::collections::BTreeSet;

use super::super::keystore::{Role, Unreadable, read};
use super::*;

fn certificates(bytes: &[u8]) -> BTreeSet<(String, Vec<u8>)> {
    let entries = read(bytes).unwrap().entries;
    entries.into_iter().map(|entry| (entry.alias, entry.der)).collect()
}

/// What keytool finds.
fn listed(keystore: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let said = keytool(keystore, &["-list", "-rfc", "-storepass", "changeit"], "");
    let entries = said.split("Alias name: ").skip(1).map(|entry| {
        let pem = entry.find("-----BEGIN").map(|start| &entry[start..]).unwrap();
        let end = "-----END CERTIFICATE-----";
        let pem = &pem[..pem.find(end).unwrap() + end.len()];
        (entry.lines().next().unwrap().to_owned(), pem::parse(pem).unwrap().into_contents())
    });
    entries.collect()
}

#[test]
fn every_format_is_read_as_keytool_reads_it() {
    let (_dir, paths) = MADE.copies(&READABLE);
    for path in paths {
        let listed = listed(&path);
        assert_eq!(listed.len(), 2, "{path:?}");
        assert_eq!(certificates(&std::fs::read(&path).unwrap()), listed, "{path:?}");
    }
}

#[test]
fn the_keystore_of_this_machine_is_read_as_keytool_reads_it() {
    let java =
        std::fs::canonicalize(path().iter().map(|dir| dir.join("java")).find(|p| p.is_file()).unwrap());
    let keystore = keystore_in(java.unwrap().ancestors().nth(2).unwrap()).unwrap();
    let listed = listed(&keystore);
    assert!(listed.len() > 50, "{} roots", listed.len());
    assert_eq!(certificates(&std::fs::read(keystore).unwrap()), listed);
}

#[test]
fn keys_are_told_from_roots() {
    for name in READABLE {
        for entry in read(&MADE.files[name]).unwrap().entries {
            let role = if entry.alias == "one" { Role::Trusted } else { Role::OfKey };
            assert_eq!(entry.role, role, "{} in {name}", entry.alias);
        }
    }
}

#[test]
fn passwords_are_known_from_wrong_ones() {
    for name in READABLE {
        assert_eq!(read(&MADE.files[name]).unwrap().password, Some("changeit"), "{name}");
    }
    assert_eq!(read(&MADE.files["changed-password"]), Err(Unreadable::Password));
    // The last octet of JKS is one of its digest, which depends on the password.
    let mut jks = MADE.files["jks"].clone();
    *jks.last_mut().unwrap() ^= 1;
    assert_eq!(read(&jks).unwrap().password, None);
}

#[test]
fn many_iterations_are_made_for_one_password_and_not_for_each() {
    let (dir, paths) = MADE.copies(&["jks"]);
    let convert = |password: &str| {
        let path = dir.path().join(format!("with {password}"));
        let from = ["-importkeystore", "-noprompt", "-srckeystore", paths[0].to_str().unwrap()];
        let to = [
            "-srcstorepass",
            "changeit",
            "-deststoretype",
            "PKCS12",
            "-destkeystore",
            path.to_str().unwrap(),
        ];
        let many = ["-J-Dkeystore.pkcs12.certPbeIterationCount=600000", "-deststorepass", password];
        run("keytool", &[&from[..], &to, &many].concat(), "");
        read(&std::fs::read(path).unwrap())
    };
    assert_eq!(convert("changeit").unwrap().entries.len(), 2);
    assert_eq!(convert("something"), Err(Unreadable::Password));
}

#[test]
fn what_is_no_keystore_is_refused() {
    assert_eq!(read(b""), Err(Unreadable::Damaged));
    assert_eq!(read(b"-----BEGIN CERTIFICATE-----"), Err(Unreadable::Damaged));
    let Err(Unreadable::Unsupported(what)) = read(&[0xce, 0xce, 0xce, 0xce, 0, 0, 0, 2]) else {
        panic!("JCEKS is read")
    };
    assert!(what.contains("JCEKS"), "{what}");
    assert_eq!(read(MADE.one.der()), Err(Unreadable::Damaged), "a certificate is DER, too");
}

#[test]
fn what_was_cut_off_is_never_taken_for_whole() {
    for name in ["jks", "without-password", "fast", "fast-legacy"] {
        let bytes = &MADE.files[name];
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), Err(Unreadable::Damaged), "{length} octets of {name}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(read(&longer), Err(Unreadable::Damaged), "one octet more than {name}");
    }
}

#[test]
fn a_flipped_octet_does_no_harm() {
    for name in ["jks", "without-password", "fast", "fast-legacy"] {
        let bytes = &MADE.files[name];
        for index in 0..bytes.len() {
            for mask in [0xff, 0x80, 1] {
                let mut flipped = bytes.clone();
                flipped[index] ^= mask;
                if let Ok(keystore) = read(&flipped) {
                    let size: usize = keystore.entries.iter().map(|e| e.der.len() + e.alias.len()).sum();
                    assert!(size <= 2 * bytes.len(), "{size} octets of {name} with octet {index} ^ {mask}");
                }
            }
        }
    }
}

#![allow(clippy::unwrap_used)]

use super::*;

fn root() -> Root {
    Root::of(crate::Ca::generate().unwrap().der()).unwrap()
}

#[test]
fn a_root_is_found_in_a_bundle_however_its_lines_are_broken() {
    let (ours, other) = (root(), root());
    let pem = ours.pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let one_line = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----");
    for (bundle, is_held) in [
        (format!("{}# ours\n{pem}", other.pem()), true),
        (format!("{}{}", pem.replace('\n', "\r\n"), other.pem()), true),
        (format!("{}{one_line}", other.pem()), true),
        (format!("-----BEGIN CERTIFICATE-----\ncut off\n{pem}"), true),
        (format!("{}{pem}", other.pem().trim_end()), true),
        (format!("{}{}", pem.trim_end(), other.pem()), true),
        (format!("-----END CERTIFICATE-----\n{pem}"), true),
        (other.pem(), false),
        (pem.replace("-----END CERTIFICATE-----", ""), false),
        (String::new(), false),
    ] {
        assert_eq!(holds(bundle.as_bytes(), &ours), is_held, "{bundle}");
        assert_eq!(certificates(bundle.as_bytes()).contains(&ours.der().to_vec()), is_held, "{bundle}");
    }
    assert_eq!(certificates(ours.der()), [ours.der()]);
}

/// Looking from each to the end of all would take many minutes.
#[test]
fn blocks_that_never_end_take_no_time() {
    let root = root();
    for part in ["-----BEGIN ", "-----END ", "-----BEGIN -----END ", "-----BEGIN CERTIFICATE-----"] {
        let text = part.repeat(1 << 18);
        assert_eq!(certificates(text.as_bytes()), [b""; 0], "{part}");
        assert!(!holds(text.as_bytes(), &root), "{part}");
        assert!(holds(format!("{text}\n{}", root.pem()).as_bytes(), &root), "{part}");
    }
}

#[test]
fn blocks_are_decoded_as_any_reader_does() {
    for length in 0..200_u8 {
        let der: Vec<u8> = (0..length).map(|at| at.wrapping_mul(37) ^ length).collect();
        assert_eq!(plain(&pki::pem_block(&der)).unwrap(), der);
    }
    assert_eq!(plain("-----BEGIN CERTIFICATE-----\nAA?A\n-----END CERTIFICATE-----"), None);
}

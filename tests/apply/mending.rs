//! Whatever happened to a file, the next apply finds and mends it, and leaves the rest alone.

use super::desk::{Desk, SYSTEM, changed, pin_of_certificate};
use super::support::cli::text;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const NODE: &str = "nodes/n2.east.example.com";

/// Applied, spoilt, planned, applied again; the plan has to give the reason.
#[track_caller]
fn mends(spoil: impl FnOnce(&Desk), reason: &str) {
    let desk = Desk::applied(SYSTEM);
    spoil(&desk);
    let plan = desk.plan();
    assert_eq!(plan.code, Some(1), "{}{}", plan.stdout, plan.stderr);
    assert!(plan.stdout.contains(reason), "{reason:?} is not in\n{}", plan.stdout);
    let spoilt = desk.tree();
    let done = desk.apply();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(!changed(&spoilt, &desk.tree()).is_empty());
    desk.is_right();
}

fn truncate(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

fn swap(a: &Path, b: &Path) {
    let (one, two) = (fs::read(a).unwrap(), fs::read(b).unwrap());
    fs::write(a, two).unwrap();
    fs::write(b, one).unwrap();
}

#[test]
fn a_file_that_is_gone() {
    for (file, reason) in [
        ("cluster/cert.pem", "cluster: reissue (cert.pem is missing)"),
        ("cluster/key.pem", "cluster: reissue (key.pem is missing)"),
        ("cluster/ca.pem", "cluster: write ca.pem"),
        ("nats.conf", "nats.conf: write (missing)"),
    ] {
        mends(|desk| fs::remove_file(desk.path(NODE).join(file)).unwrap(), reason);
    }
    mends(|desk| fs::remove_file(desk.path("ca.pem")).unwrap(), "ca.pem: write");
    mends(|desk| fs::remove_file(desk.path("clients/alice/nats.sh")).unwrap(), "nats.sh: write (missing)");
}

#[test]
fn a_folder_that_is_gone() {
    mends(|desk| fs::remove_dir_all(desk.path(NODE).join("gateway")).unwrap(), "gateway: issue (missing)");
    mends(|desk| fs::remove_dir_all(desk.path(NODE)).unwrap(), "server: issue (missing)");
    mends(|desk| fs::remove_dir_all(desk.path("clients/bob")).unwrap(), "certificate: issue (missing)");
}

#[test]
fn a_file_that_was_cut_off_or_emptied() {
    for (file, reason) in [
        ("leaf/cert.pem", "leaf: reissue (cert.pem: "),
        ("leaf/key.pem", "leaf: reissue (key.pem: "),
        ("leaf/ca.pem", "leaf: write ca.pem"),
        ("nats.conf", "nats.conf: write ("),
    ] {
        mends(|desk| truncate(&desk.path(NODE).join(file)), reason);
        mends(|desk| fs::write(desk.path(NODE).join(file), "").unwrap(), reason);
    }
}

#[test]
fn files_that_were_exchanged() {
    mends(
        |desk| swap(&desk.path(NODE).join("server/key.pem"), &desk.path(NODE).join("cluster/key.pem")),
        "key does not match",
    );
    mends(
        |desk| {
            for file in ["cert.pem", "key.pem"] {
                let of = |node: &str| desk.path(&format!("nodes/{node}.west.example.com/cluster/{file}"));
                swap(&of("n1"), &of("n2"));
            }
        },
        "SAN n1.west.example.com added",
    );
    mends(
        |desk| swap(&desk.path(NODE).join("server/cert.pem"), &desk.path(NODE).join("server/key.pem")),
        "server: reissue (",
    );
    mends(
        |desk| {
            for file in ["cert.pem", "key.pem"] {
                swap(&desk.path(NODE).join("server").join(file), &desk.path(NODE).join("cluster").join(file));
            }
        },
        "key usage changed",
    );
}

/// Exchanges one character of the Base64 in a PEM file, counted from its beginning or, below zero, from its end.
fn damage(path: &Path, at: isize) {
    let text = fs::read_to_string(path).unwrap();
    let begin = text.find('\n').unwrap() + 1;
    let end = text.rfind("-----END").unwrap() - 1;
    let at = if at < 0 { end.checked_add_signed(at) } else { begin.checked_add_signed(at) }.unwrap();
    let mut bytes = text.into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_nats_server_would_not_read() {
    let file = |desk: &Desk, name: &str| desk.path(NODE).join("cluster").join(name);
    let prefix = |path: &Path, text: &str| {
        fs::write(path, format!("{text}{}", fs::read_to_string(path).unwrap())).unwrap();
    };
    mends(|desk| prefix(&file(desk, "cert.pem"), "\u{feff}"), "it is not one certificate in PEM alone");
    mends(|desk| prefix(&file(desk, "key.pem"), "\u{feff}"), "it does not begin with its PEM block");
    mends(
        |desk| prefix(&file(desk, "cert.pem"), &fs::read_to_string(file(desk, "key.pem")).unwrap()),
        "it is not one certificate in PEM alone",
    );
}

#[test]
fn one_octet_of_a_signature_or_a_key() {
    mends(|desk| damage(&desk.path(NODE).join("cluster/cert.pem"), -20), "signature does not match");
    mends(|desk| damage(&desk.path("clients/alice/cert.pem"), -20), "signature does not match");
    // The private number begins at octet 36; the public half of the file stays as it was.
    mends(|desk| damage(&desk.path(NODE).join("cluster/key.pem"), 60), "cluster: reissue (key.pem: ");
}

#[test]
fn a_key_that_others_could_read() {
    mends(
        |desk| {
            let key = desk.path(NODE).join("server/key.pem");
            fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
        },
        "key.pem could be read by others (mode 0644)",
    );
}

/// Puts a certificate of the same CA and names in the place of a node's, with another period.
fn replace(desk: &Desk, not_before: &str, not_after: &str) {
    let out = desk.home.path().join("elsewhere");
    let name = "n2.east.example.com";
    let args = [
        "issue",
        "-q",
        "cluster",
        name,
        "--not-before",
        not_before,
        "--not-after",
        not_after,
        "-o",
        text(&out),
    ];
    desk.home.run(args).done();
    for file in ["cert.pem", "key.pem"] {
        fs::copy(out.join("cluster").join(name).join(file), desk.path(NODE).join("cluster").join(file))
            .unwrap();
    }
}

#[test]
fn a_certificate_that_expired_or_is_not_valid_yet() {
    mends(|desk| replace(desk, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), "expired on 2021-01-01");
    mends(
        |desk| replace(desk, "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
        "not valid before 2030-01-01",
    );
}

#[test]
fn a_certificate_that_ends_soon() {
    // 825 days, of which six are left.
    let now = time_now();
    let end = now + natscert::time::Duration::days(6) + natscert::time::Duration::hours(1);
    let start = end - natscert::time::Duration::days(825) + natscert::time::Duration::seconds(1);
    let shown = natscert::pki::rfc3339;
    let (start, end) = (shown(start), shown(end));
    mends(|desk| replace(desk, &start, &end), "cluster: reissue (expires in 6 days, renew_before is 30d)");
}

fn time_now() -> natscert::time::OffsetDateTime {
    natscert::time::OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

#[test]
fn settings_that_changed() {
    for (line, reason) in [
        ("key_type = \"ed25519\"\n", "key type changed from ecdsa-p256 to ed25519"),
        ("validity = \"90d\"\n", "validity changed from 825d to 90d"),
    ] {
        mends(|desk| desk.write(&format!("{line}{SYSTEM}")), reason);
    }
    mends(
        |desk| desk.write(&SYSTEM.replace("CN=dave,OU=east", "CN=dave,OU=west")),
        "subject changed from CN=dave,OU=east,O=Example to CN=dave,OU=west,O=Example",
    );
}

#[test]
fn another_ca() {
    let desk = Desk::applied(SYSTEM);
    let before = desk.tree();
    fs::remove_dir_all(desk.home.ca_dir()).unwrap();
    // A forgotten --ca-dir must not have everything issued anew.
    for refused in [desk.plan(), desk.apply()] {
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("ca.pem is of a CA that is not in the CA directory"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(before, desk.tree());
    desk.home.run(["ca", "init", "-q"]).done();
    let plan = desk.plan();
    assert!(plan.stdout.contains("reissue (CA changed)"), "{}", plan.stdout);
    desk.apply().done();
    let kept = desk.tree().into_iter().filter(|(path, entry)| {
        path.extension().is_some_and(|e| e == "pem")
            && before.get(path).is_some_and(|b| b.bytes == entry.bytes)
    });
    assert_eq!(kept.count(), 0, "everything is of the new CA");
    desk.is_right();
}

#[test]
fn what_an_interrupted_run_did_not_say_the_next_one_says() {
    let desk = Desk::applied(SYSTEM);
    // As if the run that made this bundle had been killed before it said so.
    let cert = desk.path(NODE).join("cluster/cert.pem");
    let bytes = fs::read(&cert).unwrap();
    fs::write(&cert, bytes).unwrap();
    let plan = desk.plan();
    assert_eq!(plan.code, Some(1));
    assert!(plan.stdout.contains("cluster: right, but newer than nats.conf: reload"), "{}", plan.stdout);
    let done = desk.apply();
    assert!(done.stderr.contains("reload n2.east.example.com\n"), "{}", done.stderr);
    desk.is_right();
}

#[test]
fn what_is_right_is_not_touched_by_mending() {
    let desk = Desk::applied(SYSTEM);
    let pin = |node: &str| pin_of_certificate(&desk.path(&format!("nodes/{node}/cluster")));
    let other = pin("n1.east.example.com");
    let before = desk.tree();
    fs::remove_file(desk.path(NODE).join("leaf/cert.pem")).unwrap();
    desk.apply().done();
    assert_eq!(
        changed(&before, &desk.tree()),
        [
            // The edge dials this hub and checks its name, not its pin.
            format!("{NODE}/leaf/cert.pem"),
            format!("{NODE}/leaf/key.pem"),
        ]
    );
    assert_eq!(other, pin("n1.east.example.com"));
}

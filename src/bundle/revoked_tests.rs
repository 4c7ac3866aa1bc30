#![allow(clippy::unwrap_used)]

use time::macros::datetime;

use super::*;
use crate::pki::{Ca, Usage};

const AT: OffsetDateTime = datetime!(2026-03-01 1:02:03.5 UTC);

/// A directory, a CA, and certificates that it clients.
fn desk(count: usize) -> (tempfile::TempDir, CaDir, Pin, Vec<Facts>) {
    let temp = tempfile::tempdir().unwrap();
    let dir = CaDir::new(temp.path().to_owned());
    let ca = Ca::generate().unwrap();
    let issue = |n| ca.issue(Usage::Client, [format!("c{n}.example.com")]).unwrap().facts().unwrap();
    let clients = (0..count).map(issue).collect();
    (temp, dir, ca.facts().pin, clients)
}

#[test]
fn what_is_added_is_there_until_it_is_taken_out() {
    let (_temp, dir, issuer, clients) = desk(2);
    assert!(Revoked::read(&dir).unwrap().entries().is_empty());
    for (certificate, reason) in clients.iter().zip([Reason::KeyCompromise, Reason::Unspecified]) {
        Revoked::change(&dir, |_| {}, |list| list.add(&issuer, certificate, AT, reason)).unwrap();
    }
    let list = Revoked::read(&dir).unwrap();
    let other = Ca::generate().unwrap().facts().pin;
    assert!(list.find(&other, &clients[0].serial).is_none(), "of another issuer");
    assert!(list.of(&other).is_empty());
    let expected = |n: usize, reason| Revocation {
        serial: clients[n].serial.clone(),
        at: datetime!(2026-03-01 1:02:03 UTC),
        reason,
    };
    assert_eq!(list.of(&issuer), [expected(0, Reason::KeyCompromise), expected(1, Reason::Unspecified)]);
    let again =
        Revoked::change(&dir, |_| {}, |list| list.add(&issuer, &clients[0], AT, Reason::Superseded)).unwrap();
    assert_eq!(again.entries(), list.entries(), "the first entry stays");
    Revoked::change(&dir, |_| {}, |list| list.remove(&issuer, &clients[0].serial)).unwrap();
    assert_eq!(Revoked::read(&dir).unwrap().of(&issuer), [expected(1, Reason::Unspecified)]);
}

#[test]
fn eight_at_once_lose_none() {
    let (_temp, dir, issuer, clients) = desk(8);
    let (dir, issuer) = (&dir, &issuer);
    std::thread::scope(|scope| {
        for certificate in &clients {
            let add = |list: &mut Revoked| list.add(issuer, certificate, AT, Reason::Unspecified);
            scope.spawn(move || Revoked::change(dir, |_| {}, add).unwrap());
        }
    });
    assert_eq!(Revoked::read(dir).unwrap().entries().len(), 8);
}

#[test]
fn what_a_later_version_wrote_stays() {
    let (temp, dir, issuer, clients) = desk(1);
    let path = temp.path().join("revoked.json");
    let line =
        r#"{"issuer": "x", "serial": "0A", "at": "2026-01-01T00:00:00Z", "reason": "moonPhase", "who": 1}"#;
    fs::write(&path, format!(r#"{{"version": 1, "revoked": [{line}], "note": "n"}}"#)).unwrap();
    Revoked::change(&dir, |_| {}, |list| list.add(&issuer, &clients[0], AT, Reason::Unspecified)).unwrap();
    let text: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(text["note"], "n");
    assert_eq!((&text["revoked"][0]["who"], &text["revoked"][0]["reason"]), (&1.into(), &"moonPhase".into()));
    assert_eq!(text["revoked"][1]["serial"], clients[0].serial.as_str());
}

#[test]
fn what_is_no_list_is_left_alone() {
    let (temp, dir, issuer, clients) = desk(1);
    let path = temp.path().join("revoked.json");
    let line = |serial: &str, at: &str| {
        format!(r#"{{"version": 1, "revoked": [{{"issuer": "x", "serial": "{serial}", "at": "{at}"}}]}}"#)
    };
    let at = "2026-01-01T00:00:00Z";
    fs::write(&path, line("0a", at)).unwrap();
    Revoked::read(&dir).unwrap();
    for text in [
        String::new(),
        "[]".to_owned(),
        r#"{"version": 2, "revoked": []}"#.to_owned(),
        line("", at),
        line("0a0", at),
        line("no", at),
        line("0a", "today"),
    ] {
        fs::write(&path, &text).unwrap();
        let change =
            Revoked::change(&dir, |_| {}, |list| list.add(&issuer, &clients[0], AT, Reason::Unspecified));
        assert!(matches!(change, Err(Error::DamagedRevoked { .. })), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// A run that was killed between writing and renaming left this.
#[test]
fn what_a_killed_run_left_is_no_obstacle() {
    let (temp, dir, issuer, clients) = desk(1);
    fs::write(temp.path().join(".revoked.json.new"), "{").unwrap();
    Revoked::change(&dir, |_| {}, |list| list.add(&issuer, &clients[0], AT, Reason::Unspecified)).unwrap();
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
}

/// Also where the clock was set back, and for each CA by itself.
#[test]
fn numbers_of_lists_grow() {
    let (_temp, dir, issuer, clients) = desk(1);
    let other = Ca::generate().unwrap().facts().pin;
    let numbers = |issuers: &[Pin], now| {
        let made = Revoked::numbered(&dir, issuers, now, |_| {}).unwrap();
        assert!(made.not_kept.is_none());
        made.numbers
    };
    let clock = 1_772_326_923_500_000;
    assert_eq!(numbers(&[issuer], AT), [clock]);
    assert_eq!(numbers(&[issuer, other], AT), [clock + 1, clock]);
    assert_eq!(numbers(&[issuer], AT - time::Duration::DAY), [clock + 2]);
    Revoked::change(&dir, |_| {}, |list| list.add(&issuer, &clients[0], AT, Reason::Unspecified)).unwrap();
    assert_eq!(numbers(&[issuer], OffsetDateTime::UNIX_EPOCH - time::Duration::DAY), [clock + 3]);
    assert_eq!(numbers(&[issuer], AT + time::Duration::SECOND), [clock + 1_000_000]);
}

#[test]
fn eight_lists_at_once_have_eight_numbers() {
    let (_temp, dir, issuer, _) = desk(0);
    let (dir, issuer) = (&dir, &[issuer]);
    let numbers: std::collections::BTreeSet<u64> = std::thread::scope(|scope| {
        let number = move || Revoked::numbered(dir, issuer, AT, |_| {}).unwrap().numbers[0];
        let all: Vec<_> = (0..8).map(|_| scope.spawn(number)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(numbers.len(), 8);
}

/// A folder in the way stands for a directory that may only be read: it is in root's way, too.
#[test]
fn a_number_that_cannot_be_kept_is_one_all_the_same() {
    let (temp, dir, issuer, _) = desk(0);
    fs::create_dir(temp.path().join(".revoked.json.new")).unwrap();
    let made = Revoked::numbered(&dir, &[issuer], AT, |_| {}).unwrap();
    assert!(made.not_kept.is_some());
    assert_eq!(made.numbers, [1_772_326_923_500_000]);
    assert!(!temp.path().join("revoked.json").exists());
}

//! What would cut peers off is refused, and nothing is changed.

use std::fs;

use super::fleet::Fleet;

#[track_caller]
fn refused(fleet: &Fleet, step: &str, code: i32, says: &str) {
    let state = || fs::read(fleet.home.ca_dir().join("authority.json")).ok();
    let (before, others) = (state(), fleet.snapshot());
    let run = fleet.roll(step);
    assert_eq!(run.code, Some(code), "{step}: {}", run.stderr);
    assert!(run.stderr.contains(says), "{step}: {}", run.stderr);
    assert_eq!(state(), before, "{step}");
    assert_eq!(fleet.snapshot().changed(&others), 0, "{step}");
}

#[test]
fn no_step_is_taken_before_its_time() {
    let fleet = Fleet::new();
    for step in ["switch", "finish", "back switch", "back finish"] {
        refused(&fleet, step, 1, "there is no roll under way");
    }
    refused(&fleet, "start", 2, "no folder is named");
    fleet.roll("back start").done();
    fleet.roll("start demo natscert").done();
    for (step, says) in [("finish", "not time to finish"), ("back finish", "not time to take its end back")] {
        refused(&fleet, step, 1, says);
    }
    refused(&fleet, "start --intermediate x", 1, "another roll is under way: of the root");
    fleet.roll("switch").done();
    refused(&fleet, "back start", 1, "not time to take its start back");
    fleet.roll("finish").done();
    for step in ["switch", "back switch", "back start"] {
        refused(&fleet, step, 1, "the roll is finished");
    }
    fs::remove_dir_all(fleet.home.ca_dir().join("previous")).unwrap();
    refused(&fleet, "back finish", 1, "the old root is not in the CA directory");
}

#[test]
fn whoever_was_left_out_is_seen_to_first() {
    let fleet = Fleet::new();
    fleet.roll("start demo").done();
    // Its ca.pem has never seen the new root.
    refused(&fleet, "switch natscert", 1, "the new CA is not trusted everywhere yet");
    fleet.roll("switch").done();
    refused(&fleet, "finish natscert", 1, "the new CA is not trusted everywhere yet");
    fleet.roll("start natscert").done();
    refused(&fleet, "finish", 1, "certificates are still by the old CA");
    let before = fleet.snapshot();
    fleet.roll("switch").done();
    before.trusts(&fleet.snapshot());
    // Somebody puts back what was there.
    let ca = fleet.path("natscert/server/other.example.com/ca.pem");
    let both = fs::read(&ca).unwrap();
    let new = fs::read(fleet.home.ca_dir().join("next/root.pem")).unwrap();
    fs::write(&ca, &new).unwrap();
    refused(&fleet, "back switch", 1, "the old CA is not trusted everywhere any more");
    fs::write(&ca, &both).unwrap();
    fleet.roll("finish").done();
    let old = fs::read(fleet.home.ca_dir().join("previous/root.pem")).unwrap();
    fs::write(&ca, [new, old].concat()).unwrap();
    refused(&fleet, "start", 1, "the last roll left something to do");
    fleet.roll("finish").done();
    fleet.roll("start").done();
}

#[test]
fn a_folder_that_is_gone_has_to_be_forgotten() {
    let fleet = Fleet::new();
    fleet.roll("start demo natscert").done();
    fs::rename(fleet.path("natscert"), fleet.path("elsewhere")).unwrap();
    let run = fleet.roll("switch");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("belongs to this roll and is not there"), "{}", run.stderr);
    assert_eq!(fleet.status()["gone"].as_array().unwrap().len(), 1);
    let run = fleet.roll("switch --forget nowhere");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    fleet.roll("switch --forget natscert").done();
    assert_eq!(fleet.status()["gone"].as_array().unwrap().len(), 0);
}

#[test]
fn certificates_of_other_cas_stay() {
    let fleet = Fleet::new();
    let dir = fleet.path("natscert/server/other.example.com");
    let other = Fleet::new();
    for file in ["cert.pem", "key.pem"] {
        fs::copy(other.path("natscert/server/other.example.com").join(file), dir.join(file)).unwrap();
    }
    let before = fs::read(dir.join("cert.pem")).unwrap();
    for step in ["start demo natscert", "switch", "finish"] {
        let run = fleet.roll(step);
        assert!(run.stderr.contains("is of another CA: it stays"), "{}", run.stderr);
        assert_eq!(run.code, Some(0));
    }
    assert_eq!(fs::read(dir.join("cert.pem")).unwrap(), before);
    let root = fs::read(fleet.home.ca_dir().join("root.pem")).unwrap();
    assert_eq!(fs::read(dir.join("ca.pem")).unwrap(), root, "whom it trusts is our matter");
}

/// What could not be certified under the new CA is told before anything begins.
#[test]
fn what_the_new_ca_cannot_certify_stops_the_start() {
    let fleet = Fleet::new();
    refused(&fleet, "start demo natscert --permit example.org", 1, "outside what this CA may certify");
    assert!(!fleet.home.ca_dir().join("next").exists());
}

/// A certificate that was revoked would come back to life.
#[test]
fn nobody_who_is_revoked_is_certified_again() {
    let fleet = Fleet::new();
    fleet.home.run(["revoke", "natscert/client/bob@example.com", "-q"]).done();
    refused(&fleet, "start demo natscert", 1, "its certificate is revoked");
    fleet.roll("start demo natscert/server").done();
    fleet.roll("switch").done();
}

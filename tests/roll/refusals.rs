//! What would cut peers off is refused, and nothing is changed.

use std::fs;

use super::fleet::{Fleet, files};

#[track_caller]
pub(super) fn refused(fleet: &Fleet, step: &str, code: i32, says: &str) {
    let everything =
        || (files(&fleet.home.ca_dir()), files(&fleet.path("demo")), files(&fleet.path("natscert")));
    let before = everything();
    let run = fleet.roll(step);
    assert_eq!(run.code, Some(code), "{step}: {}", run.stderr);
    assert!(run.stderr.contains(says), "{step}: {}", run.stderr);
    assert!(everything() == before, "{step} changed something");
}

#[test]
fn no_step_is_taken_before_its_time() {
    let fleet = Fleet::new();
    for step in ["switch", "finish", "back switch", "back finish"] {
        refused(&fleet, step, 2, "there is no roll under way");
    }
    refused(&fleet, "start", 2, "no folder is named");
    fleet.roll("back start").done();
    fleet.roll("start demo natscert").done();
    for (step, says) in [("finish", "not time to finish"), ("back finish", "not time to take its end back")] {
        refused(&fleet, step, 2, says);
    }
    refused(&fleet, "start --intermediate x", 2, "another roll is under way: of the root");
    fleet.roll("switch").done();
    refused(&fleet, "back start", 2, "not time to take its start back");
    fleet.roll("finish").done();
    for step in ["switch", "back switch", "back start"] {
        refused(&fleet, step, 2, "the roll is finished");
    }
    fs::remove_dir_all(fleet.home.ca_dir().join("previous")).unwrap();
    refused(&fleet, "back finish", 2, "the old root is not in the CA directory");
}

#[test]
fn whoever_was_left_out_is_seen_to_first() {
    let fleet = Fleet::new();
    fleet.roll("start demo").done();
    // Its ca.pem has never seen the new root.
    refused(&fleet, "switch natscert", 2, "the new CA is not trusted everywhere yet");
    fleet.roll("switch").done();
    refused(&fleet, "finish natscert", 2, "the new CA is not trusted everywhere yet");
    fleet.roll("start natscert").done();
    refused(&fleet, "finish", 2, "certificates are still by the old CA");
    let before = fleet.snapshot();
    fleet.roll("switch").done();
    before.trusts(&fleet.snapshot());
    // Somebody puts back what was there.
    let ca = fleet.path("natscert/server/other.example.com/ca.pem");
    let both = fs::read(&ca).unwrap();
    let new = fs::read(fleet.home.ca_dir().join("next/root.pem")).unwrap();
    fs::write(&ca, &new).unwrap();
    refused(&fleet, "back switch", 2, "the old CA is not trusted everywhere any more");
    fs::write(&ca, &both).unwrap();
    fleet.roll("finish").done();
    let old = fs::read(fleet.home.ca_dir().join("previous/root.pem")).unwrap();
    fs::write(&ca, [new, old].concat()).unwrap();
    refused(&fleet, "start", 2, "the last roll left something to do");
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
    refused(&fleet, "start demo natscert --permit example.org", 2, "outside what this CA may certify");
    assert!(!fleet.home.ca_dir().join("next").exists());
}

/// A certificate that was revoked would come back to life.
#[test]
fn nobody_who_is_revoked_is_certified_again() {
    let fleet = Fleet::new();
    fleet.home.run(["revoke", "natscert/client/bob@example.com", "-q"]).done();
    refused(&fleet, "start demo natscert", 2, "its certificate is revoked");
    fleet.roll("start demo natscert/server").done();
    fleet.roll("switch").done();
}

/// Whoever is revoked between two steps gets another key first, as the hint says.
#[test]
fn who_is_revoked_in_a_roll_is_made_anew() {
    let fleet = Fleet::new();
    fleet.roll("start demo natscert").done();
    fleet.home.run(["revoke", "demo/clients/alice", "-q"]).done();
    let run = fleet.roll("status");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("ca roll switch would be refused: "), "{}", run.stderr);
    let run = fleet.roll("switch");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("hint: natscert apply makes it anew"), "{}", run.stderr);
    fleet.home.run(["apply", "demo.toml", "-q"]).done();
    fleet.roll("status").done();
    fleet.home.run(["revoke", "natscert/client/bob@example.com", "-q"]).done();
    let run = fleet.roll("switch");
    assert!(run.stderr.contains("hint: make it anew: natscert issue --force"), "{}", run.stderr);
    fleet.home.run(["issue", "client", "bob@example.com", "--force", "-q"]).done();
    let before = fleet.snapshot();
    fleet.roll("switch").done();
    before.trusts(&fleet.snapshot());
}

/// Folders of the last roll are not lost, and not kept in silence.
#[test]
fn the_next_roll_says_which_folders_it_knows() {
    let fleet = Fleet::new();
    for step in ["start demo natscert", "switch", "finish"] {
        fleet.roll(step).done();
    }
    let run = fleet.roll("start demo");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let also = fleet.path("natscert").canonicalize().unwrap();
    assert!(run.stderr.contains(&format!("also {}, of the last roll", also.display())), "{}", run.stderr);
    for step in ["switch", "finish"] {
        let run = fleet.roll(&format!("{step} --json")).json();
        assert_eq!(run["kept"], serde_json::json!([]), "{step}");
    }
    fs::rename(fleet.path("natscert"), fleet.path("gone")).unwrap();
    let run = fleet.roll("start demo");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--forget"), "{}", run.stderr);
    // By a way that leads there through a link.
    std::os::unix::fs::symlink(fleet.home.path(), fleet.path("way")).unwrap();
    fleet.roll("start demo --forget way/natscert").done();
}

/// What would take the whole system for a folder, or a manifest for one that is not there.
#[test]
fn not_everything_is_a_folder_of_servers() {
    let fleet = Fleet::new();
    refused(&fleet, "start /", 2, "/ is the whole system");
    fleet.home.run(["new", "other.toml", "-q"]).done();
    refused(&fleet, "start other.toml", 2, "other.toml stands for the folder other, which is not there");
}

/// A CA that was revoked would sign for everybody.
#[test]
fn nobody_rolls_to_a_ca_that_was_revoked() {
    let fleet = Fleet::with_intermediates();
    let file = |name: &str| fleet.home.ca_dir().join(format!("intermediates/{name}/cert.pem"));
    let revoke = |name: &str, args: &[&str]| {
        let file = file(name);
        fleet.home.run(["revoke", file.to_str().unwrap(), "-q"].iter().chain(args)).done();
    };
    fleet.home.run(["ca", "intermediate", "add", "b", "--standby", "-q"]).done();
    let says = "the intermediate b was revoked\n hint: ";
    revoke("b", &[]);
    refused(&fleet, "start --intermediate b demo natscert", 2, &format!("{says}roll to another one"));
    revoke("b", &["--undo"]);
    fleet.roll("start --intermediate b demo natscert").done();
    revoke("b", &[]);
    refused(&fleet, "switch", 2, &format!("{says}take the roll back (natscert ca roll back start)"));
    let run = fleet.roll("status --json");
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (run.code, &found["revoked"]),
        (Some(1), &serde_json::json!("the intermediate b was revoked"))
    );
    fleet.roll("start --intermediate b").done();
    revoke("b", &["--undo"]);
    // That the one in use was revoked is why it is rolled.
    revoke("a", &[]);
    fleet.roll("switch").done();
    refused(
        &fleet,
        "back switch",
        2,
        "the intermediate a was revoked\n hint: go on (natscert ca roll finish)",
    );
    fleet.roll("finish").done();
}

/// Nor to what is below an old root.
#[test]
fn there_is_no_way_back_to_a_ca_that_was_revoked() {
    let fleet = Fleet::with_intermediates();
    let old = fleet.home.ca_dir().join("intermediates/a/cert.pem");
    fleet.roll("start demo natscert").done();
    fleet.roll("switch").done();
    fleet.home.run(["revoke", old.to_str().unwrap(), "-q"]).done();
    refused(&fleet, "back switch", 2, "the intermediate a was revoked");
    fleet.roll("finish").done();
}

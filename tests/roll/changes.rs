//! Rolls of a root, and changes of intermediates between them.

use std::fs;

use serde_json::{Value, json};

use super::fleet::Fleet;

fn roll(fleet: &Fleet, steps: &[&str]) {
    for step in steps {
        fleet.roll(step).done();
    }
}

fn intermediate(fleet: &Fleet, args: &str) {
    fleet.home.run(["ca", "intermediate"].into_iter().chain(args.split(' '))).done();
}

/// The names of the intermediates with what they are there for.
fn list(fleet: &Fleet) -> Vec<(String, String)> {
    let list = fleet.home.run(["ca", "intermediate", "list", "--json"]).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = list["intermediates"].as_array().unwrap();
    all.iter().map(|one| (text(&one["name"]), text(&one["standing"]))).collect()
}

/// There is no way back to a root that never had the intermediate which signs now.
#[test]
fn a_roll_of_the_root_is_over_once_an_intermediate_was_added() {
    let fleet = Fleet::new();
    roll(&fleet, &["start demo natscert", "switch", "finish"]);
    intermediate(&fleet, "add east");
    let run = fleet.roll("back finish");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("there is no roll under way"), "{}", run.stderr);
    assert_eq!(list(&fleet), [("east".into(), "active".into())]);
    assert_eq!(fleet.status()["phase"], json!(null));
    roll(&fleet, &["start", "switch", "finish", "back finish", "finish"]);
}

/// Those that were retired belong to the old root: they go aside with it, and come back with it.
#[test]
fn who_was_retired_goes_with_the_old_root() {
    let fleet = Fleet::after(&[
        &["ca", "intermediate", "add", "a", "-q"],
        &["ca", "intermediate", "add", "b", "-q"],
        &["ca", "intermediate", "retire", "a", "-q"],
    ]);
    let before = list(&fleet);
    roll(&fleet, &["start demo natscert", "switch", "finish"]);
    assert_eq!(list(&fleet), [("b".into(), "active".into())]);
    let run = fleet.home.run(["ca", "intermediate", "standby", "a"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("there is no intermediate a"), "{}", run.stderr);
    roll(&fleet, &["back finish", "back switch"]);
    assert_eq!(list(&fleet), before, "the old root's own");
    roll(&fleet, &["switch", "finish"]);
    // The name is free.
    intermediate(&fleet, "add a --standby");
    assert_eq!(list(&fleet), [("a".into(), "standby".into()), ("b".into(), "active".into())]);
    assert_eq!(fleet.roll("back finish").code, Some(2), "that one is another");
    roll(&fleet, &["start", "switch", "finish"]);
}

/// The old root's key is of no use any more: without it everything but the way back works.
#[test]
fn an_old_root_that_cannot_be_read_is_in_nobodys_way() {
    let fleet = Fleet::new();
    roll(&fleet, &["start demo natscert", "switch", "finish"]);
    fs::remove_file(fleet.home.ca_dir().join("previous/root-key.pem")).unwrap();
    let run = fleet.home.run(["issue", "server", "more.example.com"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("there is no way back to it"), "{}", run.stderr);
    let run = fleet.roll("back finish");
    assert!(run.stderr.contains("the old root is not in the CA directory"), "{}", run.stderr);
    roll(&fleet, &["start", "switch"]);
}

/// What a CA is cannot be chosen once it is there.
#[test]
fn wishes_are_not_passed_over() {
    let fleet = Fleet::after(&[&["ca", "intermediate", "add", "a", "--standby", "-q"]]);
    let refused = |step: &str| {
        let run = fleet.roll(step);
        assert_eq!(run.code, Some(2), "{step}: {}", run.stderr);
        assert!(run.stderr.contains("is there already: what it is cannot be chosen"), "{}", run.stderr);
    };
    for wish in ["--cn new", "--validity 90d", "--key-type ed25519", "--permit example.com"] {
        refused(&format!("start --intermediate a demo natscert {wish}"));
    }
    roll(&fleet, &["start demo natscert --validity 90d"]);
    refused("start --cn new");
    roll(&fleet, &["start"]);
}

/// Keys that lie aside are secrets, too, and who may write the state decides who signs.
#[test]
fn what_lies_aside_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt as _;
    let fleet = Fleet::after(&[&["ca", "intermediate", "add", "a", "-q"]]);
    let check = |aside: &str| {
        let files = ["root-key.pem", "intermediates/a/key.pem"];
        let files = files.map(|file| (fleet.home.ca_dir().join(aside).join(file), 0o600));
        let state = (fleet.home.ca_dir().join("authority.json"), 0o644);
        for (file, tight) in files.into_iter().chain([state]) {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
            fleet.home.run(["ca", "intermediate", "list"]).done();
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, tight, "{}", file.display());
        }
    };
    roll(&fleet, &["start demo natscert"]);
    check("next");
    roll(&fleet, &["switch", "finish"]);
    check("previous");
}

/// As a `start` leaves it that is killed once the state is written: the root before the current one is still there.
#[test]
fn the_root_before_is_not_in_the_way() {
    let fleet = Fleet::after(&[&["ca", "intermediate", "add", "a", "-q"]]);
    let ca_dir = fleet.home.ca_dir();
    let (previous, kept) = (ca_dir.join("previous"), fleet.path("kept"));
    roll(&fleet, &["start demo natscert", "switch", "finish"]);
    fs::rename(&previous, &kept).unwrap();
    roll(&fleet, &["start"]);
    fs::rename(&kept, &previous).unwrap();
    roll(&fleet, &["start"]);
    assert!(!previous.exists(), "what is repeated removes it too");
    roll(&fleet, &["switch", "finish"]);
    let root = fs::read(previous.join("root.pem")).unwrap();
    fs::rename(&previous, &kept).unwrap();
    roll(&fleet, &["start"]);
    fs::rename(&kept, &previous).unwrap();
    roll(&fleet, &["switch", "finish"]);
    assert_ne!(fs::read(previous.join("root.pem")).unwrap(), root);
    roll(&fleet, &["back finish", "finish"]);
}

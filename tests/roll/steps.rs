//! What each step changes, and what it says.

use std::fs;

use serde_json::json;

use super::fleet::{CERTIFICATES, Fleet};
use super::support::tools::openssl;

#[test]
fn a_root_is_rolled_and_only_what_has_to_changes() {
    let fleet = Fleet::new();
    let (before, others) = (fleet.snapshot(), fleet.others());
    let started = fleet.roll("start demo.toml natscert --json").json();
    let after_start = fleet.snapshot();
    assert_eq!((after_start.anchors(), after_start.changed(&before)), (2, 0));
    assert_eq!(started["written"], json!({ "ca_files": CERTIFICATES + 1, "certificates": 0 }));
    assert_eq!(started["next"], "natscert ca roll switch");
    let names: Vec<_> =
        started["reload"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    let other = fleet.path("natscert/server/other.example.com").canonicalize().unwrap();
    let bob = fleet.path("natscert/client/bob@example.com").canonicalize().unwrap();
    let (other, bob) = (other.display().to_string(), bob.display().to_string());
    let nodes = ["n1.east.example.com", "n1.west.example.com", "n2.east.example.com"];
    assert_eq!(names, [&[other.as_str()], &nodes[..], &[bob.as_str(), "alice"]].concat());
    fleet.roll("switch").done();
    let after_switch = fleet.snapshot();
    assert_eq!((after_switch.anchors(), after_switch.changed(&before)), (2, CERTIFICATES));
    let finished = fleet.roll("finish --json").json();
    let after_finish = fleet.snapshot();
    assert_eq!((after_finish.anchors(), after_finish.changed(&after_switch)), (1, 0));
    assert_eq!(finished["next"], json!(null));
    for (one, two) in [(&before, &after_start), (&after_start, &after_switch), (&after_switch, &after_finish)]
    {
        one.trusts(two);
    }
    assert!(fleet.others() == others, "keys, configurations and command lines stay");
    let root = fs::read(fleet.home.ca_dir().join("root.pem")).unwrap();
    assert_eq!(fs::read(fleet.path("demo/ca.pem")).unwrap(), root);
    for dir in
        ["demo/nodes/n1.east.example.com/cluster", "demo/clients/alice", "natscert/client/bob@example.com"]
    {
        let dir = fleet.path(dir);
        openssl(
            ["verify", "-x509_strict", "-CAfile", dir.join("ca.pem").to_str().unwrap()],
            &fs::read(dir.join("cert.pem")).unwrap(),
        );
    }
    let plan = fleet.home.run(["plan", "demo.toml"]);
    assert_eq!(plan.code, Some(0), "{}{}", plan.stdout, plan.stderr);
}

/// What the document shows for a whole system is run, but for the reloads, and says the first word that it shows.
#[test]
fn the_sequence_of_the_document_runs() {
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md")).unwrap();
    let (_, behind) = document.split_once("$ natscert ca roll start").unwrap();
    let (block, _) = behind.split_once("```").unwrap();
    let block = format!("$ natscert ca roll start{block}");
    let fleet = Fleet::new();
    let mut lines = block.lines().peekable();
    let mut steps = 0;
    while let Some(line) = lines.next() {
        let Some(step) = line.strip_prefix("$ natscert ca roll ") else { continue };
        let run = fleet.roll(&step.replace("nats.toml", "demo.toml"));
        assert_eq!(run.code, Some(0), "{step}: {}", run.stderr);
        let shown = lines.peek().unwrap().trim().split(": ").next().unwrap();
        assert!(run.stderr.trim_start().starts_with(shown), "{shown}: {}", run.stderr);
        steps += 1;
    }
    assert_eq!(steps, 3);
}

#[test]
fn each_step_leaves_plan_nothing_to_do_and_is_not_taken_twice() {
    for fleet in [Fleet::new(), Fleet::with_intermediates()] {
        let start = if fleet.home.ca_dir().join("intermediates").exists() {
            "start --intermediate b demo natscert"
        } else {
            "start demo natscert"
        };
        for step in [start, "switch", "back switch", "switch", "finish", "back finish", "finish"] {
            let before = fleet.snapshot();
            fleet.roll(step).done();
            let plan = fleet.home.run(["plan", "demo.toml"]);
            assert_eq!(plan.code, Some(0), "{step}: {}{}", plan.stdout, plan.stderr);
            before.trusts(&fleet.snapshot());
            if step != start {
                let again = fleet.roll(&format!("{step} --json")).json();
                assert_eq!(again["written"], json!({ "ca_files": 0, "certificates": 0 }), "{step}");
            }
        }
    }
}

#[test]
fn an_intermediate_is_rolled_where_intermediates_are_trusted() {
    let fleet = Fleet::with_intermediates();
    let before = fleet.snapshot();
    fleet.roll("start --intermediate b demo natscert").done();
    assert_eq!(fleet.snapshot().anchors(), 2);
    fleet.roll("switch").done();
    assert_eq!(fleet.snapshot().changed(&before), CERTIFICATES);
    let roots = fs::read(fleet.home.ca_dir().join("root.pem")).unwrap();
    fleet.roll("finish").done();
    assert_eq!(fleet.snapshot().anchors(), 1);
    assert_eq!(fs::read(fleet.home.ca_dir().join("root.pem")).unwrap(), roots, "the root stays");
    let list = fleet.home.run(["ca", "intermediate", "list", "--json"]).json();
    let standing = |name: &str| {
        let all = list["intermediates"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["standing"].as_str().unwrap().to_owned()
    };
    assert_eq!((standing("a"), standing("b")), ("retired".to_owned(), "active".to_owned()));
    // A roll of the root goes on from there, although one of its intermediates is retired.
    for step in ["start", "switch", "finish", "back finish", "finish"] {
        let before = fleet.snapshot();
        fleet.roll(step).done();
        before.trusts(&fleet.snapshot());
    }
}

/// Where roots are trusted, nobody has to learn of a new intermediate.
#[test]
fn an_intermediate_below_a_trusted_root_concerns_nobody_before_the_switch() {
    let fleet = Fleet::new();
    let started = fleet.roll("start --intermediate a demo natscert --json").json();
    assert_eq!((&started["reload"], &started["written"]["ca_files"]), (&json!([]), &json!(0)));
    let before = fleet.snapshot();
    assert_eq!(fleet.roll("switch --json").json()["reload"].as_array().unwrap().len(), 6);
    let after = fleet.snapshot();
    before.trusts(&after);
    assert_eq!(after.certificates_of(&fleet.path("demo/clients/alice")).len(), 2, "with its intermediate");
    assert_eq!(fleet.roll("finish --json").json()["reload"], json!([]));
}

/// One that was on standby before stays there when the roll is taken back.
#[test]
fn an_intermediate_on_standby_is_not_made_anew() {
    let fleet = Fleet::with_intermediates();
    fleet.home.run(["ca", "intermediate", "add", "b", "--standby", "-q"]).done();
    let file = fleet.home.ca_dir().join("intermediates/b/cert.pem");
    let before = fs::read(&file).unwrap();
    fleet.roll("start --intermediate b demo natscert").done();
    assert_eq!(fleet.snapshot().anchors(), 2, "apply has not told them yet");
    fleet.roll("switch").done();
    fleet.roll("back switch").done();
    fleet.roll("back start").done();
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(fleet.snapshot().anchors(), 2, "it is still on standby");
}

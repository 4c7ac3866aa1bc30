//! What a roll passes over, and what is missing, is told before anybody is cut off.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::fleet::Fleet;
use super::refusals::refused;

/// A server whose folder lies elsewhere, or is hidden, would be cut off.
#[test]
fn links_and_hidden_folders_are_no_blind_spots() {
    for is_link in [true, false] {
        let fleet = Fleet::new();
        let dir = fleet.path("natscert/server/other.example.com");
        let (away, place) = if is_link {
            let away = fleet.path("elsewhere");
            fs::rename(&dir, &away).unwrap();
            symlink(&away, &dir).unwrap();
            (away, dir.clone())
        } else {
            let away = fleet.path("natscert/.server");
            fs::create_dir(&away).unwrap();
            fs::rename(&dir, away.join("other")).unwrap();
            (away.clone(), away)
        };
        let real = |path: &std::path::Path| json!(path.canonicalize().unwrap());
        let started = fleet.roll("start demo natscert");
        assert_eq!(started.code, Some(0), "{}", started.stderr);
        assert!(started.stderr.contains("1 bundle of this CA in "), "{}", started.stderr);
        let status = fleet.status();
        assert_eq!(status["complete"], json!(false));
        assert_eq!(status["passed"].as_array().unwrap().len(), 1, "{status}");
        let target = if is_link { real(&away) } else { json!(null) };
        assert_eq!(status["passed"][0]["target"], target);
        let says = "bundles of this CA are in folders that are passed over";
        let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        refused(&fleet, "switch", 2, says);
        refused(&fleet, "back start", 2, says);
        refused(
            &fleet,
            "switch --leave demo",
            2,
            "demo is no link or hidden folder with bundles of this roll",
        );
        fleet.roll(&format!("switch --leave {}", text(&place))).done();
        refused(&fleet, "finish", 2, says);
        refused(&fleet, "back switch", 2, says);
        // As the hint says.
        fleet.roll(&format!("start {}", text(&away))).done();
        fleet.roll("switch").done();
        let finished = fleet.roll("finish --json").json();
        assert_eq!((&finished["passed"], &finished["complete"]), (&json!([]), &json!(true)));
        let root = fs::read(fleet.home.ca_dir().join("root.pem")).unwrap();
        let bundle = if is_link { away } else { away.join("other") };
        assert_eq!(fs::read(bundle.join("ca.pem")).unwrap(), root);
    }
}

/// Bundles of other CAs, folders without any, and natscert's own hidden ones are nobody's concern.
#[test]
fn what_is_not_of_the_roll_is_in_nobodys_way() {
    let (fleet, other) = (Fleet::new(), Fleet::new());
    symlink(other.path("natscert"), fleet.path("natscert/others")).unwrap();
    symlink(fleet.path("demo/nodes"), fleet.path("natscert/nodes")).unwrap();
    symlink(fleet.path("natscert"), fleet.path("natscert/itself")).unwrap();
    let own = fleet.path("natscert/.natscert-0123456789abcdef-x");
    fs::create_dir(&own).unwrap();
    for file in ["cert.pem", "key.pem", "ca.pem"] {
        fs::copy(fleet.path("natscert/client/bob@example.com").join(file), own.join(file)).unwrap();
    }
    for step in ["start demo natscert", "switch", "finish"] {
        let run = fleet.roll(&format!("{step} --json")).json();
        assert_eq!(run["passed"], json!([]), "{step}");
    }
}

/// Nobody can verify a peer without it, and who gets it back from a backup would be cut off.
#[test]
fn a_ca_file_that_was_removed_is_told() {
    for missing in ["demo/nodes/n1.east.example.com/cluster", "demo"] {
        let fleet = Fleet::new();
        fleet.roll("start demo natscert").done();
        let path = fleet.path(missing).join("ca.pem");
        fs::remove_file(&path).unwrap();
        let status = fleet.status();
        assert_eq!(status["complete"], json!(false));
        assert_eq!(status["missing"], json!([path.parent().unwrap().canonicalize().unwrap()]));
        let folder = status["folders"].as_array().unwrap();
        let demo = folder.iter().find(|one| one["dir"].as_str().unwrap().ends_with("/demo")).unwrap();
        assert_eq!(demo["ca_files"], json!({ "right": 9, "all": 10 }), "{status}");
        assert_eq!(status["next"], "natscert ca roll switch", "no step of a roll writes it");
        let says = "there is no ca.pem where natscert apply wrote one";
        for step in ["switch", "back start"] {
            let run = fleet.roll(step);
            assert_eq!(run.code, Some(2), "{}", run.stderr);
            assert!(
                run.stderr.contains(says) && run.stderr.contains("natscert apply writes it"),
                "{}",
                run.stderr
            );
        }
        fleet.home.run(["apply", "demo.toml", "-q"]).done();
        for step in ["switch", "finish"] {
            fleet.roll(step).done();
        }
    }
    // A bundle by itself may do without, and that is said.
    let fleet = Fleet::new();
    fleet.roll("start demo natscert").done();
    fs::remove_file(fleet.path("natscert/client/bob@example.com/ca.pem")).unwrap();
    for step in ["switch", "finish"] {
        let run = fleet.roll(step);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("warning: there is no ca.pem in "), "{}", run.stderr);
    }
}

/// A bundle that cannot be read is no bundle that is right.
#[test]
fn status_is_not_content_with_what_it_cannot_read() {
    let fleet = Fleet::new();
    fleet.roll("start demo natscert").done();
    let path = fleet.path("natscert/client/bob@example.com/cert.pem");
    fs::write(&path, "no certificate").unwrap();
    let run = fleet.roll("status");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("bob@example.com/cert.pem: "), "{}", run.stderr);
}

/// The new CA may end before certificates do: that is said, and can be taken back.
#[test]
fn what_is_cut_short_gets_back_what_it_had() {
    let fleet = Fleet::new();
    let plan = |says: &str| {
        let plan = fleet.home.run(["plan", "demo.toml"]);
        assert_eq!(plan.code, Some(0), "{says}: {}{}", plan.stdout, plan.stderr);
    };
    let length = || {
        let cert = fleet.path("natscert/client/bob@example.com/cert.pem");
        let said = fleet.home.run(["inspect", cert.to_str().unwrap(), "--json"]).json();
        let time = |field: &str| {
            let text = said[0]["certificates"][0][field].as_str().unwrap().to_owned();
            time::OffsetDateTime::parse(&text, &time::format_description::well_known::Rfc3339).unwrap()
        };
        time("not_after") - time("not_before")
    };
    let before = length();
    let count = super::fleet::CERTIFICATES;
    for (step, words) in [
        ("start demo natscert --validity 1d", "will be cut short"),
        ("status", "will be cut short"),
        ("switch", "were cut short"),
        ("switch", "were cut short"),
        ("status", "were cut short"),
    ] {
        let run = fleet.roll(step);
        assert_eq!(run.code, Some(0), "{step}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("{count} certificates {words}")), "{step}: {}", run.stderr);
        plan(step);
    }
    assert!(length() < time::Duration::days(2));
    fleet.roll("back switch").done();
    assert_eq!(length(), before);
    plan("back switch");
    for step in ["switch", "finish", "back finish", "back switch"] {
        fleet.roll(step).done();
    }
    assert_eq!(length(), before);
    plan("from the end");
    fleet.roll("back start").done();
    fleet.roll("start demo natscert").done();
    let run = fleet.roll("switch");
    assert!(!run.stderr.contains("cut short"), "{}", run.stderr);
    assert_eq!(length(), before);
}

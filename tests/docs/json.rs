//! What commands print for programs has the fields that are documented, and they end with the exit codes that are.

use std::collections::BTreeSet;

use super::desk::Desk;
use super::{read, table};

#[test]
fn the_json_of_revocation_has_the_fields_that_are_named() {
    let desk = Desk::new();
    let text = read("docs/output.md");
    for (verb, line) in [("revoke", "natscert revoke cert.pem --json"), ("crl", "natscert crl --json")] {
        let (_, behind) = text.split_once(&format!("\n`{verb}`:")).unwrap();
        let (paragraph, _) = behind.split_once("\n\n").unwrap();
        let named = paragraph.split('`').skip(1).step_by(2).filter(|word| !word.starts_with("--"));
        let value: serde_json::Value = serde_json::from_slice(&desk.ok(line).stdout).unwrap();
        let fields: BTreeSet<&str> = value[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, named.collect());
    }
}

#[test]
fn the_json_of_renew_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    desk.ok("natscert apply system.toml -q; rm system/clients/alice/cert.pem");
    for (line, code) in
        [("--check --within 9y", 1), ("--within 9y --new-key --reload-command true", 1), ("--check", 1)]
    {
        let output = desk.run(&format!("natscert renew system natscert {line} --json"));
        assert_eq!(output.status.code(), Some(code), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let documented = |heading: &str| -> BTreeSet<String> {
            table("docs/output.md", heading).into_iter().map(|row| row[0].clone()).collect()
        };
        let fields = |value: &serde_json::Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(fields(&value), documented("\n`renew`:"));
        let words = |heading: &str, field: &str| {
            let row = table("docs/output.md", heading).into_iter().find(|row| row[0] == field);
            row.unwrap()[1].clone()
        };
        let named = |value: &serde_json::Value, heading: &str, field: &str| {
            let words = words(heading, field);
            assert!(fields(value).iter().all(|field| words.contains(field)), "{field}: {value}");
        };
        for field in ["problems", "pins", "servers"] {
            for entry in value[field].as_array().unwrap() {
                named(entry, "\n`renew`:", field);
            }
        }
        named(&value["reload"], "\n`renew`:", "reload");
        named(&value["counts"], "\n`renew`:", "counts");
        let bundle = "A bundle that was looked at:";
        for found in value["bundles"].as_array().unwrap() {
            assert_eq!(fields(found), documented(bundle));
            assert!(words(bundle, "state").contains(found["state"].as_str().unwrap()));
            if !found["renewed"].is_null() {
                named(&found["renewed"], bundle, "renewed");
            }
        }
        assert_eq!(value["problems"].as_array().unwrap().len(), 1);
        assert_eq!(value["pins"].as_array().unwrap().is_empty(), !line.contains("new-key"));
    }
}

#[test]
fn the_json_of_issue_has_the_fields_of_the_table() {
    let output = Desk::new().ok("natscert issue server json.example.com --json");
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fields: BTreeSet<String> = value.as_object().unwrap().keys().cloned().collect();
    let documented = table("docs/output.md", "## JSON").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(fields, documented);
}

/// Two nodes, a leafnode, and a client, of which nothing is there.
const SYSTEM: &str = "printf '[clusters.east]\\nnodes = [\"n1\"]\\n[leafnodes.edge]\\ncluster = \"east\"\\nhosts = \
                      [\"edge.example.com\"]\\n[clients.alice]\\n' > system.toml";

#[test]
fn the_json_of_plan_and_apply_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    let documented = |heading: &str| -> BTreeSet<String> {
        table("docs/output.md", heading).into_iter().map(|row| row[0].clone()).collect()
    };
    let fields = |value: &serde_json::Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    for (verb, code) in [("plan", 1), ("apply", 0), ("plan", 0)] {
        let output = desk.run(&format!("natscert {verb} system.toml --json"));
        assert_eq!(output.status.code(), Some(code), "{verb}");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(fields(&value), documented("`plan` and `apply` print the same object"));
        let node = documented("A node or client:");
        assert_eq!(fields(&value["nodes"][0]), node);
        let words = |row: usize| table("docs/output.md", "A node or client:")[row][1].clone();
        let unclustered = |mut all: BTreeSet<String>| {
            all.remove("cluster");
            all
        };
        assert_eq!(fields(&value["nodes"][1]), unclustered(node.clone()));
        for client in value["clients"].as_array().unwrap() {
            let mut expected = unclustered(node.clone());
            expected.remove("server");
            assert_eq!(fields(client), expected);
        }
        for owner in value["nodes"].as_array().unwrap() {
            assert!(words(2).contains(owner["server"].as_str().unwrap()), "{owner}");
            assert!(words(4).contains(owner["text"]["action"].as_str().unwrap()), "{owner}");
            for certificate in owner["certificates"].as_array().unwrap() {
                assert!(fields(certificate).iter().all(|field| words(3).contains(field)), "{certificate}");
                assert!(words(3).contains(certificate["action"].as_str().unwrap()), "{certificate}");
            }
        }
    }
}

#[test]
fn the_json_of_explain_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    let fields = |line: &str| -> BTreeSet<String> {
        let value: serde_json::Value = serde_json::from_slice(&desk.ok(line).stdout).unwrap();
        value[0].as_object().unwrap().keys().cloned().collect()
    };
    let documented = table("docs/output.md", "texts and logs: an array of causes, each with");
    assert_eq!(
        fields("natscert explain nats.log --json"),
        documented.into_iter().map(|row| row[0].clone()).collect()
    );
    let of_code = ["code", "name", "severity", "title", "group", "page"].map(str::to_owned);
    assert_eq!(fields("natscert explain NC012 --json"), of_code.into());
    assert!(of_code_is_documented());
}

fn of_code_is_documented() -> bool {
    read("docs/output.md").contains("`code`, `name`, `severity`, `title`, `group`, `page`")
}

#[test]
fn exit_codes_are_those_of_the_table() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    assert_eq!(desk.run("natscert plan system.toml").status.code(), Some(1));
    let seen = ["natscert ca dir", "natscert ca export > /dev/full", "natscert issue server nats://x:4222"]
        .map(|line| desk.run(line).status.code().unwrap().to_string());
    let documented: Vec<String> =
        table("docs/output.md", "## Exit codes").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(documented, seen);
}

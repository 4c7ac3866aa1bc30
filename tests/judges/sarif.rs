//! What `natscert lint --format sarif` prints, read by a model of SARIF 2.1.0 that is not ours.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::cli::Home;
use crate::support::tools::{ask, tool};

/// Every result as the model understood it: what it does not know, it leaves out.
const READ: &str = "
import json, sys
from sarif_pydantic import Sarif
log = Sarif.model_validate_json(sys.stdin.read())
run = log.runs[0]
assert log.version == '2.1.0' and run.tool.driver.name == 'natscert'
rows = []
for result in run.results:
    rule = run.tool.driver.rules[result.rule_index]
    assert rule.id == result.rule_id and rule.short_description.text
    place = result.locations[0].physical_location
    region = place.region
    rows.append([result.rule_id, result.level.value, place.artifact_location.uri,
                 region.start_line, region.start_column, region.end_column - region.start_column])
print(json.dumps(rows))
";

#[test]
fn code_scanning_reads_what_json_says() {
    let home = Home::new();
    let text = "websocket { port: 8443 }\ntls {\n  cert_file: \"a b/ä.pem\"\n  timeout: -1\n  key_file: nowhere.pem\n}\n";
    fs::write(home.path().join("n.conf"), text).unwrap();
    let lint = |how: &[&str]| {
        let done = home.command().args(["lint", "n.conf"]).args(how).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    let (sarif, said) = (lint(&["--format", "sarif"]), lint(&["--json"]));
    let python = tool("pkilint/bin/python");
    let read = ask(Command::new(python).args(["-c", READ]), &sarif);
    assert!(read.accepted, "{}", read.said);
    let rows: Value = serde_json::from_slice(&read.stdout).unwrap();
    let said: Value = serde_json::from_slice(&said).unwrap();
    let found = said["findings"].as_array().unwrap();
    let expected: Vec<Value> = found
        .iter()
        .map(|f| {
            let place = [&f["code"], &f["severity"], &f["file"], &f["line"], &f["column"], &f["width"]];
            place.into_iter().cloned().collect()
        })
        .collect();
    assert!(expected.len() > 1, "{said}");
    assert_eq!(rows, Value::Array(expected));
}

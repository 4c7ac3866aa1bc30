//! The documents tell the truth: lists are compared with the code, examples are run.

#![allow(clippy::unwrap_used)]

mod desk;
mod findings;
mod fixtures;
mod json;
mod map;
mod run;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use natscert::Role;
use natscert::bundle::FileKind;
use natscert::nats::{Context, Effect, TlsOption};
use natscert::pki::{KeyType, Usage};
use natscert::topology::{GATEWAY_SEEDS, MAX_MESH, MAX_PEERS, ROUTE_SEEDS};
use natscert::truststore::{Kind, Line, Outcome};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The rows of the first table behind `heading`, cells without backticks.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let (_, behind) = text.split_once(heading).unwrap_or_else(|| panic!("{document} has no {heading:?}"));
    let rows =
        behind.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|c| c.trim().replace('`', "")).collect();
    rows.skip(2).map(cells).collect()
}

fn rows<const N: usize>(table: Vec<[String; N]>) -> Vec<Vec<String>> {
    table.into_iter().map(Vec::from).collect()
}

#[test]
fn roles_are_those_of_the_code() {
    let usage = |role: Role| match Usage::from(role) {
        Usage::Server => "serverAuth",
        Usage::Client => "clientAuth",
        Usage::Both => "serverAuth, clientAuth",
    };
    let expected =
        Role::ALL.map(|r| [r.as_str().to_owned(), usage(r).to_owned(), r.description().to_owned()]);
    assert_eq!(table("docs/roles.md", "## Roles"), rows(expected.into()));
}

#[test]
fn key_types_are_those_of_the_code() {
    let words: Vec<String> =
        table("docs/roles.md", "## Key types").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(words, KeyType::ALL.map(KeyType::as_str));
}

#[test]
fn contexts_are_those_of_the_code() {
    let expected = Context::ALL.map(|c| [c.as_str().to_owned(), c.config_path().to_owned()]);
    assert_eq!(table("docs/roles.md", "## Contexts"), rows(expected.into()));
}

#[test]
fn option_effects_are_those_of_the_code() {
    let mark = |option: TlsOption, context| match option.effect(context) {
        Effect::Works => "+",
        Effect::Forced(_) => "!",
        Effect::Ignored(_) => "-",
        Effect::Refused(_) => "x",
    };
    let row = |option: TlsOption| {
        let words = [option.flag()?.to_owned(), option.key().to_owned()];
        Some(words.into_iter().chain(Context::ALL.map(|c| mark(option, c).to_owned())).collect::<Vec<_>>())
    };
    let expected: Vec<_> = TlsOption::ALL.into_iter().filter_map(row).collect();
    let shown: Vec<_> = expected.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
    assert_eq!(
        table("docs/roles.md", "## Options"),
        expected,
        "docs/roles.md should have\n{}",
        shown.join("\n")
    );
}

#[test]
fn files_and_modes_are_those_of_the_code() {
    let expected = |kinds: &[FileKind]| -> Vec<_> {
        kinds.iter().map(|kind| (kind.file_name().to_owned(), format!("{:04o}", kind.mode()))).collect()
    };
    let shown = |heading| -> Vec<_> {
        table("docs/output.md", heading).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    };
    assert_eq!(shown("## Files"), expected(&FileKind::BUNDLE));
    assert_eq!(shown("The CA directory (0700) holds:"), expected(&FileKind::CA));
}

#[test]
fn reasons_are_those_of_the_code() {
    let documented: Vec<_> =
        table("docs/output.md", "### Reasons").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(documented, natscert::apply::Reason::CODES);
}

fn first_cells(document: &str, heading: &str) -> BTreeSet<String> {
    table(document, heading).into_iter().map(|row| row[0].clone()).collect()
}

fn fields(value: &serde_json::Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn places_in_trust_stores_have_the_fields_of_the_table() {
    let line = Line {
        store: Kind::System,
        name: String::new(),
        path: None,
        outcome: Outcome::Installed,
        as_asked: true,
        reason: None,
        hint: None,
        commands: Vec::new(),
        others: Vec::new(),
    };
    assert_eq!(fields(&serde_json::to_value(line).unwrap()), first_cells("docs/output.md", "\nA place:"));
    let words = |heading: &str, row: &str| -> Vec<String> {
        let rows = table("docs/output.md", heading);
        let row = rows.iter().find(|cells| cells[0] == row).unwrap();
        row[1].split(", ").map(|word| word.split(' ').next().unwrap().to_owned()).collect()
    };
    let outcomes = Outcome::ALL.map(|outcome| serde_json::to_value(outcome).unwrap());
    assert_eq!(
        outcomes.map(|word| word.as_str().unwrap().to_owned()).to_vec(),
        words("\nA place:", "outcome")
    );
    let kinds: BTreeSet<String> = Kind::ALL.map(|kind| kind.as_str().to_owned()).into();
    assert_eq!(first_cells("docs/trust.md", "## Stores"), kinds);
}

/// Of one store alone, which nothing here changes.
#[test]
fn the_json_of_trust_status_has_the_fields_of_the_table() {
    let home = tempfile::tempdir().unwrap();
    let natscert = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_natscert"));
        let output = command.args(args).env_clear().env("HOME", home.path()).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    natscert(&["ca", "init", "--json"]);
    let value = natscert(&["trust", "status", "--store", "nss", "--json"]);
    assert_eq!(fields(&value["places"][0]), first_cells("docs/output.md", "Of places\n"));
    assert_eq!(fields(&value["environment"][0]), ["line", "note", "programs"].map(String::from).into());
    assert_eq!(
        fields(&value),
        ["ca_dir", "environment", "fingerprint", "places", "root"].map(String::from).into()
    );
}

#[test]
fn the_json_of_findings_has_the_fields_of_the_table() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("n.conf"), "tls { cert_file: a.pem, key_file: b.pem }").unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_natscert"))
        .args(["lint", "n.conf", "--json"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(fields(&said), ["counts", "files", "findings"].map(String::from).into());
    assert_eq!(
        fields(&said["findings"][0]),
        first_cells("docs/output.md", "A finding,\nhere and in `inspect`:")
    );
}

#[test]
fn the_json_of_intermediates_has_the_fields_of_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let natscert = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_natscert"));
        let output = command.args(args).args(["--json", "--ca-dir"]).arg(dir.path()).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let said = natscert(&["ca", "intermediate", "add", "a"]);
    let heading = "`ca intermediate`, whatever it does:";
    assert_eq!(fields(&said), first_cells("docs/output.md", heading));
    assert_eq!(natscert(&["ca", "intermediate", "list"]), said);
    let rows = table("docs/output.md", heading);
    let row = &rows.iter().find(|cells| cells[0] == "intermediates").unwrap()[1];
    let words: BTreeSet<String> = row
        .strip_prefix("each with ")
        .unwrap()
        .split(", ")
        .map(|w| w.split(' ').next().unwrap().to_owned())
        .collect();
    let standings = ["standby", "retired)"].map(String::from);
    let words = &words - &BTreeSet::from(standings);
    assert_eq!(fields(&said["intermediates"][0]), words);
    let shown = natscert(&["ca", "show"]);
    let text = read("docs/output.md");
    let (_, list) = text.split_once("`ca init`, `ca show`: ").unwrap();
    let list = list.split("`. ").next().unwrap().replace('\n', " ");
    let list: BTreeSet<String> = list.split(", ").map(|word| word.trim_matches('`').to_owned()).collect();
    assert_eq!(fields(&shown), list);
}

#[test]
fn the_json_of_rolls_has_the_fields_of_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let natscert = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_natscert"));
        command.args(args).current_dir(dir.path()).env("NATSCERT_CA_DIR", dir.path().join("ca"));
        command.output().unwrap().stdout
    };
    natscert(&["issue", "server", "localhost"]);
    let started = natscert(&["ca", "roll", "start", "natscert", "--json"]);
    let started: serde_json::Value = serde_json::from_slice(&started).unwrap();
    assert_eq!(fields(&started), first_cells("docs/output.md", "`ca roll` with any step"));
}

#[test]
fn limits_of_large_systems_are_those_of_the_code() {
    let rows = table("docs/topology.md", "## Large systems");
    let limits: Vec<_> = rows.iter().map(|row| row[1].parse::<usize>().unwrap()).collect();
    assert_eq!(limits, [MAX_PEERS, MAX_PEERS, MAX_PEERS, GATEWAY_SEEDS, MAX_MESH]);
    assert!(rows[1][2].contains(&format!("the first {ROUTE_SEEDS},")));
    assert!(rows[2][2].contains(&format!("the first {MAX_PEERS}")));
    assert!(rows[3][2].contains(&format!("the first {GATEWAY_SEEDS},")));
}

#[test]
fn refusals_of_renewals_are_those_of_the_code() {
    let reasons = table("docs/renewal.md", "## What is not renewed");
    let codes: Vec<String> = reasons.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(codes, natscert::lifecycle::Refusal::CODES);
}

/// The units of docs/renewal.md, as systemd reads them. It looks for the program and for the service, too.
#[test]
fn the_units_of_renewals_are_units() {
    let text = read("docs/renewal.md");
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for part in text.split("`/etc/systemd/system/").skip(1) {
        let (name, behind) = part.split_once("`:\n\n```ini\n").unwrap();
        let (unit, _) = behind.split_once("```").unwrap();
        let unit = unit.replace("/usr/local/bin/natscert", env!("CARGO_BIN_EXE_natscert"));
        files.push(dir.path().join(name));
        fs::write(files.last().unwrap(), unit).unwrap();
    }
    assert_eq!(files.len(), 2);
    let done = std::process::Command::new("systemd-analyze").arg("verify").args(&files).output();
    match done {
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let about_ours = said.lines().filter(|line| line.contains("natscert-renew")).collect::<Vec<_>>();
            assert!(done.status.success() && about_ours.is_empty(), "{said}");
        }
        // Without systemd: sections, and keys with values.
        Err(_) => {
            for line in files.iter().flat_map(|file| {
                fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
            }) {
                let is_section = line.starts_with('[') && line.ends_with(']');
                assert!(line.is_empty() || is_section || line.split_once('=').is_some(), "{line}");
            }
        }
    }
}

#[test]
fn reasons_of_revocations_are_those_of_the_code() {
    let row = table("docs/revocation.md", "## Revoke").swap_remove(0);
    for reason in natscert::pki::Reason::ALL {
        assert!(row[1].contains(reason.as_str()), "{reason}");
    }
}

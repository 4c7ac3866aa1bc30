//! docs/fixtures.md, the help and the output of `natscert fixture` against the code.

use std::collections::BTreeSet;
use std::process::Command;

use natscert::fixture::{Defect, said};

use super::{fields, first_cells, rows, table};

fn natscert(args: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_natscert"));
    let run = command.args(args).env_clear().env("NATSCERT_CA_DIR", dir.path().join("ca")).current_dir(&dir);
    let output = run.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn defects_are_those_of_the_code() {
    let expected = Defect::ALL.map(|defect| [defect.as_str(), defect.what(), defect.trust().as_str()]);
    let expected = rows(expected.map(|row| row.map(str::to_owned)).into());
    assert_eq!(table("docs/fixtures.md", "# Defects"), expected);
}

#[test]
fn the_help_lists_every_defect() {
    let help = natscert(&["fixture", "--help"]);
    for defect in Defect::ALL {
        let listed = help.lines().any(|line| {
            let word = line.trim_start().strip_prefix("- ").and_then(|line| line.split(':').next());
            word == Some(defect.as_str())
        });
        assert!(listed, "{defect} is not in\n{help}");
    }
}

/// Each judge is asked on one side at least, and always by as many.
#[test]
fn something_is_said_of_every_defect() {
    for defect in Defect::ALL {
        let judges = said(defect).map(|said| said.len());
        assert!(judges == [5, 5] || judges == [5, 0] || judges == [0, 5], "{defect}: {judges:?}");
    }
}

#[test]
fn the_json_has_the_fields_of_the_table() {
    let value =
        serde_json::from_str(&natscert(&["fixture", "expired", "server", "localhost", "--json"])).unwrap();
    assert_eq!(fields(&value), first_cells("docs/output.md", "`fixture`: an object with"));
    let list: serde_json::Value = serde_json::from_str(&natscert(&["fixture", "list", "--json"])).unwrap();
    let words: BTreeSet<String> = ["client", "defect", "server", "trust", "what"].map(String::from).into();
    for (defect, value) in Defect::ALL.iter().zip(list.as_array().unwrap()) {
        assert_eq!(fields(value), words);
        assert_eq!(value["defect"], defect.as_str());
    }
}

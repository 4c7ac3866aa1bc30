//! The table of what both judges found, in the documentation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::setup::Setup;

const DOCUMENT: &str = "docs/findings.md";
const BEGIN: &str = "<!-- setups: written by NATSCERT_CASES=overwrite cargo test --test lint -->\n";
const END: &str = "<!-- end of setups -->\n";

/// What the judges say about one variant.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Whether `nats-server -t` refuses it.
    pub(crate) refused: bool,
    /// The errors and warnings of lint.
    pub(crate) found: BTreeSet<String>,
}

/// A setup, and what they say about it.
pub(crate) struct Row {
    pub(crate) name: String,
    what: String,
    /// Whether it is broken, and not just worth a note.
    alarming: bool,
    pub(crate) broken: Option<Verdict>,
    pub(crate) works: Verdict,
}

impl Row {
    pub(crate) fn of(setup: &Setup) -> Row {
        Row {
            name: setup.name.clone(),
            what: setup.what.clone(),
            alarming: !setup.finds.is_empty(),
            broken: None,
            works: Verdict::default(),
        }
    }

    fn broken(&self) -> Option<&Verdict> {
        self.broken.as_ref().filter(|_| self.alarming)
    }
}

fn codes(found: &BTreeSet<String>) -> String {
    if found.is_empty() { "nothing".to_owned() } else { found.iter().cloned().collect::<Vec<_>>().join(", ") }
}

/// How a variant that works was judged.
fn works(row: &Row) -> [String; 2] {
    let check = if row.works.refused { "false alarm" } else { "accepts" };
    let lint = &row.works.found;
    [check.to_owned(), if lint.is_empty() { codes(lint) } else { format!("false alarm: {}", codes(lint)) }]
}

fn totals(rows: &[&Row]) -> String {
    let broken: Vec<_> = rows.iter().filter_map(|row| row.broken()).collect();
    let checked = broken.iter().filter(|verdict| verdict.refused).count();
    let linted = broken.iter().filter(|verdict| !verdict.found.is_empty()).count();
    let false_check = rows.iter().filter(|row| row.works.refused).count();
    let false_lint = rows.iter().filter(|row| !row.works.found.is_empty()).count();
    let mut text = format!("{} broken setups, {} that work:\n\n", broken.len(), rows.len());
    text += "| | found | missed | false alarms |\n|---|---|---|---|\n";
    for (judge, found, wrong) in
        [("nats-server -t", checked, false_check), ("natscert lint", linted, false_lint)]
    {
        let _ = writeln!(text, "| `{judge}` | {found} | {} | {wrong} |", broken.len() - found);
    }
    text
}

fn head(title: &str) -> String {
    format!("\n{title}:\n\n| setup | what | `nats-server -t` | `natscert lint` |\n|---|---|---|---|\n")
}

fn whole(rows: &[&Row]) -> String {
    let mut text = totals(rows) + &head("Broken");
    for row in rows {
        let Some(broken) = row.broken() else { continue };
        let check = if broken.refused { "refuses" } else { "accepts" };
        let lint = if broken.found.is_empty() { "missed".to_owned() } else { codes(&broken.found) };
        let _ = writeln!(text, "| {} | {} | {check} | {lint} |", row.name, row.what);
    }
    text += &head("Working");
    let alone = |row: &&&Row| row.broken.is_none() || row.works.refused || !row.works.found.is_empty();
    for row in rows.iter().filter(alone) {
        let [check, lint] = works(row);
        let what = if row.broken.is_some() { format!("mended: {}", row.what) } else { row.what.clone() };
        let _ = writeln!(text, "| {} | {what} | {check} | {lint} |", row.name);
    }
    text
}

/// The table stands in the document as it was found, or is written there.
pub(crate) fn compare(rows: &[&Row], overwrite: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let document = fs::read_to_string(&path).unwrap_or_else(|_| format!("{BEGIN}{END}"));
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (stands, behind) = rest.split_once(END).unwrap();
    let found = format!("\n{}\n", whole(rows));
    if overwrite {
        fs::write(path, format!("{before}{BEGIN}{found}{END}{behind}")).unwrap();
    } else {
        assert_eq!(stands, found, "{DOCUMENT} says otherwise\n  NATSCERT_CASES=overwrite writes it");
    }
}

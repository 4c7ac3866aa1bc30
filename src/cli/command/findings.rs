//! Findings for people and programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::super::human;
use crate::finding::{Element, Finding, Severity};
use crate::render::comment;

const BOLD: Style = Style::new().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

const fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Green,
    };
    color.on_default().bold()
}

/// A few lines with colours, and an empty one behind them.
pub(super) fn text(finding: &Finding) -> String {
    let style = style(finding.severity);
    let mut text = format!(
        "{style}{}[{}]{style:#}{BOLD}: {}{BOLD:#}\n",
        finding.severity,
        finding.code,
        comment(&finding.message)
    );
    if let Some(place) = &finding.place {
        text.push_str(&place.picture);
    }
    if let Some(element) = &finding.element {
        let _ = writeln!(text, "  = {}", comment(&in_words(element)));
    }
    for (what, place) in &finding.related {
        let _ = writeln!(
            text,
            "  = {} ({}:{}:{})",
            comment(what),
            comment(&place.file),
            place.line,
            place.column
        );
    }
    for (number, line) in finding.fix.lines().enumerate() {
        let label = if number == 0 { "fix" } else { "   " };
        let _ = writeln!(text, "  = {HINT}{label}{HINT:#}: {}", comment(line));
    }
    text.push('\n');
    text
}

fn in_words(element: &Element) -> String {
    format!("certificate {} of {}: {}", element.number, element.file, element.subject)
}

/// `2 errors, 1 warning and 3 notes`
pub(super) fn counts(found: &[Finding]) -> String {
    let of = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<_> = Severity::ALL
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| human::count(of(severity), severity.as_str()))
        .collect();
    parts.join(", ")
}

/// What `natscert lint --json` prints.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    files: &'a [&'a str],
    findings: Vec<JsonFinding<'a>>,
    counts: JsonCounts,
}

/// A finding, wherever one is printed.
#[derive(Serialize)]
pub(super) struct JsonFinding<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    width: Option<usize>,
    element: Option<JsonElement<'a>>,
    related: Vec<JsonRelated<'a>>,
    fix: &'a str,
}

#[derive(Serialize)]
struct JsonElement<'a> {
    file: &'a str,
    number: usize,
    subject: &'a str,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    what: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct JsonCounts {
    error: usize,
    warning: usize,
    note: usize,
}

impl<'a> Json<'a> {
    pub(super) fn of(files: &'a [&'a str], found: &'a [Finding]) -> Self {
        let of = |severity| found.iter().filter(|finding| finding.severity == severity).count();
        Self {
            files,
            findings: found.iter().map(JsonFinding::of).collect(),
            counts: JsonCounts {
                error: of(Severity::Error),
                warning: of(Severity::Warning),
                note: of(Severity::Note),
            },
        }
    }
}

impl<'a> JsonFinding<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        let place = finding.place.as_ref();
        let related = finding.related.iter().map(|(what, place)| JsonRelated {
            what,
            file: &place.file,
            line: place.line,
            column: place.column,
        });
        Self {
            code: finding.code.as_str(),
            name: finding.code.name(),
            severity: finding.severity.as_str(),
            message: &finding.message,
            file: place.map(|place| place.file.as_str()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            width: place.map(|place| place.width),
            element: finding.element.as_ref().map(|element| JsonElement {
                file: &element.file,
                number: element.number,
                subject: &element.subject,
                fingerprint: &element.fingerprint,
            }),
            related: related.collect(),
            fix: &finding.fix,
        }
    }
}

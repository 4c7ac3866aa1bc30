//! Codes of findings, listed and explained.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::failure::Failure;
use super::super::report::Report;
use crate::explain::{group, page};
use crate::finding::Code;

#[derive(Serialize)]
struct Json {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    title: &'static str,
    group: &'static str,
    page: Option<&'static str>,
}

impl Json {
    fn of(code: Code) -> Self {
        Self {
            code: code.as_str(),
            name: code.name(),
            severity: code.severity().as_str(),
            title: code.title(),
            group: group(code),
            page: page(code),
        }
    }
}

/// Every code there is, by group.
pub(super) fn list(report: &Report) -> Result<(), Failure> {
    let mut words = String::new();
    let mut last = "";
    for code in Code::ALL {
        let group = group(*code);
        if group != last {
            let _ = writeln!(words, "{}{group}", if last.is_empty() { "" } else { "\n" });
            last = group;
        }
        let _ = writeln!(words, "  {code}  {:<7}  {:<24}  {}", code.severity(), code.name(), code.title());
    }
    report.either(&words, &Code::ALL.iter().map(|code| Json::of(*code)).collect::<Vec<_>>())
}

/// The pages of some.
pub(super) fn pages(codes: &[Code], report: &Report) -> Result<(), Failure> {
    let pages: Vec<String> = codes
        .iter()
        .map(|code| {
            page(*code).map_or_else(
                || format!("## {}\n\n*{}*: {}", code.heading(), code.severity(), code.title()),
                str::to_owned,
            )
        })
        .collect();
    let all: Vec<Json> = codes.iter().map(|code| Json::of(*code)).collect();
    report.either(&(pages.join("\n\n") + "\n"), &all)
}

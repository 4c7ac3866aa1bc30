//! `natscert fixture list`: what is said to each fixture.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::args::FixtureListArgs;
use super::super::failure::Failure;
use super::super::report::Report;
use crate::fixture::{Defect, Said, said};

#[derive(Serialize)]
struct Json {
    defect: &'static str,
    what: &'static str,
    trust: &'static str,
    server: Map<String, Value>,
    client: Map<String, Value>,
}

pub(super) fn run(args: &FixtureListArgs, report: &Report) -> Result<(), Failure> {
    let defects = if args.defects.is_empty() { Defect::ALL.as_slice() } else { &args.defects };
    if report.json {
        return report.json(&defects.iter().map(|defect| json(*defect)).collect::<Vec<_>>());
    }
    let text: Vec<String> = defects.iter().map(|defect| words(*defect)).collect();
    report.product(text.join("\n").as_bytes())
}

fn words(defect: Defect) -> String {
    let mut text = format!("{defect}: {}\n  trusted: {}\n", defect.what(), defect.trust().as_str());
    for (side, said) in ["server", "client"].into_iter().zip(said(defect)) {
        if said.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  as a {side}'s certificate");
        for (who, what) in said {
            let _ = writeln!(text, "    {:<34}{}", who, what.replace('`', ""));
        }
    }
    text
}

fn json(defect: Defect) -> Json {
    let object = |said: Said| {
        said.into_iter().map(|(who, what)| (who.to_owned(), Value::from(what.replace('`', "")))).collect()
    };
    let [server, client] = said(defect).map(object);
    Json { defect: defect.as_str(), what: defect.what(), trust: defect.trust().as_str(), server, client }
}

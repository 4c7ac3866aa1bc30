//! docs/findings.md: a page for each code, whose examples are proven by setups on real servers.

use std::collections::BTreeSet;
use std::fs;

use natscert::finding::Code;

use super::{read, root, table};

/// A setup: the codes that it proves, and the lines that it holds.
struct Setup {
    codes: BTreeSet<String>,
    lines: BTreeSet<String>,
}

fn setups() -> Vec<Setup> {
    let dir = fs::read_dir(root().join("tests/setups")).unwrap();
    let texts = dir.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts
        .map(|text| {
            let setup: toml::Table = text.parse().unwrap();
            let list =
                |key: &str| setup.get(key).and_then(|list| list.as_array()).cloned().unwrap_or_default();
            let codes = list("finds").into_iter().chain(list("notes"));
            Setup {
                codes: codes.map(|code| code.as_str().unwrap().to_owned()).collect(),
                lines: text.lines().map(|line| without_port(line.trim())).collect(),
            }
        })
        .collect()
}

/// A line with its ports alike and the folder named: setups have `@name@` for a port and `@dir@` there.
fn without_port(line: &str) -> String {
    let mut text = line.replace("@dir@", "/etc/nats");
    for port in ["4222", "6222", "7222", "7422", "8443", "8883", "8222"] {
        text = text.replace(port, "PORT");
    }
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    let mut settled = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once('@') {
        settled += before;
        let name = behind.find(|c: char| !is_name(c)).unwrap_or(behind.len());
        let after = behind[name..].strip_prefix('@').filter(|_| name > 0);
        settled += if after.is_some() { "PORT" } else { "@" };
        rest = after.unwrap_or(behind);
    }
    settled + rest
}

/// The pages by their headings.
fn pages() -> Vec<(String, String)> {
    let text = read("docs/findings.md");
    let pages = text.split("\n## ").skip(1).filter(|page| page.starts_with("NC"));
    pages
        .map(|page| {
            let (heading, body) = page.split_once('\n').unwrap();
            (heading.to_owned(), body.to_owned())
        })
        .collect()
}

/// The block behind `label`.
fn block<'a>(page: &'a str, label: &str) -> Option<&'a str> {
    let (_, behind) = page.split_once(&format!("\n{label}:\n"))?;
    let (_, code) = behind.split_once("\n```")?;
    code.split_once('\n')?.1.split("\n```").next()
}

#[test]
fn every_code_has_a_page_in_the_order_of_codes() {
    let headings: Vec<_> = pages().into_iter().map(|(heading, _)| heading).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.heading()).collect();
    assert_eq!(headings, codes);
}

#[test]
fn the_index_is_that_of_the_code() {
    let expected = Code::ALL.iter().map(|code| {
        vec![
            format!("[{code}](#{}-{})", code.as_str().to_lowercase(), code.name()),
            code.name().into(),
            code.severity().to_string(),
            code.title().into(),
        ]
    });
    assert_eq!(table("docs/findings.md", "## All of them"), expected.collect::<Vec<_>>());
}

#[test]
fn every_page_says_how_bad_it_is_and_what_to_do() {
    let mut wrong = Vec::new();
    for (code, (heading, page)) in Code::ALL.iter().zip(pages()) {
        let first = format!("\n*{}*: {}\n", code.severity(), code.title());
        let parts = ["\nFails:\n", "\nWorks:\n", "\nWhat to do: "];
        if !page.starts_with(&first) || !parts.iter().all(|part| page.contains(part)) {
            wrong.push(heading);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_example_is_part_of_a_setup_that_proves_the_code() {
    let setups = setups();
    let mut wrong = Vec::new();
    for (code, (heading, page)) in Code::ALL.iter().zip(pages()) {
        for label in ["Fails", "Works"] {
            let block = block(&page, label).unwrap_or_else(|| panic!("{heading}: no block {label}"));
            // Comments say what is in a file.
            let is_text = |line: &&str| !line.is_empty() && !line.starts_with('#');
            let lines: Vec<_> = block.lines().map(str::trim).filter(is_text).collect();
            let proves = |setup: &&Setup| setup.codes.contains(code.as_str());
            let holds = |setup: &Setup| lines.iter().all(|line| setup.lines.contains(&without_port(line)));
            if lines.is_empty() || !setups.iter().filter(proves).any(holds) {
                wrong.push(format!("{heading}: {label}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not in one setup:\n{}", wrong.join("\n"));
}

//! Causes for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::human;
use crate::explain::Cause;
use crate::render::comment;

/// How much there is to say of where a cause was seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A text by itself: nothing.
    Text,
    /// A log that was read to its end.
    Log,
    /// A log that goes on.
    Live,
}

/// A cause as programs get it.
#[derive(Serialize)]
pub(super) struct Json {
    cause: &'static str,
    title: String,
    kind: Option<&'static str>,
    side: Option<&'static str>,
    count: u64,
    file: Option<String>,
    line: u64,
    text: String,
    peers: Peers,
    found: serde_json::Map<String, serde_json::Value>,
    codes: Vec<&'static str>,
    fix: Vec<Fix>,
}

#[derive(Serialize)]
struct Peers {
    hosts: usize,
    first: Vec<String>,
}

#[derive(Serialize)]
struct Fix {
    who: &'static str,
    what: String,
}

impl Json {
    pub(super) fn of(cause: &Cause) -> Self {
        let found = cause.found.iter().map(|(name, values)| ((*name).to_owned(), values.clone().into()));
        Self {
            cause: cause.id,
            title: cause.title.clone(),
            kind: cause.kind.map(crate::explain::Kind::as_str),
            side: cause.side.map(crate::explain::Side::as_str),
            count: cause.count,
            file: cause.source.clone(),
            line: cause.line,
            text: cause.text.clone(),
            peers: Peers { hosts: cause.peers.hosts, first: cause.peers.first.clone() },
            found: found.collect(),
            codes: cause.codes.iter().map(|code| code.as_str()).collect(),
            fix: cause.fix.iter().map(|fix| Fix { who: fix.who.as_str(), what: fix.what.clone() }).collect(),
        }
    }
}

/// A cause in some lines.
pub(super) fn block(out: &mut String, cause: &Cause, style: Style) {
    let mut row = |label: &str, text: &str| {
        let _ = writeln!(out, "{label:>9} {}", comment(text));
    };
    row("cause", &format!("{}: {}", cause.id, cause.title));
    match style {
        Style::Text => {}
        Style::Log => row("seen", &format!("{}, {}", times(cause.count), place(cause))),
        Style::Live => row("seen", &place(cause)),
    }
    if style != Style::Text {
        row("text", &cause.text);
    }
    if let Some(kind) = cause.kind
        && !cause.peers.first.is_empty()
    {
        row("peer", &format!("{} {}", kind.as_str(), peers(cause)));
    }
    for (name, values) in &cause.found {
        match *name {
            "rejected" => row("rejected", &values.join("; ")),
            "sha256" => row("sha-256", &format!("{} (of the certificate: no pin)", values.join(", "))),
            "pin" => row("pin", &values.join(", ")),
            "at" => row("at", &values.join(", ")),
            _ => {}
        }
    }
    for fix in &cause.fix {
        row("fix", &format!("{}: {}", fix.name, fix.what));
    }
    if !cause.codes.is_empty() {
        let codes: Vec<String> = cause.codes.iter().map(|code| code.heading()).collect();
        row("codes", &codes.join(", "));
    }
    out.push('\n');
}

/// What it came to, behind blocks that were shown when their causes were new.
pub(super) fn summary(out: &mut String, causes: &[Cause], lines: u64) {
    if causes.is_empty() {
        return;
    }
    let lines = usize::try_from(lines).unwrap_or(usize::MAX);
    let _ = writeln!(out, "{} in {}", human::count(causes.len(), "cause"), human::count(lines, "line"));
    for cause in causes {
        let from = match cause.peers.hosts {
            0 | 1 => String::new(),
            hosts => format!(", from {hosts} hosts"),
        };
        let _ = writeln!(
            out,
            "{:>9}  {}: {}{from}",
            format!("{}x", cause.count),
            cause.id,
            comment(&cause.title)
        );
        // Of these, more may have come since.
        for name in ["pin", "user"] {
            let found = cause.found.iter().find(|(known, _)| *known == name);
            if let Some((_, values)) = found.filter(|(_, values)| values.len() > 1) {
                let _ = writeln!(out, "{:>9}  {name} {}", "", comment(&values.join(", ")));
            }
        }
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn place(cause: &Cause) -> String {
    match &cause.source {
        Some(file) => format!("first in {file}, line {}", cause.line),
        None => format!("first in line {}", cause.line),
    }
}

/// The first few.
fn peers(cause: &Cause) -> String {
    let shown: Vec<&str> = cause.peers.first.iter().take(3).map(String::as_str).collect();
    match cause.peers.hosts - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

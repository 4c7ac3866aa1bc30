//! Where findings are collected.

use std::collections::{HashMap, HashSet};

use super::certificate::Bundle;
use super::conf::{Server, TlsMap};
use super::material::{Certificate, File};
use super::system::System;
use crate::finding::{Code, Element, Finding, Place, Severity};
use crate::natsconf::{Sources, Span};

/// What was found so far.
#[derive(Debug, Default)]
pub struct Desk {
    findings: Vec<(String, Span, Finding)>,
    seen: HashSet<(String, Span, Code, String)>,
    counts: HashMap<(String, Code), Count>,
}

/// How many findings of one code are shown of one configuration; of the rest it is said how many there are.
const SHOWN: usize = 100;

/// Findings of one code in one configuration.
#[derive(Debug, Default)]
struct Count {
    shown: usize,
    rest: usize,
    /// The worst and the last of the rest.
    worst: Option<Severity>,
    last: Option<Span>,
}

impl Desk {
    /// Adds a finding at a place of a configuration, once.
    pub fn add(&mut self, server: &Server, span: Span, finding: Finding) {
        if self.takes(server, span, &finding) {
            let finding = finding.at(place(server.config.sources(), span));
            self.findings.push((server.file.clone(), span, finding));
        }
    }

    /// The same with a place of another server beside it.
    pub fn add_beside(
        &mut self,
        (server, span): (&Server, Span),
        finding: Finding,
        (what, other, at): (&str, &Server, Span),
    ) {
        if self.takes(server, span, &finding) {
            let finding = finding.beside(what, place(other.config.sources(), at));
            let finding = finding.at(place(server.config.sources(), span));
            self.findings.push((server.file.clone(), span, finding));
        }
    }

    /// Whether a finding is new and to be shown: places take time to make, and many findings nobody reads.
    fn takes(&mut self, server: &Server, span: Span, finding: &Finding) -> bool {
        let key = (server.file.clone(), span, finding.code, finding.message.clone());
        if !self.seen.insert(key) {
            return false;
        }
        let count = self.counts.entry((server.file.clone(), finding.code)).or_default();
        if count.shown < SHOWN {
            count.shown += 1;
            return true;
        }
        count.rest += 1;
        count.worst = count.worst.max(Some(finding.severity));
        count.last = count.last.max(Some(span));
        false
    }

    /// What is not shown, where the last of it is.
    fn rest(&mut self, system: &System<'_>) {
        for ((file, code), count) in std::mem::take(&mut self.counts) {
            let server = system.servers.iter().find(|server| server.file == file);
            let (Some(span), Some(severity), Some(server)) = (count.last, count.worst, server) else {
                continue;
            };
            let what = format!("{} more of this kind in {file}, up to here", count.rest);
            let finding = Finding::new(code, what, "mend those that are shown first, then lint again");
            let finding = finding.at(place(server.config.sources(), span));
            self.findings.push((file, span, Finding { severity, ..finding }));
        }
    }

    /// The same at the key of a `tls` map.
    pub fn on(&mut self, server: &Server, map: &TlsMap, finding: Finding) {
        self.add(server, map.key, finding);
    }

    /// Everything, in the order of configurations and lines.
    #[must_use]
    pub(super) fn into_findings(mut self, system: &System<'_>) -> Vec<Finding> {
        self.rest(system);
        let order: HashMap<_, _> =
            system.servers.iter().enumerate().map(|(at, server)| (server.file.as_str(), at)).collect();
        self.findings
            .sort_by_key(|(file, span, finding)| (order.get(file.as_str()).copied(), *span, finding.code));
        self.findings.into_iter().map(|(_, _, finding)| finding).collect()
    }
}

/// A span for people.
#[must_use]
pub fn place(sources: &Sources, span: Span) -> Place {
    let at = sources.position(span);
    Place {
        file: sources.get(span.file).map(|text| text.name().to_string()).unwrap_or_default(),
        line: at.line,
        column: at.column,
        width: String::from_utf8_lossy(sources.slice(span))
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count(),
        picture: sources.picture(span),
    }
}

/// A certificate of a file.
#[must_use]
pub fn element(file: &File, certificate: &Certificate) -> Element {
    Bundle { name: &file.name, certificates: &file.certificates }.element(certificate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::Case;

    #[test]
    fn what_is_too_much_is_counted() {
        let found = Case::of("tls {}").with(|system| {
            let (server, mut desk) = (&system.servers[0], Desk::default());
            for number in 0..SHOWN + 7 {
                let severity = if number > SHOWN { Severity::Error } else { Severity::Note };
                let finding = Finding { severity, ..Finding::new(Code::Expired, format!("{number}"), "") };
                desk.add(server, server.tls[0].key, finding.clone());
                desk.add(server, server.tls[0].key, finding);
            }
            desk.into_findings(system)
        });
        assert_eq!(found.len(), SHOWN + 1);
        let last = found.last().map(|last| (last.message.as_str(), last.severity));
        assert_eq!(last, Some(("7 more of this kind in n.conf, up to here", Severity::Error)));
    }
}

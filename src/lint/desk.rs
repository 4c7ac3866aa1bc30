//! Where findings are collected.

use std::collections::{HashMap, HashSet};

use super::certificate::Bundle;
use super::conf::{Server, TlsMap};
use super::material::{Certificate, File};
use super::system::System;
use crate::finding::{Code, Element, Finding, Place};
use crate::natsconf::{Sources, Span};

/// What was found so far.
#[derive(Debug, Default)]
pub struct Desk {
    findings: Vec<(String, Span, Finding)>,
    seen: HashSet<(String, Span, Code, String)>,
}

impl Desk {
    /// Adds a finding at a place of a configuration, once.
    pub fn add(&mut self, server: &Server, span: Span, finding: Finding) {
        let key = (server.file.clone(), span, finding.code, finding.message.clone());
        if self.seen.insert(key) {
            let finding = finding.at(place(server.config.sources(), span));
            self.findings.push((server.file.clone(), span, finding));
        }
    }

    /// The same at the key of a `tls` map.
    pub fn on(&mut self, server: &Server, map: &TlsMap, finding: Finding) {
        self.add(server, map.key, finding);
    }

    /// Everything, in the order of configurations and lines.
    #[must_use]
    pub(super) fn into_findings(mut self, system: &System<'_>) -> Vec<Finding> {
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

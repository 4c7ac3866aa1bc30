//! What is wrong with a file or a certificate is said once, however many maps name it.

use std::collections::{HashMap, HashSet};

use crate::finding::{Code, Finding};
use crate::lint::conf::Server;
use crate::lint::{Desk, place};
use crate::natsconf::Span;

/// Other places that are shown; how many more there are is said.
const PLACES: usize = 3;

struct Said<'a> {
    server: &'a Server,
    span: Span,
    finding: Finding,
    /// The first of the other places, and how many there are.
    others: Vec<(&'a Server, Span)>,
    count: usize,
}

/// Findings by what they are and the certificate or file that they are about.
#[derive(Default)]
pub(super) struct Once<'a> {
    said: Vec<Said<'a>>,
    known: HashMap<(Code, String), usize>,
    files: HashSet<(Code, String)>,
}

impl<'a> Once<'a> {
    /// Adds one; what is known of this file is found at one more place, and as bad as at the worst of them.
    pub(super) fn add(&mut self, server: &'a Server, span: Span, file: &str, finding: Finding) {
        self.files.insert((finding.code, file.to_owned()));
        let of = match &finding.element {
            // Copies of a CA certificate lie in every folder of a system.
            Some(element) => element.fingerprint.clone(),
            // Without a file, every place is one by itself.
            None if file.is_empty() => format!("{}:{span:?}", server.file),
            None => file.to_owned(),
        };
        let at = *self.known.entry((finding.code, of)).or_insert(self.said.len());
        match self.said.get_mut(at) {
            None => self.said.push(Said { server, span, finding, others: Vec::new(), count: 0 }),
            Some(said) => {
                said.finding.severity = said.finding.severity.max(finding.severity);
                let is_known = |(other, at): &(&Server, Span)| std::ptr::eq(*other, server) && *at == span;
                if is_known(&(said.server, said.span)) || said.others.iter().any(is_known) {
                    return;
                }
                said.count += 1;
                if said.others.len() < PLACES {
                    said.others.push((server, span));
                }
            }
        }
    }

    /// Whether something has been said of a file.
    pub(super) fn has(&self, code: Code, file: &str) -> bool {
        self.files.contains(&(code, file.to_owned()))
    }

    pub(super) fn lay_on(self, desk: &mut Desk) {
        for Said { server, span, mut finding, others, count } in self.said {
            let rest = count.saturating_sub(PLACES);
            for (at, (server, span)) in others.into_iter().enumerate() {
                let what = if at + 1 == PLACES && rest > 0 {
                    format!("also here, and in {rest} more places")
                } else {
                    "also here".to_owned()
                };
                finding = finding.beside(what, place(server.config.sources(), span));
            }
            desk.add(server, span, finding);
        }
    }
}

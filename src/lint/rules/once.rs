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
    /// All of them; a server by its address.
    places: HashSet<(*const Server, Span)>,
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
        let here = (std::ptr::from_ref(server), span);
        match self.said.get_mut(at) {
            None => {
                let places = HashSet::from([here]);
                self.said.push(Said { server, span, finding, others: Vec::new(), count: 0, places });
            }
            Some(said) => {
                said.finding.severity = said.finding.severity.max(finding.severity);
                if !said.places.insert(here) {
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
        for Said { server, span, mut finding, others, count, .. } in self.said {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::Case;

    #[test]
    fn every_place_counts_once() {
        let map = "port: 1, tls {}";
        let text = format!(
            "tls {{}}\ncluster {{ {map} }}\ngateway {{ {map} }}\nleafnodes {{ {map} }}\nmqtt {{ {map} }}\nwebsocket {{ {map} }}"
        );
        let found = Case::of(&text).with(|system| {
            let mut once = Once::default();
            for _ in 0..2 {
                for map in &system.servers[0].tls {
                    let finding = Finding::new(Code::Expired, "over", "issue it again");
                    once.add(&system.servers[0], map.key, "cert.pem", finding);
                }
            }
            let mut desk = Desk::default();
            once.lay_on(&mut desk);
            desk.into_findings(system)
        });
        let said: Vec<_> =
            found.iter().flat_map(|one| one.related.iter().map(|(what, _)| what.as_str())).collect();
        assert_eq!(said, ["also here", "also here", "also here, and in 2 more places"]);
    }
}

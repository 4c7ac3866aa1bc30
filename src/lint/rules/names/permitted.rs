//! Names that a CA may not certify.

use std::collections::HashSet;

use crate::finding::{Code, Finding};
use crate::lint::{Desk, File, System, element};

pub(super) fn check(system: &System<'_>, desk: &mut Desk) {
    let mut seen = HashSet::new();
    for server in &system.servers {
        for map in &server.tls {
            let roots = system.roots(map);
            for pair in &map.pairs {
                let Some(file) = system.shown(pair) else { continue };
                let key = (file.name.clone(), roots.as_ref().map(|roots| roots.name.clone()));
                let span = pair.cert.as_ref().map_or(pair.span, |cert| cert.span);
                if !seen.insert(key) {
                    continue;
                }
                if let Some(finding) = violated(&file, roots.as_deref()) {
                    desk.add(server, span, finding);
                }
            }
        }
    }
}

/// The first certificate's names against those that issued it, as far as they are at hand.
fn violated(file: &File, roots: Option<&File>) -> Option<Finding> {
    let leaf = file.leaf()?;
    let at_hand = || {
        let own = file.certificates.iter().skip(1).map(|one| (file, one));
        own.chain(roots.into_iter().flat_map(|roots| roots.certificates.iter().map(move |one| (roots, one))))
    };
    let mut child = leaf;
    for _ in 0..8 {
        let mut issuers = at_hand().filter(|(_, one)| {
            child.facts.names_as_issuer(&one.facts) && one.facts.fingerprint != child.facts.fingerprint
        });
        let (where_, issuer) = issuers.next()?;
        // Several of one name: another may allow what this one does not.
        let forbidden = issuer.facts.constraints.forbidden(&leaf.facts.sans);
        if let Some(san) = forbidden
            .filter(|_| issuers.all(|(_, other)| other.facts.fingerprint == issuer.facts.fingerprint))
        {
            let what = format!("{} names {san}, which {} may not certify", file.name, issuer.facts.subject);
            let fix = format!("issue it for names that {} permits, or from another CA", where_.name);
            return Some(Finding::new(Code::NameConstraint, what, fix).of(element(file, leaf)));
        }
        child = issuer;
    }
    None
}

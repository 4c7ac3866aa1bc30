//! What stands behind the certificate in `cert_file`, and what should.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use super::{Once, file_of};
use crate::finding::{Code, Finding, Severity};
use crate::lint::certificate::{Bundle, Support, clutter, path_of, support, who};
use crate::lint::conf::{Server, Spanned, TlsMap};
use crate::lint::{Certificate, File, System};
use crate::pki::{Member, Obstacle, Usage};

/// What an intermediate certificate beside `cert_file` is often called.
const BESIDE: [&str; 9] = [
    "chain.pem",
    "fullchain.pem",
    "intermediate.pem",
    "intermediate.crt",
    "intermediates.pem",
    "int.pem",
    "ca-chain.pem",
    "ca.pem",
    "ca.crt",
];

pub(super) fn check<'a>(system: &'a System<'_>, once: &mut Once<'a>) {
    let intermediates = intermediates(system);
    for server in &system.servers {
        for map in &server.tls {
            for pair in &map.pairs {
                let Some(name) = &pair.cert else { continue };
                let file = file_of(system, name);
                if file.certificates.is_empty()
                    || file.hidden.is_some()
                    || once.has(Code::IntermediateFirst, &file.name)
                {
                    continue;
                }
                behind(server, map, name, &file, once);
                if let Some(finding) = missing(system, map, &file, &intermediates) {
                    once.add(server, name.span, &file.name, finding);
                }
            }
        }
    }
}

fn behind<'a>(server: &'a Server, map: &TlsMap, name: &'a Spanned<String>, file: &File, once: &mut Once<'a>) {
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    for one in file.certificates.iter().skip(1) {
        if let Support::Refused(why) = support(&one.facts.key) {
            let message = format!(
                "Go peers cannot read the certificate of {}, and refuse all of {}: {why}",
                who(&one.facts),
                file.name
            );
            let fix = format!("take number {} out of the file", one.number);
            let finding = Finding::new(Code::KeyKind, message, fix).of(bundle.element(one));
            once.add(server, name.span, &file.name, finding);
        }
    }
    // One file for everything holds roots, too.
    if map.ca.as_ref().is_some_and(|ca| ca.value == name.value) {
        return;
    }
    for finding in clutter(bundle) {
        once.add(server, name.span, &file.name, finding);
    }
}

/// Intermediates at hand and the files that they are in, by their names.
type Intermediates = HashMap<Vec<u8>, Vec<(Rc<Certificate>, String)>>;

fn intermediates(system: &System<'_>) -> Intermediates {
    let mut known = Intermediates::new();
    let maps = system.servers.iter().flat_map(|server| &server.tls);
    let names = maps.flat_map(|map| map.pairs.iter().filter_map(|pair| pair.cert.as_ref()).chain(&map.ca));
    for name in names {
        let file = file_of(system, name);
        for one in file.certificates.iter().filter(|one| is_intermediate(one)) {
            let same = known.entry(one.facts.subject_der().to_vec()).or_default();
            if same.iter().all(|(other, _)| other.facts.fingerprint != one.facts.fingerprint) {
                same.push((Rc::clone(one), file.name.clone()));
            }
        }
    }
    known
}

fn is_intermediate(one: &Certificate) -> bool {
    one.facts.is_ca && !one.facts.is_self_issued()
}

/// An intermediate that has to be in `cert_file` and is not: it is at hand, and nobody trusts it by itself.
fn missing(system: &System<'_>, map: &TlsMap, file: &File, known: &Intermediates) -> Option<Finding> {
    let bundle = Bundle { name: &file.name, certificates: &file.certificates };
    let last = path_of(bundle).last()?;
    if last.facts.is_self_issued() {
        return None;
    }
    let roots = map.ca.as_ref().map(|name| file_of(system, name));
    if let Some(roots) = roots.as_ref().filter(|roots| !roots.certificates.is_empty()) {
        let unknown = |usage| {
            matches!(
                system.verify(file, roots, usage),
                Err(Obstacle::UnknownIssuer(Member::Leaf | Member::Intermediate(_)))
            )
        };
        if !unknown(Usage::Server) && !unknown(Usage::Client) {
            return None;
        }
    }
    let is_issuer = |one: &Certificate| is_intermediate(one) && last.facts.names_as_issuer(&one.facts);
    let mut named = known.get(last.facts.issuer_der()).into_iter().flatten();
    let found =
        named.find(|(one, _)| is_issuer(one)).cloned().or_else(|| beside(system, file, &is_issuer))?;
    let (issuer, place) = found;
    let message = format!(
        "{} lacks the intermediate certificate {}, which issued that of {}: peers that know the root alone refuse it",
        file.name,
        who(&issuer.facts),
        who(&last.facts)
    );
    let fix = format!("it is in {place}: append it to {}", file.name);
    let finding = Finding::new(Code::IntermediateMissing, message, fix).of(bundle.element(last));
    // Peers that are not at hand may trust the intermediate itself.
    let severity = if roots.is_some() { Severity::Error } else { Severity::Warning };
    Some(Finding { severity, ..finding })
}

fn beside(
    system: &System<'_>,
    file: &File,
    is_issuer: &dyn Fn(&Certificate) -> bool,
) -> Option<(Rc<Certificate>, String)> {
    let folder = Path::new(&file.name).parent()?;
    BESIDE.iter().find_map(|name| {
        let name = folder.join(name).to_string_lossy().into_owned();
        let other = system.material.file(&name);
        let issuer = other.certificates.iter().find(|one| is_issuer(one))?;
        Some((Rc::clone(issuer), name))
    })
}

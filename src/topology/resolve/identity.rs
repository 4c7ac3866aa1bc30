//! Who a client or a leafnode is to nats-server.

use crate::nats::{self, Context, PeerNames, identities};
use crate::pki::{Name, NameError, Subject, SubjectError};
use crate::topology::error::{Fault, Loc};
use crate::topology::model::Identity;

/// The identity that somebody gave, or the default one of this name.
pub(super) fn resolve(
    given: Option<(String, Loc)>,
    kind: &str,
    name: &str,
    name_at: Loc,
) -> Result<Identity, Fault> {
    let Some((text, at)) = given else {
        return Subject::with_common_name(name).map(Identity::Dn).map_err(|why| {
            Fault::new(name_at, why.to_string(), format!("give this {kind} an identity, or a shorter name"))
        });
    };
    if is_dn(&text) {
        let subject: Result<Subject, SubjectError> = text.parse();
        return subject.map(Identity::Dn).map_err(|why| Fault::new(at, why.to_string(), why.hint()));
    }
    let parsed: Result<Name, NameError> = text.parse();
    let parsed = parsed.map_err(|why| Fault::new(at, why.to_string(), why.hint()))?;
    match parsed {
        Name::Ip(_) => Err(Fault::new(
            at,
            "nats-server knows nobody by an address",
            "give an email address, a DNS name, a URI, or a distinguished name such as CN=alice",
        )),
        Name::Dns(name) if name.is_wildcard() => {
            Err(Fault::new(at, "a wildcard is nobody's identity", "give a whole DNS name"))
        }
        san => Ok(Identity::San(san)),
    }
}

/// A distinguished name has an equals sign before any sign of another kind.
fn is_dn(text: &str) -> bool {
    text.find(['=', '@', ':', '/']).is_some_and(|at| text[at..].starts_with('='))
}

/// The user that this identity maps to, or none.
pub(super) fn user(identity: &Identity, context: Context) -> Option<String> {
    let (names, subject) = match identity {
        Identity::San(name) => (std::slice::from_ref(name), None),
        Identity::Dn(subject) => (&[][..], Some(subject)),
    };
    candidates(names, subject, context).into_iter().next().map(|candidate| candidate.user)
}

/// The users that nats-server tries for a certificate of these names, in its order.
pub(super) fn candidates(names: &[Name], subject: Option<&Subject>, context: Context) -> Vec<nats::Identity> {
    let (mut emails, mut dns, mut uris) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        match name {
            Name::Email(_) => emails.push(name.value()),
            Name::Dns(_) => dns.push(name.value()),
            Name::Uri(_) => uris.push(name.value()),
            Name::Ip(_) => {}
        }
    }
    let subject = subject.map(rdns).unwrap_or_default();
    identities(&PeerNames { subject: &subject, emails: &emails, dns: &dns, uris: &uris }, context)
}

fn rdns(subject: &Subject) -> Vec<Vec<(String, String)>> {
    let pair = |a: &crate::pki::Attribute| (a.oid.to_string(), a.text.clone().unwrap_or_default());
    subject.rdns().iter().map(|rdn| rdn.iter().map(pair).collect()).collect()
}

/// A distinguished name for comparison: nats-server takes its parts in any order.
pub(super) fn unordered(subject: &Subject) -> String {
    let mut parts: Vec<String> = rdns(subject)
        .into_iter()
        .map(|rdn| {
            let mut attributes: Vec<_> =
                rdn.into_iter().map(|(oid, value)| format!("{oid}={value:?}")).collect();
            attributes.sort_unstable();
            attributes.join("+")
        })
        .collect();
    parts.sort_unstable();
    parts.join(",")
}

/// An identity that nats-server maps to nobody.
pub(super) fn unmapped(at: Loc) -> Fault {
    Fault::new(
        at,
        "nats-server cannot map this identity to a user",
        "give an email address, a DNS name, a URI without user information, or a DN of CN, OU, O, DC, C, ST, L",
    )
}

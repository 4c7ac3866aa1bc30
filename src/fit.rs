//! Where X.509 and NATS meet: which usage a role needs, which roles a certificate can serve, which users it maps to.

use time::OffsetDateTime;

use crate::nats::{Context, Identity, PeerNames, Role, identities};
use crate::pki::{Facts, San, Usage};

/// The extended key usage that a role needs.
impl From<Role> for Usage {
    fn from(role: Role) -> Self {
        match (role.acts_as_server(), role.acts_as_client()) {
            (true, true) => Self::Both,
            (true, false) => Self::Server,
            (false, _) => Self::Client,
        }
    }
}

/// Why a certificate cannot serve a role at `now`; empty when it can.
#[must_use]
pub fn obstacles(facts: &Facts, role: Role, now: OffsetDateTime) -> Vec<String> {
    if facts.is_ca {
        return vec![
            "it is a CA certificate: it signs others', and rustls refuses it as a peer's".to_owned(),
        ];
    }
    let mut reasons = Vec::new();
    if role.acts_as_server() && !facts.good_for(Usage::Server) {
        reasons.push("no serverAuth among its extended key usages".to_owned());
    }
    if role.acts_as_client() && !facts.good_for(Usage::Client) {
        reasons.push("no clientAuth among its extended key usages".to_owned());
    }
    let host = |san: &San| matches!(san, San::Dns(_) | San::Ip(_));
    if role.acts_as_server() && !facts.sans.iter().any(host) {
        reasons.push("no DNS name or IP address that a peer could check".to_owned());
    }
    if facts.not_after < now {
        reasons.push(format!("expired on {}", facts.not_after.date()));
    }
    if facts.not_before > now {
        reasons.push(format!("not valid before {}", facts.not_before.date()));
    }
    reasons
}

/// The users that `verify_and_map` would take this certificate for, in the order the server tries them.
#[must_use]
pub fn map_users(facts: &Facts, context: Context) -> Vec<Identity> {
    let (mut emails, mut dns, mut uris) = (Vec::new(), Vec::new(), Vec::new());
    for san in &facts.sans {
        match san {
            San::Email(email) => emails.push(email.clone()),
            San::Dns(name) => dns.push(name.clone()),
            San::Uri(uri) => uris.push(uri.clone()),
            San::Ip(_) | San::Other => {}
        }
    }
    let rdns = facts.subject.rdns().iter().map(|rdn| {
        rdn.iter().map(|a| (a.oid.to_string(), a.text.clone().unwrap_or_default())).collect::<Vec<_>>()
    });
    let subject: Vec<_> = rdns.collect();
    identities(&PeerNames { subject: &subject, emails: &emails, dns: &dns, uris: &uris }, context)
}

/// The hosts that a certificate names, as they stand in URLs' host part (without brackets).
#[must_use]
pub fn hosts(facts: &Facts) -> Vec<String> {
    let host = |san: &San| match san {
        San::Dns(name) => Some(name.clone()),
        San::Ip(address) => Some(address.to_string()),
        _ => None,
    };
    facts.sans.iter().filter_map(host).collect()
}

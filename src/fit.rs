//! Where X.509 and NATS meet: which usage a role needs, which roles a certificate can serve, which users it maps to.

use time::OffsetDateTime;

use crate::nats::{Context, Identity, PeerNames, Role, identities};
use crate::pki::{Facts, KeyKind, San, Usage};

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
    if !matches!(&facts.key, KeyKind::Rsa(_) | KeyKind::Ed25519)
        && !CURVES.iter().any(|c| facts.key == KeyKind::Ec((*c).into()))
    {
        reasons.push(format!("its key ({}) is none that nats-server takes", facts.key));
    }
    if facts.not_after < now {
        reasons.push(format!("expired on {}", facts.not_after.date()));
    }
    if facts.not_before > now {
        reasons.push(format!("not valid before {}", facts.not_before.date()));
    }
    reasons
}

/// The curves that Go signs TLS handshakes with.
const CURVES: [&str; 3] = ["P-256", "P-384", "P-521"];

/// What may surprise about a certificate that can serve a role.
#[must_use]
pub fn cautions(facts: &Facts, role: Role) -> Vec<String> {
    let mut cautions = Vec::new();
    if facts.is_ca {
        cautions.push("it is a CA certificate: nats-server takes it, rustls clients refuse it".to_owned());
    }
    let wildcard = |san: &San| matches!(san, San::Dns(name) if name.starts_with("*."));
    if role == Role::Gateway && !facts.sans.is_empty() && facts.sans.iter().all(wildcard) {
        cautions.push("it names wildcards only, and gossiped gateways are dialled by address".to_owned());
    }
    cautions
}

/// Whether TLS 1.2 has no cipher suite left: all that are listed are for another kind of key. (TLS 1.3 suites do not
/// depend on the key, and cannot be chosen.)
#[must_use]
pub fn suites_miss_key(facts: &Facts, cipher_suites: &[String]) -> bool {
    suites_miss(matches!(facts.key, KeyKind::Rsa(_)), cipher_suites)
}

/// The same for a key that is not made yet.
pub(crate) fn suites_miss(rsa: bool, cipher_suites: &[String]) -> bool {
    let authentication = if rsa { "RSA" } else { "ECDSA" };
    let mut tls12 = cipher_suites.iter().filter_map(|name| name.split_once("_WITH_")).peekable();
    tls12.peek().is_some() && tls12.all(|(exchange, _)| !exchange.ends_with(authentication))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::Ca;

    fn facts(role: Role, names: &[&str]) -> Facts {
        Ca::generate().unwrap().issue(role, names).unwrap().facts().unwrap()
    }

    #[test]
    fn a_certificate_fits_the_roles_whose_usage_it_has() {
        let now = OffsetDateTime::now_utc();
        for made_for in Role::ALL {
            let facts = facts(made_for, &["localhost"]);
            for role in Role::ALL {
                let enough = (!role.acts_as_server() || made_for.acts_as_server())
                    && (!role.acts_as_client() || made_for.acts_as_client());
                assert_eq!(obstacles(&facts, role, now).is_empty(), enough, "{made_for} as {role}");
            }
        }
    }

    #[test]
    fn what_keeps_a_certificate_from_serving() {
        let now = OffsetDateTime::now_utc();
        let nameless = facts(Role::Server, &["alice@example.com"]);
        assert!(obstacles(&nameless, Role::Server, now)[0].contains("no DNS name or IP address"));
        let good = facts(Role::Server, &["localhost"]);
        assert!(obstacles(&good, Role::Server, now + time::Duration::days(900))[0].contains("expired on"));
        assert!(
            obstacles(&good, Role::Server, now - time::Duration::days(1))[0].contains("not valid before")
        );
        let root = Ca::generate().unwrap();
        assert!(obstacles(root.facts(), Role::Client, now).is_empty());
        assert!(cautions(root.facts(), Role::Client)[0].contains("CA certificate"));
        let mut odd = good;
        odd.key = KeyKind::Ec("1.3.132.0.10".to_owned());
        assert!(obstacles(&odd, Role::Server, now)[0].contains("none that nats-server takes"));
    }

    #[test]
    fn gateways_are_dialled_by_address() {
        for (names, warned) in [(&["*.example.com"][..], true), (&["*.example.com", "10.0.0.1"], false)] {
            let facts = facts(Role::Gateway, names);
            assert_eq!(cautions(&facts, Role::Gateway).len(), usize::from(warned), "{names:?}");
            assert!(cautions(&facts, Role::Cluster).is_empty());
        }
    }

    #[test]
    fn suites_for_another_key() {
        let facts = facts(Role::Server, &["localhost"]);
        for (suites, miss) in [
            (&[][..], false),
            (&["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], true),
            (&["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256"], true),
            (&["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"], false),
            (&["TLS_AES_128_GCM_SHA256"], false),
        ] {
            let suites: Vec<String> = suites.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(suites_miss_key(&facts, &suites), miss, "{suites:?}");
        }
    }
}

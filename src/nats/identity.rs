//! Which users a client certificate maps to under `verify_and_map`.
//!
//! nats-server tries, for the peer's first certificate: every email, DNS and URI SAN as it is; the subject as a
//! distinguished name; the subject as Go prints it, with domain components and without. The first that is a configured
//! user wins. IP SANs are never tried. (Source: `checkClientTLSCertSubject` in nats-server's `server/auth.go`, and its
//! `internal/ldap`.) Servers before 2.14.1 refuse a certificate whose subject is empty, if it has DNS names only.

use super::Context;

/// The names in a certificate, as [`identities`] wants them.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeerNames<'a> {
    /// The RDNs of the subject in the order of the encoding; each attribute as dotted OID and value.
    pub subject: &'a [Vec<(String, String)>],
    /// The rfc822Name SANs.
    pub emails: &'a [String],
    /// The dNSName SANs.
    pub dns: &'a [String],
    /// The uniformResourceIdentifier SANs.
    pub uris: &'a [String],
}

/// Where a user name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// An email SAN.
    Email,
    /// A DNS SAN.
    Dns,
    /// A URI SAN.
    Uri,
    /// The subject as a distinguished name: its attributes may be in any order.
    Dn,
    /// The subject as Go prints it: compared letter by letter.
    Subject,
}

impl IdentityKind {
    /// One word for people and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Dns => "dns",
            Self::Uri => "uri",
            Self::Dn => "dn",
            Self::Subject => "subject",
        }
    }

    /// Whether the server tries it there. Clusters, gateways and `leafnodes.authorization.users` compare no
    /// distinguished names; a leafnode that maps to the client users does, and remotes map nobody.
    #[must_use]
    pub const fn tried_in(self, context: Context) -> bool {
        match context {
            Context::Server | Context::Websocket | Context::Mqtt | Context::Client => true,
            Context::Cluster | Context::Gateway | Context::Leaf => !matches!(self, Self::Dn),
            Context::Monitor | Context::RemoteGateway | Context::Remote => false,
        }
    }
}

/// A user name that a certificate maps to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Where it comes from.
    pub kind: IdentityKind,
    /// What to write as `user`.
    pub user: String,
}

/// The users a certificate maps to in a context, in the order the server tries them, none twice.
#[must_use]
pub fn identities(names: &PeerNames<'_>, context: Context) -> Vec<Identity> {
    let sans = [(IdentityKind::Email, names.emails), (IdentityKind::Dns, names.dns)]
        .into_iter()
        .flat_map(|(kind, users)| users.iter().map(move |user| (kind, user.clone())));
    let uris = names.uris.iter().map(|uri| (IdentityKind::Uri, as_go_prints_uri(uri)));
    let dn = distinguished_name(names.subject).map(|user| (IdentityKind::Dn, user));
    let subjects = go_subjects(names.subject).into_iter().map(|user| (IdentityKind::Subject, user));
    let mut found: Vec<Identity> = Vec::new();
    for (kind, user) in sans.chain(uris).chain(dn).chain(subjects) {
        if kind.tried_in(context) && !user.is_empty() && found.iter().all(|known| known.user != user) {
            found.push(Identity { kind, user });
        }
    }
    found
}

/// The attribute types nats-server and Go know, in the order in which Go prints them; DC is not among Go's.
pub(super) const GO_ORDER: [(&str, &str); 9] = [
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.3", "CN"),
    ("2.5.4.11", "OU"),
    ("2.5.4.10", "O"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.6", "C"),
];
pub(super) const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";

fn keyword(oid: &str) -> Option<&'static str> {
    if oid == DOMAIN_COMPONENT {
        return Some("DC");
    }
    GO_ORDER.into_iter().find(|(known, _)| *known == oid).map(|(_, keyword)| keyword)
}

/// The subject in RFC 4514 form, or none if nats-server leaves this step out or no user name could match.
fn distinguished_name(subject: &[Vec<(String, String)>]) -> Option<String> {
    let mut rdns = Vec::new();
    for rdn in subject.iter().rev().filter(|rdn| !rdn.is_empty()) {
        let mut attributes = Vec::new();
        for (oid, value) in rdn {
            attributes.push(format!("{}={}", keyword(oid)?, escaped(value)));
        }
        rdns.push(attributes.join("+"));
    }
    let dn = rdns.join(",");
    // The server's parser drops an attribute without value at the end, and with it the whole RDN.
    let last = subject.iter().find(|rdn| !rdn.is_empty()).and_then(|rdn| rdn.last());
    last.is_some_and(|(_, value)| !value.is_empty()).then_some(dn)
}

/// RFC 4514 §2.4, with `=` and control characters escaped too: the server's parser would take an `=` for the end of
/// a type.
pub(super) fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.len().saturating_sub(1);
    for (at, c) in value.char_indices() {
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => out.extend(['\\', c]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            c if c.is_ascii_control() => out.extend(format!("\\{:02X}", u32::from(c)).chars()),
            c => out.push(c),
        }
    }
    out
}

/// The subject as the server prints it with Go's `pkix.Name`: with domain components if there are any, and without.
pub(super) fn go_subjects(subject: &[Vec<(String, String)>]) -> Vec<String> {
    let attributes: Vec<(&str, &str)> =
        subject.iter().flatten().map(|(oid, value)| (oid.as_str(), value.as_str())).collect();
    let values = |oid: &'static str| {
        attributes.iter().filter(move |(known, _)| *known == oid).map(|(_, value)| *value)
    };
    let mut rdns = Vec::new();
    for (oid, keyword) in GO_ORDER {
        let mut values: Vec<&str> = values(oid).collect();
        if matches!(keyword, "CN" | "SERIALNUMBER") {
            // Go keeps only the last of these, and none that is empty.
            values = values.pop().filter(|value| !value.is_empty()).into_iter().collect();
        }
        if !values.is_empty() {
            let rdn: Vec<_> =
                values.into_iter().map(|value| format!("{keyword}={}", go_escaped(value))).collect();
            rdns.push(rdn.join("+"));
        }
    }
    let plain = rdns.join(",");
    let components: Vec<_> = values(DOMAIN_COMPONENT).map(|value| format!("DC={value}")).collect();
    if components.is_empty() { vec![plain] } else { vec![format!("{plain},{}", components.join(",")), plain] }
}

/// Go escapes as RFC 2253 does: no `=`, no control characters.
fn go_escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.len().saturating_sub(1);
    for (at, c) in value.char_indices() {
        let edge = (c == ' ' && (at == 0 || at == last)) || (c == '#' && at == 0);
        if edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Go reads a URI and prints it again, which lower-cases the scheme.
fn as_go_prints_uri(uri: &str) -> String {
    // An empty fragment is not printed; user information is encoded anew, so no name is better than a wrong one.
    let uri = uri.strip_suffix('#').unwrap_or(uri);
    let authority =
        uri.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    match uri.split_once(':') {
        _ if authority.contains('@') && authority.contains('%') => String::new(),
        Some((scheme, rest)) => format!("{}:{rest}", scheme.to_ascii_lowercase()),
        None => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CN: &str = "2.5.4.3";
    const O: &str = "2.5.4.10";
    const OU: &str = "2.5.4.11";
    const C: &str = "2.5.4.6";
    const EMAIL: &str = "1.2.840.113549.1.9.1";

    fn rdns(attributes: &[(&str, &str)]) -> Vec<Vec<(String, String)>> {
        attributes.iter().map(|(oid, value)| vec![((*oid).to_owned(), (*value).to_owned())]).collect()
    }

    fn of_subject(subject: &[Vec<(String, String)>], context: Context) -> Vec<(&'static str, String)> {
        identities(&PeerNames { subject, ..PeerNames::default() }, context)
            .into_iter()
            .map(|identity| (identity.kind.as_str(), identity.user))
            .collect()
    }

    fn server(attributes: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        of_subject(&rdns(attributes), Context::Server)
    }

    #[test]
    fn names_come_before_the_subject() {
        let text = |s: &str| vec![s.to_owned()];
        let (emails, dns, uris) = (text("a@example.com"), text("a.example.com"), text("SPIFFE://x/a"));
        let subject = rdns(&[(CN, "a.example.com")]);
        let names = PeerNames { subject: &subject, emails: &emails, dns: &dns, uris: &uris };
        let found: Vec<_> =
            identities(&names, Context::Server).into_iter().map(|i| (i.kind.as_str(), i.user)).collect();
        let expected = [
            ("email", "a@example.com"),
            ("dns", "a.example.com"),
            ("uri", "spiffe://x/a"),
            ("dn", "CN=a.example.com"),
        ];
        assert_eq!(found, expected.map(|(kind, user)| (kind, user.to_owned())));
        assert!(identities(&names, Context::Monitor).is_empty());
    }

    #[test]
    fn the_dn_is_most_specific_first_and_go_has_its_own_order() {
        assert_eq!(
            server(&[(C, "US"), (O, "NATS"), (CN, "alice"), (OU, "Eng")]),
            [
                ("dn", "OU=Eng,CN=alice,O=NATS,C=US".to_owned()),
                ("subject", "CN=alice,OU=Eng,O=NATS,C=US".to_owned())
            ]
        );
        assert_eq!(
            server(&[
                (DOMAIN_COMPONENT, "com"),
                (DOMAIN_COMPONENT, "example"),
                (OU, "A"),
                (OU, "B"),
                (CN, "x")
            ]),
            [
                ("dn", "CN=x,OU=B,OU=A,DC=example,DC=com".to_owned()),
                ("subject", "CN=x,OU=A+OU=B,DC=com,DC=example".to_owned()),
                ("subject", "CN=x,OU=A+OU=B".to_owned()),
            ]
        );
    }

    /// As 2.9.10, 2.10.25 and 2.15.1 log it for such a certificate.
    #[test]
    fn go_prints_all_types_in_its_own_order() {
        let all = [
            (C, "US"),
            ("2.5.4.8", "S"),
            ("2.5.4.7", "L"),
            ("2.5.4.17", "1"),
            ("2.5.4.9", "s 1"),
            (O, "o1"),
            (O, "o2"),
            ("2.5.4.5", "77"),
            (CN, "c1"),
            (CN, "c2"),
            (EMAIL, "a@x"),
        ];
        let expected = "SERIALNUMBER=77,CN=c2,O=o1+O=o2,POSTALCODE=1,STREET=s 1,L=L,ST=S,C=US";
        assert_eq!(server(&all), [("subject", expected.to_owned())]);
    }

    #[test]
    fn an_unknown_type_leaves_only_the_printed_subject() {
        assert_eq!(server(&[(EMAIL, "a@x"), (CN, "alice")]), [("subject", "CN=alice".to_owned())]);
        assert!(server(&[(EMAIL, "a@x")]).is_empty());
        assert!(server(&[]).is_empty());
    }

    #[test]
    fn clusters_know_no_dn() {
        let subject = rdns(&[(CN, "alice"), (O, "NATS")]);
        assert_eq!(of_subject(&subject, Context::Cluster), [("subject", "CN=alice,O=NATS".to_owned())]);
        let same = rdns(&[(CN, "alice")]);
        assert_eq!(of_subject(&same, Context::Leaf), [("subject", "CN=alice".to_owned())]);
        assert_eq!(of_subject(&same, Context::Server), [("dn", "CN=alice".to_owned())]);
    }

    #[test]
    fn values_are_escaped_so_that_they_match() {
        let value = " a,b+c=\"d\\e\n ";
        assert_eq!(
            server(&[(CN, value)]),
            [
                ("dn", "CN=\\ a\\,b\\+c\\=\\\"d\\\\e\\0A\\ ".to_owned()),
                ("subject", "CN=\\ a\\,b\\+c=\\\"d\\\\e\n\\ ".to_owned()),
            ]
        );
        assert_eq!(
            server(&[(CN, "#1"), (O, "a#b")]),
            [("dn", "O=a#b,CN=\\#1".to_owned()), ("subject", "CN=\\#1,O=a#b".to_owned()),]
        );
    }

    #[test]
    fn several_values_stay_together() {
        let subject = vec![vec![(CN.to_owned(), "a".to_owned()), (OU.to_owned(), "b".to_owned())], vec![]];
        assert_eq!(
            of_subject(&subject, Context::Server),
            [("dn", "CN=a+OU=b".to_owned()), ("subject", "CN=a,OU=b".to_owned())]
        );
    }

    #[test]
    fn empty_values_do_not_end_a_dn() {
        assert_eq!(server(&[(O, ""), (CN, "a")]), [("subject", "CN=a,O=".to_owned())]);
        assert_eq!(server(&[(CN, "a"), (CN, "")]), [("dn", "CN=,CN=a".to_owned())]);
    }
}

//! URIs: SPIFFE IDs and others, never the address of a NATS server.

use super::{NameError, escaped};

/// Longest URI that is accepted, in octets. RFC 5280 sets no bound; this one is generous for SPIFFE IDs.
const MAX_URI: usize = 2048;
/// URL schemes of NATS addresses: what a user pastes from a server list, never what belongs in a URI SAN.
const ADDRESS_SCHEMES: [&str; 8] =
    ["nats", "tls", "ws", "wss", "nats-route", "nats-gateway", "nats-leaf", "mqtt"];

/// An absolute URI in ASCII with a scheme (RFC 3986).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uri(String);

impl Uri {
    /// The URI as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host of a URI with an authority, without user information and port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let rest = self.0.split_once("://")?.1;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host_port.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or(v6),
            None => host_port.split(':').next().unwrap_or(host_port),
        };
        (!host.is_empty()).then_some(host)
    }
}

/// The scheme of a URI (RFC 3986, section 3.1) and what follows its colon.
pub(super) fn scheme(input: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = input.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    valid.then_some((scheme, rest))
}

pub(super) fn parse(input: &str, scheme: &str, rest: &str) -> Result<Uri, NameError> {
    let parsed = Uri(input.to_owned());
    if ADDRESS_SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        let host = parsed.host().or_else(|| (!rest.starts_with('/') && !rest.is_empty()).then_some(rest));
        let fix = match host {
            Some(host) => format!("certificates name hosts, not URLs: use {}", escaped(host)),
            None => "certificates name hosts, not URLs: give the host alone".to_owned(),
        };
        return Err(NameError::new(input, "is the URL of a NATS server", fix));
    }
    let bad = |problem: &str| {
        Err(NameError::new(
            input,
            problem,
            "a URI name looks like spiffe://example.com/nats/orders or urn:uuid:…",
        ))
    };
    if input.len() > MAX_URI {
        return bad("is too long for a URI (more than 2048 octets)");
    }
    if rest.is_empty() || (rest.starts_with("//") && parsed.host().is_none()) {
        return bad("is a URI without a host or path");
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if !input.bytes().all(allowed) || !percent_encoding_is_whole(input) {
        return bad("is not a valid URI (RFC 3986)");
    }
    if scheme.eq_ignore_ascii_case("spiffe") && !is_spiffe_id(rest) {
        return bad(
            "is not a SPIFFE ID: it is spiffe://TRUST-DOMAIN/PATH, without port, user, query or fragment",
        );
    }
    Ok(parsed)
}

fn percent_encoding_is_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|tail| tail.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// SPIFFE ID, sections 2.1 and 2.2: a trust domain in lower case, path segments that are neither empty nor dots.
fn is_spiffe_id(rest: &str) -> bool {
    let octet = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let domain = |text: &str| text.bytes().all(|b| octet(b) && !b.is_ascii_uppercase());
    let segment = |text: &str| !matches!(text, "" | "." | "..") && text.bytes().all(octet);
    rest.strip_prefix("//").is_some_and(|rest| {
        let mut parts = rest.split('/');
        parts.next().is_some_and(domain) && parts.all(segment)
    })
}

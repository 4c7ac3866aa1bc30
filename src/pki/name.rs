//! One NAME of a certificate, classified once: DNS name, IP address, email address or URI.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Longest URI that is accepted, in octets. RFC 5280 sets no bound; this one is generous for SPIFFE IDs.
const MAX_URI: usize = 2048;
/// URL schemes of NATS addresses: what a user pastes from a server list, never what belongs in a URI SAN.
const ADDRESS_SCHEMES: [&str; 8] =
    ["nats", "tls", "ws", "wss", "nats-route", "nats-gateway", "nats-leaf", "mqtt"];

/// A subject alternative name (RFC 5280, section 4.2.1.6). One that exists is valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// `dNSName`, in ASCII (A-labels), perhaps with a leading `*.`.
    Dns(DnsName),
    /// `iPAddress`.
    Ip(IpAddr),
    /// `rfc822Name`.
    Email(EmailAddress),
    /// `uniformResourceIdentifier`, for example a SPIFFE ID.
    Uri(Uri),
}

/// A valid DNS name in ASCII: labels of 1 to 63 letters, digits, `-` and `_`; at most 253 octets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DnsName(String);

/// A valid email address: ASCII dot-atom before the `@`, a DNS name behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// An absolute URI in ASCII with a scheme (RFC 3986).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uri(String);

/// A NAME that cannot stand in a certificate: what is wrong with it, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name {shown} {problem}")]
pub struct NameError {
    /// The name as it was given, escaped and shortened for a terminal.
    pub shown: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub fix: String,
}

impl NameError {
    fn new(input: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { shown: shown(input), problem: problem.into(), fix: fix.into() }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.fix
    }
}

/// A piece of input as it may safely appear in a message: quoted, escaped, at most 60 characters.
pub(crate) fn shown(input: &str) -> String {
    format!("\"{}\"", escaped(input))
}

fn escaped(input: &str) -> String {
    let mut text: String = input.chars().take(60).flat_map(char::escape_debug).collect();
    if input.chars().nth(60).is_some() {
        text.push('…');
    }
    text
}

impl DnsName {
    /// The name in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the leftmost label is `*`.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }
}

impl EmailAddress {
    /// `local@domain`, in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

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

impl Name {
    /// The name without its kind.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Dns(name) => name.0.clone(),
            Self::Ip(address) => address.to_string(),
            Self::Email(email) => email.0.clone(),
            Self::Uri(uri) => uri.0.clone(),
        }
    }

    /// Whether two names are the same to a verifier: DNS names and mail domains ignore case.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(a), Self::Dns(b)) => a.0.eq_ignore_ascii_case(&b.0),
            (Self::Email(a), Self::Email(b)) => {
                a.local() == b.local() && a.domain().eq_ignore_ascii_case(b.domain())
            }
            _ => self == other,
        }
    }
}

/// As `openssl` and the JSON output write it: `DNS:…`, `IP:…`, `email:…`, `URI:…`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "DNS:{}", name.0),
            Self::Ip(address) => write!(f, "IP:{address}"),
            Self::Email(email) => write!(f, "email:{}", email.0),
            Self::Uri(uri) => write!(f, "URI:{}", uri.0),
        }
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(input: &str) -> Result<Self, NameError> {
        if input.is_empty() {
            return Err(NameError::new(
                input,
                "is empty",
                "give a host name, an IP address, an email address or a URI",
            ));
        }
        if let Some(bad) = input.chars().find(|c| c.is_control() || c.is_whitespace()) {
            let what = if bad.is_control() { "a control character" } else { "a blank" };
            return Err(NameError::new(
                input,
                format!("contains {what}"),
                "give each name as an argument of its own, without blanks",
            ));
        }
        if let Some(address) = ip(input)? {
            return Ok(Self::Ip(address));
        }
        if let Some((host, port)) = host_and_port(input) {
            return Err(NameError::new(
                input,
                "is a host with a port",
                format!("certificates name hosts, not ports: use {} without :{port}", escaped(host)),
            ));
        }
        if let Some((scheme, rest)) = scheme(input) {
            return uri(input, scheme, rest).map(Self::Uri);
        }
        if let Some((local, domain)) = input.rsplit_once('@') {
            return email(input, local, domain).map(Self::Email);
        }
        dns(input).map(Self::Dns)
    }
}

/// IP addresses, bracketed or not. `Err` for what only looks like one.
fn ip(input: &str) -> Result<Option<IpAddr>, NameError> {
    let inner = input.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = inner.unwrap_or(input);
    if let Ok(address) = bare.parse() {
        return Ok(Some(address));
    }
    if let Some((address, zone)) = bare.split_once('%')
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return Err(NameError::new(
            input,
            format!("has the zone {}", shown(zone)),
            format!("a certificate cannot name a zone: use {address}"),
        ));
    }
    if inner.is_some() {
        return Err(NameError::new(
            input,
            "is not an IP address",
            "brackets belong around an IPv6 address only, such as [::1]",
        ));
    }
    Ok(None)
}

/// `host:4222` and `[::1]:4222`, split.
fn host_and_port(input: &str) -> Option<(&str, &str)> {
    let (host, port) = input.rsplit_once(':')?;
    let digits = !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let plain = !host.is_empty() && !host.contains(['/', '@']);
    let one_host = !host.contains(':') || host.parse::<Ipv6Addr>().is_ok();
    (digits && plain && one_host).then_some((host, port))
}

/// The scheme of a URI (RFC 3986, section 3.1) and what follows its colon.
fn scheme(input: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = input.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    valid.then_some((scheme, rest))
}

fn uri(input: &str, scheme: &str, rest: &str) -> Result<Uri, NameError> {
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

fn email(input: &str, local: &str, domain: &str) -> Result<EmailAddress, NameError> {
    let fix = "an email name looks like alice@example.com, in ASCII before the @";
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let dot_atom = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    if local.is_empty() || local.len() > 64 || !dot_atom || !local.bytes().all(atext) {
        return Err(NameError::new(input, "has no valid mailbox before the @ (RFC 5321)", fix));
    }
    let domain = dns(domain)
        .map_err(|why| NameError::new(input, format!("has a domain that {}", why.problem), fix))?;
    if domain.is_wildcard() {
        return Err(NameError::new(input, "has a wildcard in its domain", fix));
    }
    Ok(EmailAddress(format!("{local}@{}", domain.0)))
}

fn dns(input: &str) -> Result<DnsName, NameError> {
    let err = |problem: &str, fix: &str| Err(NameError::new(input, problem, fix));
    if input.len() > 1024 {
        return err("is longer than the 253 octets of a DNS name", "shorten it");
    }
    if input.chars().all(|c| c == '.') {
        return err("has an empty label", "give a host name, such as nats.example.com");
    }
    if let Some(name) = input.strip_suffix('.').filter(|name| *name != "*") {
        return err(
            "ends with a dot",
            &format!("certificates name hosts without the trailing dot: use {}", escaped(name)),
        );
    }
    let (wildcard, host) = input.strip_prefix("*.").map_or(("", input), |host| ("*.", host));
    if host.contains('*') || host.is_empty() {
        return err(
            "has a * that is not the whole leftmost label",
            "a wildcard stands alone and first, with a name behind it: *.example.com",
        );
    }
    let ascii = to_ascii(host).ok_or_else(|| {
        NameError::new(
            input,
            "is not a valid internationalised domain name (UTS 46)",
            "write it as the registrar does, or in its xn-- form",
        )
    })?;
    if let Some((problem, fix)) = ascii.split('.').find_map(label_problem) {
        return err(&problem, fix);
    }
    let last = ascii.rsplit('.').next().unwrap_or(&ascii);
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return err(
            "ends in a number and is no IP address",
            "an IPv4 address has four parts from 0 to 255; a host name does not end in a number",
        );
    }
    let name = format!("{wildcard}{ascii}");
    if name.len() > 253 {
        return err("is longer than the 253 octets of a DNS name", "shorten it");
    }
    Ok(DnsName(name))
}

/// ASCII names keep the case they were written in: `verify_and_map` compares it.
fn to_ascii(host: &str) -> Option<String> {
    if host.is_ascii() && !host.to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--")) {
        return Some(host.to_owned());
    }
    Uts46::new()
        .to_ascii(host.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::Ignore)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

fn label_problem(label: &str) -> Option<(String, &'static str)> {
    if let Some(bad) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        return Some((
            format!("contains the character {bad:?}"),
            "DNS names are made of letters, digits, - and _ between the dots",
        ));
    }
    if label.is_empty() {
        // Looked for here and not in the input: UTS 46 maps other full stops to dots and drops soft hyphens.
        return Some(("has an empty label".to_owned(), "remove the doubled, leading or trailing dot"));
    }
    if label.len() > 63 {
        return Some(("has a label longer than 63 octets".to_owned(), "shorten the part between two dots"));
    }
    if label.starts_with('-') {
        return Some((
            "has a label that begins with a hyphen".to_owned(),
            "a host name does not begin with a hyphen; options are listed by --help",
        ));
    }
    if label.ends_with('-') {
        return Some((
            "has a label that ends with a hyphen".to_owned(),
            "put a letter or digit behind the hyphen, or leave it out",
        ));
    }
    None
}

/// Drops what a verifier would see as the same name; the first of each stays, in order.
#[must_use]
pub fn dedup(names: Vec<Name>) -> Vec<Name> {
    let mut kept: Vec<Name> = Vec::with_capacity(names.len());
    for name in names {
        if !kept.iter().any(|known| known.same(&name)) {
            kept.push(name);
        }
    }
    kept
}

/// What a person should know about the wildcards among `names`: nothing, or one sentence each.
#[must_use]
pub fn wildcard_notes(names: &[Name]) -> Vec<String> {
    let wildcards = names.iter().filter_map(|name| match name {
        Name::Dns(dns) if dns.is_wildcard() => dns.as_str().strip_prefix("*."),
        _ => None,
    });
    let mut notes = Vec::new();
    for parent in wildcards {
        if !parent.contains('.') {
            notes.push(format!(
                "*.{parent} is a second-level wildcard: many TLS clients, browsers among them, do not accept it"
            ));
        }
        let covered =
            names.iter().any(|n| matches!(n, Name::Dns(d) if d.as_str().eq_ignore_ascii_case(parent)));
        let bare = if covered { String::new() } else { format!("{parent} itself or ") };
        notes.push(format!("*.{parent} stands for one label: it does not match {bare}a.b.{parent}"));
    }
    notes
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;

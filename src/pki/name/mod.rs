//! One NAME of a certificate, classified once: DNS name, IP address, email address or URI.

mod dns;
mod email;
mod uri;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

pub use dns::DnsName;
pub use email::EmailAddress;
pub use uri::Uri;

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

impl Name {
    /// The name without its kind.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Dns(name) => name.as_str().to_owned(),
            Self::Ip(address) => address.to_string(),
            Self::Email(email) => email.as_str().to_owned(),
            Self::Uri(uri) => uri.as_str().to_owned(),
        }
    }

    /// Whether two names are the same to a verifier: DNS names and mail domains ignore case.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(a), Self::Dns(b)) => a.as_str().eq_ignore_ascii_case(b.as_str()),
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
            Self::Dns(name) => write!(f, "DNS:{}", name.as_str()),
            Self::Ip(address) => write!(f, "IP:{address}"),
            Self::Email(email) => write!(f, "email:{}", email.as_str()),
            Self::Uri(uri) => write!(f, "URI:{}", uri.as_str()),
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
        if let Some((scheme, rest)) = uri::scheme(input) {
            return uri::parse(input, scheme, rest).map(Self::Uri);
        }
        if let Some((local, domain)) = input.rsplit_once('@') {
            return email::parse(input, local, domain).map(Self::Email);
        }
        dns::parse(input).map(Self::Dns)
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

/// `host:4222` and `[::1]:4222`, split; a path behind them does not make them a URI.
fn host_and_port(input: &str) -> Option<(&str, &str)> {
    let address = input.split('/').next().unwrap_or(input);
    let (host, port) = address.rsplit_once(':')?;
    let digits = !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let plain = !host.is_empty() && !host.contains('@');
    let one_host = !host.contains(':') || host.parse::<Ipv6Addr>().is_ok();
    (digits && plain && one_host).then_some((host, port))
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
mod tests;

//! Name constraints of a root (RFC 5280, section 4.2.1.10): what it may certify.

use std::fmt;
use std::net::IpAddr;

use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};
use x509_cert::ext::pkix::name::GeneralName;

use super::error::Error;
use super::name::{DnsName, Name, Uri, shown};
use super::san::San;

mod below;

/// A domain that nobody can have (RFC 2606): permitting it alone forbids every other name of that kind. The empty
/// name, excluded, would say the same, but OpenSSL does not read it so for mailboxes, and it is no valid one.
const NOBODY: &str = "nobody.invalid";

/// One subtree of names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subtree {
    /// The name itself and everything below it; empty: every DNS name.
    Dns(String),
    /// Address and mask, of the same length.
    Ip(Vec<u8>, Vec<u8>),
    /// A host, `.` and a domain, or a whole mailbox; empty: every mailbox.
    Email(String),
    /// A host, or `.` and a domain; empty: every URI. Found in imported roots only: rcgen cannot write it.
    Uri(String),
}

/// The names that a CA may certify. The default constrains nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

impl Constraints {
    /// Only these: DNS suffixes (`example.com`), IP addresses and ranges (`10.0.0.0/8`), mail domains
    /// (`@example.com`) and mailboxes. A kind of name that is not among them is excluded as a whole, so
    /// that a root for `example.com` cannot certify an IP address either. URIs are held to the DNS suffixes by
    /// [`Constraints::check`] alone, not by the certificate.
    ///
    /// # Errors
    /// When one of them is none of these.
    pub fn permit<S: AsRef<str>>(permits: &[S]) -> Result<Self, Error> {
        let mut permitted = Vec::new();
        for permit in permits {
            let subtree = parse(permit.as_ref())?;
            if !permitted.contains(&subtree) {
                permitted.push(subtree);
            }
        }
        let mut excluded = Vec::new();
        if !permitted.is_empty() {
            if !permitted.iter().any(|s| matches!(s, Subtree::Dns(_))) {
                permitted.push(Subtree::Dns(NOBODY.to_owned()));
            }
            if !permitted.iter().any(|s| matches!(s, Subtree::Ip(..))) {
                excluded.extend([4, 16].map(|octets| Subtree::Ip(vec![0; octets], vec![0; octets])));
            }
            if !permitted.iter().any(|s| matches!(s, Subtree::Email(_))) {
                permitted.push(Subtree::Email(NOBODY.to_owned()));
            }
        }
        Ok(Self { permitted, excluded })
    }

    /// Whether nothing is constrained.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.permitted.is_empty() && self.excluded.is_empty()
    }

    /// Whether all of `names` may be certified.
    ///
    /// # Errors
    /// Names the first one that may not.
    pub fn check(&self, names: &[Name]) -> Result<(), Error> {
        match names.iter().find(|name| !self.allows(name)) {
            Some(name) => Err(Error::NotPermitted { name: name.to_string(), permitted: self.to_string() }),
            None => Ok(()),
        }
    }

    /// The first of a certificate's names that may not be certified. URIs are left to who has URI constraints.
    #[must_use]
    pub fn forbidden<'a>(&self, sans: &'a [San]) -> Option<&'a San> {
        if self.is_empty() {
            return None;
        }
        sans.iter().find(|san| match san {
            San::Dns(text) | San::Email(text) => text.parse().is_ok_and(|name: Name| !self.allows(&name)),
            San::Ip(address) => !self.allows(&Name::Ip(*address)),
            San::Uri(_) | San::Other => false,
        })
    }

    fn allows(&self, name: &Name) -> bool {
        if let Name::Uri(uri) = name {
            return self.allows_uri(uri);
        }
        let same_kind: Vec<_> = self.permitted.iter().filter(|s| s.kind_of(name)).collect();
        (same_kind.is_empty() || same_kind.iter().any(|s| s.has(name)))
            && !self.excluded.iter().any(|s| s.has(name))
    }

    /// By the URI constraints if there are any, which takes a host name (RFC 5280, section 4.2.1.10); else by
    /// the DNS suffixes.
    fn allows_uri(&self, uri: &Uri) -> bool {
        let host = uri.host().filter(|host| host.parse::<IpAddr>().is_err());
        let matched = |list: &[Subtree]| list.iter().any(|s| host.is_some_and(|host| s.has_uri_host(host)));
        let constrained = |list: &[Subtree]| list.iter().any(|s| matches!(s, Subtree::Uri(_)));
        if constrained(&self.excluded) && (host.is_none() || matched(&self.excluded)) {
            return false;
        }
        if constrained(&self.permitted) {
            return matched(&self.permitted);
        }
        self.permitted.is_empty() || host.is_some_and(|host| self.permitted.iter().any(|s| s.has_dns(host)))
    }

    /// Whether OpenSSL lets this common name pass in a certificate without DNS names: there it takes what looks
    /// like a host name, IPv4 addresses included, for a DNS name.
    pub(crate) fn allows_common_name(&self, text: &str) -> bool {
        let label =
            |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let like_host = text.contains('.') && text.split('.').all(label);
        let permitted: Vec<_> = self.permitted.iter().filter(|s| matches!(s, Subtree::Dns(_))).collect();
        !like_host
            || ((permitted.is_empty() || permitted.iter().any(|s| s.has_dns(text)))
                && !self.excluded.iter().any(|s| s.has_dns(text)))
    }

    pub(crate) fn to_rcgen(&self) -> Option<NameConstraints> {
        let convert = |list: &[Subtree]| list.iter().filter_map(Subtree::to_rcgen).collect();
        (!self.is_empty()).then(|| NameConstraints {
            permitted_subtrees: convert(&self.permitted),
            excluded_subtrees: convert(&self.excluded),
        })
    }

    pub(crate) fn from_extension(extension: &x509_cert::ext::pkix::NameConstraints) -> Self {
        let read = |list: &Option<Vec<x509_cert::ext::pkix::constraints::name::GeneralSubtree>>| {
            list.iter().flatten().filter_map(|subtree| Subtree::from_general_name(&subtree.base)).collect()
        };
        Self { permitted: read(&extension.permitted_subtrees), excluded: read(&extension.excluded_subtrees) }
    }
}

/// What is permitted, as a list for messages.
impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.permitted.is_empty() {
            return f.write_str(if self.excluded.is_empty() {
                "everything"
            } else {
                "everything but what it excludes"
            });
        }
        let nobody = |s: &&Subtree| matches!(s, Subtree::Dns(name) | Subtree::Email(name) if name == NOBODY);
        let list: Vec<_> = self.permitted.iter().filter(|s| !nobody(s)).map(ToString::to_string).collect();
        f.write_str(&list.join(", "))
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(suffix) => f.write_str(suffix),
            Self::Uri(host) => write!(f, "URIs of {host}"),
            Self::Email(mailbox) if mailbox.contains('@') => f.write_str(mailbox),
            Self::Email(domain) => write!(f, "@{domain}"),
            Self::Ip(address, mask) => {
                let prefix: u32 = mask.iter().map(|b| b.count_ones()).sum();
                match ip(address) {
                    Some(address) => write!(f, "{address}/{prefix}"),
                    None => f.write_str("an IP range"),
                }
            }
        }
    }
}

impl Subtree {
    fn kind_of(&self, name: &Name) -> bool {
        matches!(
            (self, name),
            (Self::Dns(_), Name::Dns(_)) | (Self::Ip(..), Name::Ip(_)) | (Self::Email(_), Name::Email(_))
        )
    }

    fn has(&self, name: &Name) -> bool {
        match (self, name) {
            (Self::Dns(_), Name::Dns(dns)) => self.has_dns(dns.as_str()),
            (Self::Ip(address, mask), Name::Ip(ip)) => {
                let octets = octets(*ip);
                octets.len() == address.len()
                    && octets.iter().zip(mask).map(|(o, m)| o & m).eq(address.iter().copied())
            }
            (Self::Email(subtree), Name::Email(email)) => {
                let mailbox = subtree.rsplit_once('@').is_some_and(|(local, domain)| {
                    local == email.local() && domain.eq_ignore_ascii_case(email.domain())
                });
                mailbox || covers(subtree, email.domain())
            }
            _ => false,
        }
    }

    fn has_dns(&self, host: &str) -> bool {
        match self {
            // The name itself and all below; with a leading dot, which Go and OpenSSL know, those below only.
            // A wildcard below the suffix ends with it as any other name.
            Self::Dns(suffix) => covers(suffix, host) || ends_with(host, &format!(".{suffix}")),
            _ => false,
        }
    }

    fn has_uri_host(&self, host: &str) -> bool {
        matches!(self, Self::Uri(subtree) if covers(subtree, host))
    }

    fn to_rcgen(&self) -> Option<GeneralSubtree> {
        Some(match self {
            Self::Dns(suffix) => GeneralSubtree::DnsName(suffix.clone()),
            Self::Email(domain) => GeneralSubtree::Rfc822Name(domain.clone()),
            Self::Uri(_) => return None,
            Self::Ip(address, mask) => GeneralSubtree::IpAddress(match address.len() {
                4 => CidrSubnet::V4(address.as_slice().try_into().ok()?, mask.as_slice().try_into().ok()?),
                _ => CidrSubnet::V6(address.as_slice().try_into().ok()?, mask.as_slice().try_into().ok()?),
            }),
        })
    }

    fn from_general_name(name: &GeneralName) -> Option<Self> {
        match name {
            GeneralName::DnsName(suffix) => Some(Self::Dns(suffix.as_str().to_owned())),
            GeneralName::UniformResourceIdentifier(host) => Some(Self::Uri(host.as_str().to_owned())),
            GeneralName::Rfc822Name(email) => Some(Self::Email(email.as_str().to_owned())),
            GeneralName::IpAddress(bytes) => {
                let bytes = bytes.as_bytes();
                let (address, mask) = bytes.split_at(bytes.len() / 2);
                matches!(bytes.len(), 8 | 32).then(|| Self::Ip(address.to_vec(), mask.to_vec()))
            }
            _ => None,
        }
    }
}

/// RFC 5280's rule for the hosts of mail addresses and URIs: itself, or with a leading dot all below it.
fn covers(subtree: &str, host: &str) -> bool {
    subtree.is_empty()
        || subtree.eq_ignore_ascii_case(host)
        || (subtree.starts_with('.') && ends_with(host, subtree))
}

fn ends_with(text: &str, suffix: &str) -> bool {
    text.len() > suffix.len() && text.to_ascii_lowercase().ends_with(&suffix.to_ascii_lowercase())
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn ip(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

fn parse(permit: &str) -> Result<Subtree, Error> {
    let fail = || Error::Constraint(shown(permit));
    if let Some((local, domain)) = permit.rsplit_once('@') {
        let parsed = if local.is_empty() { format!("x@{domain}") } else { permit.to_owned() }.parse::<Name>();
        return match parsed.map_err(|_| fail())? {
            Name::Email(email) if local.is_empty() => Ok(Subtree::Email(email.domain().to_owned())),
            Name::Email(email) => Ok(Subtree::Email(email.as_str().to_owned())),
            _ => Err(fail()),
        };
    }
    let (address, prefix) = permit.split_once('/').map_or((permit, None), |(a, p)| (a, Some(p)));
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    if let Ok(address) = bare.parse::<IpAddr>() {
        let octets = octets(address);
        let bits = octets.len() * 8;
        let digits = |p: &&str| p.bytes().all(|b| b.is_ascii_digit());
        let number = |p: &str| p.parse().ok().filter(|prefix| *prefix <= bits);
        let prefix = match prefix {
            None => bits,
            Some(prefix) => Some(prefix).filter(digits).and_then(number).ok_or_else(fail)?,
        };
        let mask: Vec<u8> = (0..octets.len()).map(|i| mask_octet(prefix.saturating_sub(i * 8))).collect();
        let network = octets.iter().zip(&mask).map(|(o, m)| o & m).collect();
        return Ok(Subtree::Ip(network, mask));
    }
    match permit.strip_prefix('.').unwrap_or(permit).parse::<Name>().map_err(|_| fail())? {
        Name::Dns(name) if !DnsName::is_wildcard(&name) => Ok(Subtree::Dns(name.as_str().to_owned())),
        _ => Err(fail()),
    }
}

fn mask_octet(bits: usize) -> u8 {
    if bits >= 8 { 0xff } else { !(0xff_u8 >> bits) }
}

#[cfg(test)]
#[path = "constraint_tests.rs"]
mod tests;

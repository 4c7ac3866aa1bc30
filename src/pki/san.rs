//! Subject alternative names as they stand in certificates.

use std::fmt;
use std::net::IpAddr;

use x509_cert::ext::pkix::name::GeneralName;

use super::name::Name;

/// A subject alternative name as it stands in a certificate, valid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum San {
    /// `dNSName`
    Dns(String),
    /// `iPAddress`
    Ip(IpAddr),
    /// `rfc822Name`
    Email(String),
    /// `uniformResourceIdentifier`
    Uri(String),
    /// Any other kind; nats-server does not look at it.
    Other,
}

impl San {
    /// Whether it is this name, of this kind.
    #[must_use]
    pub fn is(&self, name: &Name) -> bool {
        match (self, name) {
            (Self::Dns(a), Name::Dns(b)) => a == b.as_str(),
            (Self::Ip(a), Name::Ip(b)) => a == b,
            (Self::Email(a), Name::Email(b)) => a == b.as_str(),
            (Self::Uri(a), Name::Uri(b)) => a == b.as_str(),
            _ => false,
        }
    }

    /// The same name for a new certificate; none: natscert would not certify it, or not as this kind of name.
    #[must_use]
    pub fn to_name(&self) -> Option<Name> {
        let name = match self {
            Self::Ip(address) => Name::Ip(*address),
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => text.parse().ok()?,
            Self::Other => return None,
        };
        self.is(&name).then_some(name)
    }
}

impl fmt::Display for San {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "DNS:{name}"),
            Self::Ip(address) => write!(f, "IP:{address}"),
            Self::Email(email) => write!(f, "email:{email}"),
            Self::Uri(uri) => write!(f, "URI:{uri}"),
            Self::Other => f.write_str("other"),
        }
    }
}

/// Reads one.
pub(super) fn san(name: &GeneralName) -> San {
    match name {
        GeneralName::DnsName(dns) => San::Dns(dns.as_str().to_owned()),
        GeneralName::Rfc822Name(email) => San::Email(email.as_str().to_owned()),
        GeneralName::UniformResourceIdentifier(uri) => San::Uri(uri.as_str().to_owned()),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).map_or(San::Other, San::Ip)
        }
        _ => San::Other,
    }
}

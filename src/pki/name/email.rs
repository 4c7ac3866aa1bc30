//! Email addresses, as far as certificates hold them (RFC 5280, section 4.2.1.6).

use super::{NameError, dns};

/// A valid email address: ASCII dot-atom before the `@`, a DNS name behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

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

pub(super) fn parse(input: &str, local: &str, domain: &str) -> Result<EmailAddress, NameError> {
    let fix = "an email name looks like alice@example.com, in ASCII before the @";
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let dot_atom = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    if local.is_empty() || local.len() > 64 || !dot_atom || !local.bytes().all(atext) {
        return Err(NameError::new(input, "has no valid mailbox before the @ (RFC 5321)", fix));
    }
    let domain = dns::parse(domain)
        .map_err(|why| NameError::new(input, format!("has a domain that {}", why.problem), fix))?;
    if domain.is_wildcard() {
        return Err(NameError::new(input, "has a wildcard in its domain", fix));
    }
    Ok(EmailAddress(format!("{local}@{}", domain.as_str())))
}

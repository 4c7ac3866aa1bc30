//! DNS names: in ASCII, as a certificate holds them.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{NameError, escaped};

/// A valid DNS name in ASCII: labels of 1 to 63 letters, digits, `-` and `_`; at most 253 octets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DnsName(String);

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

pub(super) fn parse(input: &str) -> Result<DnsName, NameError> {
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

//! Whom a CA may certify.

use super::ca::Ca;
use super::constraint::Constraints;
use super::error::Error;
use super::name::Name;
use super::subject::{MAX_COMMON_NAME, Subject};

impl Ca {
    /// The default subject: the first name that fits a common name and that the root may certify as one, else
    /// `fallback`.
    #[must_use]
    pub fn subject_for(&self, names: &[Name], fallback: &str) -> Subject {
        let has_dns = names.iter().any(|name| matches!(name, Name::Dns(_)));
        let allowed =
            |name: &&Name| has_dns || self.line().all(|ca| ca.constraints.allows_common_name(&name.value()));
        Subject::for_names(&names.iter().filter(allowed).cloned().collect::<Vec<_>>(), fallback)
    }

    /// Whether it may certify this, and every CA above it.
    ///
    /// # Errors
    /// When one may not certify a name.
    pub fn permits(&self, subject: &Subject, names: &[Name]) -> Result<(), Error> {
        self.line().try_for_each(|ca| {
            ca.constraints.check(names)?;
            check_subject(&ca.constraints, subject, names)
        })
    }
}

impl Subject {
    /// The default subject: the first name that fits a common name, else `fallback`.
    #[must_use]
    pub fn for_names(names: &[Name], fallback: &str) -> Self {
        let fitting = names.iter().map(Name::value).find(|value| value.chars().count() <= MAX_COMMON_NAME);
        Self::common_name(fitting.as_deref().unwrap_or(fallback))
    }
}

/// Names in the subject count as well: email addresses by RFC 5280, section 4.2.1.10, common names by OpenSSL.
fn check_subject(constraints: &Constraints, subject: &Subject, names: &[Name]) -> Result<(), Error> {
    let refuse = |name: String| Error::NotPermitted { name, permitted: constraints.to_string() };
    if !constraints.is_empty() {
        for mailbox in subject.email_addresses() {
            match mailbox.parse() {
                Ok(name @ Name::Email(_)) => constraints.check(&[name])?,
                _ => return Err(refuse(format!("EMAILADDRESS={mailbox}"))),
            }
        }
    }
    if names.iter().any(|name| matches!(name, Name::Dns(_))) {
        return Ok(());
    }
    match subject.common_names().find(|cn| !constraints.allows_common_name(cn)) {
        Some(cn) => Err(refuse(format!("CN={cn}"))),
        None => Ok(()),
    }
}

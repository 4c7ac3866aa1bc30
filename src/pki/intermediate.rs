//! CAs below other CAs.

use rcgen::BasicConstraints;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::ca::{Above, Ca, CaRequest, ca_params};
use super::constraint::Constraints;
use super::error::Error;
use super::inspect::Facts;
use super::key::{KeyPair, KeyType};
use super::signature::{Signature, signature};
use super::subject::Subject;
use super::usage::Usage;
use super::validity::{BACKDATE, CA_DAYS, Span, Validity, rfc3339};

/// What a new intermediate shall be.
#[derive(Clone, Debug)]
pub struct IntermediateRequest {
    /// Name, key, period (cut where a CA above ends), and what it may certify beside what [`Constraints::below`] adds.
    pub ca: CaRequest,
    /// What it may certify for. Certificates for both need both.
    pub usage: Usage,
    /// How many CAs may stand below it.
    pub path_length: u8,
}

/// What lists of revoked certificates call the root.
const ROOT: &str = "root";

/// What is asked of a new intermediate with a name; what is left open follows from what was there.
#[derive(Clone, Debug, Default)]
pub struct IntermediateWish {
    /// Its common name; none: a default with a random number.
    pub cn: Option<String>,
    /// Who makes it: stands in its subject.
    pub user_at_host: String,
    /// The kind of its key; none: as with the one before it, or with the root.
    pub key_type: Option<KeyType>,
    /// How long it is valid; none: as long as the one before it was, or half as long as a root.
    pub validity: Option<Span>,
    /// What it may certify for; none: all that the one before it, or the root, may.
    pub usage: Option<Usage>,
    /// What it may certify; none: what the one before it may, or all that the root may.
    pub constraints: Option<Constraints>,
}

/// How long an intermediate is valid where there was none before.
const DAYS: u32 = CA_DAYS / 2;

impl Ca {
    /// A new intermediate below this root, called so in a CA directory, where `known` are all CAs that there are. `before`
    /// is the one that it follows.
    ///
    /// # Errors
    /// Those of [`Ca::intermediate`]; when the name means the root, or a CA has the subject.
    pub fn named_intermediate<'a>(
        &self,
        name: &str,
        wish: &IntermediateWish,
        before: Option<&Self>,
        known: impl IntoIterator<Item = &'a Self>,
        now: OffsetDateTime,
    ) -> Result<Self, Error> {
        if name == ROOT {
            return Err(Error::NamedRoot);
        }
        let subject = Subject::of_intermediate(name, wish.cn.as_deref(), &wish.user_at_host)?;
        if known.into_iter().any(|ca| ca.facts().subject == subject) {
            return Err(Error::SubjectTaken(subject.to_string()));
        }
        let model = before.unwrap_or(self).facts();
        let validity = match (wish.validity, before) {
            (None, Some(_)) => {
                let begin = now - BACKDATE;
                Validity::new(begin, begin + (model.not_after - model.not_before))?
            }
            (asked, _) => Validity::asked(now, None, None, Some(asked.unwrap_or(Span::days(DAYS))))?,
        };
        let most =
            [Usage::Both, Usage::Server, Usage::Client].into_iter().find(|usage| model.good_for(*usage));
        self.intermediate(&IntermediateRequest {
            ca: CaRequest {
                subject,
                key_type: wish.key_type.or_else(|| model.key.key_type()).unwrap_or_default(),
                validity,
                constraints: wish.constraints.clone().unwrap_or_else(|| model.constraints.clone()),
            },
            usage: wish.usage.or(most).unwrap_or(Usage::Both),
            path_length: before.and_then(|before| before.facts().path_length).unwrap_or(0),
        })
    }

    /// A new CA below this one.
    ///
    /// # Errors
    /// When it has no subject or that of a CA above, this CA's path length leaves no room, this CA could never certify
    /// what it shall certify, or the period begins after the end of a CA above.
    pub fn intermediate(&self, request: &IntermediateRequest) -> Result<Self, Error> {
        if request.ca.subject.is_empty() {
            return Err(Error::NoSubject);
        }
        if self.path_length() == Some(0) {
            return Err(Error::PathLength(self.facts.subject.to_string()));
        }
        if self.line().any(|ca| ca.subject == request.ca.subject) {
            return Err(Error::SubjectTaken(request.ca.subject.to_string()));
        }
        if !self.facts.good_for(request.usage) {
            return Err(Error::UsageNotPermitted(self.facts.subject.to_string()));
        }
        let end = self.end();
        let mut ca = request.ca.clone();
        ca.validity = ca.validity.ending_by(end).ok_or_else(|| Error::OutsideCa(rfc3339(end)))?;
        ca.constraints = ca.constraints.below(&self.facts.constraints)?;
        self.certify_ca(&IntermediateRequest { ca, ..request.clone() })
    }

    /// The same, whatever is asked for.
    pub(super) fn certify_ca(&self, request: &IntermediateRequest) -> Result<Self, Error> {
        let key = KeyPair::generate(request.ca.key_type)?;
        let spki = key.spki();
        let path = BasicConstraints::Constrained(request.path_length);
        let mut params = ca_params(&request.ca, path, &spki, &self.facts.spki)?;
        params.extended_key_usages = request.usage.extended();
        params.use_authority_key_identifier_extension = true;
        let certificate = self.encode(&params, &request.ca.subject, &spki)?;
        let facts = Facts::of(&certificate)?;
        Ok(Self { certificate, facts, key, above: self.below() })
    }

    /// An intermediate below this CA, from its certificate and key, in PEM or DER.
    ///
    /// # Errors
    /// When one of them cannot be read, they do not belong together, or the certificate is not a CA that this one
    /// issued and that may sign at `now`.
    pub fn load_intermediate(
        &self,
        certificate: &[u8],
        key: &[u8],
        now: OffsetDateTime,
    ) -> Result<Self, Error> {
        let der = super::read::certificates(certificate)?.swap_remove(0);
        let facts = Facts::of(&der)?;
        let key = KeyPair::read(key)?;
        if key.spki() != facts.spki {
            return Err(Error::KeyMismatch);
        }
        facts.check_ca(now)?;
        if !facts.names_as_issuer(&self.facts) || signature(&der, &self.facts) != Signature::Good {
            return Err(Error::NotIssuedBy(facts.subject.to_string(), self.facts.subject.to_string()));
        }
        Ok(Self { certificate: CertificateDer::from(der), facts, key, above: self.below() })
    }

    /// What stands above a CA that this one issues.
    fn below(&self) -> Vec<Above> {
        let own = Above { certificate: self.certificate.clone(), facts: self.facts.clone() };
        std::iter::once(own).chain(self.above.iter().cloned()).collect()
    }

    /// How many CAs may still stand below it; none: nothing limits that.
    fn path_length(&self) -> Option<u8> {
        let of = |facts: &Facts, depth: usize| {
            facts.path_length.map(|length| length.saturating_sub(u8::try_from(depth).unwrap_or(u8::MAX)))
        };
        let above = self.above.iter().enumerate().map(|(depth, above)| of(&above.facts, depth + 1));
        std::iter::once(of(&self.facts, 0)).chain(above).flatten().min()
    }
}

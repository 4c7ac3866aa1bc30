//! The root, and the certificates that it issues.

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, IsCa, KeyUsagePurpose, SanType,
    SerialNumber,
};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::certificate::{Certificate, pem_block};
use super::constraint::Constraints;
use super::draft::{self, Signer};
use super::error::Error;
use super::inspect::Facts;
use super::key::{KeyPair, KeyType};
use super::name::{Name, dedup};
use super::subject::{MAX_COMMON_NAME, Subject};
use super::usage::{Usage, key_usage};
use super::validity::{CA_DAYS, Span, Validity, rfc3339};

/// Octets of a serial number: 126 random bits, well over the 64 that are customary, within RFC 5280's 20 octets.
const SERIAL_OCTETS: usize = 16;
/// id-ce-subjectKeyIdentifier
const SUBJECT_KEY_IDENTIFIER: [u64; 4] = [2, 5, 29, 14];

/// A local root CA with its key: it issues certificates.
#[derive(Debug)]
pub struct Ca {
    certificate: CertificateDer<'static>,
    facts: Facts,
    key: KeyPair,
}

/// What a new root shall be.
#[derive(Clone, Debug)]
pub struct CaRequest {
    /// Its distinguished name.
    pub subject: Subject,
    /// Its key.
    pub key_type: KeyType,
    /// Its period of validity.
    pub validity: Validity,
    /// What it may certify.
    pub constraints: Constraints,
}

/// What a new certificate shall be. Names decide the SAN extension, `usage` the extended key usage.
#[derive(Clone, Debug)]
pub struct Request {
    /// Server, client or both.
    pub usage: Usage,
    /// Subject alternative names; duplicates are dropped.
    pub names: Vec<Name>,
    /// The distinguished name; nats-server before 2.14.1 refuses to map a certificate without one.
    pub subject: Subject,
    /// The key to make.
    pub key_type: KeyType,
    /// The period of validity; cut where the CA's own ends.
    pub validity: Validity,
}

impl Ca {
    /// A new root with the defaults, for tests: ECDSA P-256, ten years, no constraints. Lives in memory only.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, Error> {
        Self::create(&CaRequest {
            subject: Subject::of_root(None, "in memory")?,
            key_type: KeyType::default(),
            validity: Validity::asked(OffsetDateTime::now_utc(), None, None, Some(Span::days(CA_DAYS)))?,
            constraints: Constraints::default(),
        })
    }

    /// A new root: basicConstraints CA:TRUE, keyCertSign and cRLSign, critical.
    ///
    /// # Errors
    /// When no key can be made or the certificate cannot be encoded.
    pub fn create(request: &CaRequest) -> Result<Self, Error> {
        if request.subject.is_empty() {
            return Err(Error::NoSubject);
        }
        let key = KeyPair::generate(request.key_type)?;
        let mut params = base_params(request.validity)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = request.constraints.to_rcgen();
        let subject = request.subject.to_der().map_err(|why| Error::Encode(why.to_string()))?;
        let signer = Signer { key: &key, name: &subject, key_id: params.key_identifier(&key) };
        let certificate = draft::certificate(&params, &key, &subject, &signer)?;
        let facts = Facts::of(&certificate)?;
        Ok(Self { certificate, facts, key })
    }

    /// A root from its certificate and key, in PEM or DER.
    ///
    /// # Errors
    /// When one of them cannot be read, they do not belong together, or the certificate is not a root that
    /// may sign at `now`.
    pub fn load(certificate: &[u8], key: &[u8], now: OffsetDateTime) -> Result<Self, Error> {
        let der = super::read::certificates(certificate)?.swap_remove(0);
        let facts = Facts::of(&der)?;
        let key = KeyPair::read(key)?;
        if key.spki() != facts.spki {
            return Err(Error::KeyMismatch);
        }
        facts.check_root(now)?;
        Ok(Self { certificate: CertificateDer::from(der), facts, key })
    }

    /// Issues a certificate for `names` with the defaults: ECDSA P-256, 825 days, the first name as common
    /// name. A name that is an IP address, an email address or a URI becomes a SAN of that kind.
    ///
    /// # Errors
    /// When a name is not valid, or the root may not certify it.
    pub fn issue<N>(&self, usage: impl Into<Usage>, names: N) -> Result<Certificate, Error>
    where
        N: IntoIterator,
        N::Item: AsRef<str>,
    {
        let names = names.into_iter().map(|name| name.as_ref().parse()).collect::<Result<Vec<Name>, _>>()?;
        self.sign(&Request {
            usage: usage.into(),
            subject: self.subject_for(&names, "natscert"),
            names,
            key_type: KeyType::default(),
            validity: Validity::asked(OffsetDateTime::now_utc(), None, None, None)?,
        })
    }

    /// Issues what is asked for, with a new key.
    ///
    /// # Errors
    /// When there are no names, the root may not certify one of them, or the period begins after the
    /// root's end.
    pub fn sign(&self, request: &Request) -> Result<Certificate, Error> {
        let names = dedup(request.names.clone());
        if names.is_empty() {
            return Err(Error::NoNames);
        }
        self.permits(&request.subject, &names)?;
        let validity = request
            .validity
            .ending_by(self.facts.not_after)
            .ok_or_else(|| Error::OutsideCa(rfc3339(self.facts.not_after)))?;
        let key = KeyPair::generate(request.key_type)?;
        let mut params = base_params(validity)?;
        params.subject_alt_names = names.iter().map(san).collect::<Result<_, _>>()?;
        params.key_usages = key_usage(request.key_type);
        params.extended_key_usages = request.usage.extended();
        if request.subject.is_empty() {
            // RFC 5280, section 4.2.1.6: the names are then critical.
            params.distinguished_name = DistinguishedName::new();
        }
        params.use_authority_key_identifier_extension = true;
        params.custom_extensions = vec![subject_key_identifier(&params.key_identifier(&key))];
        let subject = request.subject.to_der().map_err(|why| Error::Encode(why.to_string()))?;
        let signer = Signer { key: &self.key, name: self.facts.subject_der(), key_id: self.key_id() };
        let der = draft::certificate(&params, &key, &subject, &signer)?;
        Ok(Certificate { der, key })
    }

    /// The default subject: the first name that fits a common name and that the root may certify as one, else
    /// `fallback`.
    #[must_use]
    pub fn subject_for(&self, names: &[Name], fallback: &str) -> Subject {
        let has_dns = names.iter().any(|name| matches!(name, Name::Dns(_)));
        let allowed = |name: &&Name| has_dns || self.facts.constraints.allows_common_name(&name.value());
        Subject::for_names(&names.iter().filter(allowed).cloned().collect::<Vec<_>>(), fallback)
    }

    /// Whether the root may certify this.
    ///
    /// # Errors
    /// When it may not certify a name.
    pub fn permits(&self, subject: &Subject, names: &[Name]) -> Result<(), Error> {
        self.facts.constraints.check(names)?;
        self.check_subject(subject, names)
    }

    /// Names in the subject count as well: email addresses by RFC 5280, section 4.2.1.10, common names by OpenSSL.
    fn check_subject(&self, subject: &Subject, names: &[Name]) -> Result<(), Error> {
        let constraints = &self.facts.constraints;
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

    /// An imported root need not have the identifier that natscert would compute; one without any gets ours.
    fn key_id(&self) -> Vec<u8> {
        self.facts
            .subject_key_id
            .clone()
            .unwrap_or_else(|| CertificateParams::default().key_identifier(&self.key))
    }

    /// The root certificate, DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The root certificate, PEM: what `ca_file` and clients trust.
    #[must_use]
    pub fn pem(&self) -> String {
        pem_block(&self.certificate)
    }

    /// The root's private key.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// What the root certificate says.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The root's period of validity.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.facts.validity()
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

fn base_params(validity: Validity) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.not_before = validity.not_before;
    params.not_after = validity.not_after;
    params.serial_number = Some(serial()?);
    Ok(params)
}

/// Positive, of constant length: the top bit clear, the one below it set.
fn serial() -> Result<SerialNumber, Error> {
    let mut octets = super::random::<SERIAL_OCTETS>()?;
    octets[0] = (octets[0] & 0x7f) | 0x40;
    Ok(SerialNumber::from_slice(&octets))
}

/// rcgen writes this extension for CAs only; RFC 5280, section 4.2.1.2, wants it in every certificate.
fn subject_key_identifier(id: &[u8]) -> CustomExtension {
    let mut octet_string = vec![0x04, u8::try_from(id.len()).unwrap_or(0)];
    octet_string.extend_from_slice(id);
    CustomExtension::from_oid_content(&SUBJECT_KEY_IDENTIFIER, octet_string)
}

fn san(name: &Name) -> Result<SanType, Error> {
    let ia5 = |text: &str| Ia5String::try_from(text).map_err(|why| Error::Encode(why.to_string()));
    Ok(match name {
        Name::Dns(dns) => SanType::DnsName(ia5(dns.as_str())?),
        Name::Ip(address) => SanType::IpAddress(*address),
        Name::Email(email) => SanType::Rfc822Name(ia5(email.as_str())?),
        Name::Uri(uri) => SanType::URI(ia5(uri.as_str())?),
    })
}

#[cfg(test)]
#[path = "ca_tests.rs"]
mod tests;

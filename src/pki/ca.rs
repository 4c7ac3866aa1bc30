//! A CA, and the certificates that it issues.

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyIdMethod, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::certificate::{Certificate, pem_block, pem_blocks_of};
use super::constraint::Constraints;
use super::draft::{self, Holder, Signer};
use super::error::Error;
use super::extension::Extensions;
use super::inspect::Facts;
use super::key::{KeyPair, KeyType};
use super::kind::KeyKind;
use super::name::{Name, dedup};
use super::profile;
use super::subject::Subject;
use super::usage::Usage;
use super::validity::{CA_DAYS, Span, Validity, rfc3339};

/// A local CA with its key, a root or an intermediate: it issues certificates.
#[derive(Debug)]
pub struct Ca {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) facts: Facts,
    pub(super) key: KeyPair,
    /// Who issued it, who issued that, and so on to the root; empty for a root.
    pub(super) above: Vec<Above>,
}

/// A CA above another one.
#[derive(Clone, Debug)]
pub(super) struct Above {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) facts: Facts,
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
    /// The key to make; of no account where there is one already.
    pub key_type: KeyType,
    /// The period of validity; cut where that of a CA above it ends.
    pub validity: Validity,
    /// What else it says.
    pub extensions: Extensions,
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
        let spki = key.spki();
        let params = ca_params(request, BasicConstraints::Unconstrained, &spki, &spki)?;
        let name = request.subject.to_der().map_err(|why| Error::Encode(why.to_string()))?;
        let signer = Signer { key: &key, name: &name, key_id: profile::key_id(&spki) };
        let certificate = draft::certificate(&params, &Holder { name: &name, spki: &spki }, &signer)?;
        let facts = Facts::of(&certificate)?;
        Ok(Self { certificate, facts, key, above: Vec::new() })
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
        Ok(Self { certificate: CertificateDer::from(der), facts, key, above: Vec::new() })
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
            extensions: Extensions::default(),
        })
    }

    /// Issues what is asked for, with a new key.
    ///
    /// # Errors
    /// When there are no names, a CA above may not certify one of them or for this usage, or the period begins
    /// after the end of one of these CAs.
    pub fn sign(&self, request: &Request) -> Result<Certificate, Error> {
        // What can be refused is refused before a key is made, which may take seconds.
        self.check(request)?;
        self.sign_key(request, KeyPair::generate(request.key_type)?)
    }

    /// Issues what is asked for, for a key that is there already.
    ///
    /// # Errors
    /// Those of [`Ca::sign`].
    pub fn sign_key(&self, request: &Request, key: KeyPair) -> Result<Certificate, Error> {
        let der = self.certify(request, &key.spki())?;
        Ok(Certificate { der, intermediates: self.intermediates(), key })
    }

    /// Issues what is asked for, for the public key `spki`, DER of a `SubjectPublicKeyInfo`. In a `cert_file`,
    /// [`Ca::intermediates`] follow it.
    ///
    /// # Errors
    /// Those of [`Ca::sign`], and when the key is none.
    pub fn certify(&self, request: &Request, spki: &[u8]) -> Result<CertificateDer<'static>, Error> {
        let (names, validity) = self.check(request)?;
        let is_rsa = matches!(KeyKind::of_spki(spki).ok_or(Error::UnreadableKey)?, KeyKind::Rsa(_));
        let params = profile::end_entity(request, &names, validity, (spki, is_rsa), &self.facts.spki)?;
        self.encode(&params, &request.subject, spki)
    }

    /// Signs what is described, whatever it is.
    pub(super) fn encode(
        &self,
        params: &CertificateParams,
        subject: &Subject,
        spki: &[u8],
    ) -> Result<CertificateDer<'static>, Error> {
        let name = subject.to_der().map_err(|why| Error::Encode(why.to_string()))?;
        let signer = Signer { key: &self.key, name: self.facts.subject_der(), key_id: self.key_id() };
        draft::certificate(params, &Holder { name: &name, spki }, &signer)
    }

    /// Whether it would issue this; the names and the period that the certificate would have.
    fn check(&self, request: &Request) -> Result<(Vec<Name>, Validity), Error> {
        let names = dedup(request.names.clone());
        if names.is_empty() {
            return Err(Error::NoNames);
        }
        self.permits(&request.subject, &names)?;
        // Of an imported root that is limited, the one who imported it was told.
        if !self.above.is_empty() && !self.facts.good_for(request.usage) {
            return Err(Error::UsageNotPermitted(self.facts.subject.to_string()));
        }
        let end = self.end();
        let validity = request.validity.ending_by(end).ok_or_else(|| Error::OutsideCa(rfc3339(end)))?;
        Ok((names, validity))
    }

    /// What it and the CAs above it say, itself first.
    pub fn line(&self) -> impl Iterator<Item = &Facts> {
        std::iter::once(&self.facts).chain(self.above.iter().map(|above| &above.facts))
    }

    /// When the first of it and the CAs above it ends: no certificate is longer of use.
    #[must_use]
    pub fn end(&self) -> OffsetDateTime {
        self.line().map(|ca| ca.not_after).min().unwrap_or(self.facts.not_after)
    }

    /// An imported root need not have the identifier that natscert would compute; one without any gets ours.
    pub(super) fn key_id(&self) -> Vec<u8> {
        self.facts.subject_key_id.clone().unwrap_or_else(|| profile::key_id(&self.facts.spki))
    }

    /// What a certificate that it issues brings along: itself, and what stands between it and the root.
    #[must_use]
    pub fn intermediates(&self) -> Vec<CertificateDer<'static>> {
        let Some((_root, between)) = self.above.split_last() else { return Vec::new() };
        let between = between.iter().map(|above| &above.certificate);
        std::iter::once(&self.certificate).chain(between).cloned().collect()
    }

    /// The same, PEM.
    #[must_use]
    pub fn intermediates_pem(&self) -> String {
        pem_blocks_of(&self.intermediates())
    }

    /// What `cert.pem` holds: a certificate that it issued, DER, and [`Ca::intermediates`].
    #[must_use]
    pub fn cert_pem(&self, der: &[u8]) -> String {
        pem_block(der) + &self.intermediates_pem()
    }

    /// Whether neither it nor a CA above it constrains names.
    #[must_use]
    pub fn is_unconstrained(&self) -> bool {
        self.line().all(|ca| ca.constraints.is_empty())
    }

    /// Whether it has no CA above it.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.above.is_empty()
    }

    /// Whether natscert gave this serial number (lower-case hex) to a certificate of this CA.
    #[must_use]
    pub fn knows_serial(&self, serial: &str) -> bool {
        super::serial::is_of(&self.facts.spki, serial)
    }

    /// Its certificate, DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Its certificate, PEM: what `ca_file` and clients trust.
    #[must_use]
    pub fn pem(&self) -> String {
        pem_block(&self.certificate)
    }

    /// Its private key.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// What its certificate says.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Its period of validity.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.facts.validity()
    }
}

/// What every CA certificate says: cA, keyCertSign and cRLSign, critical.
pub(super) fn ca_params(
    request: &CaRequest,
    path: BasicConstraints,
    spki: &[u8],
    issuer_spki: &[u8],
) -> Result<CertificateParams, Error> {
    let mut params = profile::base(request.validity, issuer_spki)?;
    params.is_ca = IsCa::Ca(path);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = request.constraints.to_rcgen();
    params.key_identifier_method = KeyIdMethod::PreSpecified(profile::key_id(spki));
    Ok(params)
}

#[cfg(test)]
#[path = "ca_tests.rs"]
mod tests;

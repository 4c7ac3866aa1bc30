//! What a certificate says.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode, Reader, SliceReader, Tagged};
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
    SubjectKeyIdentifier,
};

use super::constraint::Constraints;
use super::error::Error;
use super::extension::Extensions;
use super::kind::{KeyKind, key_kind};
use super::pin::Pin;
use super::san::{San, san};
use super::subject::Subject;
use super::usage::Usage;
use super::validity::Validity;

/// The facts of one certificate, as far as TLS and NATS care.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Whom it names.
    pub subject: Subject,
    /// Who signed it.
    pub issuer: Subject,
    /// Subject alternative names, in order.
    pub sans: Vec<San>,
    /// Extended key usages by their RFC 5280 names (or dotted OID); `None`: no such extension, good for all.
    pub extended_key_usage: Option<Vec<String>>,
    /// Key usages by their RFC 5280 names; `None`: no such extension.
    pub key_usage: Option<Vec<&'static str>>,
    /// basicConstraints cA.
    pub is_ca: bool,
    /// basicConstraints pathLenConstraint: how many intermediates may stand below.
    pub path_length: Option<u8>,
    /// Whether it is an X.509 version 1 certificate, without extensions.
    pub is_version_1: bool,
    /// The signature's algorithm, a dotted OID.
    pub signature_algorithm: String,
    /// Name constraints; empty when there are none.
    pub constraints: Constraints,
    /// OCSP responder and must-staple.
    pub extensions: Extensions,
    /// Serial number in lower-case hex.
    pub serial: String,
    /// First second of validity.
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    pub not_after: OffsetDateTime,
    /// Subject key identifier.
    pub subject_key_id: Option<Vec<u8>>,
    /// Key identifier of the authority key identifier.
    pub authority_key_id: Option<Vec<u8>>,
    /// The key.
    pub key: KeyKind,
    /// SHA-256 of the `SubjectPublicKeyInfo`: what `pinned_certs` compares.
    pub pin: Pin,
    /// SHA-256 of the whole certificate, lower-case hex: not a pin.
    pub fingerprint: String,
    /// DER of the `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    subject_der: Vec<u8>,
    issuer_der: Vec<u8>,
}

impl Facts {
    /// Reads one certificate.
    ///
    /// # Errors
    /// When it cannot be decoded.
    pub fn of(der: &[u8]) -> Result<Self, Error> {
        let certificate = super::read::certificate(der)?;
        read(&certificate, der).map_err(|_| Error::UnreadableCertificate)
    }

    /// The facts of every certificate in PEM or DER `bytes`, in order.
    ///
    /// # Errors
    /// When there is none, or one cannot be decoded.
    pub fn all_in(bytes: &[u8]) -> Result<Vec<Self>, Error> {
        super::read::certificates(bytes)?.iter().map(|der| Self::of(der)).collect()
    }

    /// Whether it is a root that may sign at `now`.
    ///
    /// # Errors
    /// When it is not: why.
    pub fn check_root(&self, now: OffsetDateTime) -> Result<(), Error> {
        self.check_ca(now)?;
        if !self.names_as_issuer(self) {
            return Err(Error::NotRoot(self.issuer.to_string()));
        }
        Ok(())
    }

    /// Whether it is a CA that may sign at `now`.
    ///
    /// # Errors
    /// When it is not: why.
    pub fn check_ca(&self, now: OffsetDateTime) -> Result<(), Error> {
        if !self.is_ca {
            return Err(Error::NotCa("basicConstraints does not say CA:TRUE"));
        }
        if self.key_usage.as_ref().is_some_and(|usages| !usages.contains(&"keyCertSign")) {
            return Err(Error::NotCa("its key usage lacks keyCertSign"));
        }
        if self.subject.is_empty() {
            return Err(Error::NotCa("its subject is empty"));
        }
        if self.not_after < now {
            return Err(Error::CaExpired(super::rfc3339(self.not_after)));
        }
        Ok(())
    }

    /// Whether Go, OpenSSL and rustls take it for this usage: no extension or anyExtendedKeyUsage is good for all.
    #[must_use]
    pub fn good_for(&self, usage: Usage) -> bool {
        let has = |purpose: &str| {
            self.extended_key_usage
                .as_ref()
                .is_none_or(|list| list.iter().any(|p| p == purpose || p == "anyExtendedKeyUsage"))
        };
        (!usage.server() || has("serverAuth")) && (!usage.client() || has("clientAuth"))
    }

    /// The period of validity.
    #[must_use]
    pub fn validity(&self) -> Validity {
        Validity { not_before: self.not_before, not_after: self.not_after }
    }

    /// Whether subject and issuer are the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject_der == self.issuer_der
    }

    /// Whether `issuer` can have issued this certificate, by name and key identifier; the signature is not checked.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        let ids = match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(authority), Some(subject)) => authority == subject,
            _ => true,
        };
        self.issuer_der == issuer.subject_der && ids
    }

    /// Whether both certificates are of one CA, as verifiers see it: by name and key.
    #[must_use]
    pub fn is_same_ca(&self, other: &Self) -> bool {
        self.subject_der == other.subject_der && self.spki == other.spki
    }

    /// Whether its issuer has the name of `issuer`, whatever the key identifiers say: that is what Go goes by.
    #[must_use]
    pub fn is_issued_by_name_of(&self, issuer: &Self) -> bool {
        self.issuer_der == issuer.subject_der
    }

    /// Whether Go takes signatures of its key on certificates: a CA certificate whose key usage, if any, includes
    /// keyCertSign. (Version 1 cannot say so, and is taken for one.)
    #[must_use]
    pub fn may_sign(&self) -> bool {
        let usage = self.key_usage.as_ref().is_none_or(|list| list.contains(&"keyCertSign"));
        self.is_version_1 || (self.is_ca && usage)
    }

    #[cfg(feature = "cli")]
    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    pub(crate) fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }
}

fn read(certificate: &Certificate, der: &[u8]) -> der::Result<Facts> {
    let tbs = certificate.tbs_certificate();
    // What is signed has to name the algorithm of its signature (RFC 5280, 4.1.1.2): Go refuses it otherwise.
    if tbs.signature() != certificate.signature_algorithm() {
        return Err(der::Tag::Sequence.value_error().into());
    }
    let spki = tbs.subject_public_key_info().to_der()?;
    let (issuer_der, subject_der) = names_der(der)?;
    let sans = tbs.get_extension::<SubjectAltName>()?.map(|(_, names)| names.0.iter().map(san).collect());
    let eku = tbs.get_extension::<ExtendedKeyUsage>()?.map(|(_, eku)| eku.0.iter().map(purpose).collect());
    let basic = tbs.get_extension::<BasicConstraints>()?.map(|(_, basic)| basic);
    let constraints = tbs.get_extension::<NameConstraints>()?.map(|(_, nc)| Constraints::from_extension(&nc));
    let aki = tbs.get_extension::<AuthorityKeyIdentifier>()?.and_then(|(_, aki)| aki.key_identifier);
    Ok(Facts {
        subject: tbs.subject().into(),
        issuer: tbs.issuer().into(),
        sans: sans.unwrap_or_default(),
        extended_key_usage: eku,
        key_usage: tbs.get_extension::<KeyUsage>()?.map(|(_, usage)| key_usages(usage)),
        is_ca: basic.as_ref().is_some_and(|basic| basic.ca),
        path_length: basic.and_then(|basic| basic.path_len_constraint),
        is_version_1: tbs.version() == x509_cert::Version::V1,
        signature_algorithm: certificate.signature_algorithm().oid.to_string(),
        constraints: constraints.unwrap_or_default(),
        extensions: super::extension::of(tbs),
        serial: super::hex(tbs.serial_number().as_bytes()),
        not_before: instant(tbs.validity().not_before),
        not_after: instant(tbs.validity().not_after),
        subject_key_id: tbs
            .get_extension::<SubjectKeyIdentifier>()?
            .map(|(_, ski)| ski.0.as_bytes().to_vec()),
        authority_key_id: aki.map(|id| id.as_bytes().to_vec()),
        key: key_kind(tbs.subject_public_key_info()),
        pin: Pin::of_spki(&spki),
        fingerprint: super::sha256_hex(der),
        spki,
        subject_der,
        issuer_der,
    })
}

/// Issuer and subject exactly as they are encoded: the decoded form sorts the attributes of a multi-valued RDN.
fn names_der(certificate: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let whole = AnyRef::from_der(certificate)?;
    let (tbs, _signature) = AnyRef::from_der_partial(whole.value())?;
    let mut reader = SliceReader::new(tbs.value())?;
    let mut fields = Vec::with_capacity(8);
    while !reader.is_finished() {
        fields.push(AnyRef::decode(&mut reader)?);
    }
    // A version 1 certificate has no version field in front.
    let start = usize::from(fields.first().is_some_and(|field| field.tag().is_context_specific()));
    let field = |at: usize| fields.get(start + at).ok_or(der::Tag::Sequence.value_error())?.to_der();
    Ok((field(2)?, field(4)?))
}

fn instant(time: x509_cert::time::Time) -> OffsetDateTime {
    OffsetDateTime::from(time.to_system_time())
}

/// The purposes of RFC 5280, section 4.2.1.12.
const PURPOSES: [(ObjectIdentifier, &str); 7] = [
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"), "serverAuth"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2"), "clientAuth"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3"), "codeSigning"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"), "emailProtection"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8"), "timeStamping"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9"), "OCSPSigning"),
    (ObjectIdentifier::new_unwrap("2.5.29.37.0"), "anyExtendedKeyUsage"),
];

pub(super) fn purpose(oid: &ObjectIdentifier) -> String {
    let known = PURPOSES.iter().find(|(purpose, _)| purpose == oid);
    known.map_or_else(|| oid.to_string(), |(_, name)| (*name).to_owned())
}

pub(super) fn key_usages(usage: KeyUsage) -> Vec<&'static str> {
    [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "contentCommitment"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
    ]
    .into_iter()
    .filter_map(|(set, name)| set.then_some(name))
    .collect()
}

#[cfg(test)]
#[path = "inspect_tests.rs"]
mod tests;

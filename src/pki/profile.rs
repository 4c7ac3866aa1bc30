//! What an end entity's certificate looks like, encoded: RFC 5280 as TLS with NATS needs it.

use rcgen::string::Ia5String;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, SanType};

use super::ca::Request;
use super::error::Error;
use super::name::Name;
use super::serial;
use super::usage::key_usage;
use super::validity::Validity;

/// id-ce-subjectKeyIdentifier
const SUBJECT_KEY_IDENTIFIER: [u64; 4] = [2, 5, 29, 14];
/// Octets of a key identifier.
const KEY_ID: usize = 20;

/// Serial number and validity, which all certificates have.
pub(super) fn base(validity: Validity, issuer_spki: &[u8]) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.not_before = validity.not_before;
    params.not_after = validity.not_after;
    params.serial_number = Some(serial::new(issuer_spki)?);
    Ok(params)
}

/// For a server or client with this key, by the issuer with that one.
pub(super) fn end_entity(
    request: &Request,
    names: &[Name],
    validity: Validity,
    key: (&[u8], bool),
    issuer_spki: &[u8],
) -> Result<CertificateParams, Error> {
    let (spki, is_rsa) = key;
    let mut params = base(validity, issuer_spki)?;
    params.subject_alt_names = names.iter().map(san).collect::<Result<_, _>>()?;
    params.key_usages = key_usage(is_rsa);
    params.extended_key_usages = request.usage.extended();
    if request.subject.is_empty() {
        // RFC 5280, section 4.2.1.6: the names are then critical.
        params.distinguished_name = DistinguishedName::new();
    }
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![subject_key_identifier(&key_id(spki))];
    params.custom_extensions.extend(request.extensions.to_rcgen()?);
    Ok(params)
}

/// The identifier of a key: SHA-256 of its `SubjectPublicKeyInfo`, cut (RFC 7093, section 2, method 4).
pub(super) fn key_id(spki: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, spki).as_ref()[..KEY_ID].to_vec()
}

/// rcgen writes this extension for CAs only, of the key that signs; RFC 5280, section 4.2.1.2, wants it in every
/// certificate.
pub(super) fn subject_key_identifier(id: &[u8]) -> CustomExtension {
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

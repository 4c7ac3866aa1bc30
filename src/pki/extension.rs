//! Extensions that a certificate has on request: where its status is asked for, and that it has to be stapled.

use std::fmt;
use std::str::FromStr;

use der::asn1::{Ia5StringRef, ObjectIdentifier};
use der::{Encode, Sequence};
use rcgen::CustomExtension;

use super::error::Error;
use super::name::shown;

/// id-pe-authorityInfoAccess (RFC 5280, section 4.2.2.1)
const AUTHORITY_INFO_ACCESS: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
/// id-pe-tlsfeature (RFC 7633)
const TLS_FEATURE: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 24];
/// id-ad-ocsp
const AD_OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// The TLS extension `status_request` (RFC 6066, section 8), as a feature: what is called must-staple.
const STATUS_REQUEST: u16 = 5;

/// What a certificate says beside names and usage. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// The OCSP responder, in authorityInfoAccess.
    pub ocsp: Option<OcspUrl>,
    /// TLS feature `status_request`: a server has to staple an OCSP response.
    pub must_staple: bool,
}

/// The URL of an OCSP responder: `http://` or `https://`, printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspUrl(String);

impl OcspUrl {
    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OcspUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let host = rest.map_or("", |rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let plain = text.len() <= 2000 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if plain && !host.is_empty() && !host.starts_with(':') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::OcspUrl(shown(text)))
        }
    }
}

impl fmt::Display for OcspUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 5280, section 4.2.2.1, for a location that is a URI.
#[derive(Sequence)]
struct AccessDescription<'a> {
    method: ObjectIdentifier,
    #[asn1(context_specific = "6", tag_mode = "IMPLICIT")]
    location: Ia5StringRef<'a>,
}

impl Extensions {
    /// As rcgen takes them.
    pub(super) fn to_rcgen(&self) -> Result<Vec<CustomExtension>, Error> {
        let mut list = Vec::new();
        if let Some(url) = &self.ocsp {
            let content = access(url).map_err(|why| Error::Encode(why.to_string()))?;
            list.push(CustomExtension::from_oid_content(&AUTHORITY_INFO_ACCESS, content));
        }
        if self.must_staple {
            let content = vec![STATUS_REQUEST].to_der().map_err(|why| Error::Encode(why.to_string()))?;
            list.push(CustomExtension::from_oid_content(&TLS_FEATURE, content));
        }
        Ok(list)
    }
}

fn access(url: &OcspUrl) -> der::Result<Vec<u8>> {
    vec![AccessDescription { method: AD_OCSP, location: Ia5StringRef::new(url.as_str())? }].to_der()
}

/// What the extensions of a certificate say of this; several responders count as the first of them.
pub(super) fn of(tbs: &x509_cert::TbsCertificate) -> Extensions {
    use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;
    use x509_cert::ext::pkix::name::GeneralName;

    let access = tbs.get_extension::<AuthorityInfoAccessSyntax>().ok().flatten();
    let mut urls =
        access.into_iter().flat_map(|(_, list)| list.0).filter(|entry| entry.access_method == AD_OCSP);
    let ocsp = urls.find_map(|entry| match entry.access_location {
        GeneralName::UniformResourceIdentifier(url) => url.as_str().parse().ok(),
        _ => None,
    });
    let feature = tbs
        .extensions()
        .into_iter()
        .flatten()
        .find(|extension| extension.extn_id.arcs().map(u64::from).eq(TLS_FEATURE));
    let must_staple = feature.is_some_and(|feature| {
        <Vec<u16> as der::Decode>::from_der(feature.extn_value.as_bytes())
            .is_ok_and(|features| features.contains(&STATUS_REQUEST))
    });
    Extensions { ocsp, must_staple }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::{Ca, Facts, KeyType, Request, Usage, Validity};
    use time::OffsetDateTime;

    #[test]
    fn a_certificate_says_where_its_status_is_asked_for() {
        let ca = Ca::generate().unwrap();
        for (ocsp, must_staple) in [
            (None, false),
            (Some("http://127.0.0.1:8888/ocsp"), false),
            (Some("https://o.example.com"), true),
        ] {
            let extensions = Extensions { ocsp: ocsp.map(|url| url.parse().unwrap()), must_staple };
            let names = vec!["n1.example.com".parse().unwrap()];
            let issued = ca
                .sign(&Request {
                    usage: Usage::Both,
                    subject: ca.subject_for(&names, "n1"),
                    names,
                    key_type: KeyType::EcdsaP256,
                    validity: Validity::asked(OffsetDateTime::now_utc(), None, None, None).unwrap(),
                    extensions: extensions.clone(),
                })
                .unwrap();
            assert_eq!(Facts::of(issued.der()).unwrap().extensions, extensions);
        }
    }

    #[test]
    fn no_other_texts_are_urls_of_responders() {
        for text in [
            "",
            "ocsp.example.com",
            "http://",
            "http:///x",
            "http://:80",
            "ldap://a",
            "http://a b",
            "http://é",
        ] {
            text.parse::<OcspUrl>().unwrap_err();
        }
    }
}

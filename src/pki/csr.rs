//! Certificate signing requests (PKCS #10, RFC 2986): what one asks for, and that its key has signed it.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName};
use x509_cert::request::{CertReq, CertReqInfo};

use super::error::Error;
use super::inspect::{Facts, key_usages, purpose};
use super::kind::KeyKind;
use super::name::{Name, shown};
use super::pin::Pin;
use super::possession::{check_signature, usable};
use super::read::{Item, items_or};
use super::san::{San, san};
use super::subject::Subject;

/// A certificate signing request whose signature was checked: whoever made it has the private key.
#[derive(Clone, Debug)]
pub struct Csr {
    /// The kind of its key: one that TLS stacks take in certificates.
    pub key: KeyKind,
    /// DER of its `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// What `pinned_certs` will list.
    pub pin: Pin,
    /// What it says to be a CA with, such as `basicConstraints CA:TRUE`; never granted.
    pub ca_claims: Vec<&'static str>,
    subject: Subject,
    /// The names, or why one cannot be certified.
    names: Vec<Result<Name, String>>,
    extended_key_usage: Option<Vec<String>>,
    key_usage: Option<Vec<&'static str>>,
    others: Vec<String>,
}

/// The most that is read as a request, in octets: one of RSA 8192 with a thousand names has less.
const MAX_SIZE: usize = 128 << 10;
/// The most names; TLS stacks refuse certificates of some hundred kilobytes.
const MAX_NAMES: usize = 1000;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// PKCS #9 extensionRequest, and Microsoft's `szOID_CERT_EXTENSIONS`, which is the same under another name.
const EXTENSION_REQUESTS: [ObjectIdentifier; 2] =
    [oid("1.2.840.113549.1.9.14"), oid("1.3.6.1.4.1.311.2.1.14")];

const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");

/// Extensions that are never taken over, by their RFC 5280 and RFC 7633 names.
const OTHERS: [(ObjectIdentifier, &str); 8] = [
    (KEY_USAGE, "keyUsage"),
    (BASIC_CONSTRAINTS, "basicConstraints"),
    (EXTENDED_KEY_USAGE, "extKeyUsage"),
    (oid("2.5.29.30"), "nameConstraints"),
    (oid("2.5.29.31"), "cRLDistributionPoints"),
    (oid("2.5.29.32"), "certificatePolicies"),
    (oid("1.3.6.1.5.5.7.1.1"), "authorityInfoAccess"),
    (oid("1.3.6.1.5.5.7.1.24"), "tlsfeature"),
];

/// Key usages of CAs alone.
const CA_USAGES: [&str; 2] = ["keyCertSign", "cRLSign"];

impl Csr {
    /// The one request in PEM or DER `bytes`.
    ///
    /// # Errors
    /// When there is none or several, and those of [`Csr::of`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_SIZE {
            return Err(Error::LargeRequest(MAX_SIZE >> 10));
        }
        let requests = items_or(bytes, Error::NoRequest)?.into_iter().filter_map(|item| match item {
            Item::Request(der) => Some(der),
            _ => None,
        });
        let requests: Vec<_> = requests.collect();
        match requests.as_slice() {
            [] => Err(Error::NoRequest),
            [one] => Self::of(one),
            many => Err(Error::SeveralRequests(many.len())),
        }
    }

    /// Reads one request, DER.
    ///
    /// # Errors
    /// When it cannot be decoded, its key is none for certificates, or its key has not signed it.
    pub fn of(der: &[u8]) -> Result<Self, Error> {
        let request = CertReq::from_der(der).map_err(|_| Error::UnreadableRequest)?;
        let key = usable(&request.info.public_key)?;
        let spki = request.info.public_key.to_der().map_err(|_| Error::UnreadableKey)?;
        check_signature(der, &key, &spki)?;
        let mut csr = Self {
            key,
            pin: Pin::of_spki(&spki),
            spki,
            ca_claims: Vec::new(),
            subject: (&request.info.subject).into(),
            names: Vec::new(),
            extended_key_usage: None,
            key_usage: None,
            others: Vec::new(),
        };
        for extension in extensions(&request.info).map_err(|_| Error::UnreadableRequest)? {
            csr.take(&extension);
        }
        Ok(csr)
    }

    /// What one extension asks for.
    fn take(&mut self, extension: &Extension) {
        let content = extension.extn_value.as_bytes();
        let read = match extension.extn_id {
            // Of the issuer, and of no meaning in a request.
            SUBJECT_KEY_IDENTIFIER => true,
            SUBJECT_ALT_NAME => {
                match SubjectAltName::from_der(content) {
                    Ok(list) => self.take_names(&list.0),
                    Err(_) => self.names.push(Err("names that cannot be decoded".to_owned())),
                }
                true
            }
            BASIC_CONSTRAINTS => BasicConstraints::from_der(content).is_ok_and(|basic| {
                self.ca_claims.extend(basic.ca.then_some("basicConstraints CA:TRUE"));
                true
            }),
            KEY_USAGE => KeyUsage::from_der(content).is_ok_and(|usage| {
                let (of_ca, rest) =
                    key_usages(usage).into_iter().partition(|usage| CA_USAGES.contains(usage));
                let of_ca: Vec<_> = of_ca;
                self.ca_claims.extend(of_ca);
                self.key_usage = Some(rest);
                true
            }),
            EXTENDED_KEY_USAGE => ExtendedKeyUsage::from_der(content).is_ok_and(|usage| {
                self.extended_key_usage = Some(usage.0.iter().map(purpose).collect());
                true
            }),
            _ => false,
        };
        if !read {
            let known = OTHERS.iter().find(|(oid, _)| *oid == extension.extn_id);
            self.others
                .push(known.map_or_else(|| extension.extn_id.to_string(), |(_, name)| (*name).to_owned()));
        }
    }

    fn take_names(&mut self, names: &[GeneralName]) {
        for name in names {
            if self.names.len() == MAX_NAMES {
                self.names.push(Err(format!("more than {MAX_NAMES} names")));
            }
            if self.names.len() > MAX_NAMES {
                return;
            }
            self.names.push(certifiable(name));
        }
    }

    /// The names that it asks for, in order; none is no error.
    ///
    /// # Errors
    /// When one cannot be certified.
    pub fn names(&self) -> Result<Vec<Name>, Error> {
        self.names.iter().cloned().collect::<Result<_, _>>().map_err(|what| Error::Requested {
            what,
            instead: "say which names it shall have instead: natscert sign REQUEST ROLE NAME…",
        })
    }

    /// The subject that it asks for, perhaps empty.
    ///
    /// # Errors
    /// When it cannot be certified as it is.
    pub fn subject(&self) -> Result<Subject, Error> {
        self.subject.checked().map_err(|why| Error::Requested {
            what: why.to_string(),
            instead: "give it another one, with --subject or --cn",
        })
    }

    /// What it asks for beside names and a CA's rights, and the certificate does not have as it was asked for.
    #[must_use]
    pub fn ignored(&self, issued: &Facts) -> Vec<String> {
        let mut ignored = Vec::new();
        let has = issued.extended_key_usage.as_deref().unwrap_or_default();
        if let Some(asked) = self.extended_key_usage.as_ref().filter(|asked| !same(asked, has)) {
            ignored.push(format!("extended key usage {}", asked.join(", ")));
        }
        let has = issued.key_usage.as_deref().unwrap_or_default();
        if let Some(asked) = self.key_usage.as_ref().filter(|asked| !asked.is_empty() && !same(asked, has)) {
            ignored.push(format!("key usage {}", asked.join(", ")));
        }
        ignored.extend(self.others.iter().cloned());
        ignored
    }
}

/// Whether two lists have the same members.
fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
}

/// All requested extensions.
fn extensions(info: &CertReqInfo) -> der::Result<Vec<Extension>> {
    let mut found = Vec::new();
    for attribute in info.attributes.iter().filter(|a| EXTENSION_REQUESTS.contains(&a.oid)) {
        for value in attribute.values.iter() {
            found.extend(Vec::<Extension>::from_der(&value.to_der()?)?);
        }
    }
    Ok(found)
}

/// A requested name as one that can be certified, of the kind that it is asked for as; or what is wrong.
fn certifiable(asked: &GeneralName) -> Result<Name, String> {
    let (text, word) = match san(asked) {
        San::Ip(address) => return Ok(Name::Ip(address)),
        San::Dns(text) => (text, "DNS name"),
        San::Email(text) => (text, "email address"),
        San::Uri(text) => (text, "URI"),
        San::Other => return Err(format!("a name of the kind {}", kind_of(asked))),
    };
    let name: Name = text.parse().map_err(|why: super::NameError| why.to_string())?;
    match (&name, asked) {
        (Name::Dns(_), GeneralName::DnsName(_))
        | (Name::Email(_), GeneralName::Rfc822Name(_))
        | (Name::Uri(_), GeneralName::UniformResourceIdentifier(_)) => Ok(name),
        _ => Err(format!("the {word} {}, which is none", shown(&text))),
    }
}

/// RFC 5280, section 4.2.1.6
fn kind_of(name: &GeneralName) -> &'static str {
    match name {
        GeneralName::OtherName(_) => "otherName",
        GeneralName::DirectoryName(_) => "directoryName",
        GeneralName::EdiPartyName(_) => "ediPartyName",
        GeneralName::RegisteredId(_) => "registeredID",
        _ => "iPAddress with neither 4 nor 16 octets",
    }
}

#[cfg(test)]
#[path = "csr_tests.rs"]
mod tests;

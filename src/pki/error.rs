//! What can go wrong with keys and certificates, and what to do then.

use super::name::NameError;
use super::subject::SubjectError;
use super::validity::TimeError;

/// An error of the X.509 layer. [`std::fmt::Display`] says what happened, [`Error::hint`] what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A NAME that cannot be certified.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A distinguished name that cannot be used.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A time that cannot be used.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// No names were given.
    #[error("no name was given")]
    NoNames,
    /// A root without a distinguished name: RFC 5280, section 4.1.2.6, wants one.
    #[error("the CA has an empty subject")]
    NoSubject,
    /// A name of an intermediate that means another CA.
    #[error("no intermediate can be called root")]
    NamedRoot,
    /// Key generation failed.
    #[error("the system gave no randomness for a key: {0}")]
    Keygen(#[source] rcgen::Error),
    /// RSA key generation failed.
    #[error("no RSA key could be made")]
    RsaKeygen,
    /// Signing failed.
    #[error("the CA's key did not sign: {0}")]
    Sign(#[source] rcgen::Error),
    /// The certificate could not be encoded.
    #[error("the certificate could not be encoded: {0}")]
    Encode(String),
    /// The input has no bytes.
    #[error("it is empty")]
    EmptyInput,
    /// The input is neither PEM nor DER of anything known.
    #[error("it holds no certificate, request or key in PEM or DER")]
    NothingFound,
    /// No certificate in it.
    #[error("it holds no certificate")]
    NoCertificate,
    /// No private key in it.
    #[error("it holds no private key")]
    NoPrivateKey,
    /// A PEM block that cannot be decoded.
    #[error("it is damaged PEM: {0}")]
    DamagedPem(&'static str),
    /// A password-protected key.
    #[error("its private key is encrypted")]
    EncryptedKey,
    /// A certificate that cannot be decoded.
    #[error("it holds a certificate that cannot be decoded")]
    UnreadableCertificate,
    /// A request that cannot be decoded.
    #[error("it holds a certificate request that cannot be decoded")]
    UnreadableRequest,
    /// A key that cannot be decoded.
    #[error("it holds a key that cannot be decoded")]
    UnreadableKey,
    /// A key of an algorithm that TLS certificates here do not use.
    #[error("it holds a key of an unsupported kind ({0})")]
    KeyAlgorithm(String),
    /// A key that natscert cannot sign with.
    #[error("its key is none that natscert signs with")]
    UnusableKey,
    /// The key is not the certificate's.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// Not a CA certificate.
    #[error("the certificate is not a CA: {0}")]
    NotCa(&'static str),
    /// A CA whose key usage does not let it sign revocation lists.
    #[error("the CA may not sign revocation lists: its key usage lacks cRLSign")]
    NoCrlSign,
    /// A CA that another CA issued.
    #[error("the CA certificate was issued by {0}, so it is not a root")]
    NotRoot(String),
    /// The root's end is past.
    #[error("the CA expired on {0}")]
    CaExpired(String),
    /// The end of the intermediate that signs is past.
    #[error("the active intermediate expired on {0}")]
    IntermediateExpired(String),
    /// The asked period begins after the CA's own ends.
    #[error("the certificate would begin after its CA ends, on {0}")]
    OutsideCa(String),
    /// A name that the root's name constraints forbid.
    #[error("{name} lies outside what this CA may certify ({permitted})")]
    NotPermitted {
        /// The offending name.
        name: String,
        /// What is permitted.
        permitted: String,
    },
    /// A usage that the extended key usage of a CA forbids.
    #[error("the CA {0} may not certify for this usage")]
    UsageNotPermitted(String),
    /// A subject that another CA has.
    #[error("another CA here has the subject {0}")]
    SubjectTaken(String),
    /// A path length constraint that leaves no room for another CA.
    #[error("{0} may not have CAs below it: its path length is 0")]
    PathLength(String),
    /// A CA that another one than the expected issued.
    #[error("the CA certificate {0} was not issued by {1}")]
    NotIssuedBy(String, String),
    /// A URL that is none of an OCSP responder.
    #[error("{0} is no URL of an OCSP responder")]
    OcspUrl(String),
    /// No certificate request in it.
    #[error("it holds no certificate request")]
    NoRequest,
    /// More than one request, where one is signed.
    #[error("it holds {0} certificate requests")]
    SeveralRequests(usize),
    /// More than a request can have.
    #[error("it is larger than {0} KiB, which no certificate request is")]
    LargeRequest(usize),
    /// A request that its own key has not signed.
    #[error("the signature of the request was not made with its key")]
    BadRequest,
    /// A request that is signed with a broken hash.
    #[error("the request is signed with a hash that is broken, SHA-1 or MD5")]
    WeakSignature,
    /// A request whose signature cannot be checked.
    #[error("the request is signed with an algorithm that natscert cannot check ({0})")]
    UnknownSignature(String),
    /// A request for a kind of key that natscert does not certify.
    #[error("natscert signs no request for a key of this kind: {0}")]
    RequestKey(String),
    /// A public key that is encoded as Go and others do not read it.
    #[error("TLS stacks cannot read the key of the request: {0}")]
    KeyForm(&'static str),
    /// A name or subject of a request that cannot be certified.
    #[error("the request asks for what cannot be certified: {what}")]
    Requested {
        /// The name or subject, and what is wrong.
        what: String,
        /// What to do about it.
        instead: &'static str,
    },
    /// Another key than the one that a request was made with.
    #[error("it is not the key that the request was made with")]
    NotOfRequest,
    /// A `--permit` value that is no constraint.
    #[error("{0} is no name constraint")]
    Constraint(String),
}

impl Error {
    /// Of a certificate and its key: whether the key is at fault.
    #[must_use]
    pub fn is_about_key(&self) -> bool {
        matches!(
            self,
            Self::NoPrivateKey
                | Self::EncryptedKey
                | Self::UnreadableKey
                | Self::UnusableKey
                | Self::KeyMismatch
                | Self::KeyAlgorithm(_)
        )
    }

    /// The same of an intermediate.
    #[cfg(feature = "cli")]
    pub(crate) fn of_intermediate(self) -> Self {
        match self {
            Self::CaExpired(end) => Self::IntermediateExpired(end),
            other => other,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Name(e) => e.fix.clone(),
            Self::Subject(e) => e.hint(),
            Self::Time(e) => e.hint(),
            Self::NoNames => "give at least one host name, IP address, email address or URI".into(),
            Self::NoSubject => "give the CA a name".into(),
            Self::NamedRoot => "give it a name that says when or where it signs, such as east-2026".into(),
            Self::Keygen(_) | Self::RsaKeygen | Self::Sign(_) | Self::Encode(_) => {
                "this should not happen: please report it with the command line that you used".into()
            }
            Self::EmptyInput | Self::NothingFound => {
                "give a PEM or DER file with a certificate, a certificate request or a key".into()
            }
            Self::NoCertificate => "give a PEM or DER file that holds a certificate".into(),
            Self::NoPrivateKey => "give a PEM or DER file that holds a private key".into(),
            Self::DamagedPem(_) => {
                "copy the file again, whole, from its -----BEGIN line to its -----END line".into()
            }
            Self::EncryptedKey => "decrypt it first: openssl pkey -in FILE -out PLAIN.pem".into(),
            Self::UnreadableCertificate | Self::UnreadableRequest | Self::UnreadableKey => {
                "check the file with openssl; it may be cut off or not X.509 at all".into()
            }
            Self::KeyAlgorithm(_) => "use an EC (P-256, P-384, P-521), Ed25519 or RSA key".into(),
            Self::UnusableKey => "use a P-256, P-384, Ed25519 or RSA (2048 to 4096 bits) key".into(),
            Self::KeyMismatch => "give the key that the certificate was made with".into(),
            Self::NotCa(_) => "give a root certificate: basicConstraints CA:TRUE and keyCertSign".into(),
            Self::NoCrlSign => {
                "natscert ocsp needs no such right; for the lists of other CAs alone give --of NAME".into()
            }
            Self::NotRoot(_) => "give the self-signed root that stands at the top of its chain".into(),
            Self::CaExpired(_) => {
                "have another one follow: natscert ca roll start DIR...; or begin anew in another --ca-dir"
                    .into()
            }
            Self::IntermediateExpired(_) => {
                "activate another: natscert ca intermediate list shows which there are, add makes one".into()
            }
            Self::OutsideCa(_) => "ask for an earlier beginning, or make a new CA".into(),
            Self::NotPermitted { .. } => {
                "leave the name out, or make a CA that permits it in another directory".into()
            }
            Self::UsageNotPermitted(_) => {
                "choose another --usage, or a CA without this limit: natscert ca intermediate list".into()
            }
            Self::SubjectTaken(_) => {
                "verifiers tell CAs by their subjects: give another --cn, or leave it out".into()
            }
            Self::PathLength(_) => "make the intermediate below a root, or one with a longer path".into(),
            Self::NotIssuedBy(..) => "give an intermediate with the root that issued it".into(),
            Self::OcspUrl(_) => "give it with http:// and a host, such as http://127.0.0.1:8888".into(),
            Self::Requested { instead, .. } => (*instead).into(),
            Self::NoRequest
            | Self::SeveralRequests(_)
            | Self::LargeRequest(_)
            | Self::BadRequest
            | Self::WeakSignature
            | Self::UnknownSignature(_)
            | Self::RequestKey(_)
            | Self::KeyForm(_)
            | Self::NotOfRequest => self.request_hint().into(),
            Self::Constraint(_) => {
                "permit a DNS suffix (example.com), an IP range (10.0.0.0/8) or a mail domain (@example.com)"
                    .into()
            }
        }
    }

    /// The same for what is wrong with a request.
    fn request_hint(&self) -> &'static str {
        match self {
            Self::NoRequest => {
                "make one where the key is: openssl req -new -key key.pem -subj /CN=NAME -out request.pem"
            }
            Self::SeveralRequests(_) => "put each into a file of its own",
            Self::LargeRequest(_) => "check the path: give a PKCS #10 request in PEM or DER",
            Self::BadRequest => "it was changed on its way, or is cut off: copy it again, or make a new one",
            Self::WeakSignature | Self::UnknownSignature(_) => {
                "make it again with SHA-256, and RSA without PSS: openssl req -new -sha256 -key key.pem"
            }
            Self::RequestKey(_) => "use a P-256, P-384, Ed25519 or RSA (2048 to 8192 bits) key",
            Self::KeyForm(_) => {
                "make the request again with openssl's defaults: openssl req -new -key key.pem"
            }
            _ => "give the one that was named to openssl req -new -key",
        }
    }
}

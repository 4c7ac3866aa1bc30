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
    /// A CA that another CA issued.
    #[error("the CA certificate was issued by {0}, so it is not a root")]
    NotRoot(String),
    /// The root's end is past.
    #[error("the CA expired on {0}")]
    CaExpired(String),
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

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Name(e) => e.fix.clone(),
            Self::Subject(e) => e.hint(),
            Self::Time(e) => e.hint(),
            Self::NoNames => "give at least one host name, IP address, email address or URI".into(),
            Self::NoSubject => "give the CA a name".into(),
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
            Self::NotRoot(_) => "give the self-signed root that stands at the top of its chain".into(),
            Self::CaExpired(_) => {
                "make a new one: move the CA directory away, then run natscert ca init".into()
            }
            Self::OutsideCa(_) => "ask for an earlier beginning, or make a new CA".into(),
            Self::NotPermitted { .. } => {
                "leave the name out, or make a CA that permits it in another directory".into()
            }
            Self::Constraint(_) => {
                "permit a DNS suffix (example.com), an IP range (10.0.0.0/8) or a mail domain (@example.com)"
                    .into()
            }
        }
    }
}

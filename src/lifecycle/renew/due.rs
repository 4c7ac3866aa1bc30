//! What is due, and the certificate that takes its place.

use std::path::PathBuf;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::Order;
use crate::bundle;
use crate::lifecycle::again::{self, Unlike};
use crate::lifecycle::bundle::{Anchors, Bundle, Key};
use crate::pki::{self, Authority, Ca, Facts, KeyKind, KeyType, Request, rfc3339};

/// The longest time before its end that a certificate is due, if nothing else is asked for.
const WITHIN: Duration = Duration::days(30);

/// Why a certificate that is due is not renewed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Another CA issued it.
    #[error("it was issued by {0}, which is none of the CAs here")]
    Foreign(String),
    /// Its CA revoked it: the new one would not be.
    #[error("its certificate is revoked, and the one that takes its place would not be")]
    Revoked,
    /// A name that natscert does not write.
    #[error("it has a name that natscert does not certify ({0})")]
    Name(String),
    /// An extended key usage that natscert does not write.
    #[error("it is for {0}")]
    Usage(String),
    /// The key beside it is another one.
    #[error("its key.pem holds another key")]
    KeyMismatch,
    /// A new key is asked for where there is none: the certificate answers a request.
    #[error("it has no key.pem, so it answers a request")]
    NoKey,
    /// A new key is asked for of a kind that natscert does not make.
    #[error("its key is one that natscert does not make ({0})")]
    KeyKind(KeyKind),
    /// Its CA ends no later than it does.
    #[error("its CA ends on {}, no later than it does", rfc3339(*.0))]
    CaEnds(OffsetDateTime),
    /// Somebody would refuse the new certificate.
    #[error("{signer} would sign it, which {} does not trust", ca_file.display())]
    Untrusted {
        /// Who signs.
        signer: String,
        /// A `ca.pem` without it.
        ca_file: PathBuf,
    },
    /// The CA may not certify this.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// A new key would be asked for, and another bundle has the same old one: a pin that stands for both cannot become two.
    #[error("another bundle has the same key, and configurations have one pin for both")]
    SharedKey,
    /// Its files cannot be written.
    #[error(transparent)]
    NotWritten(bundle::Error),
    /// Its length cannot be written.
    #[error(transparent)]
    Time(#[from] pki::TimeError),
}

impl From<Unlike> for Refusal {
    fn from(why: Unlike) -> Self {
        match why {
            Unlike::Name(name) => Self::Name(name),
            Unlike::Usage(usage) => Self::Usage(usage),
        }
    }
}

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Foreign(_) => {
                "renew it where it was issued, or point --ca-dir to the CA that issued it".into()
            }
            Self::Name(_) | Self::Usage(_) => "make another one with natscert issue".into(),
            Self::Revoked => {
                "make another one with a new key: natscert apply, or natscert issue --force with the same names"
                    .into()
            }
            Self::KeyMismatch => "put its key back, or have both made anew with --new-key".into(),
            Self::NoKey => "leave --new-key out, or answer a new request with natscert sign".into(),
            Self::KeyKind(_) => "leave --new-key out, or make another one with natscert issue".into(),
            Self::CaEnds(_) => "roll to a CA that lasts: natscert ca roll start".into(),
            Self::Untrusted { .. } => {
                "have every ca.pem hold the CA that signs: natscert ca roll status shows how far a roll is"
                    .into()
            }
            Self::Pki(why) => why.hint(),
            Self::SharedKey => "leave --new-key out, or have natscert apply make one of the two anew: remove its cert.pem and key.pem".into(),
            Self::NotWritten(why) => why.hint(),
            Self::Time(why) => why.hint(),
        }
    }

    /// A stable word for JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "foreign",
            Self::Revoked => "revoked",
            Self::Name(_) => "name",
            Self::Usage(_) => "usage",
            Self::KeyMismatch => "key-mismatch",
            Self::NoKey => "no-key",
            Self::KeyKind(_) => "key-kind",
            Self::CaEnds(_) => "ca-ends",
            Self::Untrusted { .. } => "untrusted",
            Self::Pki(_) => "not-permitted",
            Self::SharedKey => "shared-key",
            Self::NotWritten(_) => "not-written",
            Self::Time(_) => "validity",
        }
    }

    /// Every word that [`Refusal::code`] gives.
    pub const CODES: [&'static str; 13] = [
        "foreign",
        "revoked",
        "name",
        "usage",
        "key-mismatch",
        "no-key",
        "key-kind",
        "ca-ends",
        "untrusted",
        "not-permitted",
        "shared-key",
        "not-written",
        "validity",
    ];
}

/// Whether a certificate has to be renewed. One that has expired has.
pub(super) fn is_due(facts: &Facts, order: &Order<'_>) -> bool {
    let within = order.within.unwrap_or_else(|| WITHIN.min(facts.validity().length() / 3));
    order.all || facts.not_after - order.now < within
}

/// What a new certificate is made of.
pub(super) struct Draft<'a> {
    pub(super) signer: &'a Ca,
    pub(super) request: Request,
}

/// Who signs, so that everybody takes what is signed.
pub(super) struct Signers<'a> {
    authority: &'a Authority,
    /// Each `ca.pem` with a CA of ours, and the first place where it lies.
    peers: Vec<(Arc<Anchors>, PathBuf)>,
}

impl<'a> Signers<'a> {
    /// With everything that peers trust.
    pub(super) fn new(authority: &'a Authority, peers: Vec<(Arc<Anchors>, PathBuf)>) -> Self {
        let is_ours = |(anchors, _): &(Arc<Anchors>, PathBuf)| anchors.trust(authority).is_some();
        Self { authority, peers: peers.into_iter().filter(is_ours).collect() }
    }

    /// The certificate that takes the place of a bundle's.
    pub(super) fn draft(&self, bundle: &Bundle, order: &Order<'_>) -> Result<Draft<'a>, Refusal> {
        let facts = &bundle.facts;
        let Some(issuer) = bundle.issuer(self.authority) else {
            return Err(Refusal::Foreign(facts.issuer.to_string()));
        };
        if order.revoked.find(&issuer.facts().pin, &facts.serial).is_some() {
            return Err(Refusal::Revoked);
        }
        let key_type = key_type(bundle, order.new_key)?;
        let request = again::request(facts, key_type, again::from_now(facts, order.now)?)?;
        let signer = self.signer(issuer)?;
        // One that ends with its CA is renewed to no effect.
        if signer.end() <= facts.not_after && !order.all {
            return Err(Refusal::CaEnds(signer.end()));
        }
        Ok(Draft { signer, request })
    }

    /// Whether one of the CAs here issued it.
    pub(super) fn issued(&self, bundle: &Bundle) -> bool {
        bundle.issuer(self.authority).is_some()
    }

    /// Whether it names one of them as its issuer, which has not signed it.
    pub(super) fn is_damaged(&self, bundle: &Bundle) -> bool {
        bundle.is_damaged(self.authority)
    }

    /// Whether this is the CA that signs now.
    pub(super) fn is_current(&self, ca: &Ca) -> bool {
        ca.der() == self.authority.signer().der()
    }

    /// The CA that signs now; while not everybody trusts it, the one that signed before.
    fn signer(&self, issuer: &'a Ca) -> Result<&'a Ca, Refusal> {
        let signer = self.authority.signer();
        let Some(ca_file) = self.refusing(signer) else { return Ok(signer) };
        if self.refusing(issuer).is_none() {
            return Ok(issuer);
        }
        Err(Refusal::Untrusted { signer: signer.facts().subject.to_string(), ca_file: ca_file.clone() })
    }

    fn refusing(&self, ca: &Ca) -> Option<&PathBuf> {
        self.peers.iter().find(|(anchors, _)| !anchors.accept(ca)).map(|(_, path)| path)
    }
}

/// The kind of key that is made anew; of no account for one that stays.
fn key_type(bundle: &Bundle, new_key: bool) -> Result<KeyType, Refusal> {
    match bundle.key {
        Key::Missing if new_key => Err(Refusal::NoKey),
        Key::Differs if !new_key => Err(Refusal::KeyMismatch),
        _ if !new_key => Ok(KeyType::default()),
        _ => {
            let kind = &bundle.facts.key;
            kind.key_type().ok_or_else(|| Refusal::KeyKind(kind.clone()))
        }
    }
}

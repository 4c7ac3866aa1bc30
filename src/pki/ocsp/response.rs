//! What is answered.

use der::asn1::{Any, AnyRef, GeneralizedTime, ObjectIdentifier, OctetString, OctetStringRef};
use der::{Decode as _, Encode, Enumerated, Sequence, Tag, TagNumber};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::super::ca::Ca;
use super::super::error::Error;
use super::super::revocation::{Revocation, Update, encode, generalized};
use super::super::seal::sealed;
use super::request::{CertId, OcspRequest};

/// id-pkix-ocsp-basic
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// What is known of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not revoked.
    Good,
    /// It is revoked.
    Revoked(Revocation),
    /// The CA never issued it.
    Unknown,
}

/// An answer without a status, and without a signature (RFC 6960, section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumerated)]
#[repr(u32)]
pub enum Refusal {
    /// The request cannot be read.
    MalformedRequest = 1,
    /// Something broke here.
    InternalError = 2,
    /// There may be an answer later.
    TryLater = 3,
    /// There is no CA here that could answer.
    Unauthorized = 6,
}

#[derive(Sequence)]
struct Refused {
    status: Refusal,
}

#[derive(Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u32)]
enum Success {
    Successful = 0,
}

#[derive(Sequence)]
struct Answered<'a> {
    status: Success,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    bytes: ResponseBytes<'a>,
}

#[derive(Sequence)]
struct ResponseBytes<'a> {
    kind: ObjectIdentifier,
    response: &'a OctetStringRef,
}

/// Version 1, which is the default and so left out.
#[derive(Sequence)]
struct ResponseData {
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    by_key: OctetString,
    produced: GeneralizedTime,
    responses: Vec<SingleResponse>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Sequence)]
struct SingleResponse {
    id: Any,
    status: Any,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    next_update: GeneralizedTime,
}

#[derive(Sequence)]
struct RevokedInfo {
    at: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<CrlReason>,
}

impl Refusal {
    /// The whole answer, DER.
    #[must_use]
    pub fn to_der(self) -> Vec<u8> {
        // SEQUENCE { ENUMERATED }, which cannot fail to be encoded.
        Refused { status: self }.to_der().unwrap_or_default()
    }
}

impl Ca {
    /// The answer, DER, signed by this CA: it has issued what is asked for, as [`OcspRequest::is_for`] tells, or never did.
    /// It is produced at `update.this`; a nonce is sent back.
    ///
    /// # Errors
    /// When the key does not sign, or something cannot be encoded.
    pub fn ocsp_response(
        &self,
        request: &OcspRequest,
        update: Update,
        mut status: impl FnMut(&CertId) -> Status,
    ) -> Result<Vec<u8>, Error> {
        let responses = request.ids.iter().map(|id| single(id, &status(id), update));
        let tbs = responses.collect::<der::Result<Vec<_>>>().and_then(|responses| {
            ResponseData {
                by_key: OctetString::new(self.key_hash()?)?,
                produced: generalized(update.this)?,
                responses,
                extensions: request.nonce.clone().map(|nonce| vec![nonce]),
            }
            .to_der()
        });
        let basic = sealed(&tbs.map_err(encode)?, self.key())?;
        let whole = OctetStringRef::new(&basic).and_then(|response| {
            Answered { status: Success::Successful, bytes: ResponseBytes { kind: BASIC, response } }.to_der()
        });
        whole.map_err(encode)
    }

    /// SHA-1 of the public key, as RFC 6960, section 4.2.1, names a responder.
    fn key_hash(&self) -> der::Result<Vec<u8>> {
        let spki = SubjectPublicKeyInfoRef::from_der(&self.facts().spki)?;
        let hash = ring::digest::digest(
            &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
            spki.subject_public_key.raw_bytes(),
        );
        Ok(hash.as_ref().to_vec())
    }
}

fn single(id: &CertId, status: &Status, update: Update) -> der::Result<SingleResponse> {
    let implicit = |number: u32, constructed: bool, content: &[u8]| {
        Any::new(Tag::ContextSpecific { constructed, number: TagNumber(number) }, content)
    };
    let status = match status {
        Status::Good => implicit(0, false, &[])?,
        Status::Revoked(revocation) => {
            let info = RevokedInfo { at: generalized(revocation.at)?, reason: revocation.reason.code() };
            implicit(1, true, AnyRef::from_der(&info.to_der()?)?.value())?
        }
        Status::Unknown => implicit(2, false, &[])?,
    };
    Ok(SingleResponse {
        id: Any::from_der(&id.der)?,
        status,
        this_update: generalized(update.this)?,
        next_update: generalized(update.next)?,
    })
}

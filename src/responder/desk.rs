//! Who knows the answers.

use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;

use crate::bundle::{self, CaDir, Revoked, Stamp};
use crate::pki::{Ca, CertId, OcspRequest, Refusal, Span, Status, Update};

/// Reads the CAs that answer.
pub(super) type Cas<'a> = dyn Fn() -> Result<Vec<Ca>, bundle::Error> + Sync + 'a;

/// Answers requests as the CA directory is at that moment.
pub struct Desk<'a> {
    dir: &'a CaDir,
    read: &'a Cas<'a>,
    known: RwLock<Arc<Known>>,
    next: Span,
    clock: &'a (dyn Fn() -> OffsetDateTime + Sync),
    told: &'a (dyn Fn(&Told) + Sync),
}

/// The CAs, and how the directory was when they were read.
struct Known {
    cas: Vec<Ca>,
    stamp: Stamp,
}

/// The refusal, and why there is no answer if that is not the request's fault.
type Unanswered = (Refusal, Option<Box<bundle::Error>>);

/// What was answered.
#[derive(Debug)]
pub enum Told {
    /// The status of one certificate: each of a request.
    Status(Answer),
    /// No status.
    Refused(Refusal, Option<Box<bundle::Error>>),
}

/// The answer about one certificate.
#[derive(Debug)]
pub struct Answer {
    /// Its serial number.
    pub serial: String,
    /// What is known of it.
    pub status: Status,
}

impl<'a> Desk<'a> {
    /// Answers for the CAs of a directory. A new answer is promised after `next`; `told` hears of every answer.
    ///
    /// # Errors
    /// When the CAs cannot be read.
    pub fn new(
        dir: &'a CaDir,
        read: &'a Cas<'a>,
        next: Span,
        clock: &'a (dyn Fn() -> OffsetDateTime + Sync),
        told: &'a (dyn Fn(&Told) + Sync),
    ) -> Result<Self, bundle::Error> {
        let known = Known::read(dir, read)?;
        Ok(Self { dir, read, known: RwLock::new(Arc::new(known)), next, clock, told })
    }

    /// The answer (DER) to what is meant to be a request (DER).
    #[must_use]
    pub fn answer(&self, request: &[u8]) -> Vec<u8> {
        let answered = OcspRequest::parse(request).map_err(|why| (why, None)).and_then(|r| self.respond(&r));
        answered.unwrap_or_else(|(refusal, why)| {
            (self.told)(&Told::Refused(refusal, why));
            refusal.to_der()
        })
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    fn respond(&self, request: &OcspRequest) -> Result<Vec<u8>, Unanswered> {
        let known = self.issuer_of(request)?;
        let issuer = known.cas.iter().find(|ca| request.is_for(ca.facts()));
        let ca = issuer.ok_or((Refusal::Unauthorized, None))?;
        // Before the list is read: what is said is no younger than what is known.
        let this = self.now();
        let update = Update { this, next: this + self.next.duration() };
        let list = Revoked::read(self.dir).map_err(|why| (Refusal::TryLater, Some(Box::new(why))))?;
        let mut told = Vec::new();
        let answer = ca.ocsp_response(request, update, |id| {
            let status = status(ca, &list, id);
            told.push(Answer { serial: id.serial().to_owned(), status: status.clone() });
            status
        });
        let answer = answer.map_err(|why| {
            (Refusal::InternalError, Some(Box::new(bundle::Error::pki(self.dir.path())(why))))
        })?;
        for answer in told {
            (self.told)(&Told::Status(answer));
        }
        Ok(answer)
    }

    /// The CAs, read again where none of them is meant and the directory is another: there may be a new one. Anybody can ask
    /// about issuers that nobody knows, and must not have all keys read each time.
    fn issuer_of(&self, request: &OcspRequest) -> Result<Arc<Known>, Unanswered> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        let is_meant = |ca: &Ca| request.is_for(ca.facts());
        if known.cas.iter().any(is_meant) || known.stamp == Stamp::of(self.dir.path()) {
            return Ok(known);
        }
        let read = Known::read(self.dir, self.read);
        let read = Arc::new(read.map_err(|why| (Refusal::TryLater, Some(Box::new(why))))?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }
}

impl Known {
    fn read(dir: &CaDir, read: &Cas<'_>) -> Result<Self, bundle::Error> {
        // Before: what is changed meanwhile is read once more the next time.
        let stamp = Stamp::of(dir.path());
        Ok(Self { cas: read()?, stamp })
    }
}

/// What was revoked is revoked, whoever gave it its number; else the number says whether this CA did.
fn status(ca: &Ca, list: &Revoked, id: &CertId) -> Status {
    match list.find(&ca.facts().pin, id.serial()) {
        Some(entry) => Status::Revoked(entry.revocation.clone()),
        None if ca.knows_serial(id.serial()) => Status::Good,
        None => Status::Unknown,
    }
}

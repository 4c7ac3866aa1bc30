//! X.509: names, keys, roots and the certificates they issue, after [RFC 5280].
//!
//! Knows nothing of NATS. Reads no clock and no file: the caller gives the time and the bytes.
//!
//! [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280

mod authority;
#[cfg(feature = "cli")]
mod blocks;
mod ca;
mod certificate;
mod chain;
mod constraint;
mod crl;
mod csr;
mod draft;
mod error;
mod extension;
mod family;
#[cfg(feature = "cli")]
mod flaw;
mod inspect;
mod intermediate;
mod key;
mod kind;
mod name;
mod ocsp;
mod permit;
mod pin;
mod possession;
mod private;
mod profile;
#[cfg(feature = "cli")]
mod raw_key;
mod read;
mod revocation;
mod san;
mod seal;
mod serial;
mod signature;
mod subject;
mod usage;
mod validity;
mod verify;
mod word;

pub use authority::{Authority, Phase, Roll, Rolled, Trust, UnknownTrust};
pub use ca::{Ca, CaRequest, Request};
pub use certificate::Certificate;
pub use chain::{Chain, Member, Obstacle, verify};
pub use constraint::Constraints;
pub use csr::Csr;
pub use error::Error;
pub use extension::{Extensions, OcspUrl};
pub use family::{Family, Intermediate, Standing};
pub use inspect::Facts;
pub use intermediate::{IntermediateRequest, IntermediateWish};
pub use key::{KeyPair, KeyType, UnknownKeyType};
pub use kind::KeyKind;
pub use name::{DnsName, EmailAddress, Name, NameError, Uri, dedup, wildcard_notes};
pub use ocsp::{CertId, OcspRequest, Refusal, Status};
pub use pin::{Pin, Pinned, SourceKind, pins_in};
pub use read::{Item, items};
pub use revocation::{Reason, Revocation, UnknownReason, Update};
pub use san::San;
pub use signature::{Signature, is_weak, signature};
pub use subject::{Attribute, Rdn, Subject, SubjectError};
pub use usage::Usage;
pub use validity::{BACKDATE, CA_DAYS, DEFAULT_DAYS, Span, TimeError, Validity, parse_instant, rfc3339};

#[cfg(feature = "cli")]
pub(crate) use {
    blocks::{DerKind, PemBlock, der_kind, pem_blocks, public_half},
    certificate::{pem_block, pem_blocks_of},
    crl::crl_pem,
    flaw::{Flaw, self_signed},
    name::shown,
    raw_key::RawKey,
    read::certificates,
    subject::ROOT_NAME,
    word::by_word,
};

/// Lower-case hexadecimal, without separators.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The octets of [`hex`]. `None`: it is none.
pub(crate) fn octets(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// SHA-256, as lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Octets from the system's randomness.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    use ring::rand::SecureRandom as _;
    let mut octets = [0; N];
    let filled = ring::rand::SystemRandom::new().fill(&mut octets);
    filled.map(|()| octets).map_err(|_| Error::Keygen(rcgen::Error::RingUnspecified))
}

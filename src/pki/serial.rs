//! Serial numbers that say whether an issuer gave them.
//!
//! An OCSP responder has to tell a certificate that is not revoked from one that was never issued, and natscert keeps no
//! list of what it issues. So the end of a serial number follows from its beginning and from the issuer's key. That is
//! a checksum, no secret: whoever makes up a serial number on purpose learns nothing but that it is not revoked.

use rcgen::SerialNumber;

use super::error::Error;

/// Octets of a serial number, within the 20 of RFC 5280, section 4.1.2.2.
const OCTETS: usize = 16;
/// Of these, random: 70 bits, more than the 64 that are customary.
const RANDOM: usize = 9;

/// A new one for a certificate by the issuer with this `SubjectPublicKeyInfo`: positive, of constant length.
pub(super) fn new(issuer_spki: &[u8]) -> Result<SerialNumber, Error> {
    let mut octets = [0; OCTETS];
    octets[..RANDOM].copy_from_slice(&super::random::<RANDOM>()?);
    octets[0] = (octets[0] & 0x7f) | 0x40;
    let check = check(issuer_spki, &octets[..RANDOM]);
    octets[RANDOM..].copy_from_slice(&check);
    Ok(SerialNumber::from_slice(&octets))
}

/// Whether a serial number (lower-case hex) is one that natscert gave for this issuer.
pub(super) fn is_of(issuer_spki: &[u8], serial: &str) -> bool {
    let octet = |at: usize| serial.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let octets: Option<Vec<u8>> = (0..serial.len()).step_by(2).map(octet).collect();
    octets.is_some_and(|octets| {
        octets.len() == OCTETS && octets[RANDOM..] == check(issuer_spki, &octets[..RANDOM])
    })
}

fn check(issuer_spki: &[u8], random: &[u8]) -> [u8; OCTETS - RANDOM] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in [b"natscert serial number".as_slice(), issuer_spki, random] {
        context.update(part);
    }
    let mut check = [0; OCTETS - RANDOM];
    check.copy_from_slice(&context.finish().as_ref()[..OCTETS - RANDOM]);
    check
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_serial_number_knows_its_issuer_and_every_octet() {
        use crate::pki::hex;
        let serial = new(b"issuer").unwrap().to_bytes();
        assert!(is_of(b"issuer", &hex(&serial)));
        assert!(!is_of(b"another", &hex(&serial)));
        for at in 0..serial.len() {
            let mut changed = serial.clone();
            changed[at] ^= 1;
            assert!(!is_of(b"issuer", &hex(&changed)), "octet {at}");
        }
        for other in [&hex(&serial)[1..], &hex(&serial)[2..], "", "é", "zz"] {
            assert!(!is_of(b"issuer", other), "{other}");
        }
        assert_ne!(serial, new(b"issuer").unwrap().to_bytes());
    }
}

#![allow(clippy::unwrap_used)]

use der::asn1::{Any, AnyRef, BitStringRef, OctetString};
use der::{Decode, Encode, Sequence};
use proptest::prelude::*;
use ring::digest;
use time::macros::datetime;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::*;
use crate::pki::{Ca, Reason, Revocation, Update, Usage};

const UPDATE: Update =
    Update { this: datetime!(2026-03-01 1:02:03.9 UTC), next: datetime!(2026-03-01 2:00 UTC) };
const SHA1: &str = "1.3.14.3.2.26";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

/// A TLV with a content of any length.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match (high, low) {
        (0, ..128) => vec![low],
        (0, _) => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [&[tag][..], &length, content].concat()
}

fn oid(text: &str) -> Vec<u8> {
    der::asn1::ObjectIdentifier::new_unwrap(text).to_der().unwrap()
}

fn cert_id(ca: &Ca, hash: &str, serial: &str) -> Vec<u8> {
    let algorithm = match hash {
        SHA1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        _ => &digest::SHA256,
    };
    let spki = SubjectPublicKeyInfoRef::from_der(&ca.facts().spki).unwrap();
    let of = |octets: &[u8]| tlv(4, digest::digest(algorithm, octets).as_ref());
    let identifier = tlv(0x30, &[oid(hash), vec![5, 0]].concat());
    let serial = tlv(2, &crate::pki::octets(serial).unwrap());
    let names = [of(ca.facts().subject_der()), of(spki.subject_public_key.raw_bytes())].concat();
    tlv(0x30, &[identifier, names, serial].concat())
}

fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { vec![1, 1, 255] } else { vec![] };
    tlv(0x30, &[oid(id), critical, tlv(4, value)].concat())
}

fn request(ids: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<u8> = ids.iter().flat_map(|id| tlv(0x30, id)).collect();
    let mut tbs = tlv(0x30, &list);
    if !extensions.is_empty() {
        tbs.extend(tlv(0xa2, &tlv(0x30, &extensions.concat())));
    }
    tlv(0x30, &tlv(0x30, &tbs))
}

#[derive(Sequence)]
struct Basic<'a> {
    data: AnyRef<'a>,
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
}

/// The response inside of an answer.
fn basic(answer: &[u8]) -> Vec<u8> {
    let kind = oid("1.3.6.1.5.5.7.48.1.1");
    let at = answer.windows(kind.len()).position(|window| window == kind).unwrap();
    OctetString::from_der(&answer[at + kind.len()..]).unwrap().as_bytes().to_vec()
}

#[test]
fn names_its_issuer_by_either_hash() {
    let (ca, other) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    for hash in [SHA1, SHA256] {
        let asked = OcspRequest::parse(&request(&[cert_id(&ca, hash, "40ff")], &[])).unwrap();
        assert!(asked.is_for(ca.facts()) && !asked.is_for(other.facts()), "{hash}");
        assert_eq!(asked.ids()[0].serial(), "40ff");
    }
    let of_both = OcspRequest::parse(&request(&[cert_id(&ca, SHA1, "01"), cert_id(&other, SHA1, "01")], &[]));
    let of_both = of_both.unwrap();
    assert!(!of_both.is_for(ca.facts()) && !of_both.is_for(other.facts()));
    let md5 = request(&[cert_id(&ca, "1.2.840.113549.2.5", "01")], &[]);
    assert!(!OcspRequest::parse(&md5).unwrap().is_for(ca.facts()));
}

#[test]
fn a_status_for_each_in_order() {
    let ca = Ca::generate().unwrap();
    let ids: Vec<_> = ["01", "02", "00ff"].iter().map(|serial| cert_id(&ca, SHA256, serial)).collect();
    let asked = OcspRequest::parse(&request(&ids, &[])).unwrap();
    let revocation = Revocation {
        serial: "02".into(),
        at: datetime!(2026-02-03 4:05:06 UTC),
        reason: Reason::KeyCompromise,
    };
    let answer = ca
        .ocsp_response(&asked, UPDATE, |id| match id.serial() {
            "01" => Status::Good,
            "02" => Status::Revoked(revocation.clone()),
            _ => Status::Unknown,
        })
        .unwrap();
    let basic = basic(&answer);
    assert_eq!(crate::pki::signature(&basic, ca.facts()), crate::pki::Signature::Good);
    let data = Basic::from_der(&basic).unwrap().data;
    let this = tlv(24, b"20260301010203Z");
    let next = tlv(0xa0, &tlv(24, b"20260301020000Z"));
    let revoked = tlv(0xa1, &[tlv(24, b"20260203040506Z"), tlv(0xa0, &[10, 1, 1])].concat());
    let single = |id: &[u8], status: &[u8]| tlv(0x30, &[id, status, &this, &next].concat());
    let responses =
        [single(&ids[0], &[0x80, 0]), single(&ids[1], &revoked), single(&ids[2], &[0x82, 0])].concat();
    let expected = [this.clone(), tlv(0x30, &responses)].concat();
    assert!(data.value().ends_with(&expected));
    // Before it stands the key's hash alone: 4 octets of headers, 20 of SHA-1.
    assert_eq!(data.value().len() - expected.len(), 24);
}

#[test]
fn a_nonce_comes_back_as_it_was() {
    let ca = Ca::generate().unwrap();
    for (octets, fine) in [(0, false), (1, true), (16, true), (128, true), (129, false)] {
        let nonce = extension(NONCE, false, &tlv(4, &vec![7; octets]));
        let asked = OcspRequest::parse(&request(&[cert_id(&ca, SHA1, "01")], std::slice::from_ref(&nonce)));
        assert_eq!(asked.is_ok(), fine, "{octets} octets");
        let Ok(asked) = asked else { continue };
        let answer = ca.ocsp_response(&asked, UPDATE, |_| Status::Good).unwrap();
        let tail = tlv(0xa1, &tlv(0x30, &nonce));
        let basic = basic(&answer);
        assert!(Basic::from_der(&basic).unwrap().data.value().ends_with(&tail), "{octets} octets");
    }
    let bare = extension(NONCE, false, b"no octet string");
    assert!(OcspRequest::parse(&request(&[cert_id(&ca, SHA1, "01")], &[bare])).is_err());
}

#[test]
fn what_is_no_request() {
    let ca = Ca::generate().unwrap();
    let id = cert_id(&ca, SHA1, "01");
    let good = request(std::slice::from_ref(&id), &[]);
    let critical = |critical| request(std::slice::from_ref(&id), &[extension("1.2.3", critical, &[5, 0])]);
    assert!(OcspRequest::parse(&critical(false)).is_ok());
    for (what, der) in [
        ("nothing", vec![]),
        ("nothing asked", request(&[], &[])),
        ("a critical extension", critical(true)),
        ("a certificate", ca.issue(Usage::Both, ["a.example.com"]).unwrap().der().to_vec()),
        ("something behind it", [&good[..], &[0]].concat()),
        ("version 2", tlv(0x30, &tlv(0x30, &[vec![0xa0, 3, 2, 1, 1], tlv(0x30, &tlv(0x30, &id))].concat()))),
    ] {
        assert_eq!(OcspRequest::parse(&der).unwrap_err(), Refusal::MalformedRequest, "{what}");
    }
    for end in 0..good.len() {
        assert!(OcspRequest::parse(&good[..end]).is_err());
    }
}

/// A request may be signed, and may say who asks.
#[test]
fn who_asks_does_not_matter() {
    let ca = Ca::generate().unwrap();
    let list = tlv(0x30, &tlv(0x30, &cert_id(&ca, SHA1, "01")));
    let requestor = tlv(0xa1, &tlv(0x82, b"a.example.com"));
    let tbs = tlv(0x30, &[vec![0xa0, 3, 2, 1, 0], requestor, list].concat());
    let signature = tlv(0xa0, &Any::from_der(&tlv(0x30, &[5, 0])).unwrap().to_der().unwrap());
    assert!(OcspRequest::parse(&tlv(0x30, &[tbs, signature].concat())).is_ok());
}

#[test]
fn refusals_are_not_signed() {
    assert_eq!(Refusal::MalformedRequest.to_der(), [0x30, 3, 10, 1, 1]);
    assert_eq!(Refusal::Unauthorized.to_der(), [0x30, 3, 10, 1, 6]);
}

proptest! {
    /// What can still be read is answered: as many times as it asks, about serial numbers that are printed as hex.
    #[test]
    fn whatever_is_changed_nothing_panics_and_what_is_read_is_answered(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 0..8),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let ca = Ca::generate().unwrap();
        let ids = ["01", "7fab"].map(|serial| cert_id(&ca, SHA256, serial));
        let mut asked = request(&ids, &[extension(NONCE, false, &tlv(4, &[7; 16]))]);
        for (at, by) in changes {
            let at = at.index(asked.len());
            asked[at] ^= by;
        }
        if is_cut {
            asked.truncate(cut.index(asked.len()));
        }
        if let Ok(read) = OcspRequest::parse(&asked) {
            let serials = read.ids().iter().map(CertId::serial);
            prop_assert!(serials.clone().count() > 0);
            prop_assert!(serials.flat_map(str::chars).all(|c| c.is_ascii_hexdigit()));
            let answer = ca.ocsp_response(&read, UPDATE, |_| Status::Unknown).unwrap();
            let basic = basic(&answer);
            let data = Basic::from_der(&basic).unwrap().data;
            for id in read.ids() {
                prop_assert!(data.value().windows(id.der.len()).any(|part| part == id.der));
            }
        }
    }

    #[test]
    fn no_bytes_are_a_request(bytes: Vec<u8>) {
        prop_assert!(OcspRequest::parse(&bytes).is_err());
    }
}

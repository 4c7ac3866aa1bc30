#![allow(clippy::unwrap_used)]

use time::macros::datetime;
use x509_cert::crl::CertificateList;

use super::*;
use crate::pki::{CaRequest, Constraints, KeyType, Reason, Signature, Span, Subject, Validity};

fn ca(subject: &str, key_type: KeyType) -> Ca {
    let now = datetime!(2026-01-01 0:00 UTC);
    let validity = Validity::asked(now, None, None, Some(Span::days(9000))).unwrap();
    let subject = subject.parse().unwrap_or_else(|_| Subject::common_name(subject));
    Ca::create(&CaRequest { subject, key_type, validity, constraints: Constraints::default() }).unwrap()
}

fn revocation(serial: &str, reason: Reason) -> Revocation {
    Revocation { serial: serial.to_owned(), at: datetime!(2026-02-01 1:02:03.9 UTC), reason }
}

const UPDATE: Update =
    Update { this: datetime!(2026-03-01 0:00 UTC), next: datetime!(2050-03-01 0:00:00.5 UTC) };

#[test]
fn says_who_what_when_and_why() {
    let ca = ca("CN=root", KeyType::EcdsaP256);
    let revoked = [
        revocation("4000000000000000000000000000000a", Reason::KeyCompromise),
        revocation("00ff", Reason::Unspecified),
        revocation("00ff", Reason::Superseded),
    ];
    let list =
        CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&ca.crl(7, UPDATE, &revoked).unwrap());
    let list = list.unwrap().tbs_cert_list;
    assert_eq!(list.version, x509_cert::Version::V2);
    assert_eq!(list.this_update.to_string(), "2026-03-01T00:00:00Z");
    assert!(matches!(list.next_update, Some(Time::GeneralTime(_))), "as of 2050 (RFC 5280, 5.1.2.4)");
    let entries = list.revoked_certificates.unwrap();
    let serials: Vec<_> =
        entries.iter().map(|entry| super::super::hex(entry.serial_number.as_bytes())).collect();
    assert_eq!(serials, ["4000000000000000000000000000000a", "00ff"], "each once");
    assert_eq!(entries[0].revocation_date.to_string(), "2026-02-01T01:02:03Z");
    assert_eq!(entries[0].crl_entry_extensions.as_ref().unwrap()[0].extn_value.as_bytes(), [10, 1, 1]);
    assert_eq!(entries[1].crl_entry_extensions, None, "without a reason nothing is said");
    let ids: Vec<_> = list.crl_extensions.unwrap().into_iter().map(|e| (e.extn_id, e.critical)).collect();
    assert_eq!(ids, [(AuthorityKeyIdentifier::OID, false), (CrlNumber::OID, false)]);
}

#[test]
fn an_empty_list_has_no_entries_at_all() {
    let list = ca("CN=root", KeyType::Ed25519).crl(u64::MAX, UPDATE, &[]).unwrap();
    let list = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&list).unwrap();
    assert_eq!(list.tbs_cert_list.revoked_certificates, None);
}

#[test]
fn every_kind_of_key_signs_and_names_its_algorithm_twice() {
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Ed25519, KeyType::Rsa2048] {
        let ca = ca("CN=root", key_type);
        let list = ca.crl(1, UPDATE, &[]).unwrap();
        // A list has the shape of a certificate.
        assert_eq!(crate::pki::signature(&list, ca.facts()), Signature::Good, "{key_type}");
        let decoded = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&list).unwrap();
        assert_eq!(decoded.signature_algorithm, decoded.tbs_cert_list.signature, "{key_type}");
    }
}

/// As RFC 5280, section 5.1.2.3, wants it, also where its encoding is not what we would write.
#[test]
fn the_issuer_is_named_octet_by_octet() {
    let ca = ca("CN=b+OU=a,DC=example,DC=com", KeyType::EcdsaP256);
    let list = ca.crl(1, UPDATE, &[]).unwrap();
    let name = ca.facts().subject_der();
    assert!(list.windows(name.len()).any(|window| window == name));
}

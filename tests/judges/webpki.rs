//! rustls-webpki, the verifier of rustls, accepts every chain for the usages of its role, and for no other.

use crate::samples::samples;
use crate::support::cli::Home;
use natscert::{Ca, Role};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

/// What webpki says of this chain for servers and for clients.
pub(crate) fn judge(pem: &[u8], ca: &[u8]) -> [Result<(), Error>; 2] {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).map(Result::unwrap).collect();
    let roots: Vec<_> = CertificateDer::pem_slice_iter(ca).map(Result::unwrap).collect();
    let anchors: Vec<_> = roots.iter().map(|root| anchor_from_trusted_cert(root).unwrap()).collect();
    let certificate = EndEntityCert::try_from(&chain[0]).unwrap();
    [KeyUsage::server_auth(), KeyUsage::client_auth()].map(|usage| {
        certificate
            .verify_for_usage(
                ALL_VERIFICATION_ALGS,
                &anchors,
                &chain[1..],
                UnixTime::now(),
                usage,
                None,
                None,
            )
            .map(drop)
    })
}

pub(crate) fn assert_usages(verdicts: &[Result<(), Error>; 2], good: [bool; 2], what: &str) {
    for (verdict, good) in verdicts.iter().zip(good) {
        let expected = match verdict {
            Ok(()) => good,
            Err(Error::RequiredEkuNotFoundContext(_)) => !good,
            Err(_) => false,
        };
        assert!(expected, "{what}: {verdicts:?}, for server and client has to be {good:?}");
    }
}

#[test]
fn accepts_certificates_for_the_usages_of_their_role_alone() {
    for sample in samples() {
        assert_usages(&judge(&sample.cert, &sample.ca), [sample.server, sample.client], &sample.what);
    }
}

#[test]
fn accepts_what_the_library_issues() {
    let (ca, other) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    for (role, good) in [
        (Role::Server, [true, false]),
        (Role::Client, [false, true]),
        (Role::Cluster, [true, true]),
        (Role::Gateway, [true, true]),
        (Role::Leaf, [true, true]),
    ] {
        let certificate = ca.issue(role, ["localhost", "127.0.0.1"]).unwrap();
        let pem = certificate.cert_pem();
        assert_usages(&judge(pem.as_bytes(), ca.pem().as_bytes()), good, &format!("{role:?}"));
        // The usage is judged before the issuer.
        for (verdict, _) in
            judge(pem.as_bytes(), other.pem().as_bytes()).iter().zip(good).filter(|(_, good)| *good)
        {
            assert!(matches!(verdict, Err(Error::UnknownIssuer)), "{role:?}: {verdict:?}");
        }
    }
}

#[test]
fn knows_the_names_as_they_were_given() {
    let home = Home::new();
    let names = ["localhost", "*.example.com", "bücher.example", "127.0.0.1", "[2001:db8::1]"];
    let pem = std::fs::read(home.issue("server", &names, &[]).cert()).unwrap();
    let der = CertificateDer::from_pem_slice(&pem).unwrap();
    let certificate = EndEntityCert::try_from(&der).unwrap();
    let good = ["localhost", "a.example.com", "xn--bcher-kva.example", "127.0.0.1", "2001:db8::1"];
    let bad = ["example.com", "a.b.example.com", "127.0.0.2", "::1", "other.example"];
    for (name, valid) in good.map(|name| (name, true)).into_iter().chain(bad.map(|name| (name, false))) {
        let verdict = certificate.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap());
        assert_eq!(verdict.is_ok(), valid, "{name}");
    }
}

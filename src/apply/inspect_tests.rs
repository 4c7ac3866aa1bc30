#![allow(clippy::unwrap_used)]

use std::fs;

use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::bundle::Revoked;
use crate::pki::{Authority, CaRequest, Constraints, KeyType, Request, Span};
use crate::topology::CertificateSettings;

const NOW: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);

fn ca(days: i64) -> Authority {
    let request = CaRequest {
        subject: "CN=root".parse().unwrap(),
        key_type: KeyType::EcdsaP256,
        validity: Validity::new(NOW - Duration::days(1), NOW + Duration::days(days)).unwrap(),
        constraints: Constraints::default(),
    };
    Authority::of_root(Ca::create(&request).unwrap())
}

fn wanted() -> Wanted {
    Wanted {
        folder: "cluster",
        usage: Usage::Both,
        names: vec!["n1.example.com".parse().unwrap(), "10.0.0.1".parse().unwrap()],
        subject: None,
        certificate: CertificateSettings {
            key_type: KeyType::EcdsaP256,
            validity: Span::days(825),
            renew_before: Span::days(30),
            extensions: crate::pki::Extensions::default(),
        },
    }
}

/// Who issues by what the CA directory says.
fn issuer(authority: Option<&Authority>, now: OffsetDateTime) -> Issuer<'_> {
    let signers: Vec<&Ca> = authority.map(Authority::signer).into_iter().collect();
    Issuer::of(authority, None, &signers, now, Box::leak(Box::default()))
}

/// A bundle as it is wanted, signed at [`NOW`].
fn bundle(ca: &Authority) -> TempDir {
    let (dir, wanted) = (TempDir::new().unwrap(), wanted());
    let request = Request {
        usage: wanted.usage,
        subject: issuer(Some(ca), NOW).subject(&wanted, "n1"),
        names: wanted.names,
        key_type: wanted.certificate.key_type,
        validity: Validity::asked(NOW, None, None, Some(wanted.certificate.validity)).unwrap(),
        extensions: crate::pki::Extensions::default(),
    };
    let certificate = ca.signer().sign(&request).unwrap();
    fs::write(dir.path().join("cert.pem"), certificate.cert_pem()).unwrap();
    fs::write(dir.path().join("key.pem"), certificate.key_pem().as_bytes()).unwrap();
    fs::write(dir.path().join("ca.pem"), ca.ca_pem(ca.trust)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir.path().join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    dir
}

fn codes(found: &Found) -> Vec<&'static str> {
    found.reasons.iter().map(Reason::code).collect()
}

/// Why a bundle that was right is not what `change` wants.
fn reasons(change: impl FnOnce(&mut Wanted)) -> Vec<&'static str> {
    let ca = ca(3650);
    let mut wanted = wanted();
    change(&mut wanted);
    codes(&issuer(Some(&ca), NOW).inspect(bundle(&ca).path(), &wanted, "n1", None).unwrap())
}

fn days_later(ca: &Authority, days: i64) -> Vec<&'static str> {
    let issuer = self::issuer(Some(ca), NOW + Duration::days(days));
    codes(&issuer.inspect(bundle(ca).path(), &wanted(), "n1", None).unwrap())
}

#[test]
fn what_is_as_wanted_is_right() {
    let ca = ca(3650);
    let dir = bundle(&ca);
    let found = issuer(Some(&ca), NOW).inspect(dir.path(), &wanted(), "n1", None).unwrap();
    assert!(!found.is_changed(), "{found:?}");
    assert!(found.pin.is_some());
    let reversed = reasons(|wanted| {
        wanted.subject = Some("CN=n1.example.com".parse().unwrap());
        wanted.names.reverse();
    });
    assert_eq!(reversed, [""; 0], "the order of names says nothing");
}

#[test]
fn what_differs_is_named() {
    assert_eq!(reasons(|wanted| wanted.names.push("10.0.0.9".parse().unwrap())), ["san-added"]);
    assert_eq!(reasons(|wanted| drop(wanted.names.pop())), ["san-removed"]);
    assert_eq!(reasons(|wanted| wanted.names[1] = "::1".parse().unwrap()), ["san-added", "san-removed"]);
    assert_eq!(reasons(|wanted| wanted.usage = Usage::Server), ["usage"]);
    assert_eq!(reasons(|wanted| wanted.subject = Some("CN=n2".parse().unwrap())), ["subject"]);
    // The key type decides the key usage too, but only RSA has another.
    assert_eq!(reasons(|wanted| wanted.certificate.key_type = KeyType::Ed25519), ["key-type"]);
    assert_eq!(reasons(|wanted| wanted.certificate.validity = Span::days(90)), ["validity"]);
}

#[test]
fn time_passes() {
    let ca = ca(3650);
    assert_eq!(days_later(&ca, -2), ["not-yet-valid"]);
    assert_eq!(days_later(&ca, 825 - 31), [""; 0]);
    assert_eq!(days_later(&ca, 825 - 30), ["expires"]);
    assert_eq!(days_later(&ca, 826), ["expired"]);
}

#[test]
fn what_ends_with_its_ca_is_not_made_again_for_nothing() {
    let short = ca(100);
    assert_eq!(days_later(&short, 0), [""; 0], "shorter than wanted, and as long as it can be");
    assert_eq!(days_later(&short, 99), [""; 0], "a new one would end with the CA too");
    let dir = bundle(&short);
    let longer = ca(3650);
    let found = issuer(Some(&longer), NOW).inspect(dir.path(), &wanted(), "n1", None).unwrap();
    assert!(codes(&found).starts_with(&["ca-changed", "validity"]), "{found:?}");
    assert!(found.ca_stale);
}

#[test]
fn without_a_ca_nothing_is_right() {
    let ca = ca(3650);
    let found = issuer(None, NOW).inspect(bundle(&ca).path(), &wanted(), "n1", None).unwrap();
    assert_eq!(codes(&found), ["ca-changed"]);
}

#[test]
fn damaged_bundles() {
    let ca = ca(3650);
    let inspect = |spoil: &dyn Fn(&Path)| {
        let dir = bundle(&ca);
        spoil(dir.path());
        issuer(Some(&ca), NOW).inspect(dir.path(), &wanted(), "n1", None).unwrap()
    };
    let other = bundle(&ca);
    let cut = |file: &'static str| {
        move |dir: &Path| {
            let bytes = fs::read(dir.join(file)).unwrap();
            fs::write(dir.join(file), &bytes[..bytes.len() / 2]).unwrap();
        }
    };
    let gone = inspect(&|dir| fs::remove_dir_all(dir).unwrap());
    assert_eq!((codes(&gone), gone.pin), (vec!["missing"], None));
    assert_eq!(codes(&inspect(&|dir| fs::remove_file(dir.join("cert.pem")).unwrap())), ["file-missing"]);
    let no_key = inspect(&|dir| fs::remove_file(dir.join("key.pem")).unwrap());
    assert_eq!((codes(&no_key), no_key.pin.is_some()), (vec!["file-missing"], true));
    assert_eq!(codes(&inspect(&cut("cert.pem"))), ["unreadable"]);
    assert_eq!(codes(&inspect(&cut("key.pem"))), ["unreadable"]);
    let swapped = inspect(&|dir| {
        fs::write(dir.join("key.pem"), fs::read(other.path().join("key.pem")).unwrap()).unwrap();
    });
    assert_eq!(codes(&swapped), ["key-mismatch"]);
    #[cfg(unix)]
    for mode in [0o660, 0o604] {
        use std::os::unix::fs::PermissionsExt as _;
        let loose = fs::Permissions::from_mode(mode);
        let found = inspect(&|dir| fs::set_permissions(dir.join("key.pem"), loose.clone()).unwrap());
        assert_eq!(codes(&found), ["key-mode"]);
    }
    assert!(inspect(&|dir| fs::remove_file(dir.join("ca.pem")).unwrap()).ca_stale);
    let stale = inspect(&cut("ca.pem"));
    assert_eq!((codes(&stale), stale.ca_stale, stale.is_changed()), (vec![], true, true));
}

#[test]
fn signatures_are_verified_where_a_file_changed() {
    let ca = ca(3650);
    let issuer = self::issuer(Some(&ca), NOW);
    let dir = bundle(&ca);
    let path = dir.path().join("cert.pem");
    // The last octets are the signature's.
    let mut der = pem::parse(fs::read(&path).unwrap()).unwrap().into_contents();
    *der.last_mut().unwrap() ^= 1;
    fs::write(&path, pem::encode(&pem::Pem::new("CERTIFICATE", der))).unwrap();
    let inspect = |reference| codes(&issuer.inspect(dir.path(), &wanted(), "n1", reference).unwrap());
    assert_eq!(inspect(None), ["signature"], "nothing says when it was verified");
    assert_eq!(inspect(Some((0, 0))), ["signature"], "it changed since");
    #[cfg(unix)]
    assert_eq!(inspect(Some((i64::MAX, 0))), [""; 0], "it was verified since it changed");
}

/// An intermediate below the root, which signs from now on.
fn add(authority: &mut Authority, name: &str) {
    let steps = crate::apply::ca_steps(
        Some(authority),
        &crate::topology::CaSettings { intermediates: vec![name.parse().unwrap()], trust: None },
        &crate::bundle::Revoked::default(),
    );
    crate::apply::take_ca_steps(authority, &steps.unwrap(), |authority, name| {
        let ca = CaRequest {
            subject: Subject::common_name(name),
            key_type: KeyType::EcdsaP256,
            validity: authority.root().validity(),
            constraints: Constraints::default(),
        };
        authority.root().intermediate(&crate::pki::IntermediateRequest {
            ca,
            usage: Usage::Both,
            path_length: 0,
        })
    })
    .unwrap();
}

/// What is said of a bundle when another one of the CA directory has become the signer.
#[test]
fn another_signer_of_ours_keeps_the_key() {
    let mut ca = ca(3650);
    let by_root = bundle(&ca);
    add(&mut ca, "one");
    let by_one = bundle(&ca);
    add(&mut ca, "two");
    let now = issuer(Some(&ca), NOW);
    for (dir, name) in [(&by_root, "the root"), (&by_one, "one")] {
        let found = now.inspect(dir.path(), &wanted(), "n1", None).unwrap();
        assert_eq!(found.reasons, [Reason::Signer { found: name.into(), wanted: "two".into() }]);
        assert!(found.keeps_key() && found.needs_reload() && !found.ca_stale);
    }
    assert_eq!(now.seen().issuers.len(), 2);
    assert!(now.seen().pools.is_empty());
    let right = now.inspect(bundle(&ca).path(), &wanted(), "n1", None).unwrap();
    assert!(!right.is_changed(), "{right:?}");
    // While a roll waits, those of both are right, each with its own chain.
    let root = ca.root();
    let none = Revoked::default();
    let both = Issuer::of(Some(&ca), None, &[root, ca.signer()], NOW, &none);
    for dir in [&by_root, &bundle(&ca)] {
        let found = both.inspect(dir.path(), &wanted(), "n1", None).unwrap();
        assert!(!found.is_changed(), "{found:?}");
    }
    let chain = by_one.path().join("cert.pem");
    let text = fs::read_to_string(&chain).unwrap();
    fs::write(&chain, text.split_inclusive("-----END CERTIFICATE-----\n").next().unwrap()).unwrap();
    let one = &ca.family.intermediate("one").unwrap().ca;
    let alone = Issuer::of(Some(&ca), None, &[one], NOW, &none);
    assert_eq!(codes(&alone.inspect(by_one.path(), &wanted(), "n1", None).unwrap()), ["chain"]);
}

/// Who only says that a CA of ours signed it has not that CA's word for the key.
#[test]
fn a_signature_that_does_not_match_keeps_nothing() {
    let mut ca = ca(3650);
    let dir = bundle(&ca);
    let path = dir.path().join("cert.pem");
    let mut der = pem::parse(fs::read(&path).unwrap()).unwrap().into_contents();
    *der.last_mut().unwrap() ^= 1;
    fs::write(&path, pem::encode(&pem::Pem::new("CERTIFICATE", der))).unwrap();
    add(&mut ca, "one");
    let found = issuer(Some(&ca), NOW).inspect(dir.path(), &wanted(), "n1", None).unwrap();
    assert_eq!((codes(&found), found.keeps_key()), (vec!["ca-changed"], false));
}

#[test]
fn extensions_keep_the_key_too() {
    let staple =
        crate::pki::Extensions { ocsp: Some("http://127.0.0.1:8888".parse().unwrap()), must_staple: true };
    assert_eq!(reasons(|wanted| wanted.certificate.extensions = staple), ["extensions"]);
    assert!(Reason::Extensions.keeps_key() && !Reason::Usage.keeps_key());
}

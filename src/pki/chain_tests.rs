#![allow(clippy::unwrap_used)]

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints,
};
use time::Duration;

use super::*;

/// A certificate and the key below it.
struct Made {
    der: Vec<u8>,
    facts: Facts,
    params: CertificateParams,
    key: KeyPair,
}

fn params(name: &str, is_ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(if is_ca { vec![] } else { vec![name.to_owned()] }).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

fn made(params: CertificateParams, by: Option<&Made>) -> Made {
    let key = KeyPair::generate().unwrap();
    let certificate = match by {
        Some(issuer) => params.signed_by(&key, &Issuer::from_params(&issuer.params, &issuer.key)),
        None => params.self_signed(&key),
    };
    let der = certificate.unwrap().der().to_vec();
    Made { facts: Facts::of(&der).unwrap(), der, params, key }
}

fn check(leaf: &Made, below: &[&Made], roots: &[&Made], usage: Usage) -> Result<(), Obstacle> {
    check_at(leaf, below, roots, usage, OffsetDateTime::now_utc())
}

fn check_at(
    leaf: &Made,
    below: &[&Made],
    roots: &[&Made],
    usage: Usage,
    now: OffsetDateTime,
) -> Result<(), Obstacle> {
    let all: Vec<&Made> = [&[leaf][..], below, roots].concat();
    let signed = |child: &Facts, issuer: &Facts| {
        let der = all.iter().find(|made| made.facts.fingerprint == child.fingerprint).unwrap();
        super::super::signature::signature(&der.der, issuer)
    };
    let facts = |list: &[&Made]| list.iter().map(|made| made.facts.clone()).collect::<Vec<_>>();
    let (below, roots) = (facts(below), facts(roots));
    let (below, roots): (Vec<_>, Vec<_>) = (below.iter().collect(), roots.iter().collect());
    verify(&Chain { leaf: &leaf.facts, intermediates: &below, roots: &roots, signed: &signed, now }, usage)
}

#[test]
fn a_path_leads_through_intermediates() {
    let root = made(params("root", true), None);
    let (upper, lower) = (params("upper", true), params("lower", true));
    let upper = made(upper, Some(&root));
    let lower = made(lower, Some(&upper));
    let leaf = made(params("leaf", false), Some(&lower));
    assert_eq!(check(&leaf, &[&lower, &upper], &[&root], Usage::Both), Ok(()));
    assert_eq!(check(&leaf, &[&upper, &lower], &[&root], Usage::Both), Ok(()), "in any order");
    assert_eq!(check(&leaf, &[], &[&lower], Usage::Both), Ok(()), "whatever is trusted is a root");
    assert_eq!(check(&leaf, &[], &[&leaf], Usage::Both), Ok(()), "a leaf, too");
    let unknown = |member| Err(Obstacle::UnknownIssuer(member));
    assert_eq!(check(&leaf, &[], &[&root], Usage::Both), unknown(Member::Leaf));
    assert_eq!(check(&leaf, &[&lower], &[&root], Usage::Both), unknown(Member::Intermediate(0)));
    assert_eq!(check(&leaf, &[&lower, &upper], &[], Usage::Both), unknown(Member::Intermediate(1)));
}

#[test]
fn a_root_of_the_same_name_with_another_key_is_none() {
    let (root, other) = (made(params("root", true), None), made(params("root", true), None));
    let leaf = made(params("leaf", false), Some(&root));
    assert_eq!(check(&leaf, &[], &[&other], Usage::Both), Err(Obstacle::OtherKey(Member::Leaf)));
    assert_eq!(check(&leaf, &[], &[&other, &root], Usage::Both), Ok(()));
}

#[test]
fn who_may_not_sign() {
    let root = made(params("root", true), None);
    let mut lame = params("lame", true);
    lame.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    for lame in [lame, params("lame", false)] {
        let lame = made(lame, Some(&root));
        let leaf = made(params("leaf", false), Some(&lame));
        let lame_one = Member::Intermediate(0);
        assert_eq!(check(&leaf, &[&lame], &[&root], Usage::Both), Err(Obstacle::CannotSign(lame_one)));
        assert_eq!(check(&leaf, &[], &[&lame], Usage::Both), Err(Obstacle::CannotSign(Member::Root(0))));
    }
}

#[test]
fn time_usage_length_and_names() {
    let now = OffsetDateTime::now_utc();
    let mut root = params("root", true);
    root.not_after = now + Duration::days(1);
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("example.com".into())],
        excluded_subtrees: vec![],
    });
    let root = made(root, None);
    let of_root = Member::Root(0);
    let leaf = |name: &str| {
        let mut params = params(name, false);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params
    };
    let good = made(leaf("n1.example.com"), Some(&root));
    assert_eq!(check(&good, &[], &[&root], Usage::Server), Ok(()));
    assert_eq!(check(&good, &[], &[&root], Usage::Client), Err(Obstacle::Usage(Member::Leaf)));
    assert_eq!(check(&good, &[], &[&root], Usage::Both), Err(Obstacle::Usage(Member::Leaf)));
    let later = check_at(&good, &[], &[&root], Usage::Server, now + Duration::days(2));
    assert_eq!(later, Err(Obstacle::NotNow(of_root)));
    let late = check_at(&good, &[], &[&root], Usage::Server, now + Duration::days(900_000));
    assert_eq!(late, Err(Obstacle::NotNow(Member::Leaf)));
    let below = made(params("below", true), Some(&root));
    let deep = made(leaf("n2.example.com"), Some(&below));
    assert_eq!(check(&deep, &[&below], &[&root], Usage::Server), Err(Obstacle::PathLength(of_root)));
    let foreign = made(leaf("n1.example.org"), Some(&root));
    let name = San::Dns("n1.example.org".into());
    assert_eq!(check(&foreign, &[], &[&root], Usage::Server), Err(Obstacle::Name(of_root, name)));
    let mut narrow = params("narrow", true);
    narrow.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let narrow = made(narrow, None);
    let leaf = made(leaf("n3.example.com"), Some(&narrow));
    assert_eq!(check(&leaf, &[], &[&narrow], Usage::Server), Err(Obstacle::Usage(of_root)));
}

#[test]
fn cas_that_issued_each_other_end() {
    let first = made(params("a", true), None);
    let rings: Vec<Made> = (0..30).map(|_| made(params("a", true), Some(&first))).collect();
    let leaf = made(params("leaf", false), Some(&rings[0]));
    let others: Vec<&Made> = rings.iter().collect();
    assert!(check(&leaf, &others, &[&made(params("b", true), None)], Usage::Both).is_err());
}

#[test]
fn of_version_1_are_roots_alone() {
    let without = |made: &mut Made| {
        (made.facts.is_version_1, made.facts.is_ca, made.facts.key_usage) = (true, false, None);
    };
    let mut root = made(params("root", true), None);
    let mut between = made(params("between", true), Some(&root));
    let leaf = made(params("leaf", false), Some(&between));
    without(&mut root);
    assert_eq!(check(&leaf, &[&between], &[&root], Usage::Server), Ok(()));
    without(&mut between);
    let why = check(&leaf, &[&between], &[&root], Usage::Server);
    assert_eq!(why, Err(Obstacle::CannotSign(Member::Intermediate(0))));
    assert_eq!(check(&leaf, &[], &[&between], Usage::Server), Ok(()));
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::pki::{CaRequest, Constraints, IntermediateRequest, KeyType, Subject, Usage};

fn below(root: &Ca, name: &str) -> Ca {
    let ca = CaRequest {
        subject: Subject::common_name(name),
        key_type: KeyType::EcdsaP256,
        validity: root.validity(),
        constraints: Constraints::default(),
    };
    root.intermediate(&IntermediateRequest { ca, usage: Usage::Both, path_length: 0 }).unwrap()
}

/// Two roots, and two intermediates of the first.
struct World {
    old: Ca,
    new: Ca,
    a: Ca,
    b: Ca,
}

fn world() -> World {
    let (old, new) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    World { a: below(&old, "a"), b: below(&old, "b"), old, new }
}

fn title(ca: &Ca) -> String {
    ca.facts().fingerprint.clone()
}

fn unannounced(ca: &Ca) -> Decision {
    Decision::Refuse(CutOff::Unannounced(title(ca)))
}

fn dropped(ca: &Ca) -> Decision {
    Decision::Refuse(CutOff::Dropped(title(ca)))
}

/// What is decided where files trust `pools` and `issuers` signed what is there.
fn decided(
    world: &World,
    signer: &Ca,
    anchors: &[&Ca],
    in_roll: bool,
    pools: &[&[&Ca]],
    issuers: &[&Ca],
) -> Decision {
    let pem = |pool: &&[&Ca]| pool.iter().map(|ca| ca.pem()).collect::<String>().into_bytes();
    let seen = Seen {
        pools: pools.iter().map(pem).collect(),
        issuers: issuers.iter().map(|ca| ca.facts().fingerprint.clone()).collect(),
    };
    let known = [&world.old, &world.new, &world.a, &world.b].map(|ca| (ca, title(ca)));
    decide(&Turn { signer, anchors, known: &known, in_roll }, &seen)
}

#[test]
fn a_new_signer_has_to_be_trusted_everywhere() {
    let world = world();
    let World { old, a, b, .. } = &world;
    let decided = |signer, anchors: &[&Ca], pools: &[&[&Ca]], issuers: &[&Ca]| {
        decided(&world, signer, anchors, false, pools, issuers)
    };
    assert_eq!(decided(b, &[b, a], &[&[a]], &[a]), unannounced(b));
    assert_eq!(decided(b, &[b, a], &[&[a, b], &[a]], &[a]), unannounced(b), "one that does not is enough");
    assert_eq!(decided(b, &[b, a], &[&[a, b]], &[a]), Decision::Go);
    assert_eq!(decided(b, &[old], &[&[old]], &[a]), Decision::Go, "the root stands for all below it");
    assert_eq!(decided(b, &[b, a], &[&[a]], &[]), Decision::Go, "nothing there would be made again");
    assert_eq!(decided(old, &[old], &[&[a]], &[a]), unannounced(old), "nor is the root trusted by itself");
}

/// Another certificate of the root trusts what the root issues, and what is below it.
#[test]
fn a_root_that_was_made_again_is_the_same_anchor() {
    let world = world();
    let World { old, new, a, b } = &world;
    let pool = crate::pki::pem_block(&old.again().unwrap()).into_bytes();
    let seen = Seen { pools: [pool].into(), issuers: [title(a)].into() };
    let known = [old, new, a, b].map(|ca| (ca, title(ca)));
    let decided =
        |signer, anchors: &[&Ca]| decide(&Turn { signer, anchors, known: &known, in_roll: false }, &seen);
    assert_eq!(decided(b, &[old]), Decision::Go);
    assert_eq!(decided(new, &[old, new]), unannounced(new));
    assert_eq!(decided(b, &[b]), dropped(a));
}

#[test]
fn who_signed_what_is_there_stays_trusted() {
    let world = world();
    let World { old, a, b, .. } = &world;
    let decided = |signer, anchors: &[&Ca], pools: &[&[&Ca]], issuers: &[&Ca]| {
        decided(&world, signer, anchors, false, pools, issuers)
    };
    assert_eq!(decided(a, &[a, b], &[&[old]], &[old]), dropped(old), "signed by the root itself");
    assert_eq!(decided(a, &[a], &[&[a, b]], &[b]), dropped(b), "retired too early");
    assert_eq!(decided(a, &[a, b], &[&[old]], &[b]), Decision::Go);
    assert_eq!(decided(a, &[a], &[&[a]], &[b]), Decision::Go, "nobody trusts it as it is");
}

#[test]
fn a_roll_that_switched_waits_until_all_trust_the_new_one() {
    let world = world();
    let World { old, new, .. } = &world;
    let decided = |in_roll, pools: &[&[&Ca]]| decided(&world, new, &[new, old], in_roll, pools, &[old]);
    assert_eq!(decided(true, &[&[old]]), Decision::Wait);
    assert_eq!(decided(true, &[&[old, new], &[old]]), Decision::Wait);
    assert_eq!(decided(true, &[&[old, new], &[new, old]]), Decision::Go);
    assert_eq!(decided(false, &[&[old]]), unannounced(new), "of a finished one the folder was no part");
}

#[test]
fn what_is_of_nobody_here_is_made_anew() {
    let world = world();
    let stranger = Ca::generate().unwrap();
    let World { old, a, .. } = &world;
    assert_eq!(decided(&world, a, &[a], false, &[&[&stranger]], &[old]), Decision::Go);
    assert_eq!(decided(&world, a, &[a], false, &[&[]], &[old]), Decision::Go);
    assert_eq!(decided(&world, a, &[a], false, &[&[old]], &[&stranger]), Decision::Go);
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::pki::{
    CaRequest, Constraints, IntermediateRequest, KeyType, Phase, Roll, Rolled, Subject, Trust, Usage,
};

fn make(authority: &Authority, name: &str) -> Result<Ca, crate::pki::Error> {
    let root = &authority.family.root;
    let ca = CaRequest {
        subject: Subject::common_name(name),
        key_type: KeyType::EcdsaP256,
        validity: root.validity(),
        constraints: Constraints::default(),
    };
    root.intermediate(&IntermediateRequest { ca, usage: Usage::Both, path_length: 0 })
}

fn wanted(names: &[&str]) -> CaSettings {
    CaSettings { intermediates: names.iter().map(|name| name.parse().unwrap()).collect(), trust: None }
}

/// An authority that was brought to this.
fn authority(names: &[&str]) -> Authority {
    let mut authority = Authority::of_root(Ca::generate().unwrap());
    let steps = ca_steps(Some(&authority), &wanted(names), &Revoked::default()).unwrap();
    take_ca_steps(&mut authority, &steps, make).unwrap();
    authority
}

fn words(steps: &[CaStep]) -> Vec<String> {
    let word = |step: &CaStep| {
        format!("{} {} {}", if step.make { "make" } else { "have" }, step.name, step.standing)
    };
    steps.iter().map(word).collect()
}

fn steps(authority: &Authority, names: &[&str]) -> Result<Vec<String>, CaTrouble> {
    ca_steps(Some(authority), &wanted(names), &Revoked::default()).map(|steps| words(&steps))
}

#[test]
fn the_first_signs_and_the_others_are_on_standby() {
    assert_eq!(
        words(&ca_steps(None, &wanted(&["a", "b"]), &Revoked::default()).unwrap()),
        ["make a active", "make b standby"]
    );
    let there = authority(&["a", "b"]);
    assert_eq!(there.family.active().unwrap().name, "a");
    assert_eq!(there.anchors(Trust::Intermediates).len(), 2);
    assert_eq!(steps(&there, &["a", "b"]).unwrap(), [""; 0], "it is so");
    assert_eq!(steps(&there, &[]).unwrap(), [""; 0], "nothing is wanted");
    assert_eq!(steps(&there, &["a"]).unwrap(), [""; 0], "nobody is retired by a manifest");
    assert_eq!(steps(&there, &["b", "a"]).unwrap(), ["have b active"]);
    assert_eq!(steps(&there, &["c", "a"]).unwrap(), ["make c active"]);
}

/// The CA directory is one for all manifests: who takes over from whom is said.
#[test]
fn a_step_says_who_signed_before() {
    let there = authority(&["a", "b"]);
    let before = |names: &[&str]| {
        let steps = ca_steps(Some(&there), &wanted(names), &Revoked::default()).unwrap();
        steps.into_iter().map(|step| step.before).collect::<Vec<_>>()
    };
    assert_eq!(before(&["b", "c"]), [Some("a".to_owned()), None]);
    assert_eq!(ca_steps(None, &wanted(&["a"]), &Revoked::default()).unwrap()[0].before, None);
}

#[test]
fn one_that_was_revoked_signs_no_more() {
    let there = authority(&["a", "b"]);
    let temp = tempfile::tempdir().unwrap();
    let dir = crate::bundle::CaDir::new(temp.path().to_owned());
    let (root, b) = (&there.family.root, &there.family.intermediate("b").unwrap().ca);
    let revoked = Revoked::change(
        &dir,
        |_| {},
        |list| {
            list.add(
                &root.facts().pin,
                b.facts(),
                time::OffsetDateTime::now_utc(),
                crate::pki::Reason::Unspecified,
            )
        },
    );
    let revoked = revoked.unwrap();
    let refused = ca_steps(Some(&there), &wanted(&["b"]), &revoked);
    assert_eq!(refused, Err(CaTrouble::Refused(Refused::Revoked("b".into()))));
    assert_eq!(ca_steps(Some(&there), &wanted(&["a", "b"]), &revoked), Ok(Vec::new()));
}

#[test]
fn steps_are_taken() {
    let mut there = authority(&["a", "b"]);
    let swap = ca_steps(Some(&there), &wanted(&["b", "c"]), &Revoked::default()).unwrap();
    take_ca_steps(&mut there, &swap, make).unwrap();
    let standings: Vec<_> =
        there.family.intermediates.iter().map(|one| format!("{} {}", one.name, one.standing)).collect();
    assert_eq!(standings, ["a standby", "b active", "c standby"]);
}

#[test]
fn where_intermediates_are_trusted_the_next_one_is_announced_first() {
    let mut there = authority(&["a", "b"]);
    there.trust = Trust::Intermediates;
    let refused = Err(CaTrouble::Refused(Refused::Unannounced("c".into())));
    assert_eq!(steps(&there, &["c", "a"]), refused);
    assert_eq!(steps(&there, &["b", "a"]).unwrap(), ["have b active"]);
    assert_eq!(steps(&there, &["a", "c"]).unwrap(), ["make c standby"]);
}

#[test]
fn a_retired_one_stays_retired_and_a_roll_decides_alone() {
    let mut there = authority(&["a", "b"]);
    there.family.intermediates[1].standing = Standing::Retired;
    assert_eq!(
        steps(&there, &["b", "a"]),
        Err(CaTrouble::Retired { name: "b".into(), signs: Some("a".into()) })
    );
    there.roll = Some(Roll { rolled: Rolled::Root, phase: Phase::Started });
    assert_eq!(steps(&there, &["b", "c"]).unwrap(), [""; 0]);
    there.roll = Some(Roll { rolled: Rolled::Root, phase: Phase::Finished });
    assert_eq!(steps(&there, &["a", "c"]).unwrap(), ["make c standby"]);
}

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;
use crate::lifecycle::Anchors;
use crate::pki::{
    CaRequest, Constraints, Facts, Family, Intermediate, IntermediateRequest, KeyType, Phase, Roll, Rolled,
    Standing, Subject, Usage, certificates,
};

fn below(root: &Ca, name: &str, standing: Standing) -> Intermediate {
    let ca = CaRequest {
        subject: Subject::common_name(&format!("{name} {}", root.facts().serial)),
        key_type: KeyType::EcdsaP256,
        validity: root.validity(),
        constraints: Constraints::default(),
    };
    let request = IntermediateRequest { ca, usage: Usage::Both, path_length: 0 };
    Intermediate { name: name.to_owned(), standing, ca: root.intermediate(&request).unwrap() }
}

fn anchors(cas: &[&Ca]) -> Anchors {
    let ders = cas.iter().map(|ca| ca.der().to_vec());
    Anchors {
        bytes: Vec::new(),
        certificates: ders.map(|der| (der.clone(), Facts::of(&der).unwrap())).collect(),
    }
}

/// What a step makes of these; the same when it stays as it is.
fn after(step: Step, before: &[&Ca], trust: Trust, sides: &Sides<'_>) -> Vec<Vec<u8>> {
    match wanted(&anchors(before), trust, step, sides) {
        Some(text) => certificates(text.as_bytes()).unwrap(),
        None => ders(before),
    }
}

fn ders(cas: &[&Ca]) -> Vec<Vec<u8>> {
    cas.iter().map(|ca| ca.der().to_vec()).collect()
}

#[test]
fn roots_come_and_go_and_what_is_not_ours_stays() {
    let (old, new, foreign) = (Ca::generate().unwrap(), Ca::generate().unwrap(), Ca::generate().unwrap());
    let (old, new) = (Family::of_root(old), Family::of_root(new));
    let sides = Sides::of_roots(Some(&old), &new);
    let (o, n, f) = (&old.root, &new.root, &foreign);
    for (step, before, wanted) in [
        (Step::Start, vec![o], vec![o, n]),
        (Step::Start, vec![f, o], vec![o, n, f]),
        (Step::Start, vec![n, f, o], vec![n, f, o]),
        (Step::Switch, vec![o], vec![o]),
        (Step::Finish, vec![o, n, f], vec![n, f]),
        (Step::Finish, vec![n], vec![n]),
        (Step::BackFinish, vec![n], vec![o, n]),
        (Step::BackStart, vec![f, o, n], vec![f, o]),
    ] {
        assert_eq!(after(step, &before, Trust::Roots, &sides), ders(&wanted), "{step} {}", before.len());
    }
}

#[test]
fn intermediates_come_and_go_where_they_are_trusted() {
    let root = Ca::generate().unwrap();
    let intermediates = vec![
        below(&root, "a", Standing::Active),
        below(&root, "b", Standing::Standby),
        below(&root, "c", Standing::Standby),
        below(&root, "d", Standing::Retired),
    ];
    let family = Family { root, intermediates };
    let ca = |name: &str| &family.intermediate(name).unwrap().ca;
    let (a, b, c) = (ca("a"), ca("b"), ca("c"));
    let sides = |made| Sides::of_intermediates(&family, Some("a"), ("b", b), made).unwrap();
    let trust = Trust::Intermediates;
    assert_eq!(after(Step::Start, &[a, c], trust, &sides(true)), ders(&[a, b, c]));
    assert_eq!(after(Step::BackStart, &[a, b, c], trust, &sides(true)), ders(&[a, c]));
    assert_eq!(
        after(Step::BackStart, &[a, b, c], trust, &sides(false)),
        ders(&[a, b, c]),
        "on standby before"
    );
    assert_eq!(after(Step::Finish, &[a, b, c], trust, &sides(false)), ders(&[b, c]));
    assert_eq!(after(Step::Start, &[&family.root], Trust::Roots, &sides(true)), ders(&[&family.root]));
    let concerned = |made| Step::ALL.map(|step| sides(made).concerns(step, trust));
    assert_eq!(concerned(true), [true, false, true, true, false, true]);
    assert_eq!(concerned(false), [false, false, true, false, false, true]);
    assert!(Step::ALL.iter().all(|step| !sides(true).concerns(*step, Trust::Roots)));
    // From the root itself, which signed before there was any.
    let sides = Sides::of_intermediates(&family, None, ("b", b), true).unwrap();
    assert_eq!(sides.old.unwrap().facts().fingerprint, family.root.facts().fingerprint);
    assert!(Sides::of_intermediates(&family, Some("x"), ("b", b), true).is_none());
}

/// The sides follow from the state in each phase, and agree with what everything else takes for trusted.
#[test]
fn an_authority_and_its_roll_agree_on_what_is_trusted() {
    let (old, new) = (Ca::generate().unwrap(), Ca::generate().unwrap());
    let family = |root: Ca| Family { intermediates: vec![below(&root, "a", Standing::Active)], root };
    let mut authority = Authority::of_root(Ca::generate().unwrap());
    (authority.family, authority.other) = (family(old), Some(family(new)));
    for phase in [Phase::Started, Phase::Switched] {
        authority.roll = Some(Roll { rolled: Rolled::Root, phase });
        let sides = Sides::of(&authority, false).unwrap();
        for trust in Trust::ALL {
            assert_eq!(ders(sides.both(trust)), ders(&authority.anchors(trust)), "{phase} {trust}");
        }
        let issued = authority.signer().issue(Usage::Client, ["alice"]).unwrap();
        let file = anchors(sides.both(Trust::Intermediates));
        let seen = Seen::of_file(Path::new("/x"), Some(&file), &authority, &sides);
        assert_eq!(
            (seen.trust, seen.accepts_old, seen.accepts_new),
            (Some(Trust::Intermediates), true, true)
        );
        let is_new =
            authority.all().find(|ca| ca.has_signed(issued.der())).is_some_and(|ca| sides.is_new(ca));
        assert_eq!(is_new, phase == Phase::Switched);
    }
    let before = Sides::of(&authority, false).unwrap().new.facts().fingerprint.clone();
    let new = authority.other.take().unwrap();
    authority.other = Some(std::mem::replace(&mut authority.family, new));
    authority.roll = Some(Roll { rolled: Rolled::Root, phase: Phase::Finished });
    let sides = Sides::of(&authority, false).unwrap();
    assert_eq!(sides.new.facts().fingerprint, before);
    authority.other = None;
    assert!(Sides::of(&authority, false).unwrap().old.is_none(), "its key was removed");
}

/// What people wrote beside the certificates stays: before one it goes with it, behind the last it stays.
#[test]
fn comments_stay_with_their_certificates() {
    let (old, new, foreign) = (Ca::generate().unwrap(), Ca::generate().unwrap(), Ca::generate().unwrap());
    let (old, new) = (Family::of_root(old), Family::of_root(new));
    let sides = Sides::of_roots(Some(&old), &new);
    let (o, n, f) = (old.root.pem(), new.root.pem(), foreign.pem());
    let file = |text: &str| {
        let ders = certificates(text.as_bytes()).unwrap();
        let certificates = ders.into_iter().map(|der| (der.clone(), Facts::of(&der).unwrap())).collect();
        Anchors { bytes: text.as_bytes().to_vec(), certificates }
    };
    let after = |step, text: &str| wanted(&file(text), Trust::Roots, step, &sides).unwrap();
    let begin = format!("# ours\n{o}\n# theirs: ä\r\n{f}# ask ops before you change this\n");
    let both = after(Step::Start, &begin);
    assert_eq!(both, format!("# ours\n{o}{n}\n# theirs: ä\r\n{f}# ask ops before you change this\n"));
    let last = after(Step::Finish, &both);
    assert_eq!(last, format!("{n}\n# theirs: ä\r\n{f}# ask ops before you change this\n"));
    // Without any text it is what apply writes, whatever stood between; what is no plain PEM has none.
    assert_eq!(after(Step::Start, &format!("\n\n{}\n", o.replace('\n', "\r\n"))), format!("{o}{n}"));
    let der = Anchors { bytes: old.root.der().to_vec(), ..file(&o) };
    assert_eq!(wanted(&der, Trust::Roots, Step::Start, &sides).unwrap(), format!("{o}{n}"));
}

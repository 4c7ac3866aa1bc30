#![allow(clippy::unwrap_used)]

use super::*;
use crate::bundle::RollState;
use crate::pki::Rolled;

/// `a` active, `b` on standby, `c` retired.
fn state(trust: Trust) -> State {
    let mut state = State::default();
    state.trust = trust;
    state.set_standing("a", Standing::Active);
    state.set_standing("b", Standing::Standby);
    state.set_standing("c", Standing::Retired);
    state
}

fn after(trust: Trust, change: Change<'_>) -> Result<(State, Option<Caution>), Refused> {
    let mut state = state(trust);
    let caution = state.change(change)?;
    Ok((state, caution))
}

use Change::{Add, Stand};
use Standing::{Active, Retired, Standby};

#[test]
fn where_roots_are_trusted_all_is_safe() {
    let active = |change| after(Trust::Roots, change).map(|(state, caution)| (state.active, caution));
    assert_eq!(active(Add("d", Active)), Ok((Some("d".into()), None)));
    assert_eq!(active(Add("d", Standby)), Ok((Some("a".into()), None)));
    assert_eq!(active(Stand("c", Active)), Ok((Some("c".into()), None)));
    assert_eq!(active(Stand("b", Retired)), Ok((Some("a".into()), None)));
    assert_eq!(active(Stand("a", Retired)), Ok((None, Some(Caution::RootSigns))));
}

#[test]
fn where_intermediates_are_trusted_nobody_signs_before_being_known() {
    let done = |change| after(Trust::Intermediates, change).map(|(state, caution)| (state.active, caution));
    let unannounced = |name: &str| Err(Refused::Unannounced(name.into()));
    assert_eq!(done(Add("d", Active)), unannounced("d"));
    assert_eq!(done(Stand("c", Active)), unannounced("c"));
    assert_eq!(done(Stand("a", Retired)), Err(Refused::SoleSigner("a".into())));
    assert_eq!(done(Stand("a", Standby)), Err(Refused::SoleSigner("a".into())));
    assert_eq!(done(Add("d", Standby)), Ok((Some("a".into()), None)));
    assert_eq!(done(Stand("c", Standby)), Ok((Some("a".into()), None)));
    assert_eq!(done(Stand("b", Active)), Ok((Some("b".into()), None)));
    assert_eq!(done(Stand("b", Retired)), Ok((Some("a".into()), Some(Caution::Untrusted))));
    assert_eq!(done(Stand("a", Active)), Ok((Some("a".into()), None)), "it is");
}

#[test]
fn a_change_of_trust_is_told_what_it_means() {
    let done = |from, to| after(from, Change::Trust(to)).map(|(state, caution)| (state.trust, caution));
    let (roots, intermediates) = (Trust::Roots, Trust::Intermediates);
    assert_eq!(done(roots, intermediates), Ok((intermediates, Some(Caution::OlderCertificates))));
    assert_eq!(done(intermediates, roots), Ok((roots, Some(Caution::NotYetRoots))));
    assert_eq!(done(roots, roots), Ok((roots, None)));
    assert_eq!(State::default().change(Change::Trust(intermediates)), Err(Refused::NoneActive));
}

#[test]
fn names_are_there_once() {
    for (name, standing) in [("a", Active), ("b", Standby), ("c", Retired)] {
        let refused = after(Trust::Roots, Add(name, Standby)).unwrap_err();
        assert_eq!(refused, Refused::Exists(name.into(), standing));
    }
    let refused = after(Trust::Roots, Add("B", Standby)).unwrap_err();
    assert_eq!(refused, Refused::Alike("B".into(), "b".into()));
    let refused = after(Trust::Roots, Stand("d", Active)).unwrap_err();
    assert_eq!(refused.hint(), "the CA directory has a, b, c");
}

#[test]
fn while_something_is_rolled_nothing_else_moves() {
    let rolls = [Rolled::Root, Rolled::Intermediate { from: Some("a".into()), to: "b".into() }];
    for (rolled, step) in rolls.into_iter().flat_map(|rolled| {
        [Step::Started, Step::Switched, Step::Finishing, Step::Reopening].map(|step| (rolled.clone(), step))
    }) {
        for change in [Add("d", Standby), Stand("b", Active), Change::Trust(Trust::Intermediates)] {
            let mut state = state(Trust::Roots);
            state.roll = Some(RollState { rolled: rolled.clone(), step, made: false, aside: Vec::new() });
            let before = state.clone();
            assert_eq!(state.change(change), Err(Refused::Rolling));
            assert_eq!(state, before);
        }
    }
    let mut state = state(Trust::Roots);
    state.roll =
        Some(RollState { rolled: Rolled::Root, step: Step::Finished, made: false, aside: Vec::new() });
    state.change(Stand("b", Active)).unwrap();
}

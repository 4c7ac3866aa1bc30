use super::super::ReaderKind;
use super::super::seen::Lack;
use super::*;
use crate::pki::{Phase, Trust};

const STARTED: Position = Some(Phase::Started);
const SWITCHED: Position = Some(Phase::Switched);
const FINISHED: Position = Some(Phase::Finished);

/// One whose `ca.pem` accepts these, with a certificate by that one.
fn seen(accepts_old: bool, accepts_new: bool, by: Option<By>) -> Seen {
    Seen {
        dir: "/bundle".into(),
        owner: None,
        trust: (accepts_old || accepts_new).then_some(Trust::Roots),
        lack: None,
        accepts_old,
        accepts_new,
        holds_old: accepts_old,
        by,
        reader: Some(ReaderKind::Server),
    }
}

fn word(step: Step, position: Position, seen: &[Seen]) -> &'static str {
    match may(step, position, seen) {
        Ok(()) => "yes",
        Err(Refusal::NoRoll) => "no roll",
        Err(Refusal::Order(..)) => "order",
        Err(Refusal::NewNotTrusted(_)) => "new not trusted",
        Err(Refusal::OldNotTrusted(_)) => "old not trusted",
        Err(Refusal::NoCaFile(_)) => "no ca.pem",
        Err(Refusal::StillOld(_)) => "still old",
        Err(Refusal::AlreadyNew(_)) => "already new",
        Err(_) => "something else",
    }
}

#[test]
fn each_step_has_its_time() {
    let steps = [None, STARTED, SWITCHED, FINISHED].map(|position| {
        Step::ALL.into_iter().filter(|step| word(*step, position, &[]) == "yes").collect::<Vec<_>>()
    });
    assert_eq!(
        steps,
        [
            vec![Step::Start, Step::BackStart],
            vec![Step::Start, Step::Switch, Step::BackStart, Step::BackSwitch],
            vec![Step::Start, Step::Switch, Step::Finish, Step::BackSwitch, Step::BackFinish],
            vec![Step::Finish, Step::BackFinish],
        ]
    );
    assert_eq!(word(Step::Switch, None, &[]), "no roll");
    assert_eq!(word(Step::Switch, FINISHED, &[]), "order");
}

#[test]
fn what_is_on_disk_decides() {
    let (old, new) = (Some(By::Old), Some(By::New));
    let both = |by| seen(true, true, by);
    for (step, position, what, says) in [
        (Step::Switch, STARTED, both(old), "yes"),
        (Step::Switch, STARTED, seen(true, false, old), "new not trusted"),
        (Step::Switch, STARTED, seen(true, false, None), "new not trusted"),
        (Step::Switch, SWITCHED, both(new), "yes"),
        (Step::Switch, STARTED, seen(false, false, old), "yes"),
        (Step::Finish, SWITCHED, both(new), "yes"),
        (Step::Finish, SWITCHED, both(None), "yes"),
        (Step::Finish, SWITCHED, both(old), "still old"),
        (Step::Finish, SWITCHED, seen(true, false, new), "new not trusted"),
        (Step::Finish, FINISHED, seen(false, true, new), "yes"),
        (Step::BackFinish, FINISHED, seen(false, true, new), "yes"),
        (Step::BackSwitch, SWITCHED, both(new), "yes"),
        (Step::BackSwitch, SWITCHED, seen(false, true, new), "old not trusted"),
        (Step::BackStart, STARTED, both(old), "yes"),
        (Step::BackStart, STARTED, both(new), "already new"),
        (Step::BackStart, STARTED, seen(false, true, old), "old not trusted"),
        (Step::Start, STARTED, seen(true, false, new), "yes"),
    ] {
        // The others are as they should be.
        let others = both(match position {
            STARTED => old,
            _ => new,
        });
        assert_eq!(word(step, position, &[others.clone(), what.clone(), others]), says, "{step} {what:?}");
    }
}

/// A `ca.pem` of `apply` that is not there stops what takes something away; that of another bundle does not.
#[test]
fn what_is_missing_stops_what_takes_away() {
    let lacking = |lack, by| Seen { lack: Some(lack), ..seen(false, false, Some(by)) };
    for (step, position, by) in [
        (Step::Switch, STARTED, By::Old),
        (Step::Finish, SWITCHED, By::New),
        (Step::BackSwitch, SWITCHED, By::New),
        (Step::BackStart, STARTED, By::Old),
    ] {
        assert_eq!(word(step, position, &[lacking(Lack::OfApply, by)]), "no ca.pem", "{step}");
        assert_eq!(word(step, position, &[lacking(Lack::Other, by)]), "yes", "{step}");
    }
    assert_eq!(word(Step::Start, None, &[lacking(Lack::OfApply, By::Old)]), "yes");
    assert_eq!(word(Step::BackFinish, FINISHED, &[lacking(Lack::OfApply, By::New)]), "yes");
}

#[test]
fn few_are_named_and_the_others_counted() {
    let dirs: Vec<PathBuf> = (1..=5).map(|n| format!("/n{n}").into()).collect();
    assert_eq!(
        Refusal::StillOld(dirs).to_string(),
        "certificates are still by the old CA: /n1, /n2, /n3 and 2 more"
    );
}

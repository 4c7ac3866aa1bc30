#![allow(clippy::unwrap_used)]

use time::OffsetDateTime;

use super::*;

fn name(title: &str, root: &str) -> Name {
    Name {
        title: title.to_owned(),
        subject: format!("CN={title}"),
        fingerprint: String::new(),
        root: Vec::new(),
        root_title: root.to_owned(),
        end: OffsetDateTime::UNIX_EPOCH,
    }
}

fn outcome(position: Option<Phase>, rolled: Rolled, trust: Trust, cas: (&str, &str, &str, &str)) -> Outcome {
    let (old, old_root, new, new_root) = cas;
    Outcome {
        position,
        rolled: Some(rolled),
        cas: position.map(|_| (Some(name(old, old_root)), name(new, new_root))),
        trust,
        ..Outcome::default()
    }
}

/// Who signs and who is trusted, for each kind of roll and each phase. Old: the root R with a; new: S with b.
#[test]
fn nothing_untrue_is_said() {
    use Trust::{Intermediates, Roots};
    let below = |from: Option<&str>| Rolled::Intermediate { from: from.map(str::to_owned), to: "b".into() };
    let both = ["both are trusted", "both are trusted", "the old one is trusted no more"];
    let files = ["with both", "with both", "without the old CA"];
    let roots = ("R", "R", "S", "S");
    let families = ("a", "R", "b", "S");
    let (first, next) = (("R", "R", "b", "R"), ("a", "R", "b", "R"));
    for (rolled, trust, cas, texts, meanings, right) in [
        (
            Rolled::Root,
            Roots,
            roots,
            [
                "root: S is trusted beside R, which signs",
                "root: S signs, R is trusted beside it",
                "root: S signs, R is trusted no more",
            ],
            both,
            files,
        ),
        (
            Rolled::Root,
            Roots,
            families,
            [
                "root: S is trusted beside R; a signs",
                "root: b signs; R is trusted beside S",
                "root: b signs; R is trusted no more, S is",
            ],
            both,
            files,
        ),
        (
            Rolled::Root,
            Intermediates,
            families,
            [
                "root: b is trusted beside a, which signs",
                "root: b signs, a is trusted beside it",
                "root: b signs, a is trusted no more",
            ],
            both,
            files,
        ),
        (
            below(Some("a")),
            Roots,
            next,
            [
                "intermediate b: b is there, a signs",
                "intermediate b: b signs, a no more",
                "intermediate b: b signs, a is retired",
            ],
            ["the root is trusted", "the root is trusted", "the old one is retired"],
            ["with the root"; 3],
        ),
        (
            below(None),
            Roots,
            first,
            [
                "intermediate b: b is there, R signs",
                "intermediate b: b signs, R no more",
                "intermediate b: b signs",
            ],
            ["the root is trusted"; 3],
            ["with the root"; 3],
        ),
        (
            below(Some("a")),
            Intermediates,
            next,
            [
                "intermediate b: b is trusted beside a, which signs",
                "intermediate b: b signs, a is trusted beside it",
                "intermediate b: b signs, a is trusted no more",
            ],
            both,
            files,
        ),
        (
            below(None),
            Intermediates,
            first,
            [
                "intermediate b: b is trusted beside R, which signs",
                "intermediate b: b signs, R is trusted beside it",
                "intermediate b: b signs, R is trusted no more",
            ],
            both,
            files,
        ),
    ] {
        says(&rolled, trust, cas, (texts, meanings, right));
    }
}

type Said = ([&'static str; 3], [&'static str; 3], [&'static str; 3]);

fn says(rolled: &Rolled, trust: Trust, cas: (&str, &str, &str, &str), (texts, meanings, right): Said) {
    for (n, phase) in [Phase::Started, Phase::Switched, Phase::Finished].into_iter().enumerate() {
        let outcome = outcome(Some(phase), rolled.clone(), trust, cas);
        let who = if phase == Phase::Started { "the old CA signs" } else { "the new CA signs" };
        assert_eq!(what(&outcome), texts[n], "{rolled:?} {trust} {phase}");
        assert_eq!(meaning(phase, &outcome), format!("{who}, {}", meanings[n]), "{rolled:?} {trust}");
        assert_eq!(right_ca_file(phase, &outcome), right[n], "{rolled:?} {trust}");
        // Whichever step led there, it says the same.
        let verbs = Step::ALL.map(|step| verb(step, &outcome));
        let start = if phase == Phase::Started { "started" } else { "completed" };
        assert_eq!(verbs, [start, "switched", "finished", "back", "back", "back"]);
    }
    let over = outcome(None, rolled.clone(), trust, cas);
    assert_eq!(what(&over), "no roll is under way any more: the old CA signs", "{rolled:?} {trust}");
}

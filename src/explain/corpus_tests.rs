//! Every text that is known, as servers and clients really say it, against the cause that it has to be.

use super::needles::Needles;
use super::texts::{Turn, all};
use super::{Cause, Explainer};

const CORPUS: &str = include_str!("corpus.txt");

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = CORPUS.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(" | ").unwrap())
}

fn causes(mut explainer: Explainer, text: &str) -> Vec<Cause> {
    explainer.feed(format!("{text}\n").as_bytes());
    explainer.finish();
    explainer.causes()
}

#[test]
fn every_text_has_its_cause() {
    let mut wrong = Vec::new();
    for (id, text) in cases() {
        let found: Vec<_> = causes(Explainer::for_texts(), text).iter().map(|cause| cause.id).collect();
        if found != [id] {
            wrong.push(format!("{text}\n  is {found:?}, not {id}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a log, most lines are skipped unread: none of these may be.
#[test]
fn every_text_is_found_in_a_log() {
    for (id, text) in cases().filter(|(_, text)| !only_alone(text)) {
        let log = format!("an ordinary line\n{text}\nanother one");
        let found = causes(Explainer::new(), &log);
        assert_eq!(found.iter().map(|cause| (cause.id, cause.line)).collect::<Vec<_>>(), [(id, 2)], "{text}");
    }
}

fn only_alone(text: &str) -> bool {
    ["Broken pipe", "write ECONNRESET", "CONNECTION_REFUSED"].iter().any(|word| text.ends_with(word))
        || text == "i/o timeout"
}

#[test]
fn every_cause_can_be_shown() {
    for (_, text) in cases() {
        for cause in causes(Explainer::for_texts(), text) {
            let words = cause.fix.iter().map(|fix| fix.what.as_str()).chain([cause.title.as_str()]);
            for words in words {
                let blank = words
                    .split('{')
                    .skip(1)
                    .any(|rest| rest.split_once('}').is_some_and(|(name, _)| !name.contains(' ')));
                assert!(!blank, "{text}\n  {words}");
                assert!(!words.ends_with('.') && !words.contains('\n'), "{words}");
            }
            assert!(!cause.fix.is_empty(), "{text}: nothing to do");
        }
    }
}

/// A text that nobody ever saw is a guess.
#[test]
fn every_known_text_is_in_the_corpus() {
    let seen: Vec<&str> = cases().map(|(id, _)| id).collect();
    let missing: Vec<&str> = all()
        .filter(|text| text.turn != Turn::Notice && !seen.contains(&text.id))
        .map(|text| text.id)
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_text_has_a_needle() {
    let texts = all().filter(|text| ![Turn::Alone, Turn::Notice].contains(&text.turn));
    let missing: Vec<&str> = texts
        .flat_map(|text| text.like)
        .filter(|like| !Needles::all().any(|needle| like.contains(needle)))
        .copied()
        .collect();
    assert_eq!(missing, [""; 0], "are never looked at");
}

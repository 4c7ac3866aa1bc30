#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn what_is_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(State::read(dir.path()).unwrap(), State::default());
    let mut state = State::default();
    state.write(dir.path()).unwrap();
    assert!(!dir.path().join(FILE).exists(), "nothing to say, no file");
    state.set_standing("a", Standing::Active);
    state.set_standing("b", Standing::Active);
    assert_eq!((state.active.as_deref(), state.standby.as_slice()), (Some("b"), &["a".to_owned()][..]));
    state.set_standing("a", Standing::Retired);
    let rolled = Rolled::Intermediate { from: None, to: "b".into() };
    state.roll = Some(RollState { rolled, step: Step::Started, made: true, aside: Vec::new() });
    state.folders = vec!["/nats".into()];
    state.write(dir.path()).unwrap();
    assert_eq!(State::read(dir.path()).unwrap(), state);
    state.roll =
        Some(RollState { rolled: Rolled::Root, step: Step::Finishing, made: false, aside: vec!["c".into()] });
    state.write(dir.path()).unwrap();
    assert_eq!(State::read(dir.path()).unwrap(), state);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_it_does_not_understand_it_does_not_guess() {
    let dir = tempfile::tempdir().unwrap();
    for (text, what) in [
        ("", "it is cut off"),
        ("{\"version\": 1, \"active\": \"a", "it is cut off"),
        ("hello", "line 1 is no JSON"),
        ("{}", "it says no version"),
        ("{\"version\": 2, \"later\": true}", "its version is 2, and this natscert knows 1"),
        ("{\"version\": \"1\"}", "line 1 says something that natscert does not write there"),
        (
            "{\"version\": 1,\n\"signer\": 1}",
            "line 2 has the field \"signer\", which natscert does not write there",
        ),
        ("{\"version\": 1, \"trust\": \"all\"}", "line 1 says \"all\", which natscert does not write there"),
        (
            "{\"version\": 1, \"active\": \"a\",\n\"active\": \"b\"}",
            "line 2 has the field \"active\" a second time",
        ),
        ("{\"version\": 1, \"roll\": {\"of\": \"root\"}}", "it lacks the field \"step\""),
        ("{\"version\": 1, \"standby\": \"a\"}", "line 1 says something that natscert does not write there"),
        ("{\"version\": 1, \"active\": \"../x\"}", "no intermediate can be called \"../x\""),
        ("{\"version\": 1, \"active\": \"a\", \"standby\": [\"a\"]}", "it names the intermediate a twice"),
        ("{\"version\": 1, \"standby\": [\"a\", \"a\"]}", "it names the intermediate a twice"),
        (
            "{\"version\": 1, \"active\": \"a\", \"roll\": {\"of\": \"intermediate\", \"from\": \"a\", \"to\": \"b\", \"step\": \"started\"}}",
            "its roll is of the intermediate b, which it does not list",
        ),
    ] {
        fs::write(dir.path().join(FILE), text).unwrap();
        let Err(Error::State { why, .. }) = State::read(dir.path()) else { panic!("{text}") };
        assert_eq!(why, what, "{text}");
    }
}

/// So the way back from a finished roll could leave it.
#[test]
fn who_is_retired_once_more_has_the_stronger_standing() {
    let dir = tempfile::tempdir().unwrap();
    let text = r#"{"version": 1, "active": "a", "standby": ["b"], "retired": ["c", "a", "c", "b", "d"]}"#;
    fs::write(dir.path().join(FILE), text).unwrap();
    let state = State::read(dir.path()).unwrap();
    assert_eq!((state.active.as_deref(), state.standby.as_slice()), (Some("a"), &["b".to_owned()][..]));
    assert_eq!(state.retired, ["c", "d"]);
}

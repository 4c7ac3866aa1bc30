//! Texts made to exhaust a parser: each ends in an error, or in a value, with a small stack and without much time.

use natscert::natsconf::{Config, Dialect, Error, Reader, Refusal};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const TEN_MEGABYTES: usize = 10_000_000;

/// Reads with half a megabyte of stack, and drops the result there. What takes a minute would never end.
fn outcome(
    dialect: Dialect,
    text: Vec<u8>,
    files: &[(&str, String)],
    environment: &[(&str, String)],
) -> Outcome {
    let own = |texts: &[(&str, String)]| -> Vec<(String, Vec<u8>)> {
        texts.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect()
    };
    let files: HashMap<PathBuf, Vec<u8>> =
        own(files).into_iter().map(|(name, text)| (name.into(), text)).collect();
    let environment: HashMap<String, Vec<u8>> = own(environment).into_iter().collect();
    let (said, heard) = channel();
    thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(move || {
            let variables =
                |name: &[u8]| std::str::from_utf8(name).ok().and_then(|name| environment.get(name)).cloned();
            let result = Reader::new(dialect, &files).environment(&variables).read("main.conf", text);
            said.send(Outcome::of(result)).unwrap();
        })
        .unwrap();
    heard.recv_timeout(Duration::from_secs(60)).unwrap()
}

#[derive(Debug, PartialEq)]
enum Outcome {
    /// Bytes of JSON.
    Read(usize),
    Refused(Refusal, String),
}

impl Outcome {
    fn of(result: Result<Config, Error>) -> Self {
        match result {
            Ok(config) => Self::Read(config.json().len()),
            Err(error) => {
                let picture = error.picture();
                assert!(picture.contains("main.conf") || !error.trail().is_empty(), "{picture}");
                Self::Refused(error.refusal(), error.to_string())
            }
        }
    }

    fn limit(text: &str) -> Self {
        Self::Refused(Refusal::Limit, text.to_owned())
    }
}

fn newest(text: impl Into<Vec<u8>>) -> Outcome {
    outcome(Dialect::NEWEST, text.into(), &[], &[])
}

fn repeated(unit: &str) -> String {
    unit.repeat(TEN_MEGABYTES / unit.len())
}

/// As much as an unoptimized build reads quickly. Whatever takes the square of it, takes hours.
fn long(unit: &str) -> String {
    unit.repeat(1_000_000 / unit.len())
}

#[test]
fn nesting_has_an_end() {
    let deep = Outcome::limit("nested deeper than 1000 levels");
    for unit in ["[", "[[\n", "[{a:", "[{a [ "] {
        assert_eq!(newest(format!("a={}", repeated(unit))), deep, "{unit}");
    }
    for unit in ["{", "{ # c\n", "a {", "a: {", "a [{b {"] {
        assert_eq!(newest(repeated(unit)), deep, "{unit}");
    }
    // 2.9 knows no blocks: it skips the braces.
    assert_eq!(outcome(Dialect::of(2, 9, 10), repeated("{").into(), &[], &[]), Outcome::Read(2));
    let levels = |count: usize| format!("a={}{}", "[".repeat(count), "]".repeat(count));
    assert_eq!(newest(levels(999)), Outcome::Read(999 * 2 + 6));
    assert_eq!(newest(levels(1001)), deep);
}

#[test]
fn values_of_variables_nest_no_deeper() {
    let level = "[".repeat(900);
    let close = "]".repeat(900);
    let mut text = format!("x0={level}{close}\n");
    for number in 1..100 {
        writeln!(text, "x{number}={level}$x{} {close}", number - 1).unwrap();
    }
    assert_eq!(newest(text), Outcome::limit("nested deeper than 1000 levels"));
}

#[test]
fn variables_that_double_do_not_grow_without_end() {
    let mut text = "x0=[aaaaaaaa, bbbbbbbb]\n".to_owned();
    for number in 1..60 {
        let last = number - 1;
        writeln!(text, "x{number}=[$x{last}, $x{last}]").unwrap();
    }
    assert_eq!(newest(text), Outcome::limit("the configuration becomes larger than 64 MiB"));
}

#[test]
fn long_texts_take_time_by_their_length() {
    for (text, parsed) in [
        (long("a=1\n"), true),
        (long("a {b=1}\n"), true),
        (long("\n"), true),
        (long("{}\n"), true),
        (long("# c\n"), true),
        (long("a=/"), true),
        (long("a 1 "), false),
        (format!("a={}", long("x")), true),
        (format!("a={}", long("9")), false),
        (format!("a=1.{}", long("9")), true),
        (format!("a=\"{}", long("\\n")), false),
        (format!("a={}", long("\\x41")), true),
        (format!("a=(\n{}", long(")")), false),
        (format!("a=(\n{}", long("\n) ")), false),
        (format!("a='{}", long("\n")), false),
        (format!("m {{ {}", long("k ")), false),
        (format!("m {{ {} }}", long("a\n1\n")), true),
        (format!("a=[{}", long("'x',\n")), false),
        (format!("X=1\n{}", long("a=$X\n")), true),
        (long("\u{a0}"), true),
        (long("\0"), false),
        (long("a=1\0"), true),
        (format!("{}\nb=$none", long("a=1\n")), false),
        (long("/"), true),
    ] {
        let shown: String = text.chars().take(20).collect();
        assert_eq!(matches!(newest(text), Outcome::Read(_)), parsed, "{shown}");
    }
}

#[test]
fn a_file_that_includes_itself_is_no_end() {
    let crash = |text: &str| Outcome::Refused(Refusal::Crash, text.to_owned());
    let files = [("main.conf", "include main.conf".to_owned())];
    assert_eq!(
        outcome(Dialect::NEWEST, repeated("include main.conf\n").into(), &files, &[]),
        crash("error parsing include file 'main.conf', main.conf includes itself")
    );
    let ring = [("a/b.conf", "include ../c.conf".to_owned()), ("c.conf", "include 'a/./b.conf'".to_owned())];
    assert_eq!(
        outcome(Dialect::NEWEST, b"include c.conf".to_vec(), &ring, &[]),
        crash(
            "error parsing include file 'c.conf', error parsing include file 'a/./b.conf', error parsing include \
             file '../c.conf', c.conf includes itself"
        )
    );
}

#[test]
fn includes_have_a_number_and_a_depth() {
    let chain = |number: u32, times: usize| format!("include f{}.conf\n", number + 1).repeat(times);
    let names: Vec<String> = (0..200).map(|number| format!("f{number}.conf")).collect();
    let files = |times| -> Vec<(&str, String)> {
        names.iter().zip(0..).map(|(name, number)| (name.as_str(), chain(number, times))).collect()
    };
    let limit = Outcome::limit("more than 50 files or variables within each other");
    assert_eq!(outcome(Dialect::NEWEST, b"include f0.conf".to_vec(), &files(1), &[]), limit);
    // Each file twice in the one before it: that would be 2^30 files.
    let mut doubling = files(2);
    doubling.truncate(30);
    doubling.push(("f30.conf", String::new()));
    assert_eq!(
        outcome(Dialect::NEWEST, b"include f0.conf".to_vec(), &doubling, &[]),
        Outcome::limit("more than 10000 files and variables")
    );
    let large = [("large.conf", repeated("a=1\n"))];
    assert_eq!(
        outcome(Dialect::NEWEST, b"include large.conf\n".repeat(1000), &large, &[]),
        Outcome::limit("included files hold more than 16 MiB")
    );
}

#[test]
fn variables_of_the_environment_are_read_once() {
    // Each one twice in the one before it: reading it each time would be 2^40 times.
    let names: Vec<String> = (0..41).map(|number| format!("V{number}")).collect();
    let mut environment: Vec<(&str, String)> = names
        .iter()
        .zip(1..)
        .map(|(name, number)| (name.as_str(), format!("{{a: $V{number}, b: $V{number}}}")))
        .collect();
    environment[40].1 = "'x'".to_owned();
    assert_eq!(
        outcome(Dialect::NEWEST, b"a=$V0".to_vec(), &[], &environment),
        Outcome::Refused(Refusal::Limit, "the configuration becomes larger than 64 MiB".to_owned())
    );
    let large = [("LONG", format!("[{}]", "'x',".repeat(30_000)))];
    let text = "a=$LONG\n".repeat(100_000);
    assert!(matches!(
        outcome(Dialect::NEWEST, text.into(), &[], &large),
        Outcome::Refused(Refusal::Limit, _)
    ));
    let short = [("SHORT", "[1 ]".to_owned())];
    assert!(matches!(outcome(Dialect::NEWEST, long("a=$SHORT\n").into(), &[], &short), Outcome::Read(_)));
    let cycle = [("A", "$B".to_owned()), ("B", "[$A]".to_owned())];
    let text = "variable reference for 'A' on line 1 could not be parsed: variable reference for 'B' on line 1 could \
                not be parsed: variable reference for 'A' on line 1 could not be parsed: variable reference cycle for 'A'";
    for (dialect, refusal) in [(Dialect::NEWEST, Refusal::Server), (Dialect::of(2, 12, 3), Refusal::Crash)] {
        let refused = Outcome::Refused(refusal, text.to_owned());
        assert_eq!(outcome(dialect, b"a=$A".to_vec(), &[], &cycle), refused);
    }
}

#[test]
fn a_folder_is_no_file() {
    let folder = tempfile::TempDir::new().unwrap();
    let main: &Path = &folder.path().join("main.conf");
    let error = Reader::new(Dialect::NEWEST, &natscert::natsconf::Disk).read(main, "include ''").unwrap_err();
    let folder = folder.path().display();
    assert_eq!(error.to_string(), format!("error parsing include file '', read {folder}: is a directory"));
}

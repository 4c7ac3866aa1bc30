//! The same text to natscert and to three real servers.

mod generator;
mod judge;
mod words;
mod written;

use generator::Generator;
use judge::{ENVIRONMENT, Judge, Verdict};
use natscert::natsconf::{Dialect, Disk, Reader};
use std::thread;

/// How many texts are made up: 6,000, or `NATSCERT_TEXTS`. `NATSCERT_SEED` makes up others.
fn wanted(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |number| number.parse().unwrap())
}

/// What natscert says of the file that the judge has before it.
fn ours(judge: &Judge) -> Verdict {
    let environment = |name: &[u8]| {
        let known = ENVIRONMENT.iter().find(|(known, _)| known.as_bytes() == name);
        known.map(|(_, value)| value.as_bytes().to_vec())
    };
    let (major, minor, patch) = judge.version;
    let reader = Reader::new(Dialect::of(major, minor, patch), &Disk).environment(&environment);
    match reader.open(judge.main()) {
        Ok(config) => Verdict::Accepted(judge.tells_digest().then(|| config.digest())),
        // The server's log goes by lines, and a path may hold a line end.
        Err(error) => Verdict::Refused(error.text().split(|byte| *byte == b'\n').next().unwrap().to_vec()),
    }
}

fn compare(version: (u32, u32, u32), texts: &[Vec<u8>]) -> usize {
    let mut judge = Judge::start(version);
    let mut accepted = 0;
    let mut differences = Vec::new();
    for text in texts {
        let theirs = judge.verdict(text);
        let ours = ours(&judge);
        accepted += usize::from(matches!(ours, Verdict::Accepted(_)));
        if theirs != ours {
            differences.push(format!("\"{}\"\n  server {theirs:?}\n  ours   {ours:?}", text.escape_ascii()));
        }
    }
    let shown = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{version:?}: {} of {}\n{shown}", differences.len(), texts.len());
    accepted
}

/// Every value on 2.15.1 by the digest, every error everywhere by its text.
#[test]
fn generated_texts_are_read_as_the_servers_read_them() {
    let mut generator = Generator::new(wanted("NATSCERT_SEED", 1));
    let texts: Vec<_> = (0..wanted("NATSCERT_TEXTS", 6000)).map(|_| generator.text()).collect();
    let accepted: Vec<usize> = thread::scope(|scope| {
        let runs = [(2, 9, 10), (2, 10, 25), (2, 15, 1)].map(|version| {
            let texts = &texts;
            scope.spawn(move || compare(version, texts))
        });
        runs.map(|run| run.join().unwrap()).into()
    });
    for accepted in accepted {
        // Neither side of the language is left out.
        assert!((texts.len() / 4..texts.len() * 3 / 4).contains(&accepted), "{accepted} of {}", texts.len());
    }
}

/// Which characters are digits or white space is asked of the server, for all that have a meaning and some that have none.
#[test]
fn characters_are_of_the_classes_of_the_server() {
    let every = ('\u{80}'..'\u{20000}').chain('\u{e0000}'..='\u{e01ff}');
    let mut judge = Judge::start((2, 15, 1));
    let reader = Reader::new(Dialect::NEWEST, &Disk);
    let (digits, others): (Vec<_>, Vec<_>) =
        every.partition(|character| reader.read("", format!("a={character}")).is_err());
    // What is no digit begins a string, and white space begins no key, and splits one: all in one text.
    let text: String = others.iter().flat_map(|&c| [c, 'k', c, 'k', '=', c, 'x', '\n']).collect();
    let theirs = judge.verdict(text.as_bytes());
    assert!(matches!(theirs, Verdict::Accepted(_)));
    assert_eq!(theirs, ours(&judge));
    assert_eq!(digits.len(), 760, "all of Unicode 17 but the ten of ASCII");
    for digit in digits {
        let theirs = judge.verdict(format!("a={digit}").as_bytes());
        assert!(matches!(theirs, Verdict::Refused(_)), "{digit:?}");
        assert_eq!(theirs, ours(&judge), "{digit:?}");
    }
}

//! `natscert explain`

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::args::ExplainArgs;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::explain_words::{self as words, Json};
use super::{STDIN, explain_code};
use crate::bundle;
use crate::explain::{Explainer, nearest_codes};
use crate::finding::Code;

/// How much is read at once.
const PIECE: usize = 1 << 20;

/// What an argument is.
enum What<'a> {
    Code(Code),
    Stdin,
    File(&'a Path),
    Text(String),
}

impl What<'_> {
    fn of(argument: &OsStr) -> What<'_> {
        let text = argument.to_string_lossy();
        if let Ok(code) = text.parse() {
            What::Code(code)
        } else if text == "-" {
            What::Stdin
        } else if Path::new(argument).exists() {
            What::File(Path::new(argument))
        } else {
            What::Text(text.into_owned())
        }
    }
}

pub(in super::super) fn run(args: &ExplainArgs, report: &Report) -> Result<(), Failure> {
    let whats: Vec<What<'_>> = args.what.iter().map(|argument| What::of(argument)).collect();
    let codes: Vec<Code> = whats
        .iter()
        .filter_map(|what| if let What::Code(code) = what { Some(*code) } else { None })
        .collect();
    if whats.is_empty() {
        return explain_code::list(report);
    }
    if codes.len() == whats.len() {
        return explain_code::pages(&codes, report);
    }
    if !codes.is_empty() {
        return Err(Failure::input(
            "codes, and texts or logs, in one command",
            "run natscert explain for each",
        ));
    }
    let texts_alone = whats.iter().all(|what| matches!(what, What::Text(_)));
    Job { report, texts_alone, several: whats.len() > 1, live: is_live(&whats) && !report.json }.run(&whats)
}

/// Whether what comes may take as long as the server runs that writes it.
fn is_live(whats: &[What<'_>]) -> bool {
    matches!(whats, [What::Stdin]) && !stdin_is_file()
}

#[cfg(unix)]
fn stdin_is_file() -> bool {
    let status = rustix::fs::fstat(io::stdin());
    status.is_ok_and(|status| rustix::fs::FileType::from_raw_mode(status.st_mode).is_file())
}

#[cfg(not(unix))]
fn stdin_is_file() -> bool {
    false
}

struct Job<'a> {
    report: &'a Report,
    texts_alone: bool,
    several: bool,
    live: bool,
}

impl Job<'_> {
    fn run(&self, whats: &[What<'_>]) -> Result<(), Failure> {
        let mut explainer = if self.texts_alone { Explainer::for_texts() } else { Explainer::new() };
        if self.live && !io::stdin().is_terminal() {
            survive_interrupt();
        }
        let (mut lines, mut seen) = (0, 0);
        for what in whats {
            self.read(what, &mut explainer)?;
            lines += explainer.lines();
            let events = explainer.causes().iter().map(|cause| cause.count).sum();
            if self.several
                && events == seen
                && let What::Text(text) = what
            {
                return Err(no_text(text));
            }
            seen = events;
        }
        explainer.finish();
        if self.live {
            self.show(&mut explainer)?;
        }
        self.tell(&explainer)?;
        verdict(whats, &explainer, lines)
    }

    fn read(&self, what: &What<'_>, explainer: &mut Explainer) -> Result<(), Failure> {
        match what {
            What::Stdin => {
                explainer.begin(self.several.then_some(STDIN));
                self.stream(io::stdin().lock(), STDIN.as_ref(), explainer)
            }
            What::File(path) => {
                explainer.begin(Some(&path.display().to_string()));
                let file = File::open(path).map_err(bundle::Error::io("read", path))?;
                self.stream(file, path, explainer)
            }
            What::Text(text) => {
                explainer.begin(None);
                explainer.feed(text.as_bytes());
                explainer.feed(b"\n");
                Ok(())
            }
            What::Code(_) => Ok(()),
        }
    }

    fn stream(&self, mut input: impl Read, path: &Path, explainer: &mut Explainer) -> Result<(), Failure> {
        let mut piece = vec![0; PIECE];
        loop {
            let read = match input.read(&mut piece) {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(bundle::Error::io("read", path))?,
            };
            if read == 0 {
                return Ok(());
            }
            explainer.feed(&piece[..read]);
            if self.live {
                self.show(explainer)?;
            }
        }
    }

    /// Causes that are new, as soon as they are seen.
    fn show(&self, explainer: &mut Explainer) -> Result<(), Failure> {
        let mut text = String::new();
        for cause in explainer.news() {
            words::block(&mut text, &cause, words::Style::Live);
        }
        if text.is_empty() { Ok(()) } else { self.report.product(text.as_bytes()) }
    }

    fn tell(&self, explainer: &Explainer) -> Result<(), Failure> {
        let causes = explainer.causes();
        if self.report.json {
            return self.report.json(&causes.iter().map(Json::of).collect::<Vec<_>>());
        }
        let mut text = String::new();
        if self.live {
            words::summary(&mut text, &causes, explainer.lines());
        } else {
            let style = if self.texts_alone { words::Style::Text } else { words::Style::Log };
            for cause in &causes {
                words::block(&mut text, cause, style);
            }
        }
        if explainer.beyond() > 0 {
            self.report.warning(
                &format!("there are too many causes: {} events of others are not shown", explainer.beyond()),
                Some("mend some of them, then look again"),
            );
        }
        self.report.product(text.as_bytes())
    }
}

/// What the run comes to.
fn verdict(whats: &[What<'_>], explainer: &Explainer, lines: u64) -> Result<(), Failure> {
    let causes = explainer.causes();
    let unknown: u64 = causes.iter().filter(|cause| cause.id == "unknown").map(|cause| cause.count).sum();
    if unknown > 0 {
        let count = usize::try_from(unknown).unwrap_or(usize::MAX);
        return Err(Failure::failed(
            format!("{} about TLS that natscert does not know", human::count(count, "line")),
            "look at the other side's log; nats-server -D says more; and please report the text",
        ));
    }
    if !causes.is_empty() {
        return Ok(());
    }
    match whats {
        [What::Text(text)] => Err(no_text(text)),
        _ => Err(Failure::failed(
            format!(
                "no failure of TLS in {}",
                human::count(usize::try_from(lines).unwrap_or(usize::MAX), "line")
            ),
            "who is refused often says nothing: look at the other side's log; nats-server -D says more",
        )),
    }
}

/// A text that is not known; if it is a single word, somebody meant a code, or a file.
fn no_text(word: &str) -> Failure {
    if word.contains(char::is_whitespace) {
        return Failure::failed(
            format!("{word:?} is no text about TLS that natscert knows"),
            "give the whole line of the log, or the whole log: natscert explain FILE",
        );
    }
    let hint = nearest_codes(word).map_or_else(
        || "natscert explain lists all codes".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Failure::input(
        format!("{word:?} is no code of a finding, no file, and no text about TLS that natscert knows"),
        hint,
    )
}

/// With the server in the same pipe, Ctrl-C ends the server, and then there is nothing more to read: what was seen
/// is told. Twice ends this process, too.
fn survive_interrupt() {
    static ONCE: AtomicBool = AtomicBool::new(false);
    let _ = ctrlc::set_handler(|| {
        if ONCE.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

//! Errors as a person sees them: what happened, what to do, and an exit code.

use std::fmt::Write as _;

use crate::lifecycle::roll;
use crate::natsconf::{self, Refusal};
use crate::{apply, bundle, fixture, lifecycle, nats, pki, render, topology, truststore};

/// Exit code: something was found, or an operation failed.
const FAILED: u8 = 1;
/// Exit code: bad usage or input.
const INPUT: u8 = 2;

/// The end of a run that did not succeed.
#[derive(Debug)]
pub struct Failure {
    what: String,
    excerpt: Option<String>,
    hint: String,
    code: u8,
}

impl Failure {
    /// Bad usage or input.
    pub(super) fn input(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), excerpt: None, hint: hint.into(), code: INPUT }
    }

    /// An attempt that failed.
    pub(super) fn failed(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), excerpt: None, hint: hint.into(), code: FAILED }
    }

    /// Changes that are pending: everything has been said.
    pub(super) fn pending() -> Self {
        Self::failed("", "")
    }

    /// The end of a run that a process of ours came to and explained.
    pub(super) fn silent(code: Option<i32>) -> Self {
        let code = code.and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0);
        Self { code: code.unwrap_or(FAILED), ..Self::pending() }
    }

    /// The same as bad input: what was named cannot be read.
    pub(super) fn into_input(self) -> Self {
        let hint = "let the user that runs this read it; a link has to lead to a file".to_owned();
        let hint = if self.code == INPUT { self.hint } else { hint };
        Self { code: INPUT, hint, ..self }
    }

    /// Whether there is nothing to say.
    pub(super) fn is_silent(&self) -> bool {
        self.what.is_empty()
    }

    /// A manifest that describes no system; `file` is what messages call it.
    pub(super) fn in_manifest(why: &topology::Error, file: &str) -> Self {
        let place = why.place().map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
        let mut failure = Self::input(format!("{file}{place}: {why}"), why.hint());
        failure.excerpt = why.place().map(topology::Location::excerpt);
        failure
    }

    /// A configuration that nats-server refuses, in its words; or one that only natscert refuses.
    pub(super) fn in_configuration(why: &natsconf::Error) -> Self {
        let (who, fallback) = match why.refusal() {
            Refusal::Server => (
                "nats-server: ",
                "nats-server reads nothing of a configuration with an error: mend this place",
            ),
            Refusal::Crash => ("nats-server overflows its stack: ", "take out what leads back to this place"),
            Refusal::Limit => {
                ("natscert reads no such configuration: ", "see what is there: no server needs that much")
            }
        };
        let sources = why.sources();
        let mut excerpt = why.picture();
        for place in why.trail().iter().rev().filter(|place| **place != why.span()) {
            let line = sources.line(*place);
            let _ = writeln!(excerpt, "from {}: {}", sources.describe(*place), shortened(line.trim(), 100));
        }
        let mut failure =
            Self::input(shortened(&format!("{who}{why}"), 2000), why.hint().unwrap_or(fallback));
        // Whoever prints it makes tabs visible, and carets would not stand where they should.
        failure.excerpt = Some(excerpt.replace('\t', "    "));
        failure
    }

    /// The lines of a file that it is about.
    #[must_use]
    pub fn excerpt(&self) -> Option<&str> {
        self.excerpt.as_deref()
    }

    /// What there is to choose from, a line each.
    pub(super) fn among(mut self, choices: &[String]) -> Self {
        self.excerpt = Some(choices.join("\n"));
        self
    }

    /// Standard output that takes nothing more.
    pub(super) fn stdout(why: std::io::Error) -> Self {
        let what = bundle::Error::io("write to", "standard output".as_ref())(why);
        Self::failed(what.to_string(), "see where it goes; files that were written are on disk all the same")
    }

    /// The same with another hint.
    pub(super) fn hinting(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }

    /// The same, about a file or an argument.
    pub(super) fn about(mut self, subject: &str) -> Self {
        self.what = format!("{subject}: {}", self.what);
        self
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.code
    }
}

/// A text whose length is somebody else's, without its middle where that is too much.
fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end = text.chars().skip(count - most / 2);
    text.chars().take(most / 2).chain(['…']).chain(end).collect()
}

impl From<pki::Error> for Failure {
    fn from(why: pki::Error) -> Self {
        match why {
            pki::Error::Keygen(_) | pki::Error::RsaKeygen | pki::Error::Sign(_) | pki::Error::Encode(_) => {
                Self::failed(why.to_string(), why.hint())
            }
            _ => Self::input(why.to_string(), why.hint()),
        }
    }
}

impl From<fixture::Error> for Failure {
    fn from(why: fixture::Error) -> Self {
        match why {
            // Which CA is at fault matters more there.
            fixture::Error::Pki(source) if !matches!(source, pki::Error::PathLength(_)) => source.into(),
            _ => Self::input(why.to_string(), why.hint()),
        }
    }
}

impl From<bundle::Error> for Failure {
    fn from(why: bundle::Error) -> Self {
        let make = if why.is_input() { Self::input } else { Self::failed };
        make(why.to_string(), why.hint())
    }
}

/// Errors that are always the input's fault.
macro_rules! from_input_error {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(why: $error) -> Self {
                Self::input(why.to_string(), why.hint())
            }
        }
    )+};
}

from_input_error!(
    pki::NameError,
    pki::SubjectError,
    pki::TimeError,
    bundle::BundleNameError,
    bundle::Refused,
    apply::CaTrouble,
    nats::Refused,
    nats::ValueError,
    nats::VersionError,
    topology::Error,
);

impl From<render::Error> for Failure {
    fn from(why: render::Error) -> Self {
        let make = if matches!(why, render::Error::Template(..)) { Self::failed } else { Self::input };
        make(why.to_string(), why.hint())
    }
}

impl From<apply::Error> for Failure {
    fn from(why: apply::Error) -> Self {
        match why {
            apply::Error::Bundle(why) => why.into(),
            apply::Error::Pki(why) => why.into(),
            apply::Error::Time(why) => why.into(),
            apply::Error::Render(why) => why.into(),
            apply::Error::ForeignText(_) => {
                Self::input(why.to_string(), "move it away, then run the same command again")
            }
            apply::Error::CutOff(why) => Self::input(why.to_string(), why.hint()),
            apply::Error::LostCa(_) => Self::input(
                why.to_string(),
                "point --ca-dir to the CA that made it; or remove that file to have everything issued anew",
            ),
        }
    }
}

impl From<lifecycle::Error> for Failure {
    fn from(why: lifecycle::Error) -> Self {
        let make = if why.is_input() { Self::input } else { Self::failed };
        make(why.to_string(), why.hint())
    }
}

impl From<roll::Error> for Failure {
    fn from(why: roll::Error) -> Self {
        let make = if why.is_input() { Self::input } else { Self::failed };
        match why {
            roll::Error::Bundle(why) => why.into(),
            roll::Error::Pki(why) => why.into(),
            why => make(why.to_string(), why.hint()),
        }
    }
}

impl From<truststore::Trouble> for Failure {
    fn from(why: truststore::Trouble) -> Self {
        Self::failed(why.reason, why.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(shortened("äbcdefgh", 4), "äb…gh");
        assert_eq!(shortened("äöüß", 4), "äöüß");
    }
}

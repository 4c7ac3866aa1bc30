//! Values that an option does not take, as other errors are said; the rest of what clap finds it says itself.

use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use crate::nats::{nearest, or_list};

const SEE_HELP: &str = "see what it takes with --help";

/// A value that its parser refuses: what happened, and what to do.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) what: String,
    /// One line.
    pub(super) hint: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Wrong {}

/// The failure, where it is about a value.
pub(super) fn of_value(stop: &clap::Error) -> Option<Failure> {
    let text = |kind| match stop.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let (argument, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    // `--reason <REASON>`, `<ROLE>`, `[FILE]`
    let name = argument.split(' ').next().unwrap_or_default();
    let name = name.trim_matches(['<', '>', '[', ']', '.']);
    let words = match stop.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(words)) => words.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    match stop.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            let hint =
                if words.is_empty() { format!("give one: {argument}") } else { among(name, &words, value) };
            Some(Failure::input(format!("{name} has no value"), hint))
        }
        ErrorKind::InvalidValue => {
            Some(Failure::input(format!("{value:?} is no value for {name}"), among(name, &words, value)))
        }
        ErrorKind::ValueValidation => Some(if let Some(wrong) = wrong(stop) {
            Failure::input(format!("{name}: {}", wrong.what), &wrong.hint)
        } else {
            let why = std::error::Error::source(stop).map(|why| format!(": {why}")).unwrap_or_default();
            Failure::input(format!("{value:?} is no value for {name}{why}"), SEE_HELP)
        }),
        _ => None,
    }
}

fn wrong(stop: &clap::Error) -> Option<&Wrong> {
    std::error::Error::source(stop)?.downcast_ref()
}

/// What could have been meant, or all that there is.
fn among(name: &str, words: &[&str], value: &str) -> String {
    let near = nearest(value, words.iter().copied(), 3);
    match name {
        _ if !near.is_empty() => format!("did you mean {}?", or_list(&near)),
        "DEFECT" => "see all of them with natscert fixture list".to_owned(),
        _ if words.is_empty() => SEE_HELP.to_owned(),
        _ => format!("give one of these: {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser as _;

    use super::*;
    use crate::cli::args::Cli;

    fn said(line: &str) -> Option<(String, String)> {
        let stop = Cli::try_parse_from(line.split(' ')).map(drop).unwrap_err();
        let failure = of_value(&stop)?;
        assert_eq!(failure.code(), 2);
        Some((failure.what().to_owned(), failure.hint().to_owned()))
    }

    #[test]
    fn a_value_that_is_none_is_said_in_two_lines() {
        for (line, what, hint) in [
            ("natscert crl --next-update 0d", "--next-update: \"0d\" is not a length of time", "90d, 12h"),
            ("natscert ocsp --listen foo", "--listen: \"foo\" is no address and port", "127.0.0.1:8888"),
            (
                "natscert revoke x --reason bored",
                "\"bored\" is no value for --reason",
                "of these: unspecified",
            ),
            ("natscert revoke x --reason keycompromise", "for --reason", "did you mean keyCompromise or"),
            ("natscert fixture list expird", "\"expird\" is no value for DEFECT", "did you mean expired"),
            ("natscert fixture foo", "\"foo\" is no value for DEFECT", "natscert fixture list"),
            ("natscert issue hub x", "\"hub\" is no value for ROLE", "server, client"),
            ("natscert crl --out ", "--out has no value", "--out <FILE>"),
            ("natscert renew x --reload y", "\"y\" is no value for --reload: ", "--help"),
            ("natscert renew x --reload 99999999999", "99999999999\" is no value for --reload: ", "--help"),
        ] {
            let said = said(line).unwrap();
            assert!(said.0.contains(what) && said.1.contains(hint), "{line}: {said:?}");
            assert!(!format!("{}{}", said.0, said.1).contains('\n'), "{said:?}");
        }
        assert_eq!(said("natscert crl --nonsense"), None);
    }
}

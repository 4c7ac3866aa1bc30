//! What keytool is told to do with a keystore.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::super::program::command_line;
use super::super::step::Step;

/// One change of a keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Import { alias: String, pem: String },
    Delete { alias: String },
}

/// Whether Java would take this alias for an option to itself (`-J-agentpath:…` is code) or for a file with options.
pub(super) fn is_option(alias: &str) -> bool {
    alias.starts_with("-J") || alias.starts_with('@')
}

impl Change {
    /// How keytool makes it in `keystore`.
    pub(super) fn step(&self, keytool: &Path, keystore: &Path, password: &str) -> Step {
        let (verb, alias, input): (&[&str], _, &str) = match self {
            Self::Import { alias, pem } => (&["-importcert", "-noprompt", "-trustcacerts"], alias, pem),
            Self::Delete { alias } => (&["-delete"], alias, ""),
        };
        let mut args: Vec<OsString> = verb.iter().map(Into::into).collect();
        args.extend(["-keystore".into(), keystore.into()]);
        args.extend(["-storepass", password, "-alias", alias].map(OsString::from));
        let mut program = keytool;
        if cfg!(target_os = "linux") && !args.iter().all(|arg| arg.to_str().is_some_and(str::is_ascii)) {
            // Helpers run in the locale C, in which Java takes its arguments for ASCII.
            args.splice(0..0, ["LC_ALL=C.UTF-8".into(), keytool.into()]);
            program = Path::new("/usr/bin/env");
        }
        Step::Run { program: program.into(), args, input: input.as_bytes().to_vec() }
    }

    /// The same for a person, who has the root from natscert.
    pub(super) fn by_hand(&self, keytool: &Path, keystore: &Path, password: &str, sudo: bool) -> String {
        let Step::Run { program, args, .. } = self.step(keytool, keystore, password) else {
            return String::new();
        };
        let sudo = sudo.then_some(OsStr::new("sudo"));
        let own = std::iter::once(program.as_os_str()).chain(args.iter().map(OsString::as_os_str));
        let line = command_line(sudo.into_iter().chain(own));
        match self {
            Self::Import { .. } => format!("natscert ca export | {line}"),
            Self::Delete { .. } => line,
        }
    }
}

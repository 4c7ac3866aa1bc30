//! The `tls` map of a listener: what the server takes, and what it does not do.

use super::listeners::{ALL, Site};
use super::settings::Warnings;
use crate::nats::{Checked, Context, Effect, Refused, TlsOption, TlsOptions, suites};
use crate::pki::KeyType;
use crate::topology::error::Fault;
use crate::topology::manifest::Texts;
use crate::topology::model::Verification;

impl Site<'_> {
    /// The options of its `tls` map, checked for the server's version.
    pub(super) fn tls(
        &self,
        verification: Verification,
        key_type: KeyType,
        warnings: &mut Warnings,
    ) -> Result<Checked, Fault> {
        let table = self.table;
        self.names_are_known(table.cipher_suites.as_ref(), suites::Kind::CipherSuite)?;
        self.names_are_known(table.curve_preferences.as_ref(), suites::Kind::Curve)?;
        let options = self.options(verification, warnings);
        let checked = options.check(self.context, self.version).map_err(|why| self.refused(&why))?;
        self.pass_on(&checked, warnings);
        if crate::fit::suites_miss(key_type.is_rsa(), &checked.options().cipher_suites) {
            warnings.add(
                format!(
                    "none of the cipher suites of listeners.{} is for {key_type} keys: only TLS 1.3 will work",
                    self.name
                ),
                "add a suite for the key, or choose another key_type",
            );
        }
        Ok(checked)
    }

    fn options(&self, verification: Verification, warnings: &mut Warnings) -> TlsOptions {
        let table = self.table;
        let values = |given: &Option<Texts>| -> Vec<String> {
            given.iter().flat_map(|given| &given.value).map(|item| item.value.clone()).collect()
        };
        let mut options = TlsOptions {
            verify: verification == Verification::Require && !self.context.always_verifies(),
            verify_and_map: verification == Verification::Map,
            check_known_urls: table.check_known_urls.as_ref().is_some_and(|given| given.value),
            handshake_first: table.handshake_first.as_ref().and_then(|given| given.value.0),
            timeout: table.timeout.as_ref().map(|given| given.value),
            min_version: table.min_version.as_ref().map(|given| given.value),
            cipher_suites: values(&table.cipher_suites),
            curves: values(&table.curve_preferences),
            ..TlsOptions::default()
        };
        if self.is_idle(TlsOption::Timeout, "timeout", &options, warnings) {
            options.timeout = None;
        }
        if self.is_idle(TlsOption::HandshakeFirst, "handshake_first", &options, warnings) {
            options.handshake_first = None;
        }
        options
    }

    /// Whether an option is there and does nothing here, which is then said.
    fn is_idle(&self, option: TlsOption, field: &str, options: &TlsOptions, warnings: &mut Warnings) -> bool {
        let Effect::Ignored(reason) = option.effect(self.context) else { return false };
        if !options.has(option) {
            return false;
        }
        let works = |(context, _): &(Context, &str)| option.effect(*context) == Effect::Works;
        let places: Vec<_> = ALL.into_iter().filter(works).map(|(_, name)| name).collect();
        warnings.add(
            format!("{field} does nothing in listeners.{}: {reason}", self.name),
            format!("leave it out there; it works for {}", places.join(", ")),
        );
        true
    }

    /// Suites and curves one by one, for the place of each.
    fn names_are_known(&self, list: Option<&Texts>, kind: suites::Kind) -> Result<(), Fault> {
        let Some(list) = list else { return Ok(()) };
        if list.value.is_empty() {
            return Err(Fault::new(list.at, "this list is empty", "leave it out for nats-server's own list"));
        }
        for item in &list.value {
            suites::find(kind, &item.value, self.version)
                .map_err(|why| Fault::new(item.at, why.to_string(), in_manifest(&why.hint())))?;
        }
        Ok(())
    }

    fn refused(&self, why: &Refused) -> Fault {
        let table = self.table;
        let option = match why {
            Refused::Context { option, .. } | Refused::Version { option, .. } => Some(*option),
            Refused::Name(_) => None,
        };
        let at = match option {
            Some(TlsOption::HandshakeFirst) => table.handshake_first.as_ref().map(|given| given.at),
            Some(TlsOption::MinVersion) => table.min_version.as_ref().map(|given| given.at),
            Some(TlsOption::Timeout) => table.timeout.as_ref().map(|given| given.at),
            Some(TlsOption::CheckKnownUrls) => table.check_known_urls.as_ref().map(|given| given.at),
            _ => table.cipher_suites.as_ref().map(|given| given.at),
        };
        Fault::new(at.unwrap_or_default(), why.to_string(), in_manifest(&why.hint()))
    }

    /// What the server will make of the options, as far as natscert does not see to it itself: it lists the users,
    /// compares names with URLs, and gives remotes the options of their hub.
    fn pass_on(&self, checked: &Checked, warnings: &mut Warnings) {
        for warning in checked.warnings() {
            let ours = matches!(
                warning.option(),
                TlsOption::Verify | TlsOption::VerifyAndMap | TlsOption::CheckKnownUrls
            ) || (warning.option() == TlsOption::HandshakeFirst && self.context == Context::Leaf);
            if !ours {
                warnings.add(format!("listeners.{}: {warning}", self.name), in_manifest(&warning.hint()));
            }
        }
    }
}

/// A hint for the command line, for a manifest.
pub(super) fn in_manifest(hint: &str) -> String {
    let words = hint.split(' ').map(|word| match word {
        "--cipher-suite" => "cipher_suites",
        "--curve" => "curve_preferences",
        "--min-version" => "min_version",
        "--handshake-first" => "handshake_first",
        "--timeout" => "timeout",
        "--server-version" => "server_version",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

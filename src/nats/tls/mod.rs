//! The options of one `tls` map, checked for the place and the server version they are written for.

mod advice;
#[cfg(test)]
mod tests;

pub use advice::LEAF_FALLBACK;

use std::fmt;

use super::option::Effect;
use super::suites::{self, Kind, NameError, Named};
use super::version::Support;
use super::{Context, HandshakeFirst, MinVersion, Pin, Timeout, TlsOption, Version};

/// What a `tls` map says beside its files. The default says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent key of the configuration")]
pub struct TlsOptions {
    /// `verify`
    pub verify: bool,
    /// `verify_and_map`
    pub verify_and_map: bool,
    /// `verify_cert_and_check_known_urls`
    pub check_known_urls: bool,
    /// `insecure`
    pub insecure: bool,
    /// `handshake_first`
    pub handshake_first: Option<HandshakeFirst>,
    /// `timeout`
    pub timeout: Option<Timeout>,
    /// `connection_rate_limit`: TLS handshakes per second; 0 is no limit.
    pub rate_limit: Option<u32>,
    /// `min_version`
    pub min_version: Option<MinVersion>,
    /// `cipher_suites`, by nats-server's names.
    pub cipher_suites: Vec<String>,
    /// `curve_preferences`, by nats-server's names.
    pub curves: Vec<String>,
    /// `pinned_certs`
    pub pins: Vec<Pin>,
}

/// Options that may be written: made by [`TlsOptions::check`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    context: Context,
    version: Version,
    options: TlsOptions,
    allow_insecure_cipher_suites: bool,
    warnings: Vec<Warning>,
}

/// Something the server does that the user may not expect. Displayed as what happens; see also [`Warning::hint`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    option: TlsOption,
    message: String,
    hint: String,
}

/// Options that the server would not start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The place does not take the option.
    #[error("{option} is not allowed in {}: {reason}", context.config_path())]
    Context {
        /// The option.
        option: TlsOption,
        /// The place.
        context: Context,
        /// What the server does.
        reason: &'static str,
    },
    /// The version does not know the option.
    #[error("nats-server {version} does not know {option}: it came with {since}")]
    Version {
        /// The option.
        option: TlsOption,
        /// The server's version.
        version: Version,
        /// The first version that knows it.
        since: Version,
    },
    /// A cipher suite or curve the version does not know.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Refused {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Context { option, .. } => {
                let places: Vec<_> = option.works_in().map(Context::as_str).collect();
                format!("leave {} out; it is for {}", name_for_user(*option), places.join(", "))
            }
            Self::Version { option, .. } => {
                format!("leave {} out, or give the newer --server-version", name_for_user(*option))
            }
            Self::Name(error) => error.hint(),
        }
    }
}

impl Warning {
    fn new(option: TlsOption, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { option, message: message.into(), hint: hint.into() }
    }

    /// The option it is about.
    #[must_use]
    pub const fn option(&self) -> TlsOption {
        self.option
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        self.hint.clone()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl TlsOptions {
    /// Whether the option is there. `allow_insecure_cipher_suites` never is: it follows from the suites.
    #[must_use]
    pub fn has(&self, option: TlsOption) -> bool {
        match option {
            TlsOption::Verify => self.verify,
            TlsOption::VerifyAndMap => self.verify_and_map,
            TlsOption::CheckKnownUrls => self.check_known_urls,
            TlsOption::Insecure => self.insecure,
            TlsOption::HandshakeFirst => self.handshake_first.is_some(),
            TlsOption::Timeout => self.timeout.is_some(),
            TlsOption::ConnectionRateLimit => self.rate_limit.is_some(),
            TlsOption::MinVersion => self.min_version.is_some(),
            TlsOption::CipherSuites => !self.cipher_suites.is_empty(),
            TlsOption::AllowInsecureCipherSuites => false,
            TlsOption::CurvePreferences => !self.curves.is_empty(),
            TlsOption::PinnedCerts => !self.pins.is_empty(),
        }
    }

    fn remove(&mut self, option: TlsOption) {
        match option {
            TlsOption::Verify => self.verify = false,
            TlsOption::VerifyAndMap => self.verify_and_map = false,
            TlsOption::CheckKnownUrls => self.check_known_urls = false,
            TlsOption::Insecure => self.insecure = false,
            TlsOption::HandshakeFirst => self.handshake_first = None,
            TlsOption::Timeout => self.timeout = None,
            TlsOption::ConnectionRateLimit => self.rate_limit = None,
            TlsOption::MinVersion => self.min_version = None,
            TlsOption::CipherSuites => self.cipher_suites.clear(),
            TlsOption::AllowInsecureCipherSuites => {}
            TlsOption::CurvePreferences => self.curves.clear(),
            TlsOption::PinnedCerts => self.pins.clear(),
        }
    }

    /// Without the options that do nothing in a context.
    fn narrowed(&self, context: Context) -> Self {
        let mut options = self.clone();
        for option in TlsOption::ALL {
            if option.effect(context) != Effect::Works {
                options.remove(option);
            }
        }
        if !context.listens() && options.handshake_first.is_some() {
            // Who dials has no fallback: every value but false means true there.
            options.handshake_first = Some(HandshakeFirst::Always);
        }
        options
    }

    /// Keeps what is to be written in a context for a server version, and says what the server will make of it.
    ///
    /// # Errors
    /// The server would not start: an option that is illegal there or unknown to the version, or a cipher suite or
    /// curve that the version does not know.
    pub fn check(&self, context: Context, version: Version) -> Result<Checked, Refused> {
        let mut warnings = Vec::new();
        for option in TlsOption::ALL.into_iter().filter(|option| self.has(*option)) {
            match option.effect(context) {
                Effect::Works => warnings.extend(known_since(option, version)?),
                Effect::Forced(reason) => warnings.push(advice::forced(option, context, reason)),
                Effect::Ignored(reason) => warnings.push(advice::ignored(option, context, reason)),
                Effect::Refused(reason) => {
                    return Err(Refused::Context { option, context, reason });
                }
            }
        }
        let mut options = self.narrowed(context);
        dedup(&mut options.cipher_suites);
        dedup(&mut options.curves);
        dedup(&mut options.pins);
        let suites = options
            .cipher_suites
            .iter()
            .map(|name| suites::find(Kind::CipherSuite, name, version))
            .collect::<Result<Vec<&Named>, NameError>>()?;
        for name in &options.curves {
            suites::find(Kind::Curve, name, version)?;
        }
        let allow_insecure_cipher_suites = suites.iter().any(|suite| suite.insecure)
            && TlsOption::AllowInsecureCipherSuites.since().is_some_and(|since| version >= since);
        warnings.extend(advice::general(self, &options, context, version));
        warnings.extend(advice::cipher_suites(&suites, &options, allow_insecure_cipher_suites));
        if options.verify_and_map {
            // verify says nothing more, and beside verify_and_map its order in the file matters.
            options.verify = false;
        }
        if options.rate_limit == Some(0) {
            options.rate_limit = None;
        }
        Ok(Checked { context, version, options, allow_insecure_cipher_suites, warnings })
    }
}

impl Checked {
    /// The place they are for.
    #[must_use]
    pub const fn context(&self) -> Context {
        self.context
    }

    /// The server version they are for.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// What is to be written.
    #[must_use]
    pub const fn options(&self) -> &TlsOptions {
        &self.options
    }

    /// Whether the cipher suites need `allow_insecure_cipher_suites`.
    #[must_use]
    pub const fn allow_insecure_cipher_suites(&self) -> bool {
        self.allow_insecure_cipher_suites
    }

    /// What the user should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The same options for the other side of the connection: for a hub, what a remote that dials it should have.
    #[must_use]
    pub fn for_context(&self, context: Context) -> Self {
        Self {
            context,
            version: self.version,
            options: self.options.narrowed(context),
            allow_insecure_cipher_suites: self.allow_insecure_cipher_suites,
            warnings: Vec::new(),
        }
    }
}

/// A warning when only some releases of the line know the option.
fn known_since(option: TlsOption, version: Version) -> Result<Option<Warning>, Refused> {
    let Some(since) = option.since() else {
        return Ok(None);
    };
    match version.supports(since) {
        Support::Yes => Ok(None),
        Support::From(since) => Ok(Some(advice::since(option, version, since))),
        Support::No => Err(Refused::Version { option, version, since }),
    }
}

/// The flag if there is one, else the key.
fn name_for_user(option: TlsOption) -> &'static str {
    option.flag().unwrap_or(option.key())
}

fn dedup<T: PartialEq>(items: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    *items = kept;
}

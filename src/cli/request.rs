//! From words to types: everything that a user typed is understood here, before anything is done.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::args::{BlockArgs, IssueArgs, PlaceArgs, ProfileArgs, SignArgs};
use super::failure::Failure;
use crate::bundle::{BundleName, Paths, read_input};
use crate::nats::{Role, TlsOptions, Version};
use crate::pki::{Extensions, Name, Span, Subject, Usage, Validity, dedup, parse_instant, pins_in};

/// A certificate to be issued into a bundle.
pub(super) struct IssueRequest {
    pub(super) role: Role,
    pub(super) names: Vec<Name>,
    pub(super) usage: Usage,
    /// `None`: the CA chooses a common name that it may certify.
    pub(super) subject: Option<Subject>,
    pub(super) validity: Validity,
    pub(super) extensions: Extensions,
    pub(super) bundle: BundleName,
    pub(super) block: BlockRequest,
}

/// The options of a block, and where its files lie for the server that reads it.
pub(super) struct BlockRequest {
    pub(super) options: TlsOptions,
    pub(super) version: Version,
    pub(super) config_dir: Option<String>,
}

impl IssueRequest {
    pub(super) fn new(args: &IssueArgs, now: OffsetDateTime) -> Result<Self, Failure> {
        let names = args.names.iter().map(|name| name.parse()).collect::<Result<Vec<Name>, _>>()?;
        Self::of(args.role, names, (&args.place, &args.certificate.profile, &args.block), now)
    }

    /// For the key of a request, with these names.
    pub(super) fn signing(args: &SignArgs, names: Vec<Name>, now: OffsetDateTime) -> Result<Self, Failure> {
        Self::of(args.role, names, (&args.place, &args.profile, &args.block), now)
    }

    fn of(
        role: Role,
        names: Vec<Name>,
        (place, profile, block): (&PlaceArgs, &ProfileArgs, &BlockArgs),
        now: OffsetDateTime,
    ) -> Result<Self, Failure> {
        let names = dedup(names);
        let Some(first) = names.first() else {
            return Err(crate::pki::Error::NoNames.into());
        };
        let bundle = match &place.bundle_name {
            Some(text) => text.parse()?,
            None => BundleName::from_name(first),
        };
        Ok(Self {
            role,
            usage: profile.usage.unwrap_or(role.into()),
            subject: subject(profile)?,
            validity: validity(profile, now)?,
            extensions: Extensions {
                ocsp: profile.ocsp.as_deref().map(str::parse).transpose()?,
                must_staple: profile.must_staple,
            },
            names,
            bundle,
            block: BlockRequest::new(block)?,
        })
    }
}

fn subject(args: &ProfileArgs) -> Result<Option<Subject>, Failure> {
    if let Some(text) = &args.subject {
        return Ok(Some(text.parse()?));
    }
    Ok(args.cn.as_deref().map(Subject::with_common_name).transpose()?)
}

fn validity(args: &ProfileArgs, now: OffsetDateTime) -> Result<Validity, Failure> {
    let start = args.not_before.as_deref().map(parse_instant).transpose()?;
    let end = args.not_after.as_deref().map(parse_instant).transpose()?;
    let span = args.validity.as_deref().map(str::parse::<Span>).transpose()?;
    Ok(Validity::asked(now, start, end, span)?)
}

impl BlockRequest {
    pub(super) fn new(args: &BlockArgs) -> Result<Self, Failure> {
        let words = [&args.timeout, &args.min_version, &args.handshake_first];
        for word in words.into_iter().flatten().chain(&args.cipher_suites).chain(&args.curves) {
            short(word)?;
        }
        let rate_limit = args.rate_limit.as_deref().map(rate_limit).transpose()?;
        let options = TlsOptions {
            verify: args.verify,
            verify_and_map: args.verify_and_map,
            check_known_urls: args.check_known_urls,
            insecure: args.insecure,
            handshake_first: parse(args.handshake_first.as_deref())?,
            timeout: parse(args.timeout.as_deref())?,
            rate_limit,
            min_version: parse(args.min_version.as_deref())?,
            cipher_suites: args.cipher_suites.clone(),
            curves: args.curves.clone(),
            pins: args.pins.iter().map(|text| pin(text)).collect::<Result<_, _>>()?,
        };
        let version = version(args.server_version.as_deref())?;
        if args.config_dir.as_deref().is_some_and(|dir| dir.is_empty() || dir.chars().any(char::is_control)) {
            return Err(Failure::input(
                "the --config-dir is empty or has a control character",
                "give the folder as nats-server shall see it, such as /etc/nats/tls",
            ));
        }
        Ok(Self { options, version, config_dir: args.config_dir.clone() })
    }

    /// The paths that the configuration names, for files that lie in `dir`.
    pub(super) fn paths(&self, dir: &Path) -> Paths {
        match &self.config_dir {
            Some(dir) => Paths::below(dir),
            None => Paths::below(&dir.to_string_lossy()),
        }
    }

    /// A relative `--config-dir` means something else to every working directory.
    pub(super) fn relative_config_dir(&self) -> Option<&str> {
        self.config_dir.as_deref().filter(|dir| is_relative(dir))
    }
}

/// Whether a path, perhaps of another machine, has no root.
pub(super) fn is_relative(path: &str) -> bool {
    let windows = path.as_bytes().get(1) == Some(&b':');
    !path.starts_with('/') && !path.starts_with('\\') && !windows
}

/// Of `--server-version`.
pub(super) fn version(text: Option<&str>) -> Result<Version, Failure> {
    text.map_or(Ok(()), short)?;
    Ok(parse(text)?.unwrap_or_default())
}

fn parse<T>(text: Option<&str>) -> Result<Option<T>, Failure>
where
    T: std::str::FromStr,
    Failure: From<T::Err>,
{
    Ok(text.map(str::parse).transpose()?)
}

/// No value of these options is long; a message should not be, either.
fn short(word: &str) -> Result<(), Failure> {
    if word.chars().nth(MAX_WORD).is_none() {
        return Ok(());
    }
    let what = format!("the value {} is too long for an option", crate::pki::shown(word));
    Err(Failure::input(what, "see the values that it takes with --help"))
}

/// The longest cipher suite has 47 characters.
const MAX_WORD: usize = 100;

fn rate_limit(text: &str) -> Result<u32, Failure> {
    text.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| {
        Failure::input(
            format!("--rate-limit {} is not a positive whole number", crate::pki::shown(text)),
            "give handshakes per second, such as 100",
        )
    })
}

/// A pin as such, or the file of a certificate or key: nats-server compares the first certificate of a chain.
fn pin(text: &str) -> Result<crate::nats::Pin, Failure> {
    let not_a_pin = match text.parse::<crate::nats::Pin>() {
        Ok(pin) => return Ok(pin),
        Err(why) => why,
    };
    let path = PathBuf::from(text);
    if !path.exists() {
        return Err(Failure::input(
            format!("--pin {} is neither a file nor 64 hex digits", crate::pki::shown(text)),
            not_a_pin.hint(),
        ));
    }
    let found =
        pins_in(&read_input(&path)?).map_err(|why| Failure::from(why).about(&path.display().to_string()))?;
    match found.first() {
        Some(first) => Ok(first.pin.to_string().parse()?),
        None => Err(not_a_pin.into()),
    }
}

//! What the server makes of options that it accepts, where that is not what one expects.

use super::{TlsOptions, Warning, name_for_user};
use crate::nats::suites::Named;
use crate::nats::version::Support;
use crate::nats::{Context, HandshakeFirst, MinVersion, TlsOption, Version};

/// First version in which a mapped user without password is safe on listeners that do not map.
const MAPPED_USERS_PROTECTED: Version = Version::new(2, 14, 4);
/// First version in which a leafnode hub can fall back to INFO first.
pub const LEAF_FALLBACK: Version = Version::new(2, 11, 0);

/// The context after "does nothing": monitoring and clients have no map of their own.
fn place(context: Context) -> String {
    match context {
        Context::Monitor => "for https_port".to_owned(),
        Context::Client => "for a client".to_owned(),
        _ => format!("in {}", context.config_path()),
    }
}

pub(super) fn forced(option: TlsOption, context: Context, reason: &str) -> Warning {
    Warning::new(
        option,
        format!("{option} changes nothing {}: {reason}", place(context)),
        format!("{} is not needed here, and not written", name_for_user(option)),
    )
}

pub(super) fn ignored(option: TlsOption, context: Context, reason: &str) -> Warning {
    let places: Vec<_> = option.works_in().map(Context::as_str).collect();
    Warning::new(
        option,
        format!("{option} does nothing {}: {reason}", place(context)),
        format!("it is not written; {} works for {}", name_for_user(option), places.join(", ")),
    )
}

pub(super) fn since(option: TlsOption, version: Version, since: Version) -> Warning {
    Warning::new(
        option,
        format!("{option} came with nats-server {since}: an older {version} does not start with it"),
        format!("check with nats-server --version, and give the patch, such as --server-version {since}"),
    )
}

/// Everything but cipher suites. `asked` is before, `options` after the context was applied.
pub(super) fn general(
    asked: &TlsOptions,
    options: &TlsOptions,
    context: Context,
    version: Version,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if options.verify_and_map {
        if asked.verify {
            warnings.push(Warning::new(
                TlsOption::Verify,
                "verify_and_map includes verify: only verify_and_map is written",
                "leave --verify out",
            ));
        }
        warnings.extend(mapping(context, version));
    }
    if !options.pins.is_empty() && !options.verify && !options.verify_and_map && !context.always_verifies() {
        warnings.push(Warning::new(
            TlsOption::PinnedCerts,
            "pinned_certs without verify refuses every connection: no client certificate is asked for",
            "add --verify or --verify-and-map",
        ));
    }
    if options.check_known_urls {
        let urls = if context == Context::Gateway { "gateways[].urls" } else { "cluster.routes" };
        warnings.push(Warning::new(
            TlsOption::CheckKnownUrls,
            format!("a peer is refused unless a DNS name of its certificate is a host in {urls}; addresses never match"),
            format!("give every peer in {urls} by a host name"),
        ));
    }
    if options.insecure {
        warnings.push(Warning::new(
            TlsOption::Insecure,
            "insecure switches off every check of the server that is dialled: chain, name, expiry, usage",
            "for a private CA, ca_file is enough; never use insecure in production",
        ));
    }
    if options.rate_limit == Some(0) {
        warnings.push(Warning::new(
            TlsOption::ConnectionRateLimit,
            "a connection_rate_limit of 0 is no limit",
            "it is not written; give the TLS handshakes allowed per second",
        ));
    }
    warnings.extend(handshake_first(asked, options, context, version));
    warnings
}

fn mapping(context: Context, version: Version) -> Vec<Warning> {
    let option = TlsOption::VerifyAndMap;
    if context.always_verifies() {
        let block = context.as_str();
        return vec![Warning::new(
            option,
            format!(
                "verify_and_map refuses every peer unless {block}.authorization.user is in its certificate"
            ),
            format!(
                "add authorization {{ user: \"…\" }} to {block}, with a name that every peer's certificate has"
            ),
        )];
    }
    let mut warnings = vec![Warning::new(
        option,
        "verify_and_map without any users lets every certificate of the CA in",
        "list the users; `natscert snippet client` prints them for a client's certificate",
    )];
    if version < MAPPED_USERS_PROTECTED {
        warnings.push(Warning::new(
            option,
            format!(
                "before nats-server {MAPPED_USERS_PROTECTED} anyone can be a mapped user without password on another \
                 listener that does not map, by its name and an empty password"
            ),
            "map on every listener, or give these users passwords",
        ));
    }
    warnings
}

fn handshake_first(
    asked: &TlsOptions,
    options: &TlsOptions,
    context: Context,
    version: Version,
) -> Option<Warning> {
    let with_fallback = asked.handshake_first? != HandshakeFirst::Always;
    options.handshake_first?;
    let (message, hint) = match context {
        Context::Server if !with_fallback => (
            "clients that wait for INFO before TLS cannot connect",
            "connect with `nats --tlsfirst`, or use auto",
        ),
        Context::Leaf if with_fallback && version.supports(LEAF_FALLBACK) == Support::No => (
            "before nats-server 2.11 a hub has no fallback: auto and durations act like true",
            "set it in every remote",
        ),
        Context::Leaf if !with_fallback => {
            ("remotes without handshake_first cannot connect", "set handshake_first in every remote")
        }
        Context::Remote if with_fallback => {
            ("a remote has no fallback: true is written", "the hub needs handshake_first as well")
        }
        Context::Remote => {
            ("a hub without handshake_first cannot be reached", "the hub needs handshake_first as well")
        }
        Context::Client => (
            "a server without handshake_first cannot be reached so",
            "the server needs handshake_first as well",
        ),
        _ => return None,
    };
    Some(Warning::new(TlsOption::HandshakeFirst, message, hint))
}

pub(super) fn cipher_suites(suites: &[&Named], options: &TlsOptions, allowed: bool) -> Vec<Warning> {
    let option = TlsOption::CipherSuites;
    let mut warnings = Vec::new();
    let names = |filter: fn(&Named) -> bool| -> Vec<&str> {
        suites.iter().filter(|suite| filter(suite)).map(|suite| suite.name).collect()
    };
    let weak = names(|suite| suite.insecure);
    if !weak.is_empty() {
        let written = if allowed { "; allow_insecure_cipher_suites is written for them" } else { "" };
        warnings.push(Warning::new(
            option,
            format!("insecure cipher suites: {}{written}", weak.join(", ")),
            "leave them out unless an old client knows no other",
        ));
    }
    if options.min_version == Some(MinVersion::Tls13) && !suites.is_empty() {
        warnings.push(Warning::new(
            option,
            "cipher_suites is for TLS 1.2, which min_version 1.3 excludes",
            "leave --cipher-suite out",
        ));
        return warnings;
    }
    let tls13 = names(Named::tls13);
    if !tls13.is_empty() {
        warnings.push(Warning::new(
            option,
            format!("TLS 1.3 suites cannot be chosen, they are always on: {}", tls13.join(", ")),
            "list TLS 1.2 suites only",
        ));
        if tls13.len() == suites.len() {
            warnings.push(Warning::new(
                option,
                "no TLS 1.2 suite is listed: peers without TLS 1.3 cannot connect",
                "add a TLS 1.2 suite, or say --min-version 1.3 instead",
            ));
        }
    }
    warnings
}

//! What nats-server says of options when it reads its configuration.

use super::By::Me;
use super::{SERVER, Text};
use crate::finding::Code;

/// About an option, which the text or its place names.
const fn option(
    id: &'static str,
    like: &'static [&'static str],
    codes: &'static [Code],
    title: &'static str,
    fix: &'static [(super::By, &'static str)],
) -> Text {
    Text { id, like, codes, title, fix, key: &["option", "value"], ..SERVER }
}

pub(super) static TEXTS: &[Text] = &[
    option(
        "ocsp-options",
        &[
            "error parsing ocsp config: {value}",
            "error parsing ocsp peer config: {value}",
            "is []interface {}, not []string",
        ],
        &[Code::WrongType],
        "ocsp or ocsp_peer has a value that nats-server does not take",
        &[(Me, "write ocsp: true or { mode: \"auto\" }, ocsp_peer: true or { verify: true }")],
    ),
    option(
        "known-urls-refused",
        &["verify_cert_and_check_known_urls not supported in this context"],
        &[Code::OptionRefused],
        "verify_cert_and_check_known_urls is for cluster and gateway alone",
        &[(Me, "take it out here; for clients use verify_and_map: true")],
    ),
    option(
        "pin-malformed",
        &[
            "'pinned_certs' key {value} does not look like",
            "expected 'pinned_certs' to be a list of hex-encoded sha256",
        ],
        &[Code::PinMalformed, Code::PinUnquoted],
        "a pin is 64 hex digits in quotes, without colons: the SHA-256 of a public key",
        &[(Me, "natscert pin --format nats cert.pem prints the line")],
    ),
    option(
        "unknown-curve",
        &["unrecognized curve preference {value}"],
        &[Code::UnknownSuite],
        "{value} is no curve that this nats-server knows",
        &[(
            Me,
            "spell it as nats-server does: X25519, CurveP256, CurveP384, CurveP521; 2.12 and later also X25519MLKEM768",
        )],
    ),
    option(
        "unknown-suite",
        &["unrecognized cipher {value}"],
        &[Code::UnknownSuite],
        "{value} is no cipher suite that this nats-server knows",
        &[(
            Me,
            "spell it as nats-server does; names with CHACHA20_POLY1305 end in _SHA256 from 2.12 on, and before they do not",
        )],
    ),
    option(
        "insecure-suites",
        &["insecure cipher suites configured without 'allow_insecure_cipher_suites' option set: {value}"],
        &[Code::UnknownSuite, Code::OptionRefused],
        "{value} counts as insecure, and nats-server 2.12 and later refuses it",
        &[(Me, "take it out of cipher_suites, or add allow_insecure_cipher_suites: true")],
    ),
    option(
        "suites-empty",
        &[
            "'cipher_suites' cannot be empty",
            "'curve_preferences' cannot be empty",
            "cipher_suites' cannot be empty",
        ],
        &[Code::WrongType],
        "an empty list of cipher suites or curves",
        &[(Me, "take the option out: the defaults are good")],
    ),
    option(
        "timeout-unit",
        &["'timeout' time: {value}", "'timeout' wrong type"],
        &[Code::TimeoutUnit, Code::WrongType],
        "timeout is no number of seconds and no duration",
        &[(Me, "write timeout: 2, or timeout: \"2s\"")],
    ),
    option(
        "min-version",
        &[
            "unsupported TLS version: {value}",
            "unsupported minimum TLS version: {value}",
            "unknown version: {value}",
            "'min_version' wrong type: {value}",
        ],
        &[Code::WrongType],
        "min_version is \"1.2\" or \"1.3\", in quotes",
        &[(Me, "write min_version: \"1.3\"")],
    ),
    option(
        "handshake-first-value",
        &[
            "field \"handshake_first\"'s value \"{value}\" is invalid",
            "field \"handshake_first\" should be a boolean or a string",
        ],
        &[Code::WrongType],
        "handshake_first is true, false, \"auto\" or a duration",
        &[(Me, "write handshake_first: \"auto\"")],
    ),
    option(
        "file-name",
        &["error parsing tls config, expected '{option}' to be filename"],
        &[Code::WrongType],
        "{option} is the name of a file, in quotes",
        &[(Me, "write {option}: \"/etc/nats/FILE.pem\"")],
    ),
    option(
        "not-boolean",
        &["expected '{option}' to be a boolean"],
        &[Code::WrongType],
        "{option} is true or false, without quotes",
        &[(Me, "write {option}: true")],
    ),
    option(
        "rate-limit-type",
        &["'connection_rate_limit' wrong type"],
        &[Code::WrongType],
        "connection_rate_limit is a whole number of handshakes a second",
        &[(Me, "write connection_rate_limit: 100")],
    ),
    option(
        "not-a-map",
        &[
            "interface conversion: interface {} is string, not map[string]interface",
            "interface conversion: interface {} is bool, not map[string]interface",
            "interface conversion: interface {",
        ],
        &[Code::WrongType],
        "an option has a value of the wrong kind, such as a text where a map or a list is wanted",
        &[(Me, "a tls map is written tls { … }, a list [\"a\", \"b\"]")],
    ),
    option(
        "unknown-option",
        &[
            "error parsing tls config, unknown field \"{option}\"",
            "error parsing tls config, unknown field [{option}]",
            "error parsing tls certs config, unknown field \"{option}\"",
            "error parsing tls peer config, unknown field [{option}]",
            "error parsing tls config, unknown field {option}",
        ],
        &[Code::UnknownOption, Code::OptionTooNew],
        "this nats-server knows no option {option} in a tls map: it is misspelt, or the server is too old",
        &[(
            Me,
            "natscert lint says which; handshake_first, min_version, certs and ocsp_peer came with 2.10, proxy with 2.12",
        )],
    ),
    option(
        "unknown-option",
        &[
            "unknown field [\"{option}\"]",
            "unknown field \"handshake_first{option}\"",
            "unknown field \"tls{option}\"",
            "unknown field \"verify{option}\"",
            "unknown field \"cert_{option}\"",
            "unknown field \"key_file{option}\"",
            "unknown field \"ca_file{option}\"",
            "unknown field \"pinned_certs{option}\"",
            "unknown field \"min_version{option}\"",
        ],
        &[Code::UnknownOption, Code::OptionTooNew],
        "an option that this nats-server does not know there: it stands outside its map, is misspelt, or the server is too old",
        &[(
            Me,
            "natscert lint says which; handshake_first, min_version, certs and ocsp_peer came with 2.10, proxy with 2.12",
        )],
    ),
    option(
        "cert-store",
        &[
            "cert_store not compatible with current operating system",
            "cert store type not implemented",
            "cert match by type not implemented",
            "'cert_file' and 'cert_store' may not both be configured",
        ],
        &[Code::OptionRefused],
        "cert_store is for Windows alone, and instead of cert_file",
        &[(Me, "use cert_file and key_file")],
    ),
    option(
        "proxy-options",
        &[
            "is not supported for proxy TLS",
            "proxy TLS timeout must be >= 0",
            "proxy TLS configuration requires an https proxy URL",
            "proxy is configured but remote URL",
            "TLS configuration mismatch: Hub requires TLS",
        ],
        &[Code::OptionRefused],
        "the proxy of a leafnode remote and its tls map do not fit together",
        &[(
            Me,
            "proxy.tls is for https:// proxies, and knows certificates, insecure, timeout, suites and min_version alone; the remote needs its own tls map",
        )],
    ),
    option(
        "insecure",
        &["TLS certificate chain and hostname of solicited {option} will not be verified"],
        &[Code::Insecure],
        "insecure: true: this server checks no certificate where it dials {option}",
        &[(Me, "take insecure out and set ca_file")],
    ),
    option(
        "handshake-first",
        &["Clients that are not using \"TLS Handshake First\" option will fail to connect"],
        &[Code::HandshakeFirst],
        "handshake_first: true: clients that wait for INFO cannot connect",
        &[(Me, "write handshake_first: \"auto\", which serves both, or set up every client for TLS first")],
    ),
];

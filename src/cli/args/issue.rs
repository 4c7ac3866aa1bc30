//! The arguments of `natscert issue`, and what `snippet` and `sign` share with it.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::ca::{CaDirArgs, key_types};
use crate::nats::Role;
use crate::pki::{KeyType, Trust, Usage};

#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Roles:
  server   serverAuth              the client listener; also https monitoring, websocket, mqtt
  client   clientAuth              a NATS client, or a leafnode remote that shows who it is
  cluster  serverAuth, clientAuth  routes: servers dial each other
  gateway  serverAuth, clientAuth  gateways between clusters
  leaf     serverAuth, clientAuth  the hub's leafnode listener, and the remotes

Examples:
  natscert issue server localhost 127.0.0.1 ::1 > nats.conf
  natscert issue server nats.example.com --verify-and-map
  natscert issue client alice@example.com
  natscert issue client billing --subject 'CN=billing,OU=apps,O=Example'
  natscert issue cluster n1.example.com --pin natscert/cluster/n2.example.com/cert.pem
  natscert issue gateway east.example.com --config-dir /etc/nats/tls --server-version 2.10

The block goes to stdout, everything else to stderr.")]
pub(in crate::cli) struct IssueArgs {
    /// What the certificate is for
    #[arg(value_name = "ROLE", value_parser = roles())]
    pub(in crate::cli) role: Role,
    /// Host names, IP addresses, email addresses, URIs: all become subject alternative names
    #[arg(value_name = "NAME", required = true)]
    pub(in crate::cli) names: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) place: PlaceArgs,
    #[command(flatten)]
    pub(in crate::cli) certificate: CertificateArgs,
    #[command(flatten)]
    pub(in crate::cli) block: BlockArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where")]
pub(in crate::cli) struct PlaceArgs {
    /// The folder for bundles: DIR/<role>/<name>/
    #[arg(short, long = "out", value_name = "DIR", default_value = "natscert")]
    pub(in crate::cli) out: PathBuf,
    /// The name of the bundle's folder [default: the first NAME]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(in crate::cli) bundle_name: Option<String>,
    /// Replace a bundle that is there
    #[arg(short, long)]
    pub(in crate::cli) force: bool,
    /// What ca.pem holds: the root, or the active intermediate and those on standby [default: as natscert ca show says]
    #[arg(long, value_name = "WHAT", value_parser = super::intermediate::trusts())]
    pub(in crate::cli) trust: Option<Trust>,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub(in crate::cli) struct CertificateArgs {
    /// The kind of key
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    pub(in crate::cli) key_type: KeyType,
    #[command(flatten)]
    pub(in crate::cli) profile: ProfileArgs,
}

/// What a certificate says, whoever has its key.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub(in crate::cli) struct ProfileArgs {
    /// Extended key usage, instead of the role's
    #[arg(long, value_name = "USAGE", value_parser = usages())]
    pub(in crate::cli) usage: Option<Usage>,
    /// Common name [default: the first NAME that fits]
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    pub(in crate::cli) cn: Option<String>,
    /// The whole subject in RFC 4514 form, such as "CN=alice,OU=Eng,O=NATS"
    #[arg(long, value_name = "DN")]
    pub(in crate::cli) subject: Option<String>,
    /// How long it is valid: 30m, 12h, 90d, 8w, 1y [default: 825d]
    #[arg(long, value_name = "SPAN", conflicts_with = "not_after")]
    pub(in crate::cli) validity: Option<String>,
    /// When it begins (RFC 3339) [default: five minutes ago]
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) not_before: Option<String>,
    /// When it ends (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) not_after: Option<String>,
    /// URL of an OCSP responder, for its authority information access
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) ocsp: Option<String>,
    /// TLS feature: whoever presents it has to staple an OCSP response
    #[arg(long, requires = "ocsp")]
    pub(in crate::cli) must_staple: bool,
}

/// Options of the `tls` block, named after nats-server's own.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Block")]
#[allow(clippy::struct_excessive_bools)]
pub(in crate::cli) struct BlockArgs {
    /// verify: peers must show a certificate of this CA
    #[arg(long)]
    pub(in crate::cli) verify: bool,
    /// verify_and_map: and the certificate says which user they are
    #[arg(long)]
    pub(in crate::cli) verify_and_map: bool,
    /// verify_cert_and_check_known_urls: and its DNS names are among the configured URLs (cluster, gateway)
    #[arg(long)]
    pub(in crate::cli) check_known_urls: bool,
    /// timeout of the handshake: 5, 2.5, 500ms
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(in crate::cli) timeout: Option<String>,
    /// min_version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) min_version: Option<String>,
    /// One of cipher_suites (TLS 1.2); may be repeated
    #[arg(long = "cipher-suite", value_name = "NAME")]
    pub(in crate::cli) cipher_suites: Vec<String>,
    /// One of curve_preferences; may be repeated
    #[arg(long = "curve", value_name = "NAME")]
    pub(in crate::cli) curves: Vec<String>,
    /// One of pinned_certs: the peer's certificate or key file, or the hash itself; may be repeated
    #[arg(long = "pin", value_name = "FILE|HEX")]
    pub(in crate::cli) pins: Vec<String>,
    /// insecure: do not check the certificates of servers that this server dials
    #[arg(long)]
    pub(in crate::cli) insecure: bool,
    /// handshake_first: true, auto, or how long to wait before INFO
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) handshake_first: Option<String>,
    /// connection_rate_limit: TLS handshakes per second
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(in crate::cli) rate_limit: Option<String>,
    /// The version of nats-server that reads the block, such as 2.10 [default: the newest]
    #[arg(long, value_name = "X.Y")]
    pub(in crate::cli) server_version: Option<String>,
    /// The folder that the block shall name, when the files will lie elsewhere
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) config_dir: Option<String>,
}

// A word that is offered is a word that parses: the fallbacks are never taken.

pub(super) fn roles() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).map(|word| word.parse().unwrap_or(Role::Server))
}

pub(super) fn usages() -> impl clap::builder::TypedValueParser<Value = Usage> {
    PossibleValuesParser::new(Usage::ALL.map(Usage::as_str))
        .map(|word| Usage::ALL.into_iter().find(|usage| usage.as_str() == word).unwrap_or(Usage::Both))
}

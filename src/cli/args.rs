//! The command line as clap reads it: words and paths, not yet understood.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::nats::{Context, Role};
use crate::pki::{KeyType, Usage};

/// mkcert for NATS: a local CA, certificates for every NATS role, and the tls blocks and pins that match.
#[derive(Debug, Parser)]
#[command(
    name = "natscert",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "\
Examples:
  natscert issue server localhost 127.0.0.1 ::1     a server certificate and its tls block
  natscert issue client alice@example.com           a client that verify_and_map knows
  natscert issue cluster n1.example.com 10.0.0.1    for routes: server and client in one
  natscert pin natscert/cluster/n1.example.com/cert.pem

Certificates are for development and tests: the root's key lies unencrypted on this disk.")]
pub struct Cli {
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Print one JSON value on stdout
    #[arg(long, global = true, help_heading = "Output")]
    pub(super) json: bool,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Colour what is said to people
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN", help_heading = "Output")]
    pub(super) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a certificate for a NATS role, and print its configuration block
    Issue(Box<IssueArgs>),
    /// Make, show or export the root CA
    Ca(CaArgs),
    /// Print pinned_certs hashes of certificates, requests and keys
    Pin(PinArgs),
    /// Show what a certificate says and which NATS roles it can serve
    Inspect(InspectArgs),
    /// Print the configuration block for a certificate that is there already
    Snippet(Box<SnippetArgs>),
    /// Ask what is to be secured, then issue it
    Wizard(WizardArgs),
}

#[derive(Clone, Debug, Args)]
pub(super) struct CaDirArgs {
    /// The directory of the root CA [default: $NATSCERT_CA_DIR, else the user's data directory]
    #[arg(long, value_name = "DIR")]
    pub(super) ca_dir: Option<PathBuf>,
}

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
pub(super) struct IssueArgs {
    /// What the certificate is for
    #[arg(value_name = "ROLE", value_parser = roles())]
    pub(super) role: Role,
    /// Host names, IP addresses, email addresses, URIs: all become subject alternative names
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
    #[command(flatten)]
    pub(super) certificate: CertificateArgs,
    #[command(flatten)]
    pub(super) block: BlockArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where")]
pub(super) struct PlaceArgs {
    /// The folder for bundles: DIR/<role>/<name>/
    #[arg(short, long = "out", value_name = "DIR", default_value = "natscert")]
    pub(super) out: PathBuf,
    /// The name of the bundle's folder [default: the first NAME]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(super) bundle_name: Option<String>,
    /// Replace a bundle that is there
    #[arg(short, long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) ca: CaDirArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Certificate")]
pub(super) struct CertificateArgs {
    /// The kind of key
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    pub(super) key_type: KeyType,
    /// Extended key usage, instead of the role's
    #[arg(long, value_name = "USAGE", value_parser = usages())]
    pub(super) usage: Option<Usage>,
    /// Common name [default: the first NAME that fits]
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    pub(super) cn: Option<String>,
    /// The whole subject in RFC 4514 form, such as "CN=alice,OU=Eng,O=NATS"
    #[arg(long, value_name = "DN")]
    pub(super) subject: Option<String>,
    /// How long it is valid: 90d, 12h, 8w, 1y [default: 825d]
    #[arg(long, value_name = "SPAN", conflicts_with = "not_after")]
    pub(super) validity: Option<String>,
    /// When it begins (RFC 3339) [default: five minutes ago]
    #[arg(long, value_name = "TIME")]
    pub(super) not_before: Option<String>,
    /// When it ends (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(super) not_after: Option<String>,
}

/// Options of the `tls` block, named after nats-server's own.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Block")]
#[allow(clippy::struct_excessive_bools)]
pub(super) struct BlockArgs {
    /// verify: peers must show a certificate of this CA
    #[arg(long)]
    pub(super) verify: bool,
    /// verify_and_map: and the certificate says which user they are
    #[arg(long)]
    pub(super) verify_and_map: bool,
    /// verify_cert_and_check_known_urls: and its DNS names are among the configured URLs (cluster, gateway)
    #[arg(long)]
    pub(super) check_known_urls: bool,
    /// timeout of the handshake: 5, 2.5, 500ms
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) timeout: Option<String>,
    /// min_version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION")]
    pub(super) min_version: Option<String>,
    /// One of cipher_suites (TLS 1.2); may be repeated
    #[arg(long = "cipher-suite", value_name = "NAME")]
    pub(super) cipher_suites: Vec<String>,
    /// One of curve_preferences; may be repeated
    #[arg(long = "curve", value_name = "NAME")]
    pub(super) curves: Vec<String>,
    /// One of pinned_certs: the peer's certificate or key file, or the hash itself; may be repeated
    #[arg(long = "pin", value_name = "FILE|HEX")]
    pub(super) pins: Vec<String>,
    /// insecure: do not check the certificates of servers that this server dials
    #[arg(long)]
    pub(super) insecure: bool,
    /// handshake_first: true, auto, or how long to wait before INFO
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) handshake_first: Option<String>,
    /// connection_rate_limit: TLS handshakes per second
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) rate_limit: Option<String>,
    /// The version of nats-server that reads the block, such as 2.10 [default: the newest]
    #[arg(long, value_name = "X.Y")]
    pub(super) server_version: Option<String>,
    /// The folder that the block shall name, when the files will lie elsewhere
    #[arg(long, value_name = "DIR")]
    pub(super) config_dir: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The root is made at first use; these commands make it otherwise, and show it.

Examples:
  natscert ca show
  natscert ca export > ca.pem
  natscert ca init --permit example.com --ca-dir ./ca")]
pub(super) struct CaArgs {
    #[command(subcommand)]
    pub(super) command: CaCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CaCommand {
    /// Make a root CA, or take one over
    Init(CaInitArgs),
    /// Show the root CA
    #[command(after_help = "Examples:\n  natscert ca show\n  natscert ca show --json")]
    Show(CaDirArgs),
    /// Print the CA directory
    #[command(after_help = "Examples:\n  natscert ca dir\n  ls -l \"$(natscert ca dir)\"")]
    Dir(CaDirArgs),
    /// Print the root certificate
    Export(CaExportArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  natscert ca init --validity 1y
  natscert ca init --permit example.com --permit 10.0.0.0/8 --permit @example.com
  natscert ca init --import \"$(mkcert -CAROOT)/rootCA.pem\" \"$(mkcert -CAROOT)/rootCA-key.pem\"")]
pub(super) struct CaInitArgs {
    #[command(flatten)]
    pub(super) ca: CaDirArgs,
    /// Common name [default: natscert development CA USER@HOST and a random number]
    #[arg(long, value_name = "TEXT")]
    pub(super) name: Option<String>,
    /// The kind of key
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    pub(super) key_type: KeyType,
    /// How long it is valid: 10y, 90d [default: 10y]
    #[arg(long, value_name = "SPAN")]
    pub(super) validity: Option<String>,
    /// Certify only these: DNS suffixes, IP ranges, mail domains (@example.com); may be repeated
    #[arg(long, value_name = "NAME")]
    pub(super) permit: Vec<String>,
    /// Take over an existing root: its certificate and its key
    #[arg(long, num_args = 2, value_names = ["CERT", "KEY"], conflicts_with_all = ["name", "key_type", "validity", "permit"])]
    pub(super) import: Option<Vec<PathBuf>>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Never prints the key.

Examples:
  natscert ca export > ca.pem
  natscert ca export --format der > ca.crt")]
pub(super) struct CaExportArgs {
    #[command(flatten)]
    pub(super) ca: CaDirArgs,
    /// How to write it
    #[arg(long, value_enum, default_value_t = CaFormat::Pem)]
    pub(super) format: CaFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CaFormat {
    Pem,
    Der,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Reads certificates, certificate requests, public and private keys, in PEM or DER; all of a chain.

Examples:
  natscert pin cert.pem
  natscert pin --format nats natscert/cluster/*/cert.pem
  openssl s_client -connect localhost:6222 </dev/null | natscert pin -")]
pub(super) struct PinArgs {
    /// Files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = PinFormat::Plain)]
    pub(super) format: PinFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PinFormat {
    /// HEX, with the file behind it when there are several
    Plain,
    /// pinned_certs: ["HEX"]
    Nats,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  natscert inspect natscert/server/localhost/cert.pem
  openssl s_client -connect localhost:6222 -showcerts </dev/null | natscert inspect -")]
pub(super) struct InspectArgs {
    /// Files with certificates; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  natscert snippet websocket natscert/server/localhost
  natscert snippet remote natscert/leaf/hub.example.com
  natscert snippet cluster --cert tls.crt --key tls.key --ca ca.crt --config-dir /etc/nats")]
pub(super) struct SnippetArgs {
    /// Where in the configuration
    #[arg(value_name = "CONTEXT", value_parser = contexts())]
    pub(super) context: Context,
    /// A bundle: a folder with cert.pem, key.pem and ca.pem
    #[arg(value_name = "BUNDLE-DIR", conflicts_with_all = ["cert", "key", "cacert"], required_unless_present = "cert")]
    pub(super) bundle: Option<PathBuf>,
    /// A certificate file, with its chain
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(super) cert: Option<PathBuf>,
    /// Its key file
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
    /// The file with the roots that peers are checked against
    #[arg(long = "ca", id = "cacert", value_name = "FILE", requires = "cert")]
    pub(super) cacert: Option<PathBuf>,
    #[command(flatten)]
    pub(super) block: BlockArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Ends by printing the command line that would have done the same.

Examples:
  natscert wizard
  natscert wizard --out ./tls")]
pub(super) struct WizardArgs {
    /// The folder for bundles
    #[arg(short, long = "out", value_name = "DIR", default_value = "natscert")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) ca: CaDirArgs,
}

// A word that is offered is a word that parses: the fallbacks are never taken.

fn roles() -> impl clap::builder::TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).map(|word| word.parse().unwrap_or(Role::Server))
}

fn contexts() -> impl clap::builder::TypedValueParser<Value = Context> {
    PossibleValuesParser::new(Context::ALL.map(Context::as_str))
        .map(|word| word.parse().unwrap_or(Context::Server))
}

fn key_types() -> impl clap::builder::TypedValueParser<Value = KeyType> {
    PossibleValuesParser::new(KeyType::ALL.map(KeyType::as_str)).map(|word| word.parse().unwrap_or_default())
}

fn usages() -> impl clap::builder::TypedValueParser<Value = Usage> {
    PossibleValuesParser::new(Usage::ALL.map(Usage::as_str))
        .map(|word| Usage::ALL.into_iter().find(|usage| usage.as_str() == word).unwrap_or(Usage::Both))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn clap_finds_no_contradiction() {
        super::Cli::command().debug_assert();
    }
}

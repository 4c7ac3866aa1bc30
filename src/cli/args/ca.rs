//! The arguments of `natscert ca`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum};

use super::intermediate::{IntermediateArgs, trusts};
use super::roll::RollArgs;
use crate::pki::{KeyType, Trust};

#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct CaDirArgs {
    /// The directory of the root CA [default: $NATSCERT_CA_DIR, else the user's data directory]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) ca_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The root is made at first use; these commands make it otherwise, and show it.

Examples:
  natscert ca show
  natscert ca export > ca.pem
  natscert ca init --permit example.com --ca-dir ./ca")]
pub(in crate::cli) struct CaArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: CaCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CaCommand {
    /// Make a root CA, or take one over
    Init(CaInitArgs),
    /// Show the root CA
    #[command(after_help = "Examples:\n  natscert ca show\n  natscert ca show --json")]
    Show(CaDirArgs),
    /// Print the CA directory
    #[command(after_help = "Examples:\n  natscert ca dir\n  ls -l \"$(natscert ca dir)\"")]
    Dir(CaDirArgs),
    /// Print the root certificate, an intermediate, or what ca.pem holds
    Export(CaExportArgs),
    /// Make intermediate CAs, and say which one signs and what peers trust
    Intermediate(IntermediateArgs),
    /// Roll the root or an intermediate: from the old one to a new one, without an outage
    Roll(RollArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  natscert ca init --validity 1y
  natscert ca init --permit example.com --permit 10.0.0.0/8 --permit @example.com
  natscert ca init --import \"$(mkcert -CAROOT)/rootCA.pem\" \"$(mkcert -CAROOT)/rootCA-key.pem\"")]
pub(in crate::cli) struct CaInitArgs {
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
    /// Common name [default: natscert development CA USER@HOST and a random number]
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<String>,
    /// The kind of key
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    pub(in crate::cli) key_type: KeyType,
    /// How long it is valid: 10y, 90d [default: 10y]
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) validity: Option<String>,
    /// Certify only these: DNS suffixes, IP ranges, mail domains (@example.com); may be repeated
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) permit: Vec<String>,
    /// Take over an existing root: its certificate and its key
    #[arg(long, num_args = 2, value_names = ["CERT", "KEY"], conflicts_with_all = ["name", "key_type", "validity", "permit"])]
    pub(in crate::cli) import: Option<Vec<PathBuf>>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Never prints the key.

Examples:
  natscert ca export > ca.pem
  natscert ca export --format der > ca.crt
  natscert ca export --intermediate east-2026
  natscert ca export --trust intermediates > ca.pem")]
pub(in crate::cli) struct CaExportArgs {
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
    /// How to write it
    #[arg(long, value_enum, default_value_t = CaFormat::Pem)]
    pub(in crate::cli) format: CaFormat,
    /// An intermediate instead of the root
    #[arg(long, value_name = "NAME", conflicts_with = "trust")]
    pub(in crate::cli) intermediate: Option<String>,
    /// What ca.pem holds if this is trusted
    #[arg(long, value_name = "WHAT", value_parser = trusts())]
    pub(in crate::cli) trust: Option<Trust>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CaFormat {
    Pem,
    Der,
}

/// A word that is offered is a word that parses: the fallback is never taken.
pub(super) fn key_types() -> impl clap::builder::TypedValueParser<Value = KeyType> {
    PossibleValuesParser::new(KeyType::ALL.map(KeyType::as_str)).map(|word| word.parse().unwrap_or_default())
}

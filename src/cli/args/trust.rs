//! The arguments of `natscert trust`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use super::CaDirArgs;
use crate::truststore::Kind;

#[derive(Debug, Args)]
#[command(after_help = "\
Browsers, curl and Java trust what is in their stores. NATS clients do not need this: they take ca.pem.

Examples:
  natscert trust install
  natscert trust status
  natscert trust uninstall")]
pub(in crate::cli) struct TrustArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: TrustCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TrustCommand {
    /// Have the root trusted by this machine, its browsers and its Java
    #[command(after_help = "\
Makes the root if there is none. Asks for root's rights only where a store needs them, and shows each command before. \
Exit code 0: the root is trusted in every store; 1: in some it is not.

Examples:
  natscert trust install
  natscert trust install --store nss
  natscert trust install --dry-run")]
    Install(TrustChangeArgs),
    /// Have it trusted nowhere
    #[command(after_help = "\
Finds the root by its fingerprint, under whatever name it stands in a store, also when the CA directory is gone. \
Exit code 0: it is in no store; 1: it could not be removed from some.

Examples:
  natscert trust uninstall
  natscert trust uninstall --fingerprint 3f9a…c2")]
    Uninstall(TrustChangeArgs),
    /// Show where it is trusted, where not, and what is left over
    #[command(after_help = "\
Exit code 0: trusted in every store; 1: in some it is not, or something is left over.

Examples:
  natscert trust status
  natscert trust status --store system --json")]
    Status(TrustStatusArgs),
    /// Print the system's roots and this one in one file
    #[command(after_help = "\
For programs that take one file instead of a store, such as SSL_CERT_FILE and REQUESTS_CA_BUNDLE.

Examples:
  natscert trust bundle > roots.pem
  natscert trust bundle -o roots.pem --force")]
    Bundle(TrustBundleArgs),
    /// What a process that is the user does for one that sudo made root
    #[command(hide = true)]
    UserPart(TrustUserArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustUserArgs {
    #[arg(long)]
    pub(in crate::cli) uninstall: bool,
    /// Only notes what came of the rest, which standard input tells
    #[arg(long)]
    pub(in crate::cli) note: bool,
    #[command(flatten)]
    pub(in crate::cli) change: TrustChangeArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustStatusArgs {
    /// Only these stores, separated by commas: system, nss (Chromium, Firefox), java [default: all]
    #[arg(long = "store", value_name = "STORE", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true)]
    pub(in crate::cli) stores: Vec<Kind>,
    /// The root with this SHA-256 fingerprint, wherever it comes from
    #[arg(long, value_name = "HEX")]
    pub(in crate::cli) fingerprint: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustChangeArgs {
    #[command(flatten)]
    pub(in crate::cli) which: TrustStatusArgs,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustBundleArgs {
    /// The file to write [default: standard output]
    #[arg(short, long = "out", value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace it
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

/// A word that is offered is a word that parses: the fallback is never taken.
fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::as_str)).map(|word| word.parse().unwrap_or(Kind::System))
}

//! The arguments of `natscert fixture`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use super::ca::{CaDirArgs, key_types};
use super::issue::{BlockArgs, roles};
use crate::fixture::Defect;
use crate::nats::Role;
use crate::pki::KeyType;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
The folder is a bundle as natscert issue makes it, with one thing wrong. Whoever trusts its ca.pem sees \
that and nothing else. natscert fixture list says what nats-server, async-nats, openssl and rustls-webpki \
say to each.

Examples:
  natscert fixture expired server localhost
  natscert fixture wrong-usage client alice@example.com
  natscert fixture ip-as-dns server localhost 127.0.0.1 --good
  natscert fixture list
  natscert fixture list expired --json

The block goes to stdout, everything else to stderr.")]
pub(in crate::cli) struct FixtureArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<FixtureCommand>,
    #[command(flatten)]
    pub(in crate::cli) make: FixtureMakeArgs,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FixtureCommand {
    /// What nats-server, async-nats, openssl and rustls-webpki say to each
    List(FixtureListArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  natscert fixture list\n  natscert fixture list no-san cn-only --json")]
pub(in crate::cli) struct FixtureListArgs {
    /// Only these
    #[arg(value_name = "DEFECT", value_parser = defects(), hide_possible_values = true)]
    pub(in crate::cli) defects: Vec<Defect>,
}

#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct FixtureMakeArgs {
    /// What is wrong with it
    #[arg(value_name = "DEFECT", value_parser = defects(), required = true)]
    pub(in crate::cli) defect: Option<Defect>,
    /// What the certificate is for
    #[arg(value_name = "ROLE", value_parser = roles(), required = true)]
    pub(in crate::cli) role: Option<Role>,
    /// Host names, IP addresses, email addresses, URIs
    #[arg(value_name = "NAME", required = true)]
    pub(in crate::cli) names: Vec<String>,
    /// The same without the defect, everything else alike: what a test has to see accepted
    #[arg(long)]
    pub(in crate::cli) good: bool,
    /// The folder for fixtures: DIR/<defect>/<role>/<name>/, and DIR/good/… with --good
    #[arg(
        short,
        long = "out",
        value_name = "DIR",
        default_value = "natscert-fixtures",
        help_heading = "Where"
    )]
    pub(in crate::cli) out: PathBuf,
    /// The name of the bundle's folder [default: the first NAME]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, help_heading = "Where")]
    pub(in crate::cli) bundle_name: Option<String>,
    /// Replace a fixture that is there
    #[arg(short, long, help_heading = "Where")]
    pub(in crate::cli) force: bool,
    #[command(flatten, next_help_heading = "Where")]
    pub(in crate::cli) ca: CaDirArgs,
    /// The kind of key [default: ecdsa-p256]
    #[arg(long, value_name = "TYPE", value_parser = key_types(), help_heading = "Certificate")]
    pub(in crate::cli) key_type: Option<KeyType>,
    /// The whole subject in RFC 4514 form [default: the first NAME that fits as common name]
    #[arg(long, value_name = "DN", help_heading = "Certificate")]
    pub(in crate::cli) subject: Option<String>,
    /// URL of an OCSP responder, for its authority information access
    #[arg(long, value_name = "URL", help_heading = "Certificate")]
    pub(in crate::cli) ocsp: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) block: BlockArgs,
}

// A word that is offered is a word that parses: the fallback is never taken.
fn defects() -> impl clap::builder::TypedValueParser<Value = Defect> {
    PossibleValuesParser::new(
        Defect::ALL.map(|defect| PossibleValue::new(defect.as_str()).help(defect.what())),
    )
    .map(|word| word.parse().unwrap_or(Defect::Expired))
}

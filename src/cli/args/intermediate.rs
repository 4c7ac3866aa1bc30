//! The arguments of `natscert ca intermediate`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use super::ca::{CaDirArgs, key_types};
use super::issue::usages;
use crate::pki::{KeyType, Trust, Usage};

#[derive(Debug, Args)]
#[command(after_help = "\
Certificates are issued by the active intermediate; without one, by the root. Where peers trust the \
intermediates instead of the root, one has to be on standby, in the ca.pem of all, before it signs. \
That order is checked against what the CA directory says of trust; of a manifest with another trust, \
or of issue --trust, it knows nothing.

Examples:
  natscert ca intermediate add east-2026
  natscert ca intermediate add east-2027 --standby
  natscert ca intermediate activate east-2027
  natscert ca intermediate retire east-2026")]
pub(in crate::cli) struct IntermediateArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: IntermediateCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum IntermediateCommand {
    /// Make an intermediate CA, which signs from now on unless it is on standby
    Add(Box<IntermediateAddArgs>),
    /// List them
    #[command(
        after_help = "Examples:\n  natscert ca intermediate list\n  natscert ca intermediate list --json"
    )]
    List(CaDirArgs),
    /// Have one sign; the one that did is on standby then
    #[command(after_help = "Examples:\n  natscert ca intermediate activate east-2027")]
    Activate(IntermediateNameArgs),
    /// Have a retired one trusted again
    #[command(after_help = "Examples:\n  natscert ca intermediate standby east-2026")]
    Standby(IntermediateNameArgs),
    /// Have one neither sign nor be trusted any more
    #[command(after_help = "Examples:\n  natscert ca intermediate retire east-2026")]
    Retire(IntermediateNameArgs),
    /// Say what ca.pem holds from now on
    #[command(after_help = "\
roots:          the root; whatever it or one of its intermediates issued is accepted
intermediates:  the active intermediate and those on standby; what any other issued is refused

Examples:
  natscert ca intermediate trust intermediates
  natscert ca intermediate trust roots")]
    Trust(IntermediateTrustArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  natscert ca intermediate add east-2026
  natscert ca intermediate add east-2027 --standby --validity 2y --key-type ecdsa-p384
  natscert ca intermediate add edge --usage client --permit edge.example.com")]
pub(in crate::cli) struct IntermediateAddArgs {
    /// What it is called here: letters, digits and . _ - @ + =
    #[arg(value_name = "NAME", allow_hyphen_values = true)]
    pub(in crate::cli) name: String,
    /// Have it trusted, but not sign
    #[arg(long)]
    pub(in crate::cli) standby: bool,
    /// The kind of key
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    pub(in crate::cli) key_type: KeyType,
    /// How long it is valid, and no longer than its root: 5y, 90d [default: 5y]
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) validity: Option<String>,
    /// What it may certify for [default: both, or what the root is limited to]
    #[arg(long, value_name = "USAGE", value_parser = usages())]
    pub(in crate::cli) usage: Option<Usage>,
    /// Certify only these, and no more than its root: DNS suffixes, IP ranges, mail domains (@example.com); may be repeated
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) permit: Vec<String>,
    /// Common name [default: natscert intermediate NAME and a random number]
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) cn: Option<String>,
    /// What ca.pem holds from now on, for whatever is issued
    #[arg(long, value_name = "WHAT", value_parser = trusts())]
    pub(in crate::cli) trust: Option<Trust>,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct IntermediateNameArgs {
    /// What it is called here
    #[arg(value_name = "NAME", allow_hyphen_values = true)]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct IntermediateTrustArgs {
    /// What ca.pem holds
    #[arg(value_name = "WHAT", value_parser = trusts())]
    pub(in crate::cli) trust: Trust,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

/// A word that is offered is a word that parses: the fallback is never taken.
pub(super) fn trusts() -> impl clap::builder::TypedValueParser<Value = Trust> {
    PossibleValuesParser::new(Trust::ALL.map(Trust::as_str)).map(|word| word.parse().unwrap_or_default())
}

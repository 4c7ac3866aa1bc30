//! The arguments of `natscert plan` and `natscert apply`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;

use super::CaDirArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct TopologyArgs {
    /// The manifest; - is standard input
    #[arg(value_name = "MANIFEST")]
    pub(in crate::cli) manifest: PathBuf,
    /// The folder for everything [default: the manifest's name without its extension]
    #[arg(short, long = "out", value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Reads what is there and changes nothing. Exit code 0: nothing to do; 1: changes are pending.

Examples:
  natscert plan nats.toml
  natscert plan nats.toml --out ./tls --json")]
pub(in crate::cli) struct PlanArgs {
    #[command(flatten)]
    pub(in crate::cli) topology: TopologyArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
What is right stays as it is, to the byte. A run that was interrupted is completed by the next one.

Examples:
  natscert apply nats.toml
  natscert apply nats.toml --out ./tls --prune")]
pub(in crate::cli) struct ApplyArgs {
    #[command(flatten)]
    pub(in crate::cli) topology: TopologyArgs,
    /// Remove what is no longer in the manifest
    #[arg(long)]
    pub(in crate::cli) prune: bool,
}

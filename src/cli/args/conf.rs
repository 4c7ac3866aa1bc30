//! The arguments of `natscert conf`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Includes are merged, variables taken from the file and the environment, keys sorted; values are what \
the server takes them for. What it cannot read is refused in its own words, with the place. Whether \
the options mean anything to it is not looked at.

Examples:
  natscert conf nats.conf
  natscert conf nats.conf --digest
  natscert conf nats.conf --server-version 2.10.25
  natscert snippet cluster natscert/cluster/n1.example.com | natscert conf -")]
pub(in crate::cli) struct ConfArgs {
    /// The configuration; - is standard input, with includes from the current folder
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Print the sha256:… of it that nats-server -t prints, from 2.11 on
    #[arg(long)]
    pub(in crate::cli) digest: bool,
    /// The version of nats-server that reads it; 2.12 means 2.12.0 [default: the newest]
    #[arg(long, value_name = "X.Y.Z")]
    pub(in crate::cli) server_version: Option<String>,
}

//! The arguments of the commands about a manifest.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
The manifest describes clusters, leafnodes and clients; natscert apply makes what it describes.

Examples:
  natscert new --local
  natscert new edge.toml --clusters 1 --leafs 4 --clients alice,bob@example.com
  natscert new - --nodes 1")]
pub(in crate::cli) struct NewArgs {
    /// The manifest to write; - is standard output
    #[arg(value_name = "FILE", default_value = "nats.toml")]
    pub(in crate::cli) file: PathBuf,
    /// How many clusters, all with gateways to each other
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    pub(in crate::cli) clusters: usize,
    /// How many nodes in each cluster
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    pub(in crate::cli) nodes: usize,
    /// How many leafnodes, at the first cluster
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(in crate::cli) leafs: usize,
    /// The clients: names or email addresses, with commas between them
    #[arg(long, value_name = "NAMES", default_value = "alice", value_delimiter = ',')]
    pub(in crate::cli) clients: Vec<String>,
    /// Everything on this machine, each node with ports of its own
    #[arg(long)]
    pub(in crate::cli) local: bool,
}

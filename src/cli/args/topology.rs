//! The arguments of the commands about a manifest.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::topology::Format;

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

#[derive(Debug, Args)]
#[command(after_help = "\
Says until when each certificate is valid, for those that natscert apply has made. Beyond 200 nodes they are counted.

Examples:
  natscert graph nats.toml
  natscert graph nats.toml --format svg > nats.svg
  natscert graph nats.toml --format dot")]
pub(in crate::cli) struct GraphArgs {
    /// The manifest; - is standard input
    #[arg(value_name = "MANIFEST")]
    pub(in crate::cli) manifest: PathBuf,
    /// How to draw it
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(in crate::cli) format: GraphFormat,
    /// Where natscert apply put the certificates [default: the manifest's name without its extension]
    #[arg(short, long = "out", value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// A flowchart, as GitHub and many wikis draw it
    Mermaid,
    /// A digraph for Graphviz
    Dot,
    /// An image for browsers
    Svg,
}

impl From<GraphFormat> for Format {
    fn from(format: GraphFormat) -> Self {
        match format {
            GraphFormat::Mermaid => Self::Mermaid,
            GraphFormat::Dot => Self::Dot,
            GraphFormat::Svg => Self::Svg,
        }
    }
}

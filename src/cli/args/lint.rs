//! `natscert lint`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Reads configurations as nats-server does, and every certificate, key and CA that they name. Several \
are one system: peers are checked against each other. Of a folder, every nats.conf in it is read, and \
the clients that natscert apply made beside them. Nothing is changed. natscert explain CODE says more.

Exit code: 0 clean (notes count as clean), 1 findings, 2 a configuration that cannot be read.

Examples:
  natscert lint nats.conf
  natscert lint n1.conf n2.conf n3.conf --server-version 2.10.25
  natscert lint nats --within 90d --allow relative-path
  natscert lint nats.conf --client alice/cert.pem
  natscert lint nats.conf --format sarif > lint.sarif")]
pub(in crate::cli) struct LintArgs {
    /// Configurations, or folders with some
    #[arg(value_name = "CONF", required = true)]
    pub(in crate::cli) confs: Vec<PathBuf>,
    /// The version of nats-server that reads them, such as 2.10 [default: the newest]
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) server_version: Option<String>,
    /// Find what expires within this: 12h, 30d, 8w, 1y
    #[arg(long, value_name = "SPAN", default_value = "30d")]
    pub(in crate::cli) within: String,
    /// Where the servers are started: relative paths are below it [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) workdir: Option<PathBuf>,
    /// The certificate of a client that should get in, or its bundle; may be repeated
    #[arg(long = "client", value_name = "CERT")]
    pub(in crate::cli) clients: Vec<PathBuf>,
    /// A finding to leave out, by code or name; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(in crate::cli) allow: Vec<String>,
    /// A warning or note to take for an error; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(in crate::cli) deny: Vec<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = LintFormat::Text, conflicts_with = "json")]
    pub(in crate::cli) format: LintFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LintFormat {
    /// For people
    Text,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

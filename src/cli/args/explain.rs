//! `natscert explain`

use std::ffi::OsString;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
An argument is a code (NC012, key-exposed), else a log file that is there, else a text. Without arguments it lists all codes.

It knows what nats-server 2.9 to 2.15 says of TLS, in logs, at the start and on reload, and what clients in Rust, Python, \
Node.js and Go say. Each cause is shown once: how often, since which line, who was at the other end, who has to change what. \
From a pipe, causes are shown as they come, and counted at the end. With nats-server -D more is in the log: pins, users.

Exit codes: 0 all that is about TLS was explained; 1 some of it is not known, or nothing is about TLS.

Examples:
  natscert explain NC012
  natscert explain 'x509: certificate signed by unknown authority'
  natscert explain nats.log --json
  nats-server -D -c nats.conf 2>&1 | natscert explain -
  kubectl logs nats-0 | natscert explain -")]
pub(in crate::cli) struct ExplainArgs {
    /// Codes, log files or texts; - is a log on standard input
    #[arg(value_name = "CODE|FILE|TEXT")]
    pub(in crate::cli) what: Vec<OsString>,
}

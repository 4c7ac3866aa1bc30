//! The arguments of `natscert renew`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;

use super::CaDirArgs;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)]
#[command(after_help = "\
Names, usage, subject and length of validity stay, and so does the key, unless it is asked for anew: \
then pins change, and are exchanged in configurations that natscert apply made; others are listed. \
What ends within 30 days is due, or within a third of its own length if that is less.

Exit code: 0 done, or nothing is due; 1 something could not be renewed, or with --check is due.

Examples:
  natscert renew nats
  natscert renew natscert --within 90d --reload-command 'systemctl reload nats-server'
  natscert renew nats natscert --check")]
pub(in crate::cli) struct RenewArgs {
    /// Bundles, or folders above some: what issue, sign and apply made
    #[arg(value_name = "DIR", required = true)]
    pub(in crate::cli) dirs: Vec<PathBuf>,
    /// What ends within this is due: 12h, 30d, 8w
    #[arg(long, value_name = "SPAN", conflicts_with = "all", allow_hyphen_values = true)]
    pub(in crate::cli) within: Option<String>,
    /// Everything is due
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Say what is due, and change nothing
    #[arg(long, conflicts_with_all = ["new_key", "same_key", "reload", "reload_command", "config"])]
    pub(in crate::cli) check: bool,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
    /// Keep the keys, as is the default: pins stay
    #[arg(long, conflicts_with = "new_key", help_heading = "Keys and pins")]
    pub(in crate::cli) same_key: bool,
    /// Make the keys anew
    #[arg(long, help_heading = "Keys and pins")]
    pub(in crate::cli) new_key: bool,
    /// A configuration elsewhere, in which old pins are looked for; may be repeated
    #[arg(long, value_name = "FILE", requires = "new_key", help_heading = "Keys and pins")]
    pub(in crate::cli) config: Vec<PathBuf>,
    /// A nats-server that reads its files again, if any changed or it failed to before; may be repeated
    #[arg(long, value_name = "PID", help_heading = "Servers")]
    pub(in crate::cli) reload: Vec<u32>,
    /// A command that is run once, if any changed or it failed before
    #[arg(long, value_name = "COMMAND", help_heading = "Servers")]
    pub(in crate::cli) reload_command: Option<String>,
}

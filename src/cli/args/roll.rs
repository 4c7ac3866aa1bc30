//! The arguments of `natscert ca roll`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::CaDirArgs;
use super::ca::key_types;
use crate::pki::KeyType;

#[derive(Debug, Args)]
#[command(after_help = "\
From one root or intermediate to the next, while servers and clients go on: start has the new CA trusted \
beside the old one, switch has it certify the same keys, finish ends the trust in the old one. Between the \
steps all servers reload, and clients start anew. A step that would cut peers off is refused; one that was \
interrupted is completed by the same command.

DIR is a bundle, an output folder of issue or apply, or a manifest. They are remembered for all steps, and \
for the next roll unless --forget takes them out.

Examples:
  natscert ca roll start nats
  natscert ca roll status
  natscert ca roll switch
  natscert ca roll finish")]
pub(in crate::cli) struct RollArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: RollCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RollCommand {
    /// Make the new CA, and have it trusted beside the old one
    Start(RollStartArgs),
    /// Show how far the roll is, and what comes next
    #[command(after_help = "\
Reads what is there and changes nothing. The exit code is 1 while something is left to do on disk, or in the way.

Examples:
  natscert ca roll status
  natscert ca roll status --json")]
    Status(CaDirArgs),
    /// Have the new CA certify what the old one has certified
    #[command(after_help = "\
Writes cert.pem alone: keys, pins and configurations stay. A certificate is valid as long as before, from \
now on. Refused as long as a ca.pem lacks the new CA.

Examples:
  natscert ca roll switch")]
    Switch(RollStepArgs),
    /// End the trust in the old CA
    #[command(after_help = "\
Refused as long as a certificate is by the old CA.

Examples:
  natscert ca roll finish")]
    Finish(RollStepArgs),
    /// Take a step back
    #[command(after_help = "\
The last one first: finish, then switch, then start, with the reloads that each asks for.

Examples:
  natscert ca roll back switch")]
    Back(RollBackArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
The new root has the key type, the length of validity and the name constraints of the old one, and \
intermediates of the same names below it. An intermediate that is on standby can follow the active one; one \
that is not there is made.

Examples:
  natscert ca roll start nats.toml
  natscert ca roll start nats natscert --validity 20y
  natscert ca roll start --intermediate east-2027 nats")]
pub(in crate::cli) struct RollStartArgs {
    /// Roll the root, with all that is below it [default]
    #[arg(long, conflicts_with = "intermediate")]
    pub(in crate::cli) root: bool,
    /// Roll who signs below the root, to the intermediate of this name
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) intermediate: Option<String>,
    /// Common name of the new CA [default: a new one with a random number]
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) cn: Option<String>,
    /// The kind of key of the new CA [default: that of the old one]
    #[arg(long, value_name = "TYPE", value_parser = key_types())]
    pub(in crate::cli) key_type: Option<KeyType>,
    /// How long the new CA is valid: 10y, 90d [default: as long as the old one]
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) validity: Option<String>,
    /// What the new CA may certify alone: DNS suffixes, IP ranges, mail domains; may be repeated [default: as the old one]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) permit: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) step: RollStepArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RollStepArgs {
    /// Bundles, output folders or manifests, beside those that the roll knows
    #[arg(value_name = "DIR")]
    pub(in crate::cli) dirs: Vec<PathBuf>,
    /// A folder that the roll is to forget, because it is gone for good; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) forget: Vec<PathBuf>,
    /// A link or hidden folder that this step may pass over, because nobody uses the bundles in it; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) leave: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RollBackArgs {
    /// The step that is taken back
    #[arg(value_name = "STEP", value_enum)]
    pub(in crate::cli) taken: RollTaken,
    #[command(flatten)]
    pub(in crate::cli) step: RollStepArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RollTaken {
    /// The old CA signs, and the new one is not trusted any more
    Start,
    /// The old CA certifies the same keys again
    Switch,
    /// The old CA is trusted again
    Finish,
}

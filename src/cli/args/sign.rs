//! The arguments of `natscert sign`.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::path::PathBuf;

use clap::Args;

use super::issue::{BlockArgs, PlaceArgs, ProfileArgs, roles};
use crate::nats::Role;

#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With a NAME, names and subject are those of the command line, as in natscert issue, and only the \
public key is the request's. Without one, the request's names and its subject are taken, and \
printed. What else it asks for is not: the ROLE decides on key usages, and nobody becomes a CA.

The request has to be signed with its own key: P-256, P-384, Ed25519, or RSA of 2048 to 8192 bits.

Examples:
  openssl req -new -newkey rsa:3072 -nodes -keyout key.pem -subj /CN=n1 -out n1.csr
  natscert sign n1.csr cluster n1.example.com 10.0.0.1
  natscert sign n1.csr cluster n1.example.com --key /etc/nats/key.pem
  ssh n1 cat n1.csr | natscert sign - server

The key stays where the request was made; the block names key.pem beside the certificate, or what \
--key says.")]
pub(in crate::cli) struct SignArgs {
    /// A certificate signing request (PKCS #10), PEM or DER; - is standard input
    #[arg(value_name = "REQUEST")]
    pub(in crate::cli) request: PathBuf,
    /// What the certificate is for
    #[arg(value_name = "ROLE", value_parser = roles())]
    pub(in crate::cli) role: Role,
    /// Host names, IP addresses, email addresses, URIs, instead of those that the request asks for
    #[arg(value_name = "NAME")]
    pub(in crate::cli) names: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) from_request: FromRequestArgs,
    #[command(flatten)]
    pub(in crate::cli) place: PlaceArgs,
    #[command(flatten)]
    pub(in crate::cli) profile: ProfileArgs,
    #[command(flatten)]
    pub(in crate::cli) block: BlockArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Request")]
pub(in crate::cli) struct FromRequestArgs {
    /// The request's names, too, beside each NAME
    #[arg(long)]
    pub(in crate::cli) add_request_names: bool,
    /// The request's subject, also with a NAME
    #[arg(long, conflicts_with_all = ["cn", "subject"])]
    pub(in crate::cli) request_subject: bool,
    /// Where the block says that the private key is [default: key.pem beside the certificate]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) key: Option<PathBuf>,
}

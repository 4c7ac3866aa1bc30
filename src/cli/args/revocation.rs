//! The arguments of the commands about revocation.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::super::usage::Wrong;
use super::ca::{CaDirArgs, CaFormat};
use crate::pki::{Reason, Span};

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing happens to the certificate itself. natscert crl and natscert ocsp tell of it from then on.

Examples:
  natscert revoke natscert/server/localhost
  natscert revoke cert.pem --reason keyCompromise
  natscert revoke cert.pem --undo")]
pub(in crate::cli) struct RevokeArgs {
    /// Certificate files or bundles; - is standard input
    #[arg(value_name = "CERT", required = true)]
    pub(in crate::cli) certificates: Vec<PathBuf>,
    /// Why
    #[arg(long, value_name = "REASON", default_value = "unspecified", value_parser = reasons(), conflicts_with = "undo")]
    pub(in crate::cli) reason: Reason,
    /// Since when: 2027-01-31T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME", conflicts_with = "undo")]
    pub(in crate::cli) at: Option<String>,
    /// Take it back, as if it had never been
    #[arg(long)]
    pub(in crate::cli) undo: bool,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
One list for each CA of the CA directory, one after the other. nats-server reads none; others do.

Examples:
  natscert crl > crl.pem
  natscert crl --of root --format der > root.crl
  natscert crl --out crl.pem --force --next-update 1d")]
pub(in crate::cli) struct CrlArgs {
    /// Only the list of this CA: root, or the name of an intermediate
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) of: Option<String>,
    /// The file to write [default: standard output]
    #[arg(short, long = "out", value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace it if it is there
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = CaFormat::Pem)]
    pub(in crate::cli) format: CaFormat,
    /// When there will be a newer list
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = span, allow_hyphen_values = true)]
    pub(in crate::cli) next_update: Span,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Answers for every CA of the CA directory, until Ctrl-C: good, revoked, or unknown for a certificate that this CA never \
issued. What is revoked meanwhile is known at once. nats-server keeps an answer until the time of --next-update.

Examples:
  natscert ocsp
  natscert ocsp --listen 127.0.0.1:0 --next-update 1h")]
pub(in crate::cli) struct OcspArgs {
    /// Address and port, or a port on 127.0.0.1; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8888", value_parser = listen)]
    pub(in crate::cli) listen: SocketAddr,
    /// Let other machines ask, too
    #[arg(long)]
    pub(in crate::cli) allow_remote: bool,
    /// How long an answer is good for
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = span, allow_hyphen_values = true)]
    pub(in crate::cli) next_update: Span,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

/// A word that is offered is a word that parses: the fallback is never taken.
fn reasons() -> impl clap::builder::TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::ALL.map(Reason::as_str)).map(|word| word.parse().unwrap_or_default())
}

fn span(text: &str) -> Result<Span, Wrong> {
    text.parse().map_err(|why: crate::pki::TimeError| Wrong { what: why.to_string(), hint: why.hint() })
}

fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(([127, 0, 0, 1], port).into());
    }
    let plain = text.replacen("localhost:", "127.0.0.1:", 1);
    plain.parse().map_err(|_| Wrong {
        what: format!("{text:?} is no address and port"),
        hint: "write a port, or an IP address and a port: 127.0.0.1:8888, [::1]:8888".to_owned(),
    })
}
